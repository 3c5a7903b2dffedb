"""Personal data is due to be deleted years after the programme's end, never before (个人信息保护法 19)."""

import datetime as dt

from app.domain.periods.window import PhaseDates, Window
from app.domain.upkeep.retention import kept_until, programme_end
from tests.days import at


def period(deadline: str, closed: str = "", cancelled: str = "") -> PhaseDates:
    """A period by its deadline; its window opened twelve days before that and closed seven."""
    conclude_by = at(deadline)
    window = Window(conclude_by - dt.timedelta(days=12), conclude_by - dt.timedelta(days=7))
    return PhaseDates(window, conclude_by, at(closed) if closed else None, at(cancelled) if cancelled else None)


CLOSED_EARLY = period("2026-09-30 00:00", closed="2026-09-25 09:00")
CLOSED_LATE = period("2026-09-30 00:00", closed="2026-10-08 15:00")
TAKEN_BACK = period("2026-12-30 00:00", cancelled="2026-12-01 00:00")
NOT_CLOSED = period("2026-09-30 00:00")

ENDS = [
    ([], None),
    ([TAKEN_BACK], None),  # nothing ever ran
    ([CLOSED_EARLY], "2026-09-30 00:00"),  # what was said to the objector holds: the deadline
    ([CLOSED_LATE], "2026-10-08 15:00"),
    ([CLOSED_LATE, CLOSED_EARLY, TAKEN_BACK], "2026-10-08 15:00"),
    ([CLOSED_LATE, NOT_CLOSED], None),  # somebody still has to close it
    ([CLOSED_LATE, period("2050-01-05 00:00")], None),  # one is to come
]


def test_a_programme_ends_when_its_last_period_is_closed_and_past_its_deadline() -> None:
    now = at("2046-01-01 00:00")
    for timetables, end in ENDS:
        assert programme_end(timetables, now) == (at(end) if end else None), timetables


def test_a_programme_that_came_to_nothing_ended_when_it_was_put_away() -> None:
    now, away = at("2046-01-01 00:00"), at("2026-11-01 10:00")
    table = [([], away), ([TAKEN_BACK], away), ([CLOSED_EARLY], at("2026-09-30 00:00")), ([NOT_CLOSED], None)]
    assert [programme_end(timetables, now, archived_at=away) for timetables, _ in table] == [end for _, end in table]


KEPT = [
    ("2026-10-08 15:00", 3, "2029-10-09 00:00"),
    ("2026-10-08 00:00", 3, "2029-10-09 00:00"),
    ("2026-10-07 23:59:59", 3, "2029-10-08 00:00"),
    ("2028-02-29 12:00", 1, "2029-03-01 00:00"),  # no 29 February: the 28th, to its end
    ("2028-02-29 12:00", 4, "2032-03-01 00:00"),
    ("2026-12-31 23:59:59", 1, "2028-01-01 00:00"),
]


def test_kept_to_the_end_of_the_same_date_years_on() -> None:
    assert [(end, years, kept_until(at(end), years)) for end, years, _ in KEPT] == [
        (end, years, at(until)) for end, years, until in KEPT
    ]
