"""The cells of a programme's workbook: its five sheets, their heads, and what stands below them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.programmes.contacts import LINES

# A sheet's rows: the number that Excel shows, and the texts from column A on.
Rows = Sequence[tuple[int, Sequence[str]]]

ABOUT, QUOTAS, STAGES_SHEET, CONTACTS, PEOPLE = "活动", "名额分配", "时间安排", "联系方式", "人员"
HEADS: dict[str, tuple[str, ...]] = {
    ABOUT: ("项目", "内容"),
    QUOTAS: ("序号", "表彰对象", "所属领域（地区）", "名额总数", "集体", "个人", "备注", "推荐单位"),
    STAGES_SHEET: ("阶段", "开始日期", "结束日期"),
    CONTACTS: ("单位", *(name for name, _ in LINES.values())),
    PEOPLE: ("登录名", "姓名", "角色", "单位"),
}
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


@dataclass(frozen=True, slots=True)
class SheetFault:
    """One thing wrong: sheet, row and column as Excel shows them, and in words what would be right."""

    sheet: str
    row: int
    column: str
    words: str


def read_rows_below_head(sheet: str, rows: Rows, wrong: list[SheetFault]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows below a sheet's head that hold anything, each as long as the head."""
    head = HEADS[sheet]
    below = False
    for number, texts in rows:
        cells = [text.strip() for text in texts[: len(head)]]
        cells += [""] * (len(head) - len(cells))
        if below and any(cells):
            yield number, [joined(cell) if _is_name(sheet, place) else cell for place, cell in enumerate(cells)]
        below = below or _is_head(sheet, cells)
    if not below:
        names = "、".join(name for name in head if name != "推荐单位")
        wrong.append(SheetFault(sheet, 1, "A", f"没有找到表头（{names}）。请用空白表格填写，不要改动表头。"))


def _is_head(sheet: str, cells: Sequence[str]) -> bool:
    """Annex 1 has a head of two rows, merged: its second holds 集体 and 个人."""
    found = [joined(cell) for cell in cells]
    if sheet == QUOTAS:
        return found[4:6] == ["集体", "个人"]
    return tuple(found) == HEADS[sheet]


def _is_name(sheet: str, place: int) -> bool:
    """Whether a cell holds a name or a number, whose stray blanks are removed; a sentence keeps its blanks."""
    return place == 0 or sheet in (QUOTAS, PEOPLE)


def joined(text: str) -> str:
    """Return a text without the blanks and line ends that a narrow cell puts between Chinese characters."""
    return re.sub(r"(?<![!-~])\s+|\s+(?![!-~])", "", text)


def as_number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,6}", text) else None


def as_date(text: str) -> dt.date | None:
    found = _DATE.match(text)
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
