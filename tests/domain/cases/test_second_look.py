"""Of what, by whom and until when a second look may be asked for (R35)."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from app.calendars.china import ChinaCalendar
from app.domain.cases.second_look import (
    LookRequest,
    allows_second_look,
    check_look_request,
    find_last_moment_to_ask,
    may_request_look,
)
from app.domain.cases.states import Conclusion, State
from app.domain.refusals import LookRefused
from tests.days import at

UNTIL = at("2026-09-29 Tue 00:00")
WISH = LookRequest(State.DECLINED, None, withdrawn=False, asked_before=False, period_closed=False, until=UNTIL)
JUST_BEFORE = UNTIL - dt.timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("deadline", "until"),
    [
        ("2026-09-30 Wed 00:00", "2026-09-29 Tue 00:00"),
        (
            "2026-09-29 Tue 00:00",
            "2026-09-25 Fri 00:00",
        ),  # Friday is 中秋节
        ("2031-01-15 Wed 00:00", "2031-01-15 Wed 00:00"),  # days that nobody knows yet
    ],
)
def test_it_may_be_asked_for_until_one_working_day_before_the_deadline(deadline: str, until: str) -> None:
    assert find_last_moment_to_ask(at(deadline), ChinaCalendar()) == at(until)


def test_a_decline_and_a_dismissal_may_be_looked_at_and_nothing_else() -> None:
    ends = [(state, conclusion) for state in State for conclusion in (None, *Conclusion)]
    looked_at = {end for end in ends if allows_second_look(*end)}
    assert looked_at == {
        (State.CONCLUDED, Conclusion.DISMISSED),
        *((State.DECLINED, conclusion) for conclusion in (None, *Conclusion)),
    }


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"asked_before": True}, "已经申请过一次"),
        ({"state": State.CONCLUDED, "conclusion": Conclusion.UPHELD}, "只有不予受理、异议不成立"),
        ({"withdrawn": True}, "已经撤回"),
        ({"period_closed": True}, "期限已过"),
        ({"until": JUST_BEFORE}, "期限已过"),
    ],
)
def test_who_may_not_ask_is_told_why(changed: dict[str, object], said: str) -> None:
    wish = dataclasses.replace(WISH, **changed)  # type: ignore[arg-type] # one thing wrong at a time
    with pytest.raises(LookRefused, match=said):
        check_look_request(wish, JUST_BEFORE)
    assert not may_request_look(wish, JUST_BEFORE)
    assert may_request_look(WISH, JUST_BEFORE)
