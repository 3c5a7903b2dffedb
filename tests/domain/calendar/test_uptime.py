"""Gaps of a window, and which of them fell into working hours (R7)."""

import datetime as dt

from app.domain.calendar.uptime import (
    Stretch,
    days_with_an_outage,
    find_overlaps,
    gaps_between,
    sum_lengths,
    working_hours,
)
from app.domain.calendar.workdays import Day, DayKind
from tests.days import at

DAYS = [
    Day(dt.date(2026, 9, 18), DayKind.WORKDAY),
    Day(dt.date(2026, 9, 19), DayKind.WEEKEND),
    Day(dt.date(2026, 9, 20), DayKind.MAKEUP),
]
START, UNTIL = at("2026-09-18 Fri 00:00"), at("2026-09-21 Mon 00:00")


def stretches(written: str) -> list[Stretch]:
    """`18 09:00/18 10:00, …` of September 2026."""
    return [Stretch(*(at(f"2026-09-{end}") for end in each.split("/"))) for each in written.split(", ") if each]


GAPS = [
    # what was up, what is left of the 18th
    ("", "18 00:00/19 00:00"),
    ("17 00:00/20 00:00", ""),
    ("18 00:00/19 00:00", ""),
    ("18 00:00/18 12:00", "18 12:00/19 00:00"),
    ("18 12:00/19 12:00", "18 00:00/18 12:00"),
    ("17 00:00/18 09:00, 18 10:00/19 00:00", "18 09:00/18 10:00"),
    ("17 00:00/18 09:00, 18 09:00/19 00:00", ""),
    ("17 00:00/18 12:00, 18 08:00/18 09:00, 18 11:00/19 00:00", ""),
    ("18 01:00/18 02:00, 18 03:00/18 03:00", "18 00:00/18 01:00, 18 02:00/18 03:00, 18 03:00/19 00:00"),
    ("19 00:00/20 00:00", "18 00:00/19 00:00"),
    ("19 05:00/20 00:00", "18 00:00/19 00:00"),
]


def test_gaps_are_what_no_span_covers() -> None:
    for up, left in GAPS:
        assert gaps_between(stretches(up), START, at("2026-09-19 Sat 00:00")) == stretches(left), up
    assert gaps_between(stretches("17 00:00/20 00:00"), START, START) == []
    assert gaps_between([], START, START) == []


def test_working_hours_are_half_past_eight_to_half_past_five_of_days_that_work() -> None:
    assert working_hours(DAYS, START, UNTIL) == stretches("18 08:30/18 17:30, 20 08:30/20 17:30")
    assert working_hours(DAYS, at("2026-09-18 Fri 12:00"), at("2026-09-20 Sun 09:00")) == stretches(
        "18 12:00/18 17:30, 20 08:30/20 09:00"
    )
    assert working_hours(DAYS, START, at("2026-09-18 Fri 08:30")) == []


OUTAGES = [
    # gaps -> minutes of them in working hours, days of September with an hour or more
    ("", 0, []),
    ("18 00:00/18 08:30, 18 17:30/19 00:00", 0, []),
    ("19 00:00/20 00:00", 0, []),  # a whole Saturday off
    ("18 16:30:01/19 00:00", 59, []),
    ("18 16:30/19 00:00", 60, [18]),
    ("18 09:00/18 09:30, 18 11:00/18 11:30", 60, [18]),
    ("18 17:00/20 09:00", 60, []),  # half an hour on each side of a weekend
    ("18 08:00/20 23:00", 1080, [18, 20]),
]


def test_an_outage_is_an_hour_or_more_of_the_working_hours_of_one_day() -> None:
    hours = working_hours(DAYS, START, UNTIL)
    for gaps, minutes, days in OUTAGES:
        lost = find_overlaps(hours, stretches(gaps))
        assert (gaps, sum_lengths(lost) // dt.timedelta(minutes=1)) == (gaps, minutes)
        assert (gaps, days_with_an_outage(lost)) == (gaps, [dt.date(2026, 9, day) for day in days])
