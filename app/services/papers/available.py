"""Which papers a page offers now. The service of each paper checks the right to it once more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import not_, or_, select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import Actor
from app.domain.periods.rounds import Kind
from app.models import Nominee, Period, Programme, Unit
from app.sealing import Keyring
from app.services.nominees.access import nominees_visible_to, of_programme
from app.services.nominees.groups import count, find_groups
from app.services.nominees.listed import ORDER, with_units
from app.services.papers.nominees import is_municipal
from app.services.papers.paper import recommenders
from app.services.shared import leavers
from app.services.shared.stored_rows import StoredRows

KINDS = Kind.COLLECTIVE, Kind.INDIVIDUAL


@dataclass(frozen=True, slots=True)
class UnitPapers:
    """A recommending unit with how many it recommends, and the keys of the papers that it has.

    `formal`: how many of them passed every step before the formal hand-in by now.
    """

    unit_id: int
    name: str
    collectives: int
    individuals: int
    formal: int
    papers: frozenset[str]

    @property
    def nominees(self) -> int:
        return self.collectives + self.individuals


def of_units(session: Session, keyring: Keyring, programme_id: int, actor: Actor, now: dt.datetime) -> list[UnitPapers]:
    """Every recommending unit whose papers this person may have. Raises SealBroken."""
    shelves, programme = [], session.get_one(Programme, programme_id)
    groups = find_groups(
        session, keyring, programme, now, among=partial(nominees_visible_to, actor), seen_by=actor, only_counted=True
    )
    remaining = [each for each in groups if not each.has_left]
    ready = [each for each in remaining if not each.standing.obstacles_to_formal]
    for unit in recommenders(session, programme_id, actor):
        theirs = [each for each in remaining if each.recommender_id == unit.id]
        collectives, individuals = (count(each for each in theirs if each.kind is kind) for kind in KINDS)
        formal = count(each for each in ready if each.recommender_id == unit.id)
        municipal = is_municipal(session, programme, unit.id)
        conditions = {
            "report-preliminary": True,
            "report-formal": True,
            "annex-2": collectives,
            "annex-3": individuals,
            "annex-6": collectives + individuals,
            "annex-7": collectives and municipal,
        }
        papers = frozenset(key for key, has in conditions.items() if has)
        shelves.append(UnitPapers(unit.id, unit.name, collectives, individuals, formal, papers))
    return shelves


def of_periods(session: Session, programme_id: int, actor: Actor) -> list[Period]:
    """Every period whose papers this person may have, the latest first."""
    query = (
        select(Period)
        .join(Unit, Period.organiser_id == Unit.id)
        .where(Period.programme_id == programme_id, Period.cancelled_at.is_(None))
        .order_by(Period.opens_at.desc(), Period.id.desc())
        .options(joinedload(Period.organiser))
    )
    if not actor.is_office:
        query = query.where(or_(Unit.id == actor.unit_id, Unit.parent_id == actor.unit_id))
    return list(session.scalars(query))


def papers_of(period: Period, now: dt.datetime) -> frozenset[str]:
    """Return the keys of the papers that a period has by now."""
    conditions = {"notice": True, "cases": now >= period.opens_at, "closing": period.closed_at is not None}
    return frozenset(key for key, has in conditions.items() if has)


def stored_nominees(session: Session, programme_id: int, actor: Actor, now: dt.datetime) -> StoredRows[Nominee]:
    """Return the remaining nominees whose forms this person may have; see `of_nominees`."""
    remain = Nominee.programme_id == programme_id, nominees_visible_to(actor), not_(leavers.has_left(session, now))
    bare = select(Nominee.id).where(*remain)
    if not actor.is_office:
        bare = bare.where(Nominee.recommender_id == actor.unit_id)
    units = joinedload(Nominee.recommender), joinedload(Nominee.unit)

    def load(ids: Sequence[int]) -> Sequence[Nominee]:
        return session.scalars(select(Nominee).where(Nominee.id.in_(ids)).options(*units)).all()

    return StoredRows(session, Nominee.id, with_units(bare), ORDER, load, lambda row: row.id, bare=bare)


def of_nominees(session: Session, programme_id: int, actor: Actor, now: dt.datetime) -> list[Nominee]:
    """List the remaining nominees whose forms this person may have: all for the office, its own for a unit."""
    rows = [
        row
        for row in of_programme(session, programme_id, actor)
        if actor.is_office or row.recommender_id == actor.unit_id
    ]
    left = leavers.describe_left(session, rows, now)
    return [row for row in rows if row.id not in left]
