"""When a message may leave: tables of moments. The 20th is a Sunday that works, the 25th to 27th are a holiday."""

from __future__ import annotations

import pytest

from app.calendars.china import ChinaCalendar
from app.domain.cases.reminders import Reminder
from app.domain.cases.states import State
from app.domain.messages.hours import (
    Times,
    find_leaving_time,
    find_next_workday,
    is_still_useful,
    is_wanted,
    move_into_hours,
    write_instant,
)
from tests.days import at, on

DAYS = ChinaCalendar()


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        ("2026-09-18 Fri 08:00", "2026-09-18 Fri 08:00"),
        ("2026-09-18 Fri 07:59", "2026-09-18 Fri 08:00"),
        ("2026-09-18 Fri 19:59", "2026-09-18 Fri 19:59"),
        ("2026-09-18 Fri 20:00", "2026-09-20 Sun 08:00"),
        ("2026-09-19 Sat 12:00", "2026-09-20 Sun 08:00"),
        ("2026-09-24 Thu 23:00", "2026-09-28 Mon 08:00"),
        ("2031-03-01 Sat 12:00", "2031-03-03 Mon 08:00"),  # no notice yet: Monday works
    ],
)
def test_nobody_is_woken_at_night_or_on_a_holiday(now: str, leaves: str) -> None:
    assert move_into_hours(at(now), DAYS) == at(leaves)


@pytest.mark.parametrize(
    ("occasion", "times", "of_office", "leaves"),
    [
        (Reminder.LAST_MORNING, Times.MORNING, False, "2026-09-18 Fri 22:00"),
        (Reminder.ONE_DAY, Times.AT_ONCE, False, "2026-09-18 Fri 22:00"),
        (Reminder.ONE_DAY, Times.MORNING, False, "2026-09-20 Sun 08:30"),
        (Reminder.PROPOSED, Times.AT_ONCE, False, "2026-09-20 Sun 08:00"),
        (Reminder.ARRIVAL, Times.AT_ONCE, True, "2026-09-20 Sun 08:00"),
        (Reminder.LAPSED, Times.MORNING, True, "2026-09-20 Sun 08:30"),
    ],
)
def test_deadlines_leave_at_any_hour_and_a_digest_in_the_morning(
    occasion: Reminder, times: Times, of_office: bool, leaves: str
) -> None:
    assert find_leaving_time(occasion, times, of_office=of_office, now=at("2026-09-18 Fri 22:00"), days=DAYS) == at(
        leaves
    )


@pytest.mark.parametrize("occasion", [Reminder.ARRIVAL, Reminder.SUPPLEMENT, Reminder.LOOK_ASKED])
def test_what_an_objector_did_tells_a_unit_no_minute(occasion: Reminder) -> None:
    noon = at("2026-09-18 Fri 12:00")
    assert find_leaving_time(occasion, Times.AT_ONCE, of_office=True, now=noon, days=DAYS) == noon
    later = find_leaving_time(occasion, Times.AT_ONCE, of_office=False, now=noon, days=DAYS)
    assert later == at("2026-09-20 Sun 08:00")


@pytest.mark.parametrize(
    ("moment", "follows"),
    [
        ("2026-09-18 Fri 00:00", "2026-09-20 Sun"),  # a Sunday that works
        ("2026-09-18 Fri 23:59", "2026-09-20 Sun"),
        ("2026-09-20 Sun 12:00", "2026-09-21 Mon"),
        ("2026-09-24 Thu 12:00", "2026-09-28 Mon"),
        ("2031-03-06 Thu 12:00", "2031-03-07 Fri"),  # no notice yet: Friday works, Saturday does not
        ("2031-03-07 Fri 12:00", "2031-03-10 Mon"),
    ],
)
def test_the_working_day_that_follows(moment: str, follows: str) -> None:
    assert find_next_workday(at(moment), DAYS) == on(follows)


@pytest.mark.parametrize(
    ("now", "digest"),
    [
        ("2026-09-18 Fri 08:29", "2026-09-18 Fri 08:30"),
        ("2026-09-18 Fri 08:30", "2026-09-20 Sun 08:30"),  # it has left
        ("2026-09-19 Sat 08:00", "2026-09-20 Sun 08:30"),
    ],
)
def test_a_digest_leaves_at_half_past_eight_of_a_working_day(now: str, digest: str) -> None:
    leaves = find_leaving_time(Reminder.PROPOSED, Times.MORNING, of_office=True, now=at(now), days=DAYS)
    assert leaves == at(digest)


@pytest.mark.parametrize(
    ("moment", "words"),
    [("2026-09-30 Wed 00:00", "2026年9月29日 24:00"), ("2026-09-29 Tue 14:30", "2026年9月29日 14:30")],
)
def test_a_midnight_is_the_end_of_a_day(moment: str, words: str) -> None:
    assert write_instant(at(moment)) == words


def test_only_the_last_warning_cannot_be_switched_off() -> None:
    assert [occasion for occasion in Reminder if is_wanted(Times.DEADLINES, occasion)] == [Reminder.LAST_MORNING]


@pytest.mark.parametrize(
    ("occasion", "state", "now", "told"),
    [
        (Reminder.ONE_DAY, State.RECEIVED, "2026-09-29 Tue 12:00", True),
        (Reminder.ONE_DAY, State.RECEIVED, "2026-09-30 Wed 00:00", False),
        (Reminder.PROPOSED, State.CONCLUDED, "2026-09-29 Tue 12:00", False),
        (Reminder.DECLINED, State.DECLINED, "2026-09-30 Wed 08:00", True),
        (Reminder.LAPSED, State.LAPSED, "2026-09-30 Wed 08:00", True),
        (Reminder.LOOK_ASKED, State.DECLINED, "2026-09-29 Tue 12:00", True),
        (Reminder.LOOK_CONFIRMED, State.CONCLUDED, "2026-09-29 Tue 12:00", True),
        (Reminder.LOOK_ASKED, State.DECLINED, "2026-09-30 Wed 00:00", False),  # what two people decided stands
        (Reminder.REOPENED, State.INVESTIGATING, "2026-09-29 Tue 12:00", True),
    ],
)
def test_what_is_still_told_of_a_case_whose_deadline_is_the_29th(
    occasion: Reminder, state: State, now: str, told: bool
) -> None:
    assert is_still_useful(occasion, state, at("2026-09-30 Wed 00:00"), at(now)) is told
