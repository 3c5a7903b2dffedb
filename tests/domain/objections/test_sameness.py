"""What is the same text however it was typed, and what goes beyond a contact's share (R17)."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.objections.sameness import Allowance, beyond, plain_text
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
