"""What became of objections, in words: every set of outcomes, and what may never be called settled."""

from __future__ import annotations

from itertools import combinations

import pytest

from app.domain.cases.outcomes import OUTCOME_NAMES, PUTS_OUT, Outcome, describe_outcomes, outcome_of
from app.domain.cases.states import CONCLUSION_NAMES, STATE_NAMES, Conclusion, State
from app.domain.cases.verdict import GROUND_NAMES, Ground


def test_every_state_and_conclusion_has_its_outcome() -> None:
    found = {state: outcome_of(state, None) for state in State if state is not State.CONCLUDED}
    ended = {State.DECLINED: Outcome.DECLINED, State.LAPSED: Outcome.LAPSED, State.JOINED: Outcome.JOINED}
    assert found == {state: ended.get(state, Outcome.UNDER_WAY) for state in State if state is not State.CONCLUDED}
    assert {each: outcome_of(State.CONCLUDED, each) for each in Conclusion} == {
        Conclusion.UPHELD: Outcome.UPHELD,
        Conclusion.PARTLY_UPHELD: Outcome.PARTLY_UPHELD,
        Conclusion.DISMISSED: Outcome.DISMISSED,
        Conclusion.WITHDRAWN: Outcome.WITHDRAWN,
    }
    # A proposed conclusion is nobody's word yet, and a lapse outlasts it.
    assert outcome_of(State.PROPOSED, Conclusion.DISMISSED) is Outcome.UNDER_WAY
    assert outcome_of(State.LAPSED, Conclusion.DISMISSED) is Outcome.LAPSED


def test_settled_is_said_of_exactly_the_sets_in_which_nobody_is_put_out_and_nothing_is_open() -> None:
    sets = [set(some) for size in range(1, len(Outcome) + 1) for some in combinations(Outcome, size)]
    settled = [some for some in sets if describe_outcomes(some, window_over=True).startswith("异议已办结")]
    assert settled == [some for some in sets if not some & (PUTS_OUT | {Outcome.UNDER_WAY})]
    for some in sets:
        said = describe_outcomes(some, window_over=True)
        assert {outcome for outcome in Outcome if f"{OUTCOME_NAMES[outcome]}1件" in said} >= some
        assert describe_outcomes(some, window_over=False) == "公示还没有结束"


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ([], "无异议"),
        ([Outcome.DISMISSED, Outcome.DISMISSED, Outcome.DECLINED], "异议已办结（异议不成立2件、不予受理1件）"),
        ([Outcome.LAPSED], "逾期未结论1件"),
        ([Outcome.UPHELD, Outcome.DISMISSED], "异议成立1件、异议不成立1件"),
        ([Outcome.UNDER_WAY, Outcome.PARTLY_UPHELD], "部分成立1件、正在办理1件"),
    ],
)
def test_the_words(outcomes: list[Outcome], said: str) -> None:
    assert describe_outcomes(outcomes, window_over=True) == said


def test_grounds_conclusions_and_states_use_the_same_words() -> None:
    assert {
        Ground.UPHELD: OUTCOME_NAMES[Outcome.UPHELD],
        Ground.LAPSED: OUTCOME_NAMES[Outcome.LAPSED],
    } == GROUND_NAMES
    assert {each: CONCLUSION_NAMES[each].partition("，")[0] for each in Conclusion} == {
        each: OUTCOME_NAMES[Outcome(each.value)] for each in Conclusion
    }
    assert STATE_NAMES[State.LAPSED] == OUTCOME_NAMES[Outcome.LAPSED]
    assert STATE_NAMES[State.DECLINED] == OUTCOME_NAMES[Outcome.DECLINED]
