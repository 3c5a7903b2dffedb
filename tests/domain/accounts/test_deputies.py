"""From which day to which somebody may stand in: from today on, the last day counted, no longer than sixty days."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.accounts.deputies import DeputyDays, find_faults_of_days

TODAY = dt.date(2026, 9, 18)


def days(first: str, last: str) -> DeputyDays:
    return DeputyDays(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (days("2026-09-18", "2026-09-18"), []),
        (days("2026-09-18", "2026-11-16"), []),  # sixty days, both ends counted
        (days("2026-09-18", "2026-11-17"), ["last"]),
        (days("2026-09-17", "2026-09-20"), ["first"]),
        (days("2026-09-22", "2026-09-21"), ["last"]),
    ],
)
def test_the_days_start_today_at_the_earliest_and_are_sixty_at_most(given: DeputyDays, wrong: list[str]) -> None:
    assert [fault.field for fault in find_faults_of_days(given, TODAY)] == wrong


def test_the_first_day_and_the_last_are_covered() -> None:
    given = days("2026-09-18", "2026-09-21")
    covered = [given.cover(TODAY + dt.timedelta(days=each)) for each in range(-1, 5)]
    assert covered == [False, True, True, True, True, False]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (days("2026-09-10", "2026-09-17"), False),
        (days("2026-09-10", "2026-09-18"), True),
        (days("2026-09-19", "2026-09-20"), True),
        (days("2026-09-21", "2026-09-30"), True),
        (days("2026-09-22", "2026-09-30"), False),
    ],
)
def test_two_stretches_meet_if_one_day_is_in_both(other: DeputyDays, expected: bool) -> None:
    given = days("2026-09-18", "2026-09-21")
    assert given.meet(other) is expected
    assert other.meet(given) is expected
