"""What became of objections, in the one table of words that papers, pages and exports use (R20, R26, R27).

异议已办结 is said only where every case found its conclusion and none of them put anybody out. 异议成立 and 逾期未结论
are always called by these words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from app.domain.cases.states import Conclusion, State


class CaseEnd(StrEnum):
    """How a case ended, or that it has not. The order is that in which a sentence names them."""

    UPHELD = "upheld"
    LAPSED = "lapsed"
    PARTLY_UPHELD = "partly_upheld"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    JOINED = "joined"
    UNDER_WAY = "under_way"


OUTCOME_NAMES = {
    CaseEnd.UPHELD: "异议成立",
    CaseEnd.LAPSED: "逾期未结论",
    CaseEnd.PARTLY_UPHELD: "部分成立",
    CaseEnd.DISMISSED: "异议不成立",
    CaseEnd.WITHDRAWN: "异议人撤回",
    CaseEnd.DECLINED: "不予受理",
    CaseEnd.JOINED: "并案",
    CaseEnd.UNDER_WAY: "正在办理",
}
NONE, ALL_SETTLED, STILL_OPEN = "无异议", "异议已办结", "公示还没有结束"
PUTS_OUT = frozenset({CaseEnd.UPHELD, CaseEnd.LAPSED})
_OF_STATES = {State.DECLINED: CaseEnd.DECLINED, State.LAPSED: CaseEnd.LAPSED, State.JOINED: CaseEnd.JOINED}


def outcome_of(state: State, conclusion: Conclusion | None) -> CaseEnd:
    """Return what became of a case that is in this state at some moment. A conclusion counts once it is confirmed."""
    if state is State.CONCLUDED and conclusion is not None:
        return CaseEnd(conclusion.value)
    return _OF_STATES.get(state, CaseEnd.UNDER_WAY)


def describe_outcomes(outcomes: Iterable[CaseEnd], *, window_over: bool) -> str:
    """Return what became of the objections of a period, in a few words: 异议已办结（异议不成立2件）."""
    counts = Counter(outcomes)
    if not window_over:
        return STILL_OPEN
    if not counts:
        return NONE
    said = "、".join(f"{OUTCOME_NAMES[outcome]}{counts[outcome]}件" for outcome in CaseEnd if counts[outcome])
    settled = counts.keys().isdisjoint(PUTS_OUT | {CaseEnd.UNDER_WAY})
    return f"{ALL_SETTLED}（{said}）" if settled else said


assert OUTCOME_NAMES.keys() == set(CaseEnd)  # noqa: S101 - a table checked once, at import
assert {each.value for each in Conclusion} <= {each.value for each in CaseEnd}  # noqa: S101 - as above
