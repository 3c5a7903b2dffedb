"""A flood: many waiting cases with nearly the same text or from the same source, seen together (R23).

`bulk` has the acts on one.

A keyed hash tells whether two objections have the same source. Only the office sees it, as a letter for each source: a
unit could file under the numbers of people whom it suspects, and see which of them has filed already (R19).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.calendar.workdays import local_date, midnight
from app.domain.cases.states import Action, Actor, Role, State, check_action
from app.domain.refusals import NotYourCase, Refusal
from app.models import Case, Entry, Objection, Period
from app.models.arrivals import shown_to
from app.models.expressions import LocalDay
from app.services.cases import groupings
from app.services.cases import likeness as likeness_of
from app.services.cases.visibility import not_recused

FEWEST = 3
MOST = 500  # the most cases of one group on a page, and in one act


class Likeness(StrEnum):
    """What the objections of a group have in common."""

    TEXT = "text"
    SOURCE = "source"


LIKENESS_NAMES = {Likeness.TEXT: "内容相同或者相近", Likeness.SOURCE: "来源相同"}


def likenesses_for(actor: Actor) -> tuple[Likeness, ...]:
    """Return what this person may see objections grouped by."""
    return tuple(Likeness) if actor.is_office else (Likeness.TEXT,)


@dataclass(frozen=True, slots=True)
class Flood:
    """One group as the list shows it. It is named by its earliest case: no hash leaves the database."""

    likeness: Likeness
    period: Period
    first_case: int
    cases: int
    latest: dt.datetime


@dataclass(frozen=True, slots=True)
class Drop:
    """One case of a group, and whether this person may decline it.

    `source` is a letter for where it came from. It is empty for everybody but the office.
    """

    case: Case
    source: str
    why_not: str
    chosen: bool  # proposed to be declined: an earlier case of the group is against the same nominee


def floods(session: Session, actor: Actor, now: dt.datetime) -> list[Flood]:
    """List the groups of three or more waiting cases that are alike, newest first.

    A unit sees its own groups, the office all.
    """
    found = []
    if Likeness.SOURCE in likenesses_for(actor):
        several = func.count(Case.id.distinct())
        wanted = (Period.id, func.min(Case.id), several, func.max(Objection.filed_at))
        query = _visible(actor, now, *wanted).where(*_waiting(now), Objection.contact_hash.is_not(None))
        rows = session.execute(query.group_by(Period.id, Objection.contact_hash).having(several >= FEWEST))
        found += [(Likeness.SOURCE, *row) for row in rows]
    found += [(Likeness.TEXT, *row) for row in _near_groups(session, actor, now)]
    wide = select(Period).where(Period.id.in_({period_id for _, period_id, *_ in found}))
    periods = {period.id: period for period in session.scalars(wide.options(joinedload(Period.organiser)))}
    groups = [Flood(likeness, periods[period_id], *row) for likeness, period_id, *row in found]
    return sorted(groups, key=lambda group: (local_date(group.latest), group.first_case), reverse=True)


def drops_of(session: Session, likeness: Likeness, case_id: int, actor: Actor, now: dt.datetime) -> list[Drop]:
    """List the waiting cases that are alike to this one, by their day; the office, in the order in which they came.

    Raises NotYourCase.
    """
    ids = alike(session, likeness, case_id, actor, now)
    cases = session.scalars(
        select(Case)
        .where(Case.id.in_(ids))
        .options(
            joinedload(Case.entry).joinedload(Entry.period),
            joinedload(Case.handler_unit),
            selectinload(Case.objections),
            selectinload(Case.recusals),
        )
    ).all()
    letters: dict[str, str] = {}
    against: set[int] = set()
    drops = []

    for case in sorted(cases, key=lambda case: place(actor, case.received_at, case.id)):
        why_not = _why_not(actor, case, now)
        source = _source(case, letters) if actor.is_office else ""
        drops.append(Drop(case, source, why_not, case.entry_id in against and not why_not))
        against.add(case.entry_id)
    return drops


def place(actor: Actor, received_at: dt.datetime, case_id: int) -> tuple[dt.datetime, int]:
    """Return what the cases of a group are ordered by: arrival, and for a unit its day alone (R19).

    Which case of a day stands first, names the group and is kept when the others are joined tells a unit nothing then.
    """
    return received_at if actor.is_office else midnight(local_date(received_at)), case_id


def _visible(actor: Actor, now: dt.datetime, *wanted: Any) -> Select[Any]:
    """Select from the objections of the cases that this person's unit handles.

    The office watches all. Cases from which this person is recused are left out, and for a unit those of today (R19).
    """
    query = (
        select(*wanted)
        .select_from(Objection)
        .join(Case, Objection.case_id == Case.id)
        .join(Entry, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(not_recused(actor), shown_to(actor, now))
    )
    return query if actor.role is Role.OFFICE else query.where(Case.handler_unit_id == actor.unit_id)


def _waiting(now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a waiting case: neither accepted nor declined nor proposed to be, and not lapsed (R26).

    A lapse counts whether or not it is settled.
    """
    return Case.state == State.RECEIVED, Case.decline_proposed_ground.is_(None), Period.conclude_by > now


def alike(session: Session, likeness: Likeness, case_id: int, actor: Actor, now: dt.datetime) -> Sequence[int]:
    """Return the ids of the waiting cases of the period that are like this one, in the order of `place`, 500 at most.

    The state of this case does not matter. Raises NotYourCase.
    """
    if likeness not in likenesses_for(actor):
        raise NotYourCase
    if likeness is Likeness.TEXT:
        return _near(session, case_id, actor, now)
    column = Objection.contact_hash
    this = _visible(actor, now, Entry.period_id, column).where(Case.id == case_id, column.is_not(None))
    found = session.execute(this.order_by(Objection.id).limit(1)).first()
    if found is None:
        raise NotYourCase
    period_id, mark = found
    query = _visible(actor, now, Case.id, Case.received_at).where(
        *_waiting(now), Entry.period_id == period_id, column == mark
    )
    return session.scalars(query.distinct().order_by(Case.received_at, Case.id).limit(MOST)).all()


def _near(session: Session, case_id: int, actor: Actor, now: dt.datetime) -> Sequence[int]:
    this = _visible(actor, now, Entry.period_id, Objection.facts)
    this = this.where(Case.id == case_id, Objection.text_hash.is_not(None))
    found = session.execute(this.order_by(Objection.id).limit(1)).first()
    if found is None:
        raise NotYourCase
    period_id, facts = found
    for _, groups in _groups_by_period(session, actor, now, Entry.period_id == period_id):
        for ids in groups:
            if case_id in ids:
                return ids[:MOST]
    # It waits no longer: whose group it would come into is asked.
    waiting = _firsts(session, actor, now, Objection.facts, Entry.period_id == period_id)
    texts = [*((each, text) for _, each, text in waiting), (case_id, facts)]
    (group,) = (ids for ids in likeness_of.groups(texts) if case_id in ids)
    return [each for each in group if each != case_id][:MOST]


def _near_groups(session: Session, actor: Actor, now: dt.datetime) -> list[tuple[int, int, int, dt.datetime]]:
    """Return the groups of near texts as (period, first case, how many, latest), none across periods."""
    found = [
        (period_id, ids)
        for period_id, groups in _groups_by_period(session, actor, now)
        for ids in groups
        if len(ids) >= FEWEST
    ]
    filed_at = _first_filed(session, [each for _, ids in found for each in ids])
    return [(period_id, ids[0], len(ids), max(filed_at[each] for each in ids)) for period_id, ids in found]


def _first_filed(session: Session, case_ids: Sequence[int]) -> dict[int, dt.datetime]:
    """Return when the first objection with a text to compare of each case was filed."""
    query = select(Objection.case_id, func.min(Objection.filed_at)).where(Objection.text_hash.is_not(None))
    found: dict[int, dt.datetime] = {}
    for start in range(0, len(case_ids), MOST):
        some = Objection.case_id.in_(case_ids[start : start + MOST])
        found |= dict(session.execute(query.where(some).group_by(Objection.case_id)).all())
    return found


def _groups_by_period(
    session: Session, actor: Actor, now: dt.datetime, *wanted: ColumnElement[bool]
) -> Iterator[tuple[int, Sequence[Sequence[int]]]]:
    """Yield each period with its groups of near texts."""
    by_period: dict[int, list[tuple[int, str]]] = {}
    for period_id, case_id, text_hash in _firsts(session, actor, now, Objection.text_hash, *wanted):
        by_period.setdefault(period_id, []).append((case_id, text_hash))

    def texts_of(case_ids: Collection[int]) -> dict[int, str]:
        # A few hundred ids at a time: no database takes any number of them in one statement.
        wanted: list[int] = list(case_ids)
        found: dict[int, str] = {}
        for start in range(0, len(wanted), MOST):
            some = Case.id.in_(wanted[start : start + MOST])
            found |= {case_id: text for _, case_id, text in _firsts(session, actor, now, Objection.facts, some)}
        return found

    for period_id, marks in by_period.items():
        scope = (period_id, "office" if actor.is_office else actor.unit_id)
        yield period_id, groupings.groups_of(scope, marks, texts_of)


def _firsts(
    session: Session, actor: Actor, now: dt.datetime, what: Any, *wanted: ColumnElement[bool]
) -> list[tuple[int, int, str]]:
    """Return (period, case, `what` of its first objection) of the waiting cases, in the order of `place`."""
    came = Case.received_at if actor.is_office else LocalDay(Case.received_at)
    query = _visible(actor, now, Entry.period_id, Case.id, what)
    query = query.where(*_waiting(now), Objection.text_hash.is_not(None), *wanted)
    rows = session.execute(query.order_by(came, Case.id, Objection.filed_at, Objection.id))
    firsts: dict[int, tuple[int, int, str]] = {}
    for period_id, case_id, found in rows:
        firsts.setdefault(case_id, (period_id, case_id, found))
    return list(firsts.values())


def _why_not(actor: Actor, case: Case, now: dt.datetime) -> str:
    try:
        check_action(actor, Action.DECLINE, case.facts(now), now)
    except Refusal as refusal:
        return str(refusal)
    return ""


def _source(case: Case, letters: dict[str, str]) -> str:
    """Name the source: 来源A, 来源B … in the order of first appearance.

    A case that was filed before sources were told apart has none.
    """
    named = []
    for objection in case.objections:
        if objection.contact_hash is not None:
            named.append("来源" + letters.setdefault(objection.contact_hash, _letter(len(letters))))
    return "、".join(dict.fromkeys(named)) or "来源不详"


def _letter(number: int) -> str:
    """Return the letters for a number that counts from 0: A … Z, AA, AB …"""
    high, low = divmod(number, 26)
    return (_letter(high - 1) if high else "") + chr(ord("A") + low)
