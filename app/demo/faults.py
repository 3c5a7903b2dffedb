"""A faulty annex 3: sound rows, each with a fault that units really make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

WRONG_UNIT = "沾益区"  # in the line above the table; the list is another unit's
_TOO_MUCH = "多年扎根基层，任劳任怨，深受群众好评。" * 50


def faulty_rows(rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return the rows with faults, and the first row once more at the end. Takes nine rows."""
    spoilt = [dict(row) for row in [*rows, rows[0]]]
    for row, changes in zip(spoilt, _changes(spoilt), strict=False):
        row |= changes
    return spoilt


def _changes(rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return the changed cells by the row that they belong to."""
    second, third, fourth = (rows[place] for place in (1, 2, 3))
    return [
        {"trade": "农业"},
        {"id_number": _one_digit_wrong(second["id_number"])},
        {"id_number": third["id_number"][:-3]},
        {"sex": "男" if fourth["sex"] == "女" else "女"},
        {"birth": "1960年1月"},
        {"awards": "", "penalties": ""},
        {"deeds": _TOO_MUCH},
        {"phone": "0874", "remark": "有事请打13000000099"},
        {"name": "张三1", "political": "积极分子"},
    ]


def _one_digit_wrong(number: str) -> str:
    return f"{number[:15]}{(int(number[15]) + 1) % 10}{number[16:]}"
