"""Warnings before a deadline (R28), as rows of the outbox: to the handling unit, its superiors and the office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.calendar.workdays import local_date
from app.domain.cases.reminders import Reminder, find_due_reminder
from app.domain.cases.states import OPEN_STATES, Actor, Role, State
from app.models import Case, Entry, OutboxRow, Period, SecondLook, Unit, UnitKind
from app.models.arrivals import shown_to
from app.services.accounts.units import chain_of_command
from app.services.cases.visibility import not_recused
from app.services.messages.outbox import queue_rows
from app.services.shared.work import Work

# Warnings that are shown although their case is over.
_OF_ENDED = (Reminder.DECLINED, Reminder.LOOK_ASKED, Reminder.LOOK_CONFIRMED)


def warn_due(work: Work) -> int:
    """Write the warnings whose time has come and commit. Returns how many; running twice adds none."""
    try:
        with work:
            return _warn_all(work.session, work.now)
    except IntegrityError:
        return 0  # another server ticked at the same moment and wrote them


def _warn_all(session: Session, now: dt.datetime) -> int:
    written = 0
    for period in session.scalars(
        select(Period).where(
            Period.opens_at <= now,
            Period.conclude_by > now,
            Period.settled_at.is_(None),
            Period.closed_at.is_(None),
            Period.cancelled_at.is_(None),
        )
    ).all():
        reminder = find_due_reminder(period.conclude_by, period.day_table, now)
        if reminder is not None:
            written += _warn(session, period, reminder, now)
        written += _warn_of_fallen(session, period, now)
        written += _warn_of_silence(session, period, now)
    return written


def _warn(session: Session, period: Period, reminder: Reminder, now: dt.datetime) -> int:
    warned = set(
        session.execute(
            select(OutboxRow.case_id, OutboxRow.unit_id)
            .join(Case, OutboxRow.case_id == Case.id)
            .join(Entry, Case.entry_id == Entry.id)
            .where(
                Entry.period_id == period.id,
                OutboxRow.reminder == reminder,
                OutboxRow.deadline == period.conclude_by,
            )
        )
    )
    cases = session.scalars(
        select(Case)
        .join(Entry, Case.entry_id == Entry.id)
        .where(Entry.period_id == period.id, Case.state.in_(OPEN_STATES))
        .options(joinedload(Case.handler_unit))
    ).all()
    rows = [
        OutboxRow(
            case_id=case.id,
            unit_id=unit.id,
            reminder=reminder,
            deadline=period.conclude_by,
            created_at=now,
        )
        for case in cases
        for unit in chain_of_command(session, case.handler_unit)
        if (case.id, unit.id) not in warned
    ]
    queue_rows(session, rows)
    session.flush()
    return len(rows)


def _warn_of_fallen(session: Session, period: Period, now: dt.datetime) -> int:
    """Tell the units that a case has fallen to the office (R21), once a deadline."""
    told = exists().where(
        OutboxRow.case_id == Case.id,
        OutboxRow.reminder == Reminder.ESCALATED,
        OutboxRow.deadline == period.conclude_by,
    )
    waiting = session.scalars(
        select(Case)
        .join(Entry, Case.entry_id == Entry.id)
        .join(Unit, Case.handler_unit_id == Unit.id)
        .where(Entry.period_id == period.id, Case.state.in_(OPEN_STATES), Unit.kind != UnitKind.OFFICE, ~told)
        .options(joinedload(Case.handler_unit).selectinload(Unit.people), selectinload(Case.recusals))
    ).all()
    days = period.day_table if waiting else None
    rows = [
        OutboxRow(
            case_id=case.id,
            unit_id=unit.id,
            reminder=Reminder.ESCALATED,
            deadline=period.conclude_by,
            created_at=now,
        )
        for case in waiting
        if case.facts(now, days).escalated(now)
        for unit in chain_of_command(session, case.handler_unit)
    ]
    queue_rows(session, rows)
    session.flush()
    return len(rows)


def _warn_of_silence(session: Session, period: Period, now: dt.datetime) -> int:
    """Tell the handling unit that the day to answer by is over and no supplement came, once a case."""
    told = exists().where(OutboxRow.case_id == Case.id, OutboxRow.reminder == Reminder.SUPPLEMENT_OVER)
    waiting = session.scalars(
        select(Case)
        .join(Entry, Case.entry_id == Entry.id)
        .where(
            Entry.period_id == period.id,
            Case.state == State.AWAITING_SUPPLEMENT,
            Case.supplement_by <= now,
            ~told,
        )
    ).all()
    rows = [
        OutboxRow(
            case_id=case.id,
            unit_id=case.handler_unit_id,
            reminder=Reminder.SUPPLEMENT_OVER,
            deadline=period.conclude_by,
            created_at=now,
        )
        for case in waiting
    ]
    queue_rows(session, rows)
    session.flush()
    return len(rows)


_OCCASIONS = list(Reminder)  # what can only come after another stands behind it: arrival first


def warnings_for(session: Session, actor: Actor, now: dt.datetime, limit: int = 20) -> Sequence[OutboxRow]:
    """List the newest warnings to a person's unit about cases that are still open, the newest day first.

    Within a day neither their order nor where the list is cut says anything of what came first (R19).

    A unit is told of a case from the day after it came in (R19). Its arrival is left out once somebody has accepted it,
    and a proposal once it is confirmed or returned. That a case was declined is shown although it is over, and so is
    what becomes of a second look (R35): the superior is told. A recused person sees no warning about the case.
    """
    if actor.role is Role.AUDITOR:
        return []
    waits_for_a_look = exists().where(SecondLook.case_id == Case.id, SecondLook.outcome.is_(None))
    there = session.execute(
        select(OutboxRow.id, OutboxRow.created_at, OutboxRow.case_id, OutboxRow.reminder)
        .join(Case, OutboxRow.case_id == Case.id)
        .where(
            OutboxRow.unit_id == actor.unit_id,
            OutboxRow.deadline > now,
            or_(Case.state.in_(OPEN_STATES), OutboxRow.reminder.in_(_OF_ENDED)),
            or_(OutboxRow.reminder != Reminder.LOOK_ASKED, waits_for_a_look),
            or_(OutboxRow.reminder != Reminder.SUPPLEMENT_OVER, Case.state == State.AWAITING_SUPPLEMENT),
            not_recused(actor),
            shown_to(actor, now),
            or_(OutboxRow.reminder != Reminder.ARRIVAL, Case.state == State.RECEIVED),
            or_(OutboxRow.reminder != Reminder.PROPOSED, Case.state == State.PROPOSED),
            or_(
                OutboxRow.reminder != Reminder.DECLINE_PROPOSED,
                (Case.state == State.RECEIVED) & Case.decline_proposed_ground.is_not(None),
            ),
        )
    ).all()
    in_order = sorted(
        there,
        key=lambda row: (-local_date(row.created_at).toordinal(), row.case_id, -_OCCASIONS.index(row.reminder)),
    )
    shown = [row.id for row in in_order]
    query = select(OutboxRow).where(OutboxRow.id.in_(shown[:limit])).options(joinedload(OutboxRow.case))
    return sorted(session.scalars(query), key=lambda row: shown.index(row.id))
