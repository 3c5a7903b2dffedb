"""Places of recommending units (annex 1, R9): given out, and how they are used."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import Actor, Role
from app.domain.periods.rounds import SHORT_KIND_NAMES, Kind
from app.domain.programmes.plan import Places, faults_of_places
from app.domain.refusals import Fault, Unfit
from app.models import Entry, Nominee, Period, Quota, Unit
from app.services.programmes.locking import lock_programme
from app.services.programmes.places import set_places
from app.services.record.chain import on_programme
from app.services.shared.leavers import find_disqualified, has_left
from app.services.shared.work import Work, require_office_or_console, use_case


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """A unit's places of one kind: how many, how many of them secret, and how many have somebody."""

    places: int
    secret: int
    taken: int

    @property
    def vacant(self) -> int:
        return max(0, self.places - self.secret - self.taken)


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """A unit's line of annex 1. `secret_known` says whether its secret numbers may be shown (R11)."""

    quota: Quota
    collective: QuotaUse
    individual: QuotaUse
    secret_known: bool

    @property
    def total(self) -> int:
        return self.quota.collectives + self.quota.individuals

    @property
    def vacant(self) -> int:
        return self.collective.vacant + self.individual.vacant


@dataclass(frozen=True, slots=True)
class Group:
    """The lines under one heading, with their 小计."""

    heading: str
    rows: Sequence[QuotaLine]

    @property
    def collectives(self) -> int:
        return sum(row.quota.collectives for row in self.rows)

    @property
    def individuals(self) -> int:
        return sum(row.quota.individuals for row in self.rows)

    @property
    def total(self) -> int:
        return self.collectives + self.individuals

    @property
    def secret(self) -> int:
        return sum(row.collective.secret + row.individual.secret for row in self.rows)

    @property
    def taken(self) -> int:
        return sum(row.collective.taken + row.individual.taken for row in self.rows)

    @property
    def vacant(self) -> int:
        return sum(row.vacant for row in self.rows)


def table_of(session: Session, programme_id: int, actor: Actor, now: dt.datetime) -> list[Group]:
    """Annex 1 as this person may see it: the office the whole, a unit its own line."""
    rows = of_programme(session, programme_id)
    if actor.role not in (Role.OFFICE, Role.AUDITOR):
        unit = session.get_one(Unit, actor.unit_id)
        rows = [quota for quota in rows if quota.unit_id in (unit.id, unit.parent_id)]
    taken = _taken(session, programme_id, now)
    groups: dict[str, list[QuotaLine]] = {}
    for quota in rows:
        known = actor.is_office or quota.unit_id == actor.unit_id
        collective = QuotaUse(
            quota.collectives, quota.secret_collectives if known else 0, taken[quota.unit_id, Kind.COLLECTIVE]
        )
        individual = QuotaUse(
            quota.individuals, quota.secret_individuals if known else 0, taken[quota.unit_id, Kind.INDIVIDUAL]
        )
        groups.setdefault(quota.heading, []).append(QuotaLine(quota, collective, individual, known))
    return [Group(heading, there) for heading, there in groups.items()]


def of_programme(session: Session, programme_id: int) -> Sequence[Quota]:
    """List a programme's places in the order in which they were given out."""
    query = select(Quota).where(Quota.programme_id == programme_id).order_by(Quota.id).options(joinedload(Quota.unit))
    return session.scalars(query).all()


def sum_places(session: Session) -> dict[int, tuple[int, int]]:
    """Sum the collectives and the individuals of every programme."""
    query = select(Quota.programme_id, func.sum(Quota.collectives), func.sum(Quota.individuals))
    rows = session.execute(query.group_by(Quota.programme_id))
    return {programme_id: (int(collectives), int(individuals)) for programme_id, collectives, individuals in rows}


@use_case
def give_places(work: Work, programme_id: int, places: Iterable[Places]) -> None:
    """Set the places of these units, all or none. A unit without any place is taken off the list.

    Raises Unfit (its fields end in the unit's number: `collectives-3`), StillNeeded, WrongState, Archived.
    """
    require_office_or_console(work)
    programme = lock_programme(work.session, programme_id)
    wanted = list(places)
    standing = in_later_rounds(work.session, programme_id, work.now)
    faults = []
    for one in wanted:
        found = faults_of_places(one) or _below_what_stands(one, standing)
        faults += [Fault(f"{fault.field}-{one.unit_id}", fault.words) for fault in found]
    if faults:
        raise Unfit(faults)
    changed = {str(one.unit_id): change for one in wanted if (change := set_places(work.session, programme, one))}
    if changed:
        details = {"quotas": changed}
        work.did("programme.quotas_changed", on_programme(programme_id), **details)


def in_later_rounds(session: Session, programme_id: int, now: dt.datetime) -> Counter[tuple[int, Kind]]:
    """Count the nominees of each unit and kind in round 2 or 3: so many places are used up (R9)."""
    rows = session.execute(
        select(Nominee.id, Nominee.recommender_id, Nominee.kind).where(
            Nominee.programme_id == programme_id,
            Nominee.withdrawn_at.is_(None),
            Nominee.id.in_(
                select(Entry.nominee_id)
                .join(Period, Entry.period_id == Period.id)
                .where(Period.round_number > 1, Period.cancelled_at.is_(None))
            ),
        )
    ).all()
    out = find_disqualified(session, [row.id for row in rows], now)
    return Counter((row.recommender_id, row.kind) for row in rows if row.id not in out)


def _taken(session: Session, programme_id: int, now: dt.datetime) -> Counter[tuple[int, Kind]]:
    """Count the nominees that are still in, of each unit and kind."""
    there = Nominee.recommender_id, Nominee.kind
    counted = select(*there, func.count()).where(Nominee.programme_id == programme_id).group_by(*there)
    everybody, gone = (
        Counter({(unit_id, kind): count for unit_id, kind, count in session.execute(query)})
        for query in (counted, counted.where(has_left(session, now)))
    )
    return everybody - gone


def _below_what_stands(places: Places, standing: Counter[tuple[int, Kind]]) -> list[Fault]:
    faults = []
    for kind, field, secret in (
        (Kind.COLLECTIVE, "collectives", places.secret_collectives),
        (Kind.INDIVIDUAL, "individuals", places.secret_individuals),
    ):
        there, number = standing[places.unit_id, kind], getattr(places, field)
        if number - secret < there:
            used = f"已有{there}个{SHORT_KIND_NAMES[kind]}进入第二轮或者第三轮公示"
            used += f"，另有涉密{secret}个" if secret else ""
            faults.append(Fault(field, f"{used}，名额不能少于{there + secret}，现在是{number}。"))
    return faults
