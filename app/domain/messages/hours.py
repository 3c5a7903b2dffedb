"""When a message may leave: deadlines at any hour, everything else in the hours of a working day (R28)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from app.domain.calendar.workdays import Calendar, local_date, midnight
from app.domain.cases.reminders import Reminder
from app.domain.cases.states import OPEN_STATES, State
from app.domain.refusals import BeyondHorizon
from app.domain.shared.instants import end_day_and_time

_MORNING = dt.timedelta(hours=8)
_EVENING = dt.timedelta(hours=20)
_DIGEST = dt.timedelta(hours=8, minutes=30)
_DAY = dt.timedelta(days=1)
_FRIDAY = 4


class Times(StrEnum):
    """When a person wants to be told."""

    AT_ONCE = "at_once"
    MORNING = "morning"  # everything in one message, on the morning of each working day
    DEADLINES = "deadlines"  # only the messages that cannot be switched off


TIMES_NAMES = {
    Times.AT_ONCE: "有事马上告诉我",
    Times.MORNING: "每个工作日早上汇总一次",
    Times.DEADLINES: "只告诉我最后一天的提醒",
}
# The last warning before a deadline cannot be switched off; the others about a deadline may come at any hour.
ALWAYS = frozenset({Reminder.LAST_MORNING})
ABOUT_DEADLINES = frozenset({Reminder.TWO_DAYS, Reminder.ONE_DAY, Reminder.LAST_MORNING})
_ENDS = frozenset({Reminder.DECLINED, Reminder.LAPSED})
# About an ended case: its objector asked for a second look, or was answered (R35). Of use until the deadline.
_OF_ENDED = frozenset({Reminder.LOOK_ASKED, Reminder.LOOK_CONFIRMED})
# Acts of an objector. A message at once would tell a unit the minute, and a unit knows only the day (R19).
BY_OBJECTORS = frozenset({Reminder.ARRIVAL, Reminder.SUPPLEMENT, Reminder.LOOK_ASKED})


def is_wanted(times: Times, occasion: Reminder) -> bool:
    """Tell whether a person with these times is told of this occasion at all."""
    return times is not Times.DEADLINES or occasion in ALWAYS


def is_still_useful(occasion: Reminder, state: State, deadline: dt.datetime, now: dt.datetime) -> bool:
    """Tell whether a message is still of use: of a case that is over only its end and a second look are."""
    return occasion in _ENDS or (now < deadline and (state in OPEN_STATES or occasion in _OF_ENDED))


def find_leaving_time(
    occasion: Reminder, times: Times, *, of_office: bool, now: dt.datetime, days: Calendar
) -> dt.datetime:
    """Return the first moment from `now` on at which this may leave."""
    if occasion in ALWAYS:
        return now
    if times is Times.MORNING:
        return _next(now, _DIGEST, days)
    if occasion in ABOUT_DEADLINES:
        return now
    if occasion in BY_OBJECTORS and not of_office:
        return _next(now, _MORNING, days)
    return move_into_hours(now, days)


def move_into_hours(now: dt.datetime, days: Calendar) -> dt.datetime:
    """Return `now` in the hours of a working day, or the next morning of one."""
    since_midnight = now - midnight(local_date(now))
    if is_workday(local_date(now), days) and _MORNING <= since_midnight < _EVENING:
        return now
    return _next(now, _MORNING, days)


def is_workday(date: dt.date, days: Calendar) -> bool:
    """Tell whether a day is a working day. A day that no notice covers yet counts as one from Monday to Friday."""
    try:
        return days.day(date).works
    except BeyondHorizon:
        return date.weekday() <= _FRIDAY


def find_next_workday(instant: dt.datetime, days: Calendar) -> dt.date:
    """Return the first working day after the day of an instant."""
    date = local_date(instant) + _DAY
    while not is_workday(date, days):
        date += _DAY
    return date


def _next(now: dt.datetime, hour: dt.timedelta, days: Calendar) -> dt.datetime:
    """Return the first moment after `now` at which it is this hour of a working day."""
    date = local_date(now)
    while not is_workday(date, days) or midnight(date) + hour <= now:
        date += _DAY
    return midnight(date) + hour


def write_instant(instant: dt.datetime) -> str:
    """Return a moment as messages write it: 9月29日24:00 for a midnight, 9月29日14:30 otherwise."""
    day, time = end_day_and_time(instant)
    return f"{day.month}月{day.day}日{time}"
