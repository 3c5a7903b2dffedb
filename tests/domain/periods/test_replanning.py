"""What a notice loaded later makes of a window and a deadline: right dates in a table (R3, 民法典 203)."""

from __future__ import annotations

import datetime as dt

import pytest

from app.calendars.china import ChinaCalendar
from app.domain.calendar.workdays import Day, DayKind
from app.domain.periods.replanning import StoredDates, moves_anything, recount, replan_dates
from app.domain.periods.window import WINDOW_WORKDAYS, count_window
from tests.days import at

CHINA = ChinaCalendar()
NOW = "2026-09-21 Mon 09:00"


class Later:
    """The calendar with other days of September off, and others made to work."""

    version = "later"

    def __init__(self, off: str = "", work: str = "") -> None:
        self._off = {dt.date(2026, 9, int(day)) for day in off.split()}
        self._work = {dt.date(2026, 9, int(day)) for day in work.split()}

    def day(self, date: dt.date) -> Day:
        if date in self._off:
            return Day(date, DayKind.HOLIDAY, "特别假")
        return Day(date, DayKind.MAKEUP, "调休上班") if date in self._work else CHINA.day(date)


def stored(promised: int = WINDOW_WORKDAYS) -> StoredDates:
    """18 Fri, 20 Sun (works), 21, 22, 23 Wed; three working days to conclude: 24 Thu, 28 Mon, 29 Tue."""
    plan = count_window(dt.date(2026, 9, 18), 3, CHINA)
    return StoredDates(plan.window, plan.conclude_by, plan.days, promised)


@pytest.mark.parametrize(
    ("off", "work", "workdays", "waits", "last_day", "deadline"),
    [
        # off, work: what the notice changes; workdays: left in the window; waits: until the end of that day
        ("", "", None, None, "09-23", "09-29"),  # nothing
        ("22", "", 4, None, "09-24", "09-30"),
        ("21 22", "", 3, None, "09-28", "10-08"),  # over 中秋节, the deadline over 国庆节
        ("18", "", 4, None, "09-24", "09-30"),  # the first day itself, when it is long open
        ("22", "19", 5, None, "09-23", "09-29"),  # one for another: five all the same
        ("", "19", 6, None, "09-23", "09-29"),  # a day more: nobody closes early
        ("24", "", 5, None, "09-23", "09-29"),  # fewer days to conclude in, but the last one works
        ("29", "", 5, "09-30", "09-23", "09-30"),
        ("29 30", "", 5, "10-08", "09-23", "10-08"),  # the next day that works is after 国庆节
        ("22 29", "", 4, "09-30", "09-24", "10-08"),  # three days after the window: 28, 30, 8 October
    ],
)
def test_windows_get_their_days_and_deadlines_a_day_that_works(
    off: str, work: str, workdays: int | None, waits: str | None, last_day: str, deadline: str
) -> None:
    calendar, before = Later(off, work), stored()
    counted = recount(before, calendar)
    if workdays is None:
        assert counted is None
    else:
        assert counted is not None
        assert sum(day.ordinal is not None for day in counted.days) == workdays
        until = counted.waits_until
        assert (until and f"{until - dt.timedelta(seconds=1) + dt.timedelta(hours=8):%m-%d}") == waits
    plan = replan_dates(before, calendar, at(NOW))
    shanghai = dt.timedelta(hours=8)
    assert f"{plan.window.last_day:%m-%d}" == last_day
    assert f"{plan.conclude_by - dt.timedelta(seconds=1) + shanghai:%m-%d}" == deadline
    assert moves_anything(before, plan) is ((last_day, deadline) != ("09-23", "09-29"))


def test_a_window_that_is_over_stays_and_its_deadline_moves() -> None:
    plan = replan_dates(stored(), Later("22 29"), at("2026-09-24 Thu 00:00"))
    assert (plan.window.last_day, plan.conclude_by) == (dt.date(2026, 9, 23), at("2026-10-01 Thu 00:00"))


def test_a_day_added_for_an_outage_is_promised_too() -> None:
    plan = replan_dates(stored(promised=6), Later("22"), at(NOW))
    assert plan.window.last_day == dt.date(2026, 9, 28)  # 18, 20, 21, 23, 24, 28
