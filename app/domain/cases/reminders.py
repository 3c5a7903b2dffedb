"""When a handler is warned (R28), counted on the days stored with the period."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from app.domain.calendar.workdays import (
    Calendar,
    DayTable,
    end_of,
    last_day_before,
    local_date,
    midnight,
    nth_workday_after,
    nth_workday_before,
    workdays_between,
)
from app.domain.refusals import BeyondHorizon

ESCALATION_WORKDAYS = 2
_MORNING = dt.timedelta(hours=8)


class Reminder(StrEnum):
    """The occasions of a warning."""

    ARRIVAL = "arrival"
    TWO_DAYS = "two_days"
    ONE_DAY = "one_day"
    LAST_MORNING = "last_morning"


REMINDER_NAMES = {
    Reminder.ARRIVAL: "新收异议",
    Reminder.TWO_DAYS: "距规定时间还有两个工作日",
    Reminder.ONE_DAY: "距规定时间还有一个工作日",
    Reminder.LAST_MORNING: "今天是规定时间的最后一天",
}


def reminder_times(conclude_by: dt.datetime, calendar: Calendar) -> dict[Reminder, dt.datetime]:
    """08:00 of the second and the first working day before the deadline's day, and of that day itself."""
    last_day = last_day_before(conclude_by)
    return {
        Reminder.TWO_DAYS: midnight(nth_workday_before(last_day, 2, calendar)) + _MORNING,
        Reminder.ONE_DAY: midnight(nth_workday_before(last_day, 1, calendar)) + _MORNING,
        Reminder.LAST_MORNING: midnight(last_day) + _MORNING,
    }


def due_reminder(conclude_by: dt.datetime, calendar: Calendar, now: dt.datetime) -> Reminder | None:
    """Return the latest reminder whose time has come, or None; none after the deadline.

    Only the latest: after a night of downtime nobody needs yesterday's warning too.
    """
    if now >= conclude_by:
        return None
    due = [kind for kind, at in reminder_times(conclude_by, calendar).items() if at <= now]
    return due[-1] if due else None


def escalation_time(filed_at: dt.datetime, conclude_by: dt.datetime, calendar: Calendar) -> dt.datetime:
    """24:00 of the second working day after filing (R21), and never later than the deadline."""
    try:
        day = nth_workday_after(local_date(filed_at), ESCALATION_WORKDAYS, calendar)
    except BeyondHorizon:
        return conclude_by
    return min(end_of(day), conclude_by)


def workdays_left(conclude_by: dt.datetime, days: DayTable, now: dt.datetime) -> int:
    """Working days left to conclude, today included; 0 once it is too late."""
    if now >= conclude_by:
        return 0
    return workdays_between(max(local_date(now), days.first), last_day_before(conclude_by), days)
