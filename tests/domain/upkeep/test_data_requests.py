"""Until when a request about one's own data is to be answered, and where it stands on a day."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.upkeep.data_requests import DataRequestState, propose_due, state_of
from tests.days import CHINA, at, on

MONDAY = dt.date(2026, 9, 21)


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-09-18 Fri", 1, "2026-09-20 Sun"),  # Sunday the 20th works
        ("2026-09-18 Fri", 15, "2026-10-15 Thu"),  # 中秋 and 国庆 do not count, Saturday the 10th of October does
        ("2026-09-20 Sun", 1, "2026-09-21 Mon"),
    ],
)
def test_the_day_on_which_it_came_does_not_count(received: str, days: int, due: str) -> None:
    assert propose_due(on(received), days, CHINA) == on(due)


def test_the_last_day_is_in_time_and_an_answer_is_never_late() -> None:
    assert state_of(MONDAY, None, MONDAY) is DataRequestState.OPEN
    assert state_of(MONDAY, None, MONDAY + dt.timedelta(days=1)) is DataRequestState.LATE
    answered = state_of(MONDAY, at("2026-09-30 Wed 09:00"), MONDAY + dt.timedelta(days=20))
    assert answered is DataRequestState.ANSWERED
