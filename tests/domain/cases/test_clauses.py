"""The clause of a lapse is that of its round, and is printed once (R26, R27)."""

import pytest

from app.domain.cases.clauses import lapse_clause, lapse_sentence
from tests.qujing import ROUNDS

NOTICE = "评选通知第四部分（二）3：若在规定时间内无法作出结论的，取消该推荐对象参评资格"
RULE = "在规定时间内无法作出结论的，取消该推荐对象参评资格"


@pytest.mark.parametrize(
    ("number", "clause", "sentence"),
    [
        (1, f"本单位公示公告：{RULE}", f"{RULE}。"),  # the notice says nothing of it: the announcement did
        (2, NOTICE, f"依据评选通知第四部分（二）3，{RULE}。"),
        (3, f"全市公示公告：{RULE}", f"{RULE}。"),
    ],
)
def test_a_lapse_cites_the_clause_of_its_round(number: int, clause: str, sentence: str) -> None:
    assert (lapse_clause(ROUNDS[number], NOTICE), lapse_sentence(ROUNDS[number], NOTICE)) == (clause, sentence)


@pytest.mark.parametrize("of_notice", [NOTICE, "第四部分", "第四部分（二）3：（若）无法作出结论"])
@pytest.mark.parametrize("number", list(ROUNDS))
def test_the_sentence_says_the_rule_once_and_puts_no_brackets_into_brackets(number: int, of_notice: str) -> None:
    sentence = lapse_sentence(ROUNDS[number], of_notice)
    depth = deepest = 0
    for sign in sentence:
        depth += (sign == "（") - (sign == "）")
        deepest = max(deepest, depth)
    assert (sentence.count(RULE), deepest <= 1) == (1, True)
