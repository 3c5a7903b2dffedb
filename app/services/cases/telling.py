"""Writes warnings about events of a case to the units above it, as rows of the outbox (R21, R22, R28)."""

from __future__ import annotations

from sqlalchemy import select

from app.domain.cases.reminders import Reminder
from app.models import Case, OutboxRow
from app.services.accounts.units import chain_of_command
from app.services.messages.outbox import mark_outgoing, queue_rows
from app.services.shared.work import Work


def tell_units(work: Work, case: Case, occasion: Reminder) -> None:
    """Tell the handling unit, its superiors and the office.

    Each unit has one row for an occasion and deadline: an event that repeats updates its moment.
    """
    deadline = case.entry.period.conclude_by
    told = select(OutboxRow).where(
        OutboxRow.case_id == case.id, OutboxRow.reminder == occasion, OutboxRow.deadline == deadline
    )
    before = {row.unit_id: row for row in work.session.scalars(told)}
    for unit in chain_of_command(work.session, case.handler_unit):
        if (row := before.get(unit.id)) is not None:
            row.created_at, row.sent_at, row.planned_at = work.now, None, None
            mark_outgoing(work.session)
        else:
            told_now = {"reminder": occasion, "deadline": deadline, "created_at": work.now}
            queue_rows(work.session, [OutboxRow(case_id=case.id, unit_id=unit.id, **told_now)])
