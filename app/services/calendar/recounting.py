"""Marks periods under way that a newly loaded notice counts differently; their dates stay (R3)."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.domain.calendar.workdays import Calendar
from app.domain.periods.replanning import recount
from app.domain.refusals import BeyondHorizon
from app.models import Period
from app.models.periods import days_to_json
from app.services.shared.work import Work


def recount_periods(work: Work, calendar_for: Callable[[bool], Calendar]) -> None:
    """Mark every period whose deadline is still to come with how the notice in force counts its days.

    `calendar_for` gives the calendar of a demonstration or of any other programme. Dates stay; a deadline whose day no
    longer works is settled at 24:00 of the next working day. In the caller's transaction, on the record.
    """
    running = (
        select(Period)
        .where(
            Period.conclude_by > work.now,
            Period.settled_at.is_(None),
            Period.closed_at.is_(None),
            Period.cancelled_at.is_(None),
        )
        .order_by(Period.id)
        .options(selectinload(Period.programme), selectinload(Period.window_extensions))
        .with_for_update(of=Period)
        .execution_options(populate_existing=True)
    )
    for period in work.session.scalars(running).all():
        try:
            found = recount(period.stored, calendar_for(period.programme.demonstration))
        except BeyondHorizon:
            continue  # `affected_periods` names the year that is missing
        before = (period.recount, period.waits_until)
        period.recount = days_to_json(found.days) if found else None
        period.waits_until = found.waits_until if found else None
        if before != (period.recount, period.waits_until):
            waits = period.waits_until.isoformat() if period.waits_until else None
            work.did("period.recounted", period, workdays=period.workdays, waits_until=waits)
