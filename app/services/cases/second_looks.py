"""A second look at a decline or a dismissal: asked for by the objector, answered by the superior (R35)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.cases.letter_words import TurnFacts
from app.domain.cases.letters import Turn
from app.domain.cases.reminders import Reminder
from app.domain.cases.second_look import (
    LookOutcome,
    LookRequest,
    allows_second_look,
    check_look_request,
    find_last_moment_to_ask,
)
from app.domain.cases.states import (
    ACTION_NAMES,
    Action,
    Conclusion,
    State,
    require_move,
)
from app.domain.refusals import LookAskedMeanwhile, TooLateToConclude
from app.models import (
    AuditRow,
    Case,
    CaseNote,
    Entry,
    MessageKind,
    Objection,
    Period,
    SecondLook,
    UnitKind,
)
from app.services.accounts.two_people import require_own_voice, require_two_people
from app.services.cases.handling import did, give_to_office, lock_case, tell_objectors
from app.services.cases.investigation import REASON
from app.services.cases.lettering import wish_of, write_letters
from app.services.cases.telling import tell_units
from app.services.record.chain import OBJECTOR, on_case
from app.services.shared.locks import lock_row
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

WISH_LENGTH = (2, 1000)
# Nobody who acted in a case decides a second look at it. Urging and reading do not count as acting.
_NO_PART_IN_IT = (f"case.{Action.URGE}",)
_WITH_PERIOD = (
    selectinload(Case.entry).selectinload(Entry.period),
    selectinload(Case.looks),
    selectinload(Case.objections),
)


@use_case
def ask(work: Work, objection_id: int, reason: str) -> None:
    """Ask the superior to look again, by the objector, once (R35). Raises LookRefused, MissingText.

    The decision of two people stands until it is answered, and also if it never is.
    """
    objection = work.session.get_one(Objection, objection_id)
    _lock_period_of(work.session, objection.case_id)
    case = lock_row(work.session, Case, objection.case_id, *_WITH_PERIOD)
    work.session.refresh(objection)
    check_look_request(wish_of(work.session, case, objection), work.now)
    reason = checked_text(reason, "申请复核的理由", WISH_LENGTH)
    acted = sorted(list_who_acted(work.session, case))
    work.session.add(
        SecondLook(case_id=case.id, objection_id=objection.id, reason=reason, asked_at=work.now, acted=acted)
    )
    tell_units(work, case, Reminder.LOOK_ASKED)
    work.did_by(OBJECTOR, "objection.look_asked", case, objection=objection.id)


def wish(session: Session, objection: Objection, case: Case) -> LookRequest:
    """Return the facts that decide whether the objector may ask now, for the page that offers it."""
    return wish_of(session, case, objection)


@use_case
def confirm_look(work: Work, case_id: int, decision: str, asked: int | None = None) -> None:
    """Confirm what was decided (复核维持): every request that waits is answered, the decision stands (R35).

    `asked` is how many requests of the case had been made when the page was read: LookAskedMeanwhile where another
    came since. Raises AccountNotAgreed, NotTwoPeople, TooLateToConclude.
    """
    case = _lock_to_answer(work, case_id, Action.CONFIRM_LOOK)
    _require_reviewer(work, case, asked)
    decision = checked_text(decision, "复核的理由", REASON)
    told = _answer(work, case, LookOutcome.CONFIRMED, decision)
    tell_objectors(work, case, MessageKind.ANSWER, f"经复核，维持原决定。理由：{decision}", only=told)
    tell_units(work, case, Reminder.LOOK_CONFIRMED)
    write_letters(work, Turn.LOOK_CONFIRMED, case, TurnFacts(reason=decision), only=told)
    did(work, case, Action.CONFIRM_LOOK, reason=decision)


@use_case
def reopen(work: Work, case_id: int, decision: str, asked: int | None = None) -> None:
    """Take the case over and open it again (复核重办), by the office (R35). The deadline does not move.

    A dismissed case is investigated anew, a declined one counts as accepted. Every objector is told. `asked`, and what
    is raised: as for `confirm_look`.
    """
    case = _lock_to_answer(work, case_id, Action.REOPEN)
    _require_reviewer(work, case, asked)
    decision = checked_text(decision, "复核的理由", REASON)
    _answer(work, case, LookOutcome.REOPENED, decision)
    if case.handler_unit.kind is not UnitKind.OFFICE:
        give_to_office(work, case)
    target = State.ACCEPTED if case.state is State.DECLINED else State.INVESTIGATING
    case.state = require_move(case.state, target, ACTION_NAMES[Action.REOPEN])
    if target is State.ACCEPTED:
        case.decided_at = work.now
    case.decline_ground = case.decline_reason = case.decline_confirmed_by = None
    case.conclusion = case.confirmed_by = case.confirmed_at = None
    case.before_letters = False
    tell_objectors(work, case, MessageKind.REPLY, f"经复核，原来的决定不再适用，由市级专班重新办理。理由：{decision}")
    tell_units(work, case, Reminder.REOPENED)
    write_letters(work, Turn.REOPENED, case, TurnFacts(reason=decision))
    did(work, case, Action.REOPEN, reason=decision)


def _lock_to_answer(work: Work, case_id: int, action: Action) -> Case:
    """Lock the period and the case, and check that this person may answer now.

    Raises TooLateToConclude once the period was settled: a settlement that found the case ended does not look again.
    """
    _lock_period_of(work.session, case_id)
    case = lock_case(work, case_id, action)
    if case.entry.period.settled_at is not None:
        raise TooLateToConclude(case.entry.period.conclude_by)
    return case


def _lock_period_of(session: Session, case_id: int) -> None:
    """Lock the period before the case, as settlement and closing do.

    Settlement waits for open cases alone. Without this lock a case that has ended could be opened again beside it, and
    would stay open for ever.
    """
    period_id = session.scalar(select(Entry.period_id).join(Case, Case.entry_id == Entry.id).where(Case.id == case_id))
    if period_id is not None:
        lock_row(session, Period, period_id)


def _require_reviewer(work: Work, case: Case, asked: int | None) -> None:
    """Raise LookAskedMeanwhile, and AccountNotAgreed or NotTwoPeople where the actor speaks for one who acted (R22).

    Somebody who acted in the case could otherwise answer with an account that he made for it (SECURITY 50).
    """
    if asked is not None and asked != len(case.looks):
        raise LookAskedMeanwhile
    require_own_voice(work, case.facts(work.now).recused)
    for user_id in sorted({user_id for look in case.looks_waiting for user_id in look.acted}):
        require_two_people(work, user_id)


def _answer(work: Work, case: Case, outcome: LookOutcome, decision: str) -> list[int]:
    """Answer the requests that wait. Returns the ids of their objections."""
    waiting = case.looks_waiting
    for look in waiting:
        look.outcome, look.decision = outcome, decision
        look.decided_by, look.decided_at = work.actor.user_id, work.not_before(look.asked_at)
    return [look.objection_id for look in waiting]


def list_who_acted(session: Session, case: Case) -> set[int]:
    """Return everybody who acted in the case or in one joined into it at any remove, apart from urging."""
    came, more = {case.id}, {case.id}
    while more:
        more = set(session.scalars(select(Case.id).where(Case.joined_into_id.in_(more)))) - came
        came |= more
    subjects = [on_case(row) for row in sorted(came)]
    acts = select(AuditRow.actor).where(
        AuditRow.subject.in_(subjects),
        AuditRow.action.like("case.%"),
        AuditRow.action.not_in(_NO_PART_IN_IT),
        AuditRow.actor.like("user:%"),
    )
    found = {int(actor.removeprefix("user:")) for actor in session.scalars(acts.distinct())}
    found |= set(session.scalars(select(CaseNote.written_by).where(CaseNote.case_id.in_(came))))
    named = case.proposed_by, case.confirmed_by, case.decline_confirmed_by, case.assignee_id
    return found | {user_id for user_id in named if user_id is not None}


# --- what holds up a closing -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeldUp:
    """The cases, by number, on whose account a period is not closed yet, and until when."""

    numbers: list[str]
    until: dt.datetime


def list_holding_up(session: Session, periods: Collection[Period], now: dt.datetime) -> dict[int, HeldUp]:
    """Return the periods that a second look keeps from being closed, by id (R30, R35).

    An objector waits for the answer, until the deadline, or may still ask.
    """
    open_to_it = {period.id: period for period in periods if now < period.conclude_by}
    cases = session.scalars(
        select(Case)
        .join(Entry, Case.entry_id == Entry.id)
        .where(
            Entry.period_id.in_(open_to_it),
            (Case.state == State.DECLINED) | (Case.conclusion == Conclusion.DISMISSED),
        )
        .order_by(Case.id)
        .options(joinedload(Case.entry), selectinload(Case.looks), selectinload(Case.objections))
    ).all()
    by_period: dict[int, list[Case]] = {}
    for case in cases:
        by_period.setdefault(case.entry.period_id, []).append(case)
    found = {period_id: _held_up(open_to_it[period_id], ended, now) for period_id, ended in by_period.items()}
    return {period_id: held_up for period_id, held_up in found.items() if held_up.numbers}


def _held_up(period: Period, ended: Sequence[Case], now: dt.datetime) -> HeldUp:
    waiting = [case.number for case in ended if case.looks_waiting]
    if waiting:
        return HeldUp(waiting, period.conclude_by)
    until = find_last_moment_to_ask(period.conclude_by, period.day_table)
    return HeldUp([case.number for case in ended if _may_ask(case)] if now < until else [], until)


def _may_ask(case: Case) -> bool:
    """Tell whether any objector of the case has neither withdrawn nor asked before."""
    asked = {look.objection_id for look in case.looks}
    open_to_it = allows_second_look(case.state, case.conclusion)
    return open_to_it and any(each.withdrawn_at is None and each.id not in asked for each in case.objections)
