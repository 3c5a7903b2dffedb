"""What became of objections, in words: every set of outcomes, and what may never be called settled."""

from __future__ import annotations

from itertools import combinations

import pytest

from app.domain.cases.outcomes import OUTCOME_NAMES, PUTS_OUT, CaseEnd, describe_outcomes, outcome_of
from app.domain.cases.states import CONCLUSION_NAMES, STATE_NAMES, Conclusion, State
from app.domain.cases.verdict import GROUND_NAMES, Ground


def test_every_state_and_conclusion_has_its_outcome() -> None:
    found = {state: outcome_of(state, None) for state in State if state is not State.CONCLUDED}
    ended = {State.DECLINED: CaseEnd.DECLINED, State.LAPSED: CaseEnd.LAPSED, State.JOINED: CaseEnd.JOINED}
    assert found == {state: ended.get(state, CaseEnd.UNDER_WAY) for state in State if state is not State.CONCLUDED}
    assert {each: outcome_of(State.CONCLUDED, each) for each in Conclusion} == {
        Conclusion.UPHELD: CaseEnd.UPHELD,
        Conclusion.PARTLY_UPHELD: CaseEnd.PARTLY_UPHELD,
        Conclusion.DISMISSED: CaseEnd.DISMISSED,
        Conclusion.WITHDRAWN: CaseEnd.WITHDRAWN,
    }
    # A proposed conclusion is nobody's word yet, and a lapse outlasts it.
    assert outcome_of(State.PROPOSED, Conclusion.DISMISSED) is CaseEnd.UNDER_WAY
    assert outcome_of(State.LAPSED, Conclusion.DISMISSED) is CaseEnd.LAPSED


def test_settled_is_said_of_exactly_the_sets_in_which_nobody_is_put_out_and_nothing_is_open() -> None:
    sets = [set(some) for size in range(1, len(CaseEnd) + 1) for some in combinations(CaseEnd, size)]
    settled = [some for some in sets if describe_outcomes(some, window_over=True).startswith("异议已办结")]
    assert settled == [some for some in sets if not some & (PUTS_OUT | {CaseEnd.UNDER_WAY})]
    for some in sets:
        said = describe_outcomes(some, window_over=True)
        assert {outcome for outcome in CaseEnd if f"{OUTCOME_NAMES[outcome]}1件" in said} >= some
        assert describe_outcomes(some, window_over=False) == "公示还没有结束"


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ([], "无异议"),
        ([CaseEnd.DISMISSED, CaseEnd.DISMISSED, CaseEnd.DECLINED], "异议已办结（异议不成立2件、不予受理1件）"),
        ([CaseEnd.LAPSED], "逾期未结论1件"),
        ([CaseEnd.UPHELD, CaseEnd.DISMISSED], "异议成立1件、异议不成立1件"),
        ([CaseEnd.UNDER_WAY, CaseEnd.PARTLY_UPHELD], "部分成立1件、正在办理1件"),
    ],
)
def test_the_words(outcomes: list[CaseEnd], said: str) -> None:
    assert describe_outcomes(outcomes, window_over=True) == said


def test_grounds_conclusions_and_states_use_the_same_words() -> None:
    assert {
        Ground.UPHELD: OUTCOME_NAMES[CaseEnd.UPHELD],
        Ground.LAPSED: OUTCOME_NAMES[CaseEnd.LAPSED],
    } == GROUND_NAMES
    assert {each: CONCLUSION_NAMES[each].partition("，")[0] for each in Conclusion} == {
        each: OUTCOME_NAMES[CaseEnd(each.value)] for each in Conclusion
    }
    assert STATE_NAMES[State.LAPSED] == OUTCOME_NAMES[CaseEnd.LAPSED]
    assert STATE_NAMES[State.DECLINED] == OUTCOME_NAMES[CaseEnd.DECLINED]
