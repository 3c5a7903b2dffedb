"""When a handler is warned (R28), counted on the days stored with the period."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from app.domain.calendar.workdays import (
    Calendar,
    DayTable,
    last_day_before,
    local_date,
    midnight,
    nth_workday_before,
    workdays_between,
)

_MORNING = dt.timedelta(hours=8)


class Reminder(StrEnum):
    """The occasions of a warning."""

    ARRIVAL = "arrival"
    TWO_DAYS = "two_days"
    ONE_DAY = "one_day"
    LAST_MORNING = "last_morning"
    DECLINE_PROPOSED = "decline_proposed"
    DECLINED = "declined"
    PROPOSED = "proposed"
    RETURNED = "returned"
    ESCALATED = "escalated"
    TAKEN_OVER = "taken_over"
    SUPPLEMENT_OVER = "supplement_over"
    URGED = "urged"
    LOOK_ASKED = "look_asked"
    LOOK_CONFIRMED = "look_confirmed"
    REOPENED = "reopened"
    SUPPLEMENT = "supplement"
    LAPSED = "lapsed"


REMINDER_NAMES = {
    Reminder.ARRIVAL: "新收异议",
    Reminder.TWO_DAYS: "距规定时间还有两个工作日",
    Reminder.ONE_DAY: "距规定时间还有一个工作日",
    Reminder.LAST_MORNING: "今天是规定时间的最后一天",
    Reminder.DECLINE_PROPOSED: "拟不予受理，待另一人确认",
    Reminder.DECLINED: "已不予受理",
    Reminder.PROPOSED: "处理意见待另一人确认",
    Reminder.RETURNED: "意见被退回",
    Reminder.ESCALATED: "逾期未办，转由市工作专班办理",
    Reminder.TAKEN_OVER: "市工作专班已接办",
    Reminder.SUPPLEMENT_OVER: "补正期限已过，请恢复办理",
    Reminder.URGED: "市工作专班催办",
    Reminder.LOOK_ASKED: "异议人申请复核",
    Reminder.LOOK_CONFIRMED: "复核维持原决定",
    Reminder.REOPENED: "复核后重新办理",
    Reminder.SUPPLEMENT: "异议人补充了材料",
    Reminder.LAPSED: "规定时间届满，没有作出结论",
}


def find_reminder_times(conclude_by: dt.datetime, calendar: Calendar) -> dict[Reminder, dt.datetime]:
    """Return 08:00 of the second and the first working day before the deadline's day, and of that day itself."""
    last_day = last_day_before(conclude_by)
    return {
        Reminder.TWO_DAYS: midnight(nth_workday_before(last_day, 2, calendar)) + _MORNING,
        Reminder.ONE_DAY: midnight(nth_workday_before(last_day, 1, calendar)) + _MORNING,
        Reminder.LAST_MORNING: midnight(last_day) + _MORNING,
    }


def find_due_reminder(conclude_by: dt.datetime, calendar: Calendar, now: dt.datetime) -> Reminder | None:
    """Return the latest reminder whose time has come, or None; none after the deadline.

    Only the latest is sent: after a downtime the earlier warnings are out of date.
    """
    if now >= conclude_by:
        return None
    due = [kind for kind, at in find_reminder_times(conclude_by, calendar).items() if at <= now]
    return due[-1] if due else None


def count_workdays_left(conclude_by: dt.datetime, days: DayTable, now: dt.datetime) -> int | None:
    """Count the working days left after today. 0: today is the last day. None: it is over.

    On a Saturday a case that is due on Monday has one.
    """
    if now >= conclude_by:
        return None
    tomorrow = local_date(now) + dt.timedelta(days=1)
    return workdays_between(max(tomorrow, days.first), last_day_before(conclude_by), days)
