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
