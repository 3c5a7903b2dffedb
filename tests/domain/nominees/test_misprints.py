"""A correction mends a few characters; a change of what the text says is refused (R9)."""

from dataclasses import replace

import pytest

from app.domain.nominees.misprints import (
    CORRECTABLE,
    LONGEST,
    count_changeable_characters,
    count_edits,
    cut_to_difference,
    find_longest_length,
)
from app.domain.periods.rounds import PUBLIC_FIELDS
from tests.qujing import QUJING, TRADES, is_misprint

DEEDS = "三年来养护山区公路一百二十公里，处置塌方十七处，保证了沿线四个乡镇的通行，群众满意。"  # 42 characters


def test_everything_public_but_the_kind_may_hold_a_misprint() -> None:
    assert set(CORRECTABLE) == set(PUBLIC_FIELDS) - {"kind"}
    assert {
        **dict.fromkeys(("name", "unit", "recommender", "post"), 120),
        "category": 60,
        "trade": 80,
        "deeds": 800,
    } == LONGEST


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        ("", "", 0),
        ("张小禾", "张小禾", 0),
        ("张小禾", "张小和", 1),
        ("张小禾", "张禾", 1),
        ("张禾", "张小禾", 1),
        ("小张禾", "张小禾", 2),  # two that changed places
        ("aXbXc", "abc", 2),
        ("abc", "xyz", 3),
        ("abcdef", "uvwxyz", 4),  # 4 is "more than 3": counted no further
        ("", "abc", 3),
        ("", "abcd", 4),
        ("", "abcdef", 4),
        ("abc", "abcdef", 3),
        ("甲", "乙丙丁", 3),  # one other character and two more
        ("甲乙", "丙丁戊", 3),
    ],
)
def test_edits_are_counted_as_far_as_it_matters(before: str, after: str, count: int) -> None:
    assert count_edits(before, after, 3) == count_edits(after, before, 3) == count


@pytest.mark.parametrize(
    ("field", "length", "most"),
    [
        ("deeds", 1, 2),
        ("deeds", 59, 2),
        ("deeds", 60, 3),
        ("deeds", 399, 19),
        ("deeds", 400, 20),
        ("deeds", 800, 20),
        ("name", 2, 1),
        ("name", 5, 1),
        ("name", 6, 2),
        ("unit", 20, 2),
        ("post", 3, 1),
    ],
)
def test_room_grows_with_the_text_and_ends(field: str, length: int, most: int) -> None:
    assert count_changeable_characters(field, "字" * length) == most
    text = "字" * length
    assert is_misprint(field, text, "错" * min(most, length) + text[min(most, length) :])
    if length > most:
        assert not is_misprint(field, text, "错" * (most + 1) + text[most + 1 :])
    assert not is_misprint(field, text, text + "多" * (most + 1))


@pytest.mark.parametrize(
    ("field", "before", "after", "is_one"),
    [
        ("name", "李小明", "李晓明", True),
        ("name", "李小明", "王大力", False),
        ("name", "麒麟区公路养护一中队", "麒麟区公路养护三中队", True),
        ("name", "麒麟区公路养护一中队", "罗平县公路养护一中队", False),
        ("post", "", "局长", False),  # nothing was printed: nothing was misprinted
        ("deeds", DEEDS, DEEDS.replace("塌方", "坍塌"), True),
        ("deeds", DEEDS, DEEDS.replace("十七处", "一百七十处"), False),
        ("deeds", DEEDS, DEEDS.replace("群众满意", "群众非常满意并来信感谢"), False),
        ("deeds", DEEDS, DEEDS[:30], False),
        ("trade", TRADES[0], TRADES[5], True),  # another box of the form was ticked
        ("trade", TRADES[0], "农林牧渔", False),  # not a word of the form
        ("category", "工人", "农民", True),
        ("category", "工人", "", False),
    ],
)
def test_what_passes_for_a_misprint(field: str, before: str, after: str, is_one: bool) -> None:
    assert is_misprint(field, before, after) is is_one


@pytest.mark.parametrize(
    ("before", "after", "cut"),
    [
        ("张小禾", "张小和", ("张小禾", "张小和")),
        ("0123456789错89012345678", "0123456789对89012345678", ("……23456789错89012345……", "……23456789对89012345……")),
        ("错0123456789", "0123456789", ("错01234567……", "01234567……")),
        ("0123456789", "0123456789补", ("……23456789", "……23456789补")),
        ("甲甲甲", "甲甲", ("甲甲甲", "甲甲")),
    ],
)
def test_a_line_shows_where_two_texts_differ(before: str, after: str, cut: tuple[str, str]) -> None:
    assert cut_to_difference(before, after) == cut


@pytest.mark.parametrize(
    ("field", "limit", "longest"),
    [("deeds", 800, 800), ("deeds", 500, 500), ("name", 500, 120), ("trade", 500, 80), ("category", 500, 60)],
)
def test_a_corrected_text_is_as_long_as_the_notice_and_the_form_allow(field: str, limit: int, longest: int) -> None:
    assert find_longest_length(field, replace(QUJING, deeds_limit=limit)) == longest
