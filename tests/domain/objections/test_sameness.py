"""What is the same contact and the same text however it was typed, and what goes beyond a contact's share (R17)."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.objections.sameness import Allowance, beyond, plain_contact, plain_text
from tests.world import at

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.mark.parametrize(
    "typed",
    [
        "13000000001",
        "130 0000 0001",
        "130-0000-0001",
        "+86 13000000001",
        "0086-130 0000 0001",
        "１３０００００００01",
        "(130)00000001",
    ],
)
def test_one_telephone_however_it_is_written(typed: str) -> None:
    assert plain_contact(typed) == "13000000001"


def test_other_contacts_are_other_ones() -> None:
    assert plain_contact("Name@Example.COM ") == "name@example.com" != plain_contact("name2@example.com")
    assert plain_contact(None) == plain_contact("") == ""
    assert plain_contact("13000000001") != plain_contact("13000000002")


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
