"""Telephone numbers and mailboxes however they are typed: one spelling, one key, or asked back (R14, R17)."""

from __future__ import annotations

import pytest

from app.domain.objections.contacts import ASKED_FOR, contacts_in, plain_contact, why_unreachable, written

MOBILE, LINE = "13000000001", "0874-3123456转8001"
AREA_TOO = "打不通。固定电话请连区号一起写，例如 0874-3123456；有分机的写 0874-3123456转8001。"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "请填写11位手机号码、带区号的固定电话，或者电子邮箱（如 name@example.com）。"),
        ("微信同号", "请填写11位手机号码"),
        ("12345", "“12345”是5位数字，手机号码是11位，请核对。"),
        ("1300000000", "“1300000000”是10位数字，手机号码是11位"),
        ("130 0000 00012", "“130 0000 00012”是12位数字，手机号码是11位"),
        ("12000000001", "“12000000001”不是能打通的号码。"),
        ("3123456", "“3123456”打不通。固定电话请连区号一起写，例如 0874-3123456"),
        ("0874-312345", "固定电话请连区号一起写"),
        ("010-3123456", "固定电话请连区号一起写"),
        ("0874-1111111", "“0874-1111111”打不通。"),
        ("0000-0000000", "“0000-0000000”打不通。"),
        ("a@b", "“a@b”不像完整的邮箱。请写完整，例如 name@example.com。"),
        ("a@b@c.cn", "“a@b@c.cn”不像完整的邮箱。"),
        ("13000000001，12345", "“12345”是5位数字"),  # one of two is wrong: it is asked back by itself
        ("13000000001晚上打", "“13000000001晚上打”看不出是哪个号码。"),
        ("麒麟区寥廓街道1号", "看不出是哪个号码"),
        ("、".join(f"1300000000{last}" for last in range(4)), "最多写3个号码或者邮箱。"),
        ("1" * 100_000, "请填写11位手机号码"),
    ],
)
def test_what_nobody_can_be_reached_by_is_asked_back_with_what_would_be_right(typed: str, why: str) -> None:
    assert why_unreachable(typed).startswith(why) or why in why_unreachable(typed)
    assert why_unreachable(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "13000000001",
        "130 0000 0001",
        "130-0000-0001",
        "1-3-0-0-0-0-0-0-0-0-1",
        "+86 13000000001",
        "86 130 0000 0001",
        "８６１３００００００００１",
        "+86 (0) 130 0000 0001",
        "013000000001",
        "130\u200b0000\u200b0001",
        "0086-130 0000 0001",
        "１３０００００００01",
        "（130）00000001",
        "手机：13000000001（微信同号）",
        "13000000001，",
    ],
)
def test_one_mobile_however_it_is_written(typed: str) -> None:
    assert (why_unreachable(typed), written(typed), plain_contact(typed)) == ("", MOBILE, MOBILE)


@pytest.mark.parametrize(
    "typed",
    [
        "0874-3123456转8001",
        "0874-3123456-8001",
        "0874 3123456 分机 8001",
        "（0874）312 3456 转 8001",
        "０８７４－３１２３４５６转８００１",
        "08743123456#8001",
        "+86 874 3123456 ext. 8001",
        "办公室电话：0874—3123456 转8001",
    ],
)
def test_one_extension_however_it_is_written(typed: str) -> None:
    assert (why_unreachable(typed), written(typed), plain_contact(typed)) == ("", LINE, "08743123456转8001")


@pytest.mark.parametrize(
    ("typed", "spelling"),
    [
        ("0874-3120000", "0874-3120000"),
        ("0086 0874 3120000", "0874-3120000"),
        ("087163120000", "0871-63120000"),
        ("010-8234 5678", "010-82345678"),
        ("400-123-4567", "4001234567"),
        ("Name＠163。com ", "Name@163.com"),
        ("zhang-san@例子.cn", "zhang-san@例子.cn"),
        ("13000000001 13900000002", "13000000001、13900000002"),
        ("130 0000 0001 / 139 0000 0002", "13000000001、13900000002"),
        ("0874-3123456-8001；手机13000000001", "0874-3123456转8001、13000000001"),
        ("13000000001或者a@b.cn", "13000000001、a@b.cn"),
        ("13000000001，+86 130 0000 0001", "13000000001"),  # the same one twice
    ],
)
def test_what_people_write_is_taken_in_one_spelling(typed: str, spelling: str) -> None:
    assert (why_unreachable(typed), written(typed)) == ("", spelling)
    assert [contact.written for contact in contacts_in(spelling)] == spelling.split("、")  # read again, the same
    assert plain_contact(typed) == plain_contact(spelling)


def test_other_contacts_are_other_ones() -> None:
    assert plain_contact("Name@Example.COM ") == "name@example.com" != plain_contact("name2@example.com")
    assert plain_contact("zhang-san@example.com") != plain_contact("zhangsan@example.com")
    assert plain_contact(None) == plain_contact("") == ""
    assert plain_contact("13000000001") != plain_contact("13000000002")
    assert plain_contact(LINE) != plain_contact("0874-3123456")


def test_a_second_number_hides_nothing() -> None:
    assert plain_contact("13000000001、13000000002") == plain_contact("13000000001")


def test_an_address_stays_as_it_is() -> None:
    typed = "麒麟区寥廓街道（南段）1号"
    assert written(typed) == typed
    assert plain_contact(typed) == plain_contact("麒麟区 寥廓街道(南段) 1号")


@pytest.mark.parametrize(("length", "read"), [(200, ["13000000001"]), (201, [])])
def test_a_field_of_contacts_is_read_up_to_200_characters(length: int, read: list[str]) -> None:
    typed = "13000000001".ljust(length)
    assert [contact.key for contact in contacts_in(typed)] == read
    assert why_unreachable(typed) == ("" if read else ASKED_FOR)


def test_three_contacts_fit_into_a_field() -> None:
    numbers = [f"1300000000{digit}" for digit in range(1, 5)]
    assert why_unreachable("、".join(numbers[:3])) == ""
    assert why_unreachable("、".join(numbers)) != ""


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        # begins like a mobile: eleven digits, and 13 to 19
        ("1", "“1”是1位数字，手机号码是11位，请核对。"),
        ("1234567", "“1234567”是7位数字，手机号码是11位，请核对。"),
        ("12345678901", f"“12345678901”不是能打通的号码。{ASKED_FOR}"),
        # looks like a line without its area code: seven digits or eight
        ("312345", f"“312345”不是能打通的号码。{ASKED_FOR}"),
        ("3123456", f"“3123456”{AREA_TOO}"),
        ("31234567", f"“31234567”{AREA_TOO}"),
        ("312345678", f"“312345678”不是能打通的号码。{ASKED_FOR}"),
        # no line begins with 0 or 1, and behind three digits of an area it has eight
        (
            "0874-0123456",
            "“0874-0123456”打不通。固定电话请连区号一起写，例如 0874-3123456；有分机的写 0874-3123456转8001。",
        ),
        (
            "0874-1123456",
            "“0874-1123456”打不通。固定电话请连区号一起写，例如 0874-3123456；有分机的写 0874-3123456转8001。",
        ),
        (
            "010-8234567",
            "“010-8234567”打不通。固定电话请连区号一起写，例如 0874-3123456；有分机的写 0874-3123456转8001。",
        ),
        ("400-123-456", f"“400-123-456”不是能打通的号码。{ASKED_FOR}"),
        ("400-1234-5678", f"“400-1234-5678”不是能打通的号码。{ASKED_FOR}"),
        ("3123456晚上打", f"“3123456晚上打”看不出是哪个号码。{ASKED_FOR}"),
        ("0874-2222222", f"“0874-2222222”{AREA_TOO}"),  # one digit alone
        ("12345、3123456", "“12345”是5位数字，手机号码是11位，请核对。"),  # the first of two
        ("找老王", ASKED_FOR),
        ("a@", "“a@”不像完整的邮箱。请写完整，例如 name@example.com。"),
    ],
)
def test_what_is_wrong_with_a_number_is_said(typed: str, why: str) -> None:
    assert why_unreachable(typed) == why


@pytest.mark.parametrize(
    ("typed", "spelling"),
    [
        ("0874-2123456", "0874-2123456"),
        ("0871-63120000", "0871-63120000"),
        ("020-82345678", "020-82345678"),
        ("800-123-4567", "8001234567"),
        ("400-1234-567转8", "4001234567转8"),
        ("0874-3111112", "0874-3111112"),
        ("0874-2323232", "0874-2323232"),
        ("手机，13000000001", "13000000001"),  # a label in a piece of its own
        ("，、13000000001", "13000000001"),
    ],
)
def test_a_number_that_can_be_dialled_is_taken(typed: str, spelling: str) -> None:
    assert (why_unreachable(typed), written(typed)) == ("", spelling)
