"""The text of a sheet's cell, and in words what cannot be read of it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from app.domain.imports.fields import Problem
from app.domain.imports.form_dates import FormDate
from app.domain.shared.invisible import without_invisible

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_SEPARATORS = re.compile("[\u2028\u2029]")  # ends of lines that no sheet means
_DIGITS_KEPT = 10**15  # a spreadsheet keeps fifteen figures of a number

_FORMULA = ("这一格是公式，文件里没有存下结果", "请复制这一格，再“选择性粘贴—数值”，让它变成文字")
_FAULT = ("这一格是公式出错的标记（如 #REF!）", "请改成文字")
_LOST_DIGITS = (
    "这一格是按数字录入的，第16位以后的数字已经丢失",
    "请先把这一格的格式设为“文本”，再重新录入",
)
_AMBIGUOUS_MONTH = (
    "这一格是按数字录入的，分不清是1月还是10月（数字末尾的0会丢失）",
    "请写成“1980年1月”或“1980年10月”的样子",
)


def clean(text: str) -> str:
    """Return a text without invisible characters: control characters, zero widths, sheet escapes; lines ended by \
    ."""
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text).replace("\r\n", "\n").replace("\r", "\n")
    text = _SEPARATORS.sub("", without_invisible(text.replace("\xa0", " ").replace("\t", " ")))
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def read_cell(cell: Any, column: str, *, is_date: bool) -> tuple[str, Problem | None]:
    """Return the text of a cell as it is seen. `is_date`: a number there means a month."""
    value = cell.value
    if cell.data_type == "f":
        return "", Problem(column, *_FORMULA)
    if value is None:
        return "", None
    if cell.data_type == "e":
        return "", Problem(column, *_FAULT)
    if isinstance(value, dt.datetime | dt.date):
        return _date(value, cell.number_format), None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value, cell.number_format, column, is_date)
    return clean(str(value)), None


def _date(value: dt.date, number_format: str) -> str:
    """Return a date as text, with the day only where the cell shows it."""
    shown = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", number_format).lower()
    return str(FormDate(value.year, value.month, value.day if "d" in shown else 0))


def _number(value: float, number_format: str, column: str, is_date: bool) -> tuple[str, Problem | None]:
    if abs(value) >= _DIGITS_KEPT:
        return "", Problem(column, *_LOST_DIGITS)
    if value == int(value):
        return str(int(value)), None
    if is_date and round(value * 10 % 10, 6) == 1 and value * 10 == int(value * 10):
        if number_format.endswith(".00"):  # the cell shows 1980.10
            return f"{value:.2f}", None
        return "", Problem(column, *_AMBIGUOUS_MONTH)
    return repr(value), None
