"""Texts are near when they differ only in digits, punctuation and a few words (R23)."""

from __future__ import annotations

import time

import pytest

from app.services.cases import likeness
from bench import near_texts
from tests.services.cases.test_bulk import JUNK

FIRST = "该对象申报的事迹与实际情况不符。台账是后来补写的，值班记录可以核对。项目由另一个单位完成，现场有人看到。"
REORDERED = "项目由另一个单位完成，现场有人看到。台账是后来补写的，值班记录可以核对。该对象申报的事迹与实际情况不符。"
OTHER = "今年六月他收了企业的礼品，会计和司机都在场，请予核查。"


def characters(start: int, count: int) -> str:
    """A run of distinct Chinese characters."""
    return "".join(chr(start + number) for number in range(count))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (FIRST, OTHER, False),
        (FIRST, "", False),
        (JUNK.format(1), JUNK.format(27), True),  # a running number
        (FIRST, FIRST.replace("，", " ").replace("。", "!"), True),
        (FIRST, FIRST.replace("台账", "帐本"), True),
        (FIRST, REORDERED, True),
    ],
)
def test_what_is_near_and_what_is_not(one: str, other: str, expected: bool) -> None:
    assert likeness.near(one, other) is expected
    assert likeness.near(other, one) is expected


def test_each_text_joins_the_earliest_group_whose_first_text_is_near() -> None:
    texts = [(4, JUNK.format(1)), (2, FIRST), (9, JUNK.format(2)), (7, OTHER), (1, REORDERED)]
    assert likeness.groups(texts) == [[4, 9], [2, 1], [7]]


def test_a_text_that_says_the_same_in_other_words_makes_the_group_known_in_those_words() -> None:
    whole = characters(0x5200, 40)
    first, second = whole, whole[:32] + characters(0x6200, 8)
    third = characters(0x7200, 6) + second[6:]
    assert not likeness.near(first, third)
    grouping = likeness.Grouping()
    for each, text in enumerate((first, second, third), start=1):
        grouping.add(each, text)
    assert (grouping.groups, grouping.examples) == ([[1, 2, 3]], [[1, 2, 3]])


def test_a_grouping_goes_on_from_groups_that_are_known() -> None:
    grouping = likeness.Grouping([([7, 9], [(7, JUNK.format(1))])])
    grouping.add(11, JUNK.format(3))
    grouping.add(12, OTHER)
    assert (grouping.groups, grouping.examples) == ([[7, 9, 11], [12]], [[7], [12]])


def test_honest_objections_with_the_same_opening_and_closing_stay_apart() -> None:
    said = [
        f"我是一名普通职工，对这位推荐对象有不同的看法。{facts}。以上情况属实，请予核查处理。"
        for facts in (
            "三月五日他在河坝村收了清水建材公司的茶叶，赵小禾当时在场",
            "申报的护坡工程是钱明远做的，他只在验收的时候去过一次松林水库",
            "他的堂兄在白石劳务公司挂名领工资",
        )
    ]
    assert likeness.groups(enumerate(said)) == [[0], [1], [2]]


@pytest.mark.soak
def test_ten_thousand_made_up_variants_are_grouped_right_and_in_time() -> None:
    """150 floods of 50 variants, and 2,500 honest objections about the same people, as bench/near_texts.py has them.

    The seconds are those of the processor, since the machine may be busy.
    """
    texts = near_texts.make(floods=150, variants=50, honest=2_500, seed=20_261_129)
    start = time.process_time()
    found = likeness.groups((place, each.text) for place, each in enumerate(texts))
    seconds = time.process_time() - start
    precision, recall = near_texts.judge(texts, found)
    assert len(texts) == 10_000
    assert precision >= 0.98
    assert recall >= 0.95
    assert seconds < 5
