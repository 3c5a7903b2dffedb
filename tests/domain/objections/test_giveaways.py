"""What in the facts gives away who wrote them (R19)."""

from __future__ import annotations

import pytest

from app.domain.objections.giveaways import giveaways

PERSON = {"name": "赵小禾", "contact_person": "", "contact": "130 0000 0001", "unit": False}
UNIT = {"name": "曲靖市小河科技有限公司", "contact_person": "钱小溪", "contact": "qian@example.com", "unit": True}
NOTHING = [
    "该对象申报的事迹与实际情况不符，证人的电话是13900009999，请予核查。",
    "赵家村小学的禾苗项目并非其完成，2025-03-01至2025-06-30期间没有施工。",
    "订单号1234567890123456，合同号2025-0001-0002。",
]
PERSONS = [
    ("我叫赵小禾，亲眼所见。", ["您的姓名"]),
    ("我是赵 小 禾（本村人）。", ["您的姓名"]),
    ("请打13000000001找我。", ["您的联系方式"]),
    ("请打+86 130-0000-0001找我。", ["您的联系方式"]),
    ("请打１３０．００００．０００１找我。", ["您的联系方式"]),
    ("我的身份证号是11010519491231002X。", ["居民身份证号码"]),
    ("钱打到 6222 0200 0000 0000 006 了。", []),  # no card: its check digit is wrong
    ("钱打到 4111 1111 1111 1111 了。", ["银行卡号"]),
    ("赵小禾，13000000001，11010519491231002X", ["您的姓名", "您的联系方式", "居民身份证号码"]),
]
UNITS = [
    ("我公司（曲靖市小河科技有限公司）参与了投标。", ["您单位的名称"]),
    ("请联系钱小溪，邮箱 QIAN@example.com。", ["联系人的姓名", "您的联系方式"]),
]


@pytest.mark.parametrize("facts", NOTHING)
def test_security_46_nothing_is_pointed_out_where_nothing_gives_the_objector_away(facts: str) -> None:
    assert giveaways(facts, **PERSON) == giveaways(facts, **UNIT) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(("facts", "found"), PERSONS)
def test_security_46_a_person_is_told_of_name_contact_id_and_card(facts: str, found: list[str]) -> None:
    assert giveaways(facts, **PERSON) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(("facts", "found"), UNITS)
def test_security_46_a_unit_is_told_of_its_own_name_and_its_contact_person(facts: str, found: list[str]) -> None:
    assert giveaways(facts, **UNIT) == found  # type: ignore[arg-type]


def test_an_empty_contact_or_a_name_of_one_character_stands_in_no_text() -> None:
    assert giveaways("一二三", "一", "", "", unit=False) == []


@pytest.mark.parametrize(
    ("contact", "facts", "found"),
    [
        ("0874-3123456转8001", "请打0874-3123456。", ["您的联系方式"]),  # the extension stands somewhere else
        ("0874-3123456转8001", "请打0874-3123457。", []),
        ("13000000001、qian@example.com", "请写 qian@example.com。", ["您的联系方式"]),
        ("微信xiaohe2025", "请加微信 xiaohe2025。", ["您的联系方式"]),  # no number, and it gives away all the same
    ],
)
def test_a_contact_is_found_by_each_of_its_parts(contact: str, facts: str, found: list[str]) -> None:
    assert giveaways(facts, "赵小禾", "", contact, unit=False) == found


@pytest.mark.parametrize(
    ("name", "facts", "found"),
    [
        ("", "没有署名。", []),
        ("赵", "赵家村的项目。", []),  # one character stands in any text
        ("赵禾", "我是赵禾。", ["您的姓名"]),
        ("赵 禾", "我是赵禾。", ["您的姓名"]),
    ],
)
def test_a_name_of_two_characters_is_found(name: str, facts: str, found: list[str]) -> None:
    assert giveaways(facts, name, "", "", unit=False) == found
