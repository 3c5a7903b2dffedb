"""A unit's queue of cases, most urgent first (R21, R25)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.calendar.workdays import DayTable, local_date
from app.domain.cases.reminders import count_workdays_left
from app.domain.cases.states import (
    OPEN_STATES,
    Action,
    Actor,
    CaseFacts,
    Role,
    State,
    allowed_actions,
    may_see,
)
from app.domain.cases.tasks import CaseTask, find_task
from app.models import Case, Entry, Objection, Period, Registration, Unit, User


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


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """A proposal, to conclude or to decline, that somebody may confirm at one moment (R22)."""

    case: Case
    proposer: User
    days_after: int | None  # working days left after today
    is_mine: bool  # it waits for this person's unit; False where the unit that proposed it has a second person itself


def list_to_confirm(session: Session, actor: Actor, now: dt.datetime) -> list[ToConfirm]:
    """List the proposals that this person may confirm, and would not be refused: what falls due first comes first.

    The office may confirm every unit's (R22). Left out are those of accounts that don't count as another person, and
    all while one's own account waits for an agreement.
    """
    me = session.get_one(User, actor.user_id)
    if me.waits_for_agreement or actor.role is Role.AUDITOR:
        return []
    waits = or_(Case.state == State.PROPOSED, Case.decline_proposed_ground.is_not(None))
    query = _cases().where(Case.state.in_(OPEN_STATES), waits)
    if not actor.is_office:
        query = query.where(Case.handler_unit_id == actor.unit_id)
    found = []
    for case, table, facts in _with_facts(session.scalars(query).unique().all(), now):
        step = Action.CONFIRM if facts.state is State.PROPOSED else Action.CONFIRM_DECLINE
        if not may_see(actor, facts) or step not in allowed_actions(actor, facts, now):
            continue
        proposer = session.get_one(User, case.proposed_by)
        if me.speaks_for in (proposer.speaks_for, *facts.recused):
            continue
        others = facts.people(facts.hands) - {proposer.speaks_for}
        is_mine = case.handler_unit_id == actor.unit_id or facts.escalated(now) or not others
        left = count_workdays_left(case.entry.period.conclude_by, table, now)
        found.append(ToConfirm(case, proposer, left, is_mine))
    return sorted(found, key=lambda row: (row.case.entry.period.conclude_by, row.case.proposed_at, row.case.id))


def list_queue(
    session: Session,
    actor: Actor,
    now: dt.datetime,
    states: Iterable[State] = (),
    assignee_id: int | None = None,
) -> list[QueuedCase]:
    """List the cases that a unit handles and this person may see: open ones first, by working days left.

    `states` and `assignee_id` narrow the list. Empty values narrow nothing.
    """
    cases = session.scalars(_cases().where(Case.handler_unit_id == actor.unit_id)).unique().all()
    return _ordered(cases, actor, now, frozenset(states), assignee_id)


def list_all_cases(session: Session, actor: Actor, now: dt.datetime, states: Iterable[State] = ()) -> list[QueuedCase]:
    """List every case, whoever handles it, those of closed periods and archived programmes too: the office's list."""
    return _ordered(session.scalars(_cases()).unique().all(), actor, now, frozenset(states))


def list_watched(session: Session, actor: Actor, now: dt.datetime) -> list[QueuedCase]:
    """List the open cases of the units below this person's own, which it watches (R21)."""
    if actor.role is Role.AUDITOR:
        return []
    query = _cases().where(Case.handler_unit_id != actor.unit_id, Case.state.in_(OPEN_STATES))
    cases = session.scalars(query).unique().all()
    return [queued for queued in _ordered(cases, actor, now) if queued.is_open]


def list_without_hands(session: Session, now: dt.datetime) -> list[Case]:
    """List the open cases that no two people with live accounts can together bring to a conclusion (R21)."""
    query = _cases().join(Entry, Case.entry_id == Entry.id).join(Period, Entry.period_id == Period.id)
    cases = session.scalars(query.where(Case.state.in_(OPEN_STATES), Period.conclude_by > now)).unique().all()
    return [case for case, _, facts in _with_facts(cases, now) if not facts.has_hands]


def list_of_period(session: Session, period_id: int, actor: Actor, now: dt.datetime) -> list[QueuedCase]:
    """List the cases of one period that this person may see, in whatever state."""
    query = _cases().join(Entry, Case.entry_id == Entry.id).where(Entry.period_id == period_id)
    return _ordered(session.scalars(query).unique().all(), actor, now)


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


def _ordered(
    cases: Sequence[Case],
    actor: Actor,
    now: dt.datetime,
    states: frozenset[State] = frozenset(),
    assignee_id: int | None = None,
) -> list[QueuedCase]:
    rows = []
    for case, table, facts in _with_facts(cases, now):
        if not may_see(actor, facts) or (states and facts.state not in states):
            continue
        if assignee_id is not None and case.assignee_id != assignee_id:
            continue
        left = count_workdays_left(case.entry.period.conclude_by, table, now)
        rows.append(QueuedCase(case, facts.state, left, facts.escalated(now), facts.has_hands, facts))
    return sorted(rows, key=_place)


def _with_facts(cases: Sequence[Case], now: dt.datetime) -> Iterator[tuple[Case, DayTable, CaseFacts]]:
    """Yield each case with its period's days and its facts. The days of a period are put together once."""
    tables: dict[int, DayTable] = {}
    for case in cases:
        period = case.entry.period
        table = tables.get(period.id) or tables.setdefault(period.id, period.day_table)
        yield case, table, case.facts(now, table)


def _place(row: QueuedCase) -> tuple[bool, dt.datetime, dt.date, int]:
    """Return what a list is ordered by. Of one day the order says nothing of who came first (R19)."""
    arrived = local_date(row.case.received_at)
    return not row.is_open, row.case.entry.period.conclude_by, arrived, row.case.id
