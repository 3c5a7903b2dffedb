"""The steps that every act of a handler shares: lock and check the case, tell the objectors, write the record."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app.domain.cases.reminders import Reminder
from app.domain.cases.states import OPEN_STATES, Action, check_action, concerns, takes_over
from app.domain.periods.window import too_late_to_conclude
from app.domain.refusals import NotYourCase, TooLateToConclude
from app.models import Case, Entry, Message, MessageKind, Objection, Unit
from app.services.cases.telling import tell_units
from app.services.messages import followers
from app.services.shared.locks import lock_row_if_any
from app.services.shared.work import Work

FELL_TO_OFFICE = "办理单位在规定的工作日内没有办理，或者已经无人可以办理，案件转由市级专班办理。"


@cache  # and not at import: it configures every mapper, a tenth of a second of each process that starts
def with_facts() -> tuple[ORMOption, ...]:
    """Return how to load the relations that `facts` and the deadline are read from."""
    return (
        selectinload(Case.objections),
        selectinload(Case.recusals),
        selectinload(Case.looks),
        selectinload(Case.handler_unit).selectinload(Unit.people),
        selectinload(Case.entry).selectinload(Entry.period),
    )


def lock_case(work: Work, case_id: int, action: Action) -> Case:
    """Lock the case and check that the rules let this person do this to it at this moment."""
    case = lock_row_if_any(work.session, Case, case_id, *with_facts())
    if case is None:
        raise NotYourCase
    facts = case.facts(work.now)
    if not concerns(work.actor, facts):
        raise NotYourCase
    conclude_by = case.entry.period.conclude_by
    if case.state in OPEN_STATES and too_late_to_conclude(conclude_by, work.now):
        raise TooLateToConclude(conclude_by)
    check_action(work.actor, action, facts, work.now)
    if action in (Action.ACCEPT, Action.DECLINE) and takes_over(work.actor, action, facts):
        give_to_office(work, case)
        work.did(f"case.{Action.TAKE_OVER}", case, reason=FELL_TO_OFFICE)
    return case


def did(work: Work, case: Case, action: Action, **details: Any) -> None:
    """Note on the record what was done, and that the case was worked on (R21, R32)."""
    case.touched_at = work.now
    work.did(f"case.{action}", case, **details)


def tell_objectors(work: Work, case: Case, kind: MessageKind, text: str, only: Collection[int] | None = None) -> None:
    """Write to the objectors of the case, or to those named in `only`, to be read on the receipt page (R18)."""
    objections = select(Objection.id).where(Objection.case_id == case.id).order_by(Objection.id)
    if only is not None:
        objections = objections.where(Objection.id.in_(only))
    write_to(work, work.session.scalars(objections).all(), kind, text)


def write_to(work: Work, objection_ids: Sequence[int], kind: MessageKind, text: str) -> None:
    """Write to the objectors of these objections, to be read on the receipt page (R18)."""
    work.session.add_all(Message(objection_id=each, kind=kind, text=text, sent_at=work.now) for each in objection_ids)
    followers.tell_objectors_of_news(work, objection_ids)


def give_to_office(work: Work, case: Case) -> None:
    """Make the office the handler of the case; the unit that had it is told (R21)."""
    tell_units(work, case, Reminder.TAKEN_OVER)  # the unit that had it, too
    case.handler_unit = case.handler_unit.office
    case.assignee_id = None
