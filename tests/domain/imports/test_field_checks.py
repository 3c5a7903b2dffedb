"""Each field of a form is checked by itself, and a form is told every mistake at once (R12)."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.imports.field_checks import column_name, field_problems
from app.domain.periods.rounds import Kind
from tests.qujing import QUJING

TODAY = dt.date(2025, 10, 20)


def told(kind: Kind, **fields: str) -> list[tuple[str, str]]:
    return [(problem.column, problem.wrong) for problem in field_problems(kind, fields, TODAY, QUJING)]


def test_every_mistake_of_a_form_is_told_in_the_order_of_the_checks() -> None:
    assert told(Kind.INDIVIDUAL, name="张3", birth="去年", awards="", deeds="好" * 801) == [
        (column_name("awards", Kind.INDIVIDUAL), "没有填写"),
        ("姓名", "姓名里有数字或标点"),
        ("出生年月", "看不出是哪年哪月"),
        ("主要事迹", "共801字，超出1字"),
    ]


@pytest.mark.parametrize(
    ("kind", "key", "expected"),
    [
        (Kind.COLLECTIVE, "name", "集体名称"),
        (Kind.COLLECTIVE, "phone", "单位联系电话"),
        (Kind.INDIVIDUAL, "name", "姓名"),
        (Kind.INDIVIDUAL, "phone", "联系电话"),
    ],
)
def test_a_field_is_named_as_the_form_of_its_kind_prints_it(kind: Kind, key: str, expected: str) -> None:
    assert column_name(key, kind) == expected


@pytest.mark.parametrize(
    "phone",
    ["13800000000", "+8613800000000", "(0874)3120000", "0874-3120000转8001", "12345", "13800000000、0874-3120000"],
)
def test_a_number_that_can_be_dialled_passes(phone: str) -> None:
    assert told(Kind.INDIVIDUAL, phone=phone) == []


@pytest.mark.parametrize("key", ["title", "remark"])
def test_what_may_stay_empty_is_not_missed(key: str) -> None:
    assert told(Kind.INDIVIDUAL, **{key: ""}) == []


@pytest.mark.parametrize(
    ("birth", "fits"),
    [
        # on 2025-10-20: from sixteen years on, and not older than 110
        ("2009年10月20日", True),
        ("2009年10月21日", False),
        ("2009年10月", True),
        ("2009年11月", False),
        ("1914年10月21日", True),
        ("1914年10月20日", False),
        ("1914年10月", False),
    ],
)
def test_an_age_counts_in_whole_years(birth: str, fits: bool) -> None:
    assert told(Kind.INDIVIDUAL, birth=birth) == ([] if fits else [("出生年月", "按这个日期算，年龄不合常理")])


@pytest.mark.parametrize(
    ("key", "most"),
    [("name", 60), ("unit", 100), ("post", 120), ("title", 60), ("work", 100), ("level", 60), ("leader", 60)],
)
def test_each_field_has_its_length(key: str, most: int) -> None:
    assert told(Kind.COLLECTIVE, **{key: "字" * most}) == []
    column = column_name(key, Kind.COLLECTIVE)
    assert told(Kind.COLLECTIVE, **{key: "字" * (most + 1)}) == [(column, f"共{most + 1}个字，太长")]


BOY, GIRL = "440524188001010014", "11010519491231002X"
BORN_TODAY, BORN_TOMORROW = "11010520251020001X", "110105202510210015"


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"id_number": GIRL}, []),
        ({"id_number": GIRL.lower()}, []),
        ({"id_number": GIRL[:-1]}, [("身份证号码", "共17位")]),
        ({"id_number": GIRL + "1"}, [("身份证号码", "共19位")]),
        ({"id_number": GIRL[:-1] + "1"}, [("身份证号码", "校验不通过，至少有一位写错了")]),
        ({"id_number": GIRL, "birth": "1949年12月31日", "sex": "女"}, []),
        ({"id_number": GIRL, "birth": "1949年12月"}, []),
        ({"id_number": GIRL, "birth": "1949年12月30日"}, [("出生年月", "与身份证号码中的出生日期不一致")]),
        ({"id_number": GIRL, "birth": "1949年11月"}, [("出生年月", "与身份证号码中的出生日期不一致")]),
        ({"id_number": GIRL, "birth": "1948年12月"}, [("出生年月", "与身份证号码中的出生日期不一致")]),
        ({"id_number": GIRL, "sex": "男"}, [("性别", "与身份证号码中的性别不一致")]),
        ({"id_number": BOY, "sex": "男"}, []),
        ({"id_number": BORN_TODAY}, []),
        ({"id_number": BORN_TOMORROW}, [("身份证号码", "号码中的出生日期还没有到")]),
        ({"credit_code": "无"}, []),
        ({"credit_code": "91350100M000100Y4"}, [("社会信用代码", "共17位")]),
        ({"credit_code": "91350100M000100Y43"}, []),
        ({"credit_code": "91350100M000100Y44"}, [("社会信用代码", "校验不通过，至少有一位写错了")]),
        ({"phone": "138"}, [("联系电话", "不像是电话号码")]),
        ({"phone": "13800000000、138"}, [("联系电话", "不像是电话号码")]),
        ({"name": "3班"}, [("姓名", "姓名里有数字或标点")]),
        ({"deeds": "好" * 800}, []),
        ({"post": "13800000000"}, [("职务职级", "里面有手机号码，公示后会被所有人看到")]),
        ({"resume": "在某厂工作多年"}, [("个人简历", "看不出各段经历的起止年月")]),
    ],
)
def test_a_field_is_held_against_itself_and_against_the_number(
    fields: dict[str, str], faults: list[tuple[str, str]]
) -> None:
    assert told(Kind.INDIVIDUAL, **fields) == faults


def test_a_collective_may_have_a_name_with_digits_and_no_unit() -> None:
    assert told(Kind.COLLECTIVE, name="高2025级3班", unit="") == []
    assert told(Kind.INDIVIDUAL, unit="") == [(column_name("unit", Kind.INDIVIDUAL), "没有填写")]


@pytest.mark.parametrize(
    ("key", "right"),
    [
        ("awards", "没有这方面情况的，请写“无”，不得空白"),
        ("penalties", "没有这方面情况的，请写“无”，不得空白"),
        ("level", "请填写集体的行政级别；无行政级别的填“无”"),
        ("credit_code", "请填写18位统一社会信用代码；内设机构没有自己的代码的，请写“无”"),
        ("name", "请填写集体名称"),
    ],
)
def test_an_empty_field_says_what_belongs_there(key: str, right: str) -> None:
    [problem] = field_problems(Kind.COLLECTIVE, {key: ""}, TODAY, QUJING)
    assert (problem.wrong, problem.right) == ("没有填写", right)


def test_a_mistake_of_a_field_is_no_question() -> None:
    assert not any(problem.asks for problem in field_problems(Kind.INDIVIDUAL, {"name": "张3"}, TODAY, QUJING))
