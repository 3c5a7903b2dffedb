"""Who could be shown now: for each round of a programme its organisers, with their nominees (R8, R13)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.periods.rounds import Kind, Organiser, Round
from app.domain.refusals import QuotaExceeded
from app.models import Nominee, Programme, Quota, Unit
from app.sealing import Keyring
from app.services.nominees import gates
from app.services.nominees.gates import NomineeStanding
from app.services.periods.readiness import readiness
from app.services.programmes.decisions import is_over
from app.services.programmes.listing import all_programmes, organisers


@dataclass(frozen=True, slots=True)
class Opening:
    """An organiser that could open a period of a round now, and how many nominees it could show.

    Two things would refuse it: `stops` is the unit whose contact block lacks something (R13), `overfull` says by how
    much its nominees are more than its places (R9). It can be saved where it is `free` of both.
    """

    programme: Programme
    round: Round
    organiser: Unit
    nominees: int
    stops: Unit | None
    overfull: str

    @property
    def free(self) -> bool:
        return self.stops is None and not self.overfull


def list_openings(
    session: Session, programme: Programme, standings: Collection[NomineeStanding], now: dt.datetime
) -> list[Opening]:
    """List by round, and in it by unit, who has somebody to schedule. Of a programme that is over, nobody has."""
    if is_over(session, programme.id):
        return []
    able: dict[tuple[int, int], list[Nominee]] = {}
    offices = {unit.id for unit in organisers(session, programme.id, 3)}
    rounds = programme.rules.rounds
    for standing in standings:
        ahead = standing.round_ahead
        if ahead is not None and not standing.obstacles_ahead:
            for organiser_id in _organisers_of(standing.nominee, ahead, offices):
                able.setdefault((ahead.number, organiser_id), []).append(standing.nominee)
    wanted = select(Unit).where(Unit.id.in_({organiser_id for _, organiser_id in able}))
    units = {unit.id: unit for unit in session.scalars(wanted)}
    ready = readiness(session, units.values(), now)
    everybody = [standing.nominee for standing in standings]
    return [
        Opening(
            programme,
            rounds[number],
            units[organiser_id],
            len(nominees),
            ready[organiser_id].stops,
            _find_overfull(session, rounds[number], nominees, everybody, now),
        )
        for (number, organiser_id), nominees in sorted(able.items(), key=lambda pair: pair[0])
    ]


def find_openings(session: Session, keyring: Keyring, programme: Programme, now: dt.datetime) -> list[Opening]:
    """List who has somebody to schedule in a programme, the earliest round first."""
    nominees = session.scalars(select(Nominee).where(Nominee.programme_id == programme.id)).all()
    standings = gates.find_standings(session, keyring, programme, nominees, now)
    return list_openings(session, programme, list(standings.values()), now)


def _find_overfull(
    session: Session, round_: Round, chosen: Sequence[Nominee], everybody: Sequence[Nominee], now: dt.datetime
) -> str:
    """Say by how much these are more than their unit's places, "" where they are not (R9).

    It is counted only where a unit recommends more than it has places at all: anywhere else they cannot be too many.
    """
    programme = session.get_one(Programme, chosen[0].programme_id)
    places = {
        quota.unit_id: (quota.collectives - quota.secret_collectives, quota.individuals - quota.secret_individuals)
        for quota in session.scalars(select(Quota).where(Quota.programme_id == programme.id))
    }
    counted = Counter((each.recommender_id, each.kind) for each in everybody)
    too_many = {
        (unit_id, kind)
        for (unit_id, kind), count in counted.items()
        if count > places.get(unit_id, (0, 0))[kind is Kind.INDIVIDUAL]
    }
    if not too_many & {(each.recommender_id, each.kind) for each in chosen}:
        return ""
    try:
        gates.check_places(session, programme, round_, chosen, now)
    except QuotaExceeded as refusal:
        return str(refusal)
    return ""


def propose_openings(session: Session, keyring: Keyring, now: dt.datetime) -> tuple[Programme | None, list[Opening]]:
    """Return the newest programme with somebody to schedule, and its openings.

    Without any it is the newest with nominees, and else the newest of all.
    """
    programmes: Sequence[Programme] = all_programmes(session)
    for programme in programmes:
        if found := find_openings(session, keyring, programme, now):
            return programme, found
    with_nominees = set(session.scalars(select(Nominee.programme_id).distinct()))
    newest = sorted(programmes, key=lambda each: each.id not in with_nominees)
    return (newest[0] if newest else None), []


def _organisers_of(nominee: Nominee, round_: Round, offices: set[int]) -> set[int]:
    if round_.organiser is Organiser.OWN_UNIT:
        return {nominee.unit_id}
    if round_.organiser is Organiser.RECOMMENDER:
        return {nominee.recommender_id}
    return offices
