"""The day until which an objector is asked to answer (补正), in working days, never past the deadline (R20, R34)."""

from __future__ import annotations

import datetime as dt

from app.domain.calendar.workdays import (
    Calendar,
    end_of,
    last_day_before,
    local_date,
    nth_workday_after,
    nth_workday_before,
)
from app.domain.refusals import BeyondHorizon

PROPOSED_WORKDAYS = 2
MOST_WORKDAYS = 5


def find_answer_day(now: dt.datetime, workdays: int, conclude_by: dt.datetime, calendar: Calendar) -> dt.datetime:
    """Return 24:00 of the nth working day after today, at the latest one working day before the deadline's own.

    On the last two days that is the deadline itself: nothing earlier is left. `workdays` >= 1.
    """
    try:
        latest = end_of(nth_workday_before(last_day_before(conclude_by), 1, calendar))
        wanted = end_of(nth_workday_after(local_date(now), workdays, calendar))
    except BeyondHorizon:
        return conclude_by
    return min(wanted, latest) if latest > end_of(local_date(now)) else conclude_by
