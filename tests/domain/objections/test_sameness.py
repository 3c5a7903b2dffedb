"""What is the same text however it was typed, and what goes beyond a contact's share (R17)."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.objections.sameness import Allowance, beyond, folded_text, plain_text, shingles
from tests.days import at

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def test_one_text_whatever_its_width_spaces_and_punctuation() -> None:
    texts = (
        "三项实事，由ABC公司完成。",
        "三项实事 由 ａｂｃ 公司完成",
        "三项实事,由abc公司完成!!",
        "\n三项实事——由Abc公司\t完成\n",
    )
    assert {plain_text(text) for text in texts} == {"三项实事由abc公司完成"}
    assert plain_text("三项实事由abc公司完成") != plain_text("四项实事由abc公司完成")


@pytest.mark.parametrize(
    ("filed", "now", "over"),
    [
        ([], "2026-09-18 10:00", 0),
        (["09:00"], "2026-09-18 09:30", 0),
        (["09:20", "09:00"], "2026-09-18 09:59", 1),
        (["09:20", "09:00"], "2026-09-18 10:00", 0),  # to the second
        (["09:40", "09:20", "09:00"], "2026-09-18 09:50", 2),
        (["10:30", "09:20", "09:00"], "2026-09-18 11:30", 1),  # three a day
        (["10:30", "10:20", "09:00"], "2026-09-18 11:00", 1),
        (["12:00", "11:00", "10:00", "09:00"], "2026-09-19 09:30", 1),
    ],
)
def test_what_goes_beyond_two_an_hour_and_three_a_day(filed: list[str], now: str, over: int) -> None:
    allowances = [Allowance(2, HOUR), Allowance(3, DAY)]
    instants = [at(f"2026-09-18 {clock}") for clock in filed]
    assert beyond(instants, allowances, at(now)) == over
    assert beyond(instants, [], at(now)) == 0


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("第1次，共12次。", "第次共次"),
        ("第三次 共 ABC 次", "第次共abc次"),
        ("第叁佰〇五号", "第号"),
        ("①②Ⅳ", "iv"),  # a Roman numeral becomes letters
        ("１２３", ""),
    ],
)
def test_texts_that_differ_in_a_running_number_are_one(text: str, folded: str) -> None:
    assert folded_text(text) == folded


@pytest.mark.parametrize("numeral", "〇零一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟")
def test_a_chinese_numeral_is_a_digit(numeral: str) -> None:
    assert folded_text(f"第{numeral}次") == "第次"


@pytest.mark.parametrize(
    ("folded", "runs"),
    [
        ("", set()),
        ("事", {"事"}),
        ("事实", {"事实"}),
        ("不属实", {"不属实"}),
        ("并不属实", {"并不属", "不属实"}),
        ("一一一一一", {"一一一"}),
        ("材料并不属实", {"材料并", "料并不", "并不属", "不属实"}),
    ],
)
def test_a_text_is_compared_by_its_runs_of_three(folded: str, runs: set[str]) -> None:
    assert shingles(folded) == runs
