"""What must never be public is found in texts, and ordinary texts pass (R12). All numbers are made up."""

import re
import sys
import unicodedata

import pytest

from app.domain.shared.privacy import _MAY_HOLD_DIGITS, find_private

ID, MOBILE, CARD = "居民身份证号码", "手机号码", "银行卡号"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("11010519491231002X", [ID]),  # the example of GB 11643
        ("11010519491231002x", [ID]),
        ("身份证号码530302199003070017。", [ID]),
        ("530302 1990 0307 0017", [ID]),
        ("530302-19900307-0017", [ID]),
        ("530302199003070018", [ID]),  # a wrong digit: the check character fails, the birth date stands there
        ("500101199003070011", [ID]),  # so does one of 重庆, whose second digit is 0
        ("053030199003070011", []),  # none begins with 0
        ("530302-1990-0307 0017", [ID]),
        ("138 8740-0000", [MOBILE]),
        ("139.0000-0000", [MOBILE]),
        ("５３０３０２１９９００３０７００１７", [ID]),
        ("１１０１０５１９４９１２３１００２Ｘ", [ID]),
        ("１１０１０５　１９４９１２３１　００２Ｘ", [ID]),
        ("13800000000", [MOBILE]),
        ("电话：138 0000 0000", [MOBILE]),
        ("138-0000-0000", [MOBILE]),
        ("138.0000.0000", [MOBILE]),
        ("138·0000·0000", [MOBILE]),
        ("138－0000－0000", [MOBILE]),
        ("138\u00a00000\u00a00000", [MOBILE]),
        ("１９９００００００００", [MOBILE]),
        ("+8613800000000", [MOBILE]),
        ("+86 13800000000", [MOBILE]),
        ("+86 138 0000 0000", [MOBILE]),
        ("+86-138-0000-0000", [MOBILE]),
        ("0086 138 0000 0000", [MOBILE]),
        ("联系人王某13800000000和19900000000", [MOBILE]),
        ("6222020000000000000", [CARD]),
        ("卡号6222 0200 0000 0000 000，户名", [CARD]),
        ("6222-0200-0000-0000-000", [CARD]),
        ("4111111111111111", [CARD]),
        ("6222020000000000000，13800000000，11010519491231002X", [ID, MOBILE, CARD]),
    ],
)
def test_private_numbers_are_found_however_they_are_written(text: str, found: list[str]) -> None:
    for around in ("{}", "联系：{}。", "见\n{}\n附件", "（{}）"):
        assert find_private(around.format(text)) == found


@pytest.mark.parametrize(
    "card",
    ["5555555555554444", "6011000990139424", "5500005555555559", "3530111333300000", "6759649826438453"],
)
def test_a_card_has_its_check_digit_whatever_digits_it_has(card: str) -> None:
    """Doubled digits of two figures count by their sum."""
    assert find_private(card) == [CARD]
    assert [last for last in "0123456789" if find_private(card[:-1] + last)] == [card[-1]]


def test_a_check_character_decides() -> None:
    """Of the eleven last characters exactly one makes an ID number, where no birth date makes it one."""
    assert [last for last in "0123456789X" if ID in find_private(f"11010519499931002{last}")] == ["1"]
    assert [last for last in "0123456789" if CARD in find_private(f"622202000000000000{last}")] == ["0"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1998.12-2021.3任站长，1990.1-2020.12连续三十年无事故。",  # without their signs eleven digits from 19
        "2019.01.01-2021.12.31期间参与项目12个",
        "2021-01-01—2023-12-31，2021.01.01-2023.12.31，2018年1月1日至2020年12月31日",
        "2019 2020 2021 2022四个年度考核优秀，2015-2019年评为先进",
        "完成投资1380000万元，节约资金1500.0-15000.0元，占98.5%，增长13.5%、15.2%、16.8%",
        "惠及群众13800户52000人，复垦1.35万亩，造林12345.678亩",
        "值班电话0874-3123456，0874 3123456，（0874）3123456，热线12345、12380",
        "发文云政发〔2023〕15号，2023150号令，标准GB/T 19001-2016，ISO 9001:2015",
        "全长1380.5公里，海拔1850—2460米，占地15 320亩",
        "统一社会信用代码91530300MA6K00000X",  # of a unit, public by law
        "零件号138000000001、车次K1234、第135792468次",  # twelve digits, nine digits
        "π≈3.14159265358979323846",
        "12345678901",  # eleven digits, and no mobile begins with 12
        "合同金额18600000.00元，结算18563217.45元",
    ],
)
def test_ordinary_numbers_pass(text: str) -> None:
    assert find_private(text) == []


def test_findings_do_not_repeat_the_number() -> None:
    assert not set("".join(find_private("11010519491231002X 13800000000 6222020000000000000"))) & set("0123456789X")


def test_what_is_not_looked_at_further_holds_no_digit_however_it_is_written() -> None:
    passed = [chr(code) for code in range(sys.maxunicode + 1) if not _MAY_HOLD_DIGITS.match(chr(code))]
    assert len(passed) > 20_000
    assert [each for each in passed if re.search(r"\d", unicodedata.normalize("NFKC", each))] == []


def test_digits_of_other_writings_are_looked_at() -> None:
    for digits in ("①③⑧", "１３８", "١٣٨", "㏠"):
        assert _MAY_HOLD_DIGITS.search(digits)
    assert find_private("联系①③⑧00000001") == ["手机号码"]
    assert find_private("联系①③⑧0000000") == []
