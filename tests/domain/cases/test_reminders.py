"""When handlers are warned and when a case escalates (R21, R28)."""

import pytest

from app.domain.calendar.workdays import end_of
from app.domain.cases.reminders import (
    Reminder,
    count_workdays_left,
    find_due_reminder,
    find_reminder_times,
)
from tests.days import CHINA, at, clock, on, stored

# --- reminders -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last_day", "two_days", "one_day", "last_morning"),
    [
        ("2026-03-13 Fri", "03-11 Wed 08:00", "03-12 Thu 08:00", "03-13 Fri 08:00"),
        ("2026-03-16 Mon", "03-12 Thu 08:00", "03-13 Fri 08:00", "03-16 Mon 08:00"),  # over a weekend
        ("2026-09-21 Mon", "09-18 Fri 08:00", "09-20 Sun 08:00", "09-21 Mon 08:00"),  # Sunday the 20th works
        ("2026-09-28 Mon", "09-23 Wed 08:00", "09-24 Thu 08:00", "09-28 Mon 08:00"),  # 中秋节, 25th to 27th
        ("2026-10-08 Thu", "09-29 Tue 08:00", "09-30 Wed 08:00", "10-08 Thu 08:00"),  # the October week
        ("2026-10-09 Fri", "09-30 Wed 08:00", "10-08 Thu 08:00", "10-09 Fri 08:00"),
        ("2026-10-12 Mon", "10-09 Fri 08:00", "10-10 Sat 08:00", "10-12 Mon 08:00"),  # Saturday the 10th works
        ("2026-10-10 Sat", "10-08 Thu 08:00", "10-09 Fri 08:00", "10-10 Sat 08:00"),  # the deadline itself on it
    ],
)
def test_warnings_are_counted_in_working_days(last_day: str, two_days: str, one_day: str, last_morning: str) -> None:
    times = find_reminder_times(end_of(on(last_day)), CHINA)
    assert {kind: clock(instant) for kind, instant in times.items()} == {
        Reminder.TWO_DAYS: two_days,
        Reminder.ONE_DAY: one_day,
        Reminder.LAST_MORNING: last_morning,
    }


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-09-29 Tue 07:59:59.999999", None),
        ("2026-09-29 Tue 08:00", Reminder.TWO_DAYS),
        ("2026-09-30 Wed 07:59:59.999999", Reminder.TWO_DAYS),
        ("2026-09-30 Wed 08:00", Reminder.ONE_DAY),
        ("2026-10-04 Sun 12:00", Reminder.ONE_DAY),  # after downtime only the latest
        ("2026-10-08 Thu 07:59:59.999999", Reminder.ONE_DAY),
        ("2026-10-08 Thu 08:00", Reminder.LAST_MORNING),
        ("2026-10-08 Thu 23:59:59.999999", Reminder.LAST_MORNING),
        ("2026-10-09 Fri 00:00", None),  # the deadline: nothing left to warn of
        ("2026-12-01 Tue 09:00", None),
    ],
)
def test_the_latest_warning_that_is_due(now: str, due: Reminder | None) -> None:
    days = stored("2026-09-18 Fri", "2026-10-08 Thu")
    assert find_due_reminder(end_of(on("2026-10-08 Thu")), days, at(now)) is due


# --- days left -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "after"),
    [
        ("2026-09-10 Thu 09:00", 9),  # before it opens: all of its days
        ("2026-09-28 Mon 00:00", 8),
        ("2026-09-28 Mon 23:59:59.999999", 8),  # today counts to its end
        ("2026-09-30 Wed 09:00", 6),
        ("2026-10-03 Sat 09:00", 6),  # a holiday takes none
        ("2026-10-08 Thu 09:00", 5),
        ("2026-10-13 Tue 09:00", 1),
        ("2026-10-14 Wed 09:00", 0),  # today is the last day
        ("2026-10-14 Wed 23:59:59.999999", 0),
        ("2026-10-15 Thu 00:00", None),
        ("2027-01-04 Mon 09:00", None),  # past every stored day
        ("2026-10-11 Sun 09:00", 3),
        ("2026-10-10 Sat 09:00", 3),  # a Saturday that works
    ],
)
def test_working_days_after_today(now: str, after: int | None) -> None:
    days = stored("2026-09-28 Mon", "2026-10-14 Wed")
    assert count_workdays_left(end_of(on("2026-10-14 Wed")), days, at(now)) == after


def test_on_a_saturday_a_case_due_on_monday_has_a_day_left() -> None:
    days = stored("2026-03-02 Mon", "2026-03-16 Mon")
    left = [count_workdays_left(end_of(on("2026-03-16 Mon")), days, at(now)) for now in WEEKEND]
    assert left == [1, 1, 1, 0]


WEEKEND = ["2026-03-13 Fri 12:00", "2026-03-14 Sat 12:00", "2026-03-15 Sun 12:00", "2026-03-16 Mon 12:00"]
