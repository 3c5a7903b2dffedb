"""A unit's queue of cases, most urgent first (R21, R25)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.calendar.workdays import DayTable
from app.domain.cases.reminders import count_workdays_left
from app.domain.cases.states import (
    OPEN_STATES,
    Actor,
    CaseFacts,
    Role,
    State,
)
from app.domain.cases.tasks import CaseTask, find_task
from app.models import Case, Entry, Objection, Period, Recusal, Registration, Unit, User
from app.models.expressions import LocalDay
from app.services.cases.visibility import cases_visible_to, is_open
from app.services.shared.stored_rows import Selection, StoredRows


@dataclass(frozen=True, slots=True)
class QueuedCase:
    """A case as a list shows it at one moment."""

    case: Case
    state: State
    days_after: int | None  # working days left after today, 0 on the last one, None once it is over
    escalated: bool
    has_hands: bool
    facts: CaseFacts

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def urgent(self) -> bool:
        return self.is_open and not self.days_after

    def task_for(self, actor: Actor, now: dt.datetime, *, agreed: bool) -> CaseTask | None:
        """Return what the case waits for from this person; see `find_task`."""
        return find_task(actor, self.facts, now, agreed=agreed, supplement_by=self.case.supplement_by)


def stored_queue(session: Session, actor: Actor, now: dt.datetime) -> StoredRows[QueuedCase]:
    """Return the cases that a unit handles and this person may see: open ones first, by working days left."""
    return stored_cases(session, actor, now, Case.handler_unit_id == actor.unit_id)


def stored_watched(session: Session, actor: Actor, now: dt.datetime) -> StoredRows[QueuedCase]:
    """Return the open cases of the units below this person's own, which it watches (R21)."""
    return stored_cases(session, actor, now, Case.handler_unit_id != actor.unit_id, open_only=True)


def stored_of_period(session: Session, period_id: int, actor: Actor, now: dt.datetime) -> StoredRows[QueuedCase]:
    """Return the cases of one period that this person may see, in whatever state."""
    return stored_cases(session, actor, now, Entry.period_id == period_id)


def stored_cases(
    session: Session, actor: Actor, now: dt.datetime, *where: ColumnElement[bool], open_only: bool = False
) -> StoredRows[QueuedCase]:
    """Return every case that this person may see, whoever handles it, of closed periods and archived programmes too.

    Open ones stand first, the earliest deadline first. Of one day the order says nothing of who came first (R19).
    `where` narrows them, by the case or its entry alone unless they are `open_only`.
    """
    seen = select(Case.id).join(Entry, Case.entry_id == Entry.id).where(cases_visible_to(actor, now), *where)
    ordered = seen.join(Period, Entry.period_id == Period.id)

    def load(ids: Sequence[int]) -> list[QueuedCase]:
        return load_queued(session, ids, now)

    return StoredRows(
        session,
        Case.id,
        ordered.where(is_open(now)) if open_only else ordered,
        (Period.conclude_by, LocalDay(Case.received_at), Case.id),
        load,
        lambda row: row.case.id,
        first=is_open(now),
        grouped=None if open_only else seen,
    )


def list_queue(session: Session, actor: Actor, now: dt.datetime) -> list[QueuedCase]:
    """List the cases that a unit handles and this person may see; see `stored_queue`."""
    return list(stored_queue(session, actor, now).every(Selection()))


def list_all_cases(session: Session, actor: Actor, now: dt.datetime) -> list[QueuedCase]:
    """List every case that this person may see; see `stored_cases`."""
    return list(stored_cases(session, actor, now).every(Selection()))


def list_without_hands(session: Session, now: dt.datetime, recused: int | None = None) -> list[Case]:
    """List the open cases that no two people with live accounts can together bring to a conclusion (R21).

    Whether they can is the same for all cases of a unit from which nobody is recused, so one of them is judged for all.
    `recused` keeps to the cases from which this account is recused.
    """
    opened = (
        select(Case.id)
        .join(Entry, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(is_open(now))
    )
    anybody = exists().where(Recusal.case_id == Case.id)
    alone = opened.where(anybody)
    if recused is not None:
        alone = opened.where(exists().where(Recusal.case_id == Case.id, Recusal.user_id == recused))
    judged = set(session.scalars(alone))
    if recused is None:
        like = opened.with_only_columns(func.min(Case.id)).where(~anybody).group_by(Case.handler_unit_id)
        judged.update(session.scalars(like))
    without = [row.case for row in load_queued(session, sorted(judged), now) if not row.has_hands]
    units = [case.handler_unit_id for case in without if not case.recusals]
    if units:
        rest = session.scalars(opened.where(~anybody, Case.handler_unit_id.in_(units))).all()
        without = [case for case in without if case.recusals]
        without += [row.case for row in load_queued(session, rest, now)]
    return sorted(without, key=lambda case: case.id)


def list_colleagues(session: Session, actor: Actor) -> Sequence[User]:
    """List the people to whom the cases of this person's unit can be given."""
    in_unit = User.unit_id == actor.unit_id, User.disabled_at.is_(None), User.role != Role.AUDITOR
    return session.scalars(select(User).where(*in_unit).order_by(User.id)).all()


def _cases() -> Select[Case]:
    return select(Case).options(
        joinedload(Case.entry).joinedload(Entry.period).joinedload(Period.organiser),
        joinedload(Case.entry).joinedload(Entry.period).joinedload(Period.programme),
        joinedload(Case.handler_unit).selectinload(Unit.people),
        joinedload(Case.assignee),
        # Who registered it tells whether it is held back (R19): of a flood in one statement.
        selectinload(Case.objections).selectinload(Objection.registration).joinedload(Registration.registrar),
        selectinload(Case.recusals),
        selectinload(Case.looks),
    )


def load_queued(session: Session, ids: Sequence[int], now: dt.datetime) -> list[QueuedCase]:
    """Return these cases as lists show them, in any order."""
    rows = []
    for case, table, facts in _with_facts(session.scalars(_cases().where(Case.id.in_(ids))).unique().all(), now):
        left = count_workdays_left(case.entry.period.conclude_by, table, now)
        rows.append(QueuedCase(case, facts.state, left, facts.escalated(now), facts.has_hands, facts))
    return rows


def _with_facts(cases: Sequence[Case], now: dt.datetime) -> Iterator[tuple[Case, DayTable, CaseFacts]]:
    """Yield each case with its period's days and its facts. The days of a period are put together once."""
    tables: dict[int, DayTable] = {}
    for case in cases:
        period = case.entry.period
        table = tables.get(period.id) or tables.setdefault(period.id, period.day_table)
        yield case, table, case.facts(now, table)
