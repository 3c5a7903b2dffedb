"""How far an objection has come, for whoever filed it: a heading, and the line from arrival to answer (R18)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from app.domain.cases.states import OPEN_STATES, Conclusion, State

# What is proposed is nobody's to know before it is confirmed, so it reads as being investigated.
_STATES = {
    State.RECEIVED: "已收到，等待受理",
    State.ACCEPTED: "已受理",
    State.INVESTIGATING: "正在核查",
    State.AWAITING_SUPPLEMENT: "请您补充情况",
    State.PROPOSED: "正在核查",
    State.CONCLUDED: "已有结论",
    State.DECLINED: "不予受理",
    State.LAPSED: "办结期限内没有结论",
    State.JOINED: "已并案",
}
_RESULTS = {
    Conclusion.UPHELD: "异议成立",
    Conclusion.PARTLY_UPHELD: "异议部分成立，不影响参评资格",
    Conclusion.DISMISSED: "异议不成立",
    Conclusion.WITHDRAWN: "已撤回",
}
_BEFORE_ACCEPTANCE = frozenset({State.RECEIVED})


@dataclass(frozen=True, slots=True)
class Course:
    """The facts of a case that its progress is told from. `decided_at` is when it was accepted or declined."""

    state: State
    filed_at: dt.datetime
    conclude_by: dt.datetime
    decided_at: dt.datetime | None = None
    confirmed_at: dt.datetime | None = None
    conclusion: Conclusion | None = None
    withdrawn_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A point of the line: `at` is its moment, None while it is to come or has none; `until` is the latest day."""

    name: str
    at: dt.datetime | None = None
    reached: bool = field(kw_only=True)
    current: bool = False
    until: dt.datetime | None = None


def heading(course: Course) -> str:
    """Return the result itself, or where the case stands."""
    if course.conclusion is not None:
        return _RESULTS[course.conclusion]
    if course.withdrawn_at is not None and course.state in OPEN_STATES:
        return "已撤回"
    return _STATES[course.state]


def line(course: Course) -> list[Milestone]:
    """Return 收到 → 受理 → 核查 → 答复 with what of it is behind, and where the case is now."""
    came_in = Milestone("收到", course.filed_at, reached=True)
    if course.state is State.DECLINED:
        return [came_in, Milestone("不予受理", course.decided_at, reached=True, current=True)]
    waits = course.state in _BEFORE_ACCEPTANCE
    accepted = Milestone("受理", course.decided_at, reached=course.decided_at is not None, current=waits)
    under_way = course.state in OPEN_STATES and not waits
    looked_into = Milestone("核查", reached=course.state is State.CONCLUDED, current=under_way)
    if course.state is State.LAPSED:
        return [came_in, accepted, looked_into, Milestone("没有结论", course.conclude_by, reached=True, current=True)]
    done = course.state is State.CONCLUDED
    answer = Milestone("答复", course.confirmed_at, reached=done, current=done, until=course.conclude_by)
    return [came_in, accepted, looked_into, answer]


assert _STATES.keys() == set(State), "every state has its words"  # noqa: S101 - a table checked once, at import
assert _RESULTS.keys() == set(Conclusion), "every conclusion has its words"  # noqa: S101 - as above
