"""Texts are near when they differ only in digits, punctuation and a few words (R23)."""

from __future__ import annotations

import pytest

from app.services.cases import likeness
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


def test_a_text_near_to_a_later_text_of_a_group_does_not_join_it() -> None:
    whole = characters(0x5200, 40)
    first, second = whole, whole[:34] + characters(0x6200, 6)
    third = characters(0x7200, 6) + second[6:]
    assert likeness.near(first, second)
    assert likeness.near(second, third)
    assert likeness.groups([(1, first), (2, second), (3, third)]) == [[1, 2], [3]]


def test_a_grouping_goes_on_from_groups_that_are_known() -> None:
    grouping = likeness.Grouping([([7, 9], JUNK.format(1))])
    grouping.add(11, JUNK.format(3))
    grouping.add(12, OTHER)
    assert grouping.groups == [[7, 9, 11], [12]]
