"""Who could be shown now: for each round of a programme its organisers, with their nominees (R8, R13)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.nominees.places import FIRST_BOUND_ROUND
from app.domain.periods.rounds import LAST_ROUND, Kind, Organiser, Round
from app.domain.refusals import QuotaExceeded
from app.models import Nominee, Programme, Quota, Unit
from app.sealing import Keyring
from app.services.nominees import gates
from app.services.nominees.gates import Placed
from app.services.nominees.groups import NomineeGroup, find_groups
from app.services.periods.readiness import find_stops
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
    organiser_id: int
    nominees: int
    stops: Unit | None
    overfull: str

    @property
    def free(self) -> bool:
        return self.stops is None and not self.overfull


def list_openings(
    session: Session, programme: Programme, groups: Collection[NomineeGroup], now: dt.datetime
) -> list[Opening]:
    """List by round, and in it by unit, who has somebody to schedule. Of a programme that is over, nobody has.

    `groups` are all the nominees of the programme.
    """
    if is_over(session, programme.id):
        return []
    able = _find_able(session, programme, groups)
    rounds, crowded = programme.rules.rounds, _find_crowded(session, programme, groups)
    overfull = {
        (number, organiser_id): _find_overfull(session, programme, rounds[number], there, crowded, now)
        for number, by_organiser in able.groups.items()
        for organiser_id, there in by_organiser.items()
    }
    stops = find_stops(session, {organiser_id for counts in able.counts.values() for organiser_id in counts}, now)
    return [
        Opening(
            programme, rounds[number], unit_id, counts[unit_id], stops[unit_id], overfull.get((number, unit_id), "")
        )
        for number, counts in sorted(able.counts.items())
        for unit_id in sorted(counts)
    ]


@dataclass(frozen=True, slots=True)
class _Able:
    """Who could be shown now, by round and organiser: how many, and their groups where the round has places (R9)."""

    counts: dict[int, Counter[int]]
    groups: dict[int, dict[int, list[NomineeGroup]]]


def _find_able(session: Session, programme: Programme, groups: Iterable[NomineeGroup]) -> _Able:
    offices = [unit.id for unit in organisers(session, programme.id, LAST_ROUND)]
    able = _Able({}, {})
    for group in groups:
        round_ = group.standing.round_ahead
        if round_ is None or group.standing.obstacles_ahead:
            continue
        units = _organisers_of(group, round_, offices)
        able.counts.setdefault(round_.number, Counter()).update(units)
        if round_.number >= FIRST_BOUND_ROUND:
            for unit_id in units:
                able.groups.setdefault(round_.number, {}).setdefault(unit_id, []).append(group)
    return able


def find_openings(session: Session, keyring: Keyring, programme: Programme, now: dt.datetime) -> list[Opening]:
    """List who has somebody to schedule in a programme, the earliest round first."""
    return list_openings(session, programme, find_groups(session, keyring, programme, now), now)


def _find_crowded(session: Session, programme: Programme, groups: Iterable[NomineeGroup]) -> set[tuple[int, Kind]]:
    """Return the units and kinds with more nominees than places at all: nowhere else can they be too many (R9)."""
    places = {
        quota.unit_id: (quota.collectives - quota.secret_collectives, quota.individuals - quota.secret_individuals)
        for quota in session.scalars(select(Quota).where(Quota.programme_id == programme.id))
    }
    counted: Counter[tuple[int, Kind]] = Counter()
    for each in groups:
        counted[each.recommender_id, each.kind] += each.count
    return {
        (unit_id, kind)
        for (unit_id, kind), there in counted.items()
        if there > places.get(unit_id, (0, 0))[kind is Kind.INDIVIDUAL]
    }


def _find_overfull(
    session: Session,
    programme: Programme,
    round_: Round,
    there: Sequence[NomineeGroup],
    crowded: set[tuple[int, Kind]],
    now: dt.datetime,
) -> str:
    """Say by how much these are more than their unit's places, "" where they are not (R9)."""
    if not any((each.recommender_id, each.kind) in crowded for each in there):
        return ""
    chosen = [Placed(id_, each.recommender_id, each.kind) for each in there for id_ in each.ids]
    try:
        gates.require_places(session, programme, round_, chosen, now)
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


def _organisers_of(group: NomineeGroup, round_: Round, offices: Collection[int]) -> Mapping[int, int]:
    """Return the units that organise this round for these nominees, each with how many it has of them."""
    if round_.organiser is Organiser.OWN_UNIT:
        return group.own_units
    if round_.organiser is Organiser.RECOMMENDER:
        return {group.recommender_id: group.count}
    return dict.fromkeys(offices, group.count)
