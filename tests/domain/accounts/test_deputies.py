"""From which day to which somebody may stand in: from today on, the last day counted, no longer than sixty days."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.accounts.deputies import REASON, DeputyDays, find_faults_of_days
from app.domain.refusals import Fault

TODAY = dt.date(2026, 9, 18)


def days(first: str, last: str) -> DeputyDays:
    return DeputyDays(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (days("2026-09-18", "2026-09-18"), []),
        (days("2026-09-18", "2026-11-16"), []),  # sixty days, both ends counted
        (
            days("2026-09-18", "2026-11-17"),
            [Fault("last", "一次最多60天，最迟到2026-11-16。更久的，请调整人员或者停用账号。")],
        ),
        (days("2026-09-17", "2026-09-20"), [Fault("first", "开始的日期最早是今天，2026-09-18。")]),
        (days("2026-09-22", "2026-09-21"), [Fault("last", "结束的日期不能早于开始的日期，2026-09-22。")]),
    ],
)
def test_the_days_start_today_at_the_earliest_and_are_sixty_at_most(given: DeputyDays, wrong: list[Fault]) -> None:
    assert find_faults_of_days(given, TODAY) == wrong


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


def test_a_reason_is_two_to_two_hundred_characters() -> None:
    assert REASON == (2, 200)
