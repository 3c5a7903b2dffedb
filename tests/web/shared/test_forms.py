"""The fields that forms share."""

from __future__ import annotations

import pytest
from flask import Flask

from app.web.shared.forms import PlainForm, UnitField, needed, options
from app.web.shared.portal import number


class _UnitForm(PlainForm):
    unit = UnitField("单位", coerce=number, validate_choice=False, validators=[needed("请选择单位。")])


UNITS = {each: f"麒麟区 · 第{each}养护站" for each in range(1, 41)} | {99: "罗平县"}


@pytest.mark.parametrize(
    ("sent", "chosen", "wrong"),
    [
        ("99", 99, ""),  # by id, as a choice among few sends it
        ("罗平县", 99, ""),
        ("罗平", 99, ""),  # what only one of them has
        ("麒麟区 · 第4养护站", 4, ""),
        ("养护站", None, "有40个单位的名称写着“养护站”，请从列表里选一个。"),
        ("曲靖", None, "没有单位的名称写着“曲靖”，请从列表里选一个。"),
        ("", None, "请选择单位。"),
        ("9" * 30, None, "请选择单位。"),
    ],
)
def test_a_unit_among_many_is_typed_and_found_by_its_name(
    app: Flask, sent: str, chosen: int | None, wrong: str
) -> None:
    with app.test_request_context("/", method="POST", data={"unit": sent}):
        form = _UnitForm(meta={"csrf": False})
        form.unit.choices = options(UNITS)
        valid = form.validate()
        html = form.unit()
    assert (valid, form.unit.data, wrong in form.unit.errors) == (not wrong, chosen, bool(wrong))
    assert "<datalist" in html
    assert f'value="{sent if chosen is None and not sent.isdecimal() else UNITS.get(chosen or 0, "")}"' in html


def test_few_units_are_a_plain_choice(app: Flask) -> None:
    with app.test_request_context("/"):
        form = _UnitForm(formdata=None, unit=2)
        form.unit.choices = options({1: "麒麟区", 2: "罗平县"})
        html = form.unit()
    assert html.startswith("<select")
    assert '<option selected value="2">罗平县' in html
