"""Who could be shown now: for each round of a programme its organisers, with their nominees (R8, R13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.periods.rounds import Organiser, Round
from app.models import Nominee, Programme, Unit
from app.sealing import Keyring
from app.services.nominees import gates
from app.services.nominees.gates import NomineeStanding
from app.services.programmes.decisions import is_over
from app.services.programmes.listing import all_programmes, organisers


@dataclass(frozen=True, slots=True)
class Opening:
    """An organiser that could open a period of a round now, and how many nominees it could show."""

    programme: Programme
    round: Round
    organiser: Unit
    nominees: int


def list_openings(session: Session, programme: Programme, standings: Iterable[NomineeStanding]) -> list[Opening]:
    """List by round, and in it by unit, who has somebody to schedule. Of a programme that is over, nobody has."""
    if is_over(session, programme.id):
        return []
    counts: dict[tuple[int, int], int] = {}
    offices = {unit.id for unit in organisers(session, programme.id, 3)}
    rounds = programme.rules.rounds
    for standing in standings:
        ahead = standing.round_ahead
        if ahead is None or standing.obstacles_ahead:
            continue
        for organiser_id in _organisers_of(standing.nominee, ahead, offices):
            key = (ahead.number, organiser_id)
            counts[key] = counts.get(key, 0) + 1
    wanted = select(Unit).where(Unit.id.in_({organiser_id for _, organiser_id in counts}))
    units = {unit.id: unit for unit in session.scalars(wanted)}
    return [
        Opening(programme, rounds[number], units[organiser_id], count)
        for (number, organiser_id), count in sorted(counts.items())
    ]


def find_openings(session: Session, keyring: Keyring, programme: Programme, now: dt.datetime) -> list[Opening]:
    """List who has somebody to schedule in a programme, the earliest round first."""
    nominees = session.scalars(select(Nominee).where(Nominee.programme_id == programme.id)).all()
    standings = gates.find_standings(session, keyring, programme, nominees, now)
    return list_openings(session, programme, standings.values())


def propose_openings(session: Session, keyring: Keyring, now: dt.datetime) -> tuple[Programme | None, list[Opening]]:
    """Return the newest programme with somebody to schedule, and its openings; the newest of all without any."""
    programmes: Sequence[Programme] = all_programmes(session)
    for programme in programmes:
        if found := find_openings(session, keyring, programme, now):
            return programme, found
    return (programmes[0] if programmes else None), []


def _organisers_of(nominee: Nominee, round_: Round, offices: set[int]) -> set[int]:
    if round_.organiser is Organiser.OWN_UNIT:
        return {nominee.unit_id}
    if round_.organiser is Organiser.RECOMMENDER:
        return {nominee.recommender_id}
    return offices
