"""What an objector reads of a case: the result in the heading, and the line from arrival to answer (R18)."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.cases.states import Conclusion, State
from app.domain.objections.progress import Course, heading, line
from tests.days import at

FILED, DECIDED, ANSWERED, LATEST = (
    at(moment)
    for moment in ("2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00", "2026-09-24 Thu 10:00", "2026-09-30 Wed 00:00")
)


def course(state: State, **facts: object) -> Course:
    decided = None if state is State.RECEIVED else DECIDED
    return Course(state, FILED, LATEST, **{"decided_at": decided, **facts})  # type: ignore[arg-type] # by name


def concluded(conclusion: Conclusion) -> Course:
    return course(State.CONCLUDED, conclusion=conclusion, confirmed_at=ANSWERED)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (course(State.RECEIVED), "已收到，等待受理"),
        (course(State.ACCEPTED), "已受理"),
        (course(State.INVESTIGATING), "正在核查"),
        (course(State.AWAITING_SUPPLEMENT), "请您补充情况"),
        (course(State.PROPOSED), "正在核查"),
        (course(State.DECLINED), "不予受理"),
        (course(State.LAPSED), "办结期限内没有结论"),
        (concluded(Conclusion.UPHELD), "异议成立"),
        (concluded(Conclusion.PARTLY_UPHELD), "异议部分成立，不影响参评资格"),
        (concluded(Conclusion.DISMISSED), "异议不成立"),
        (concluded(Conclusion.WITHDRAWN), "已撤回"),
        (course(State.INVESTIGATING, withdrawn_at=DECIDED), "已撤回"),
        (course(State.DECLINED, withdrawn_at=DECIDED), "不予受理"),
    ],
)
def test_the_heading_is_the_result_itself(told: Course, words: str) -> None:
    assert heading(told) == words


Row = tuple[str, dt.datetime | None, bool, bool]
CAME_IN: Row = ("收到", FILED, True, False)


@pytest.mark.parametrize(
    ("told", "rows"),
    [
        (
            course(State.RECEIVED),
            [CAME_IN, ("受理", None, False, True), ("核查", None, False, False), ("答复", None, False, False)],
        ),
        (
            course(State.PROPOSED),
            [CAME_IN, ("受理", DECIDED, True, False), ("核查", None, False, True), ("答复", None, False, False)],
        ),
        (
            concluded(Conclusion.DISMISSED),
            [CAME_IN, ("受理", DECIDED, True, False), ("核查", None, True, False), ("答复", ANSWERED, True, True)],
        ),
        (course(State.DECLINED), [CAME_IN, ("不予受理", DECIDED, True, True)]),
        (
            course(State.LAPSED),
            [CAME_IN, ("受理", DECIDED, True, False), ("核查", None, False, False), ("没有结论", LATEST, True, True)],
        ),
    ],
)
def test_the_line_from_arrival_to_answer(told: Course, rows: list[Row]) -> None:
    assert [(each.name, each.at, each.reached, each.current) for each in line(told)] == rows
    assert sum(each.current for each in line(told)) == 1


@pytest.mark.parametrize("state", State)
def test_whoever_waits_for_an_answer_reads_until_when(state: State) -> None:
    told = line(concluded(Conclusion.UPHELD) if state is State.CONCLUDED else course(state))
    assert [(each.name, each.until) for each in told if each.until] == (
        [] if state in (State.DECLINED, State.LAPSED) else [("答复", LATEST)]
    )


@pytest.mark.parametrize(
    ("state", "current"),
    [
        (State.RECEIVED, "受理"),
        (State.ACCEPTED, "核查"),
        (State.INVESTIGATING, "核查"),
        (State.AWAITING_SUPPLEMENT, "核查"),
        (State.PROPOSED, "核查"),
        (State.DECLINED, "不予受理"),
        (State.LAPSED, "没有结论"),
        (State.CONCLUDED, "答复"),
    ],
)
def test_where_a_case_is_now(state: State, current: str) -> None:
    assert [each.name for each in line(course(state)) if each.current] == [current]
