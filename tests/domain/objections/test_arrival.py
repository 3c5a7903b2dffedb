"""What came by letter, visit, telephone or mail counts if it arrived inside the window and is entered in time (R33)."""

import datetime as dt

import pytest

from app.domain.objections.arrival import (
    CHANNEL_NAMES,
    REGISTERED_CHANNELS,
    Arrival,
    Channel,
    is_late,
    require_in_time,
)
from app.domain.periods.window import Window
from app.domain.refusals import ArrivedOutside, Refusal, TooLateToRegister, Unfit
from tests.days import at

WINDOW = Window(at("2026-09-18 Fri 00:00"), at("2026-09-24 Thu 00:00"))
DEADLINE = at("2026-09-30 Wed 00:00")
MICROSECOND = dt.timedelta(microseconds=1)
INSIDE, AFTER = "2026-09-21 Mon 15:00", "2026-09-28 Mon 09:00"


def visit(arrived: str = INSIDE, *, reason: str = "") -> Arrival:
    return Arrival(Channel.VISIT, at(arrived), late_reason=reason)


def letter(postmark: str | None, arrived: str = INSIDE) -> Arrival:
    return Arrival(Channel.LETTER, at(arrived), dt.date.fromisoformat(postmark) if postmark else None)


def refused(arrival: Arrival, now: str | dt.datetime) -> Refusal:
    with pytest.raises(Refusal) as caught:
        require_in_time(arrival, WINDOW, DEADLINE, at(now) if isinstance(now, str) else now)
    return caught.value


def fields(refusal: Refusal) -> list[str]:
    return [fault.field for fault in refusal.faults]


@pytest.mark.parametrize(
    "arrived", ["2026-09-17 Thu 23:59", "2026-09-24 Thu 00:00", "2026-09-24 Thu 08:30", "2025-09-21 Sun 15:00"]
)
def test_what_arrived_outside_the_window_is_refused_with_its_dates(arrived: str) -> None:
    refusal = refused(visit(arrived, reason="周末没有人开信箱"), AFTER)
    assert isinstance(refusal, ArrivedOutside)
    assert refusal.field == "arrived_at"
    assert "2026年9月18日 00:00至2026年9月23日 24:00" in str(refusal)


def test_what_arrives_at_the_second_of_the_close_is_too_late_although_it_is_entered_at_once() -> None:
    arrival = visit("2026-09-24 Thu 00:00", reason="周末没有人开信箱")
    assert isinstance(refused(arrival, "2026-09-24 Thu 00:00"), ArrivedOutside)


@pytest.mark.parametrize("arrived", ["2026-09-18 Fri 00:00", "2026-09-23 Wed 23:59"])
def test_the_first_and_the_last_minute_of_the_window_count(arrived: str) -> None:
    require_in_time(visit(arrived, reason="周末没有人开信箱"), WINDOW, DEADLINE, at(AFTER))


def test_a_moment_to_come_is_refused_and_so_is_one_to_come_after_the_window() -> None:
    now = "2026-09-21 Mon 15:00"
    for arrived in ("2026-09-21 Mon 15:01", "2026-09-25 Fri 09:00"):
        assert fields(refused(visit(arrived), now)) == ["arrived_at"]
    require_in_time(visit(now), WINDOW, DEADLINE, at(now))


def test_at_the_deadline_nothing_is_entered_any_more() -> None:
    arrival = visit(reason="周末没有人开信箱")
    for now in (DEADLINE, DEADLINE + MICROSECOND, at("2027-01-04 Mon 09:00")):
        assert isinstance(refused(arrival, now), TooLateToRegister)
    require_in_time(arrival, WINDOW, DEADLINE, DEADLINE - MICROSECOND)


def test_once_the_window_is_over_the_reason_is_asked_for_and_not_before() -> None:
    require_in_time(visit(), WINDOW, DEADLINE, WINDOW.closes_at - MICROSECOND)
    assert not is_late(WINDOW, WINDOW.closes_at - MICROSECOND)
    for reason in ("", "忙", "忙" * 301):
        assert fields(refused(visit(reason=reason), WINDOW.closes_at)) == ["late_reason"]
    assert is_late(WINDOW, WINDOW.closes_at)
    for reason in ("忙乱", "忙" * 300):
        require_in_time(visit(reason=reason), WINDOW, DEADLINE, WINDOW.closes_at)


@pytest.mark.parametrize("postmark", [None, "2026-09-22", "2027-01-01"])
def test_a_letter_has_a_postmark_no_later_than_its_arrival(postmark: str | None) -> None:
    assert fields(refused(letter(postmark), "2026-09-22 Tue 09:00")) == ["postmark"]


@pytest.mark.parametrize("postmark", ["2026-09-21", "2026-09-18", "2026-09-10"])
def test_a_letter_posted_before_or_on_the_day_of_its_arrival_counts(postmark: str) -> None:
    require_in_time(letter(postmark), WINDOW, DEADLINE, at("2026-09-22 Tue 09:00"))


def test_all_that_is_wrong_is_said_at_once() -> None:
    arrival = Arrival(Channel.LETTER, at("2026-09-29 Tue 09:00"))
    refusal = refused(arrival, AFTER)
    assert isinstance(refusal, Unfit)
    assert fields(refusal) == ["arrived_at", "postmark", "late_reason"]


def test_staff_register_every_channel_but_the_web() -> None:
    assert set(REGISTERED_CHANNELS) == set(Channel) - {Channel.WEB}
    assert set(CHANNEL_NAMES) == set(Channel)
