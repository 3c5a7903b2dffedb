"""Annexes 2 and 3 as .xlsx, in the form of the notice: filled in, or blank to be filled in."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Mapping, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from app.domain.imports.form_words import list_of
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.papers.summary_columns import COLUMNS, EXTRA_COLUMNS, ORDER, SummaryColumn
from app.papers.templates import undated

_DRAWN = dt.datetime(2025, 10, 16)  # noqa: DTZ001 - a workbook keeps no time zone; the same at every writing
_HEAD_ROW = 4
_BLANK_ROWS = 12  # a page
_LINE = 16.0  # points that one line of text takes
_TALLEST = 409.0  # as tall as a row may be

_TITLE = Font(name="方正小标宋简体", size=20)
_BOLD = Font(name="黑体", size=12)
_BODY = Font(name="仿宋_GB2312", size=11)
_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


def write_summary(
    kind: Kind,
    title: str,
    recommender: str,
    dated: dt.date | None,
    rows: Sequence[Mapping[str, str]],
    *,
    notice: AwardNotice,
    extended: bool = False,
) -> bytes:
    """Write annex 2 or 3 of a notice with these rows, by the keys of FIELD_NAMES, in order; without rows, a blank.

    `title` is the whole line under 附件. `extended` adds, after 备注, what an import needs beside the form: numbers,
    awards and deeds. A text is a text, whatever it begins with (SECURITY 37).
    """
    annex = notice.summaries[kind]
    columns = COLUMNS[kind] + (EXTRA_COLUMNS[kind] if extended else ())
    book = Workbook()
    page = book.worksheets[0]
    page.title = annex.label
    _write_top(page, annex.number, title, recommender, dated, len(COLUMNS[kind]))
    _write_head(page, columns)
    number = len(rows) or _BLANK_ROWS
    for place in range(number):
        _write_row(page, _HEAD_ROW + 1 + place, columns, rows[place] if rows else None, place + 1)
    page.row_dimensions[_HEAD_ROW + 1 + number].height = 24
    _put(page.cell(_HEAD_ROW + 1 + number, 1), annex.foot, _BODY, Alignment(horizontal="left", vertical="center"))
    _offer_words(page, columns, notice, last=_HEAD_ROW + number)
    _set_up_print(page, page.PAPERSIZE_A3 if extended else page.PAPERSIZE_A4)
    book.properties.created = _DRAWN
    written = BytesIO()
    book.save(written)
    return undated(written)


def _write_top(page: Worksheet, number: str, title: str, recommender: str, dated: dt.date | None, width: int) -> None:
    """Write the lines above the table, over the columns of the form alone."""
    _put(page["A1"], f"附件 {number}", _BOLD, Alignment(horizontal="left"))
    page.merge_cells(start_row=2, start_column=1, end_row=2, end_column=width)
    _put(page["A2"], title, _TITLE, Alignment(horizontal="center", vertical="center", wrap_text=True))
    page.row_dimensions[2].height = 56
    middle = width // 2
    page.merge_cells(start_row=3, start_column=1, end_row=3, end_column=middle)
    page.merge_cells(start_row=3, start_column=middle + 1, end_row=3, end_column=width)
    _put(page["A3"], f"推荐单位（印章）：{recommender}", _BODY, Alignment(horizontal="left", vertical="center"))
    day = f"{dated.year}年{dated.month}月{dated.day}日" if dated else "    年  月  日"
    _put(page.cell(3, middle + 1), f"填表日期：{day}", _BODY, Alignment(horizontal="right", vertical="center"))
    page.row_dimensions[3].height = 24


def _write_head(page: Worksheet, columns: Sequence[SummaryColumn]) -> None:
    for place, column in enumerate(columns, start=1):
        cell = page.cell(_HEAD_ROW, place)
        _put(cell, column.head, _BOLD, Alignment(horizontal="center", vertical="center", wrap_text=True))
        cell.border = _BOX
        whole = page.column_dimensions[get_column_letter(place)]
        whole.width = column.width
        if column.typed_as_text:  # below the table too, where people add rows
            whole.number_format = "@"
    page.row_dimensions[_HEAD_ROW].height = 36


def _write_row(
    page: Worksheet, row: int, columns: Sequence[SummaryColumn], fields: Mapping[str, str] | None, order: int
) -> None:
    """One nominee, or a blank line; 序号 stands in both."""
    lines = 2
    for place, column in enumerate(columns, start=1):
        cell = page.cell(row, place)
        text = str(order) if column.key == ORDER else (fields or {}).get(column.key, "")
        horizontal = "center" if column.centred else "left"
        _put(cell, text, _BODY, Alignment(horizontal=horizontal, vertical="center", wrap_text=True))
        cell.border = _BOX
        if column.typed_as_text:
            cell.number_format = "@"
        lines = max(lines, lines_of(text, column.width))
    page.row_dimensions[row].height = min(lines * _LINE, _TALLEST)


def lines_of(text: str, width: int) -> int:
    """How many lines a text takes in a column: a Chinese character is two wide, and a little room is left."""
    return sum(
        math.ceil(sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in line) / (width - 1)) or 1
        for line in text.split("\n")
    )


def _put(cell: Cell | MergedCell, text: str, font: Font, alignment: Alignment) -> None:
    """Write a text as it stands: `=1+1` stays what somebody wrote, also when the cell is edited."""
    assert isinstance(cell, Cell)  # noqa: S101 - the first cell of what is merged, never one that it hides
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text) or None
    cell.font, cell.alignment = font, alignment
    if cell.value is not None:
        cell.data_type = "s"
        cell.quotePrefix = True


def _offer_words(page: Worksheet, columns: Sequence[SummaryColumn], notice: AwardNotice, last: int) -> None:
    """Offer lists to choose from, in the cells of the table and some hundred below that people will fill in."""
    for place, column in enumerate(columns, start=1):
        if column.offers_words:
            words = list_of(column.key, notice).words
            offered = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
            offered.errorTitle, offered.error = (
                "不在可选范围内",
                f"“{column.head}”请从下拉列表中选择。".replace("\n", ""),
            )
            letter = get_column_letter(place)
            offered.add(f"{letter}{_HEAD_ROW + 1}:{letter}{max(last, _HEAD_ROW + 200)}")
            page.add_data_validation(offered)


def _set_up_print(page: Worksheet, paper: str) -> None:
    page.freeze_panes = f"A{_HEAD_ROW + 1}"
    page.print_title_rows = f"{_HEAD_ROW}:{_HEAD_ROW}"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", paper
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_options.horizontalCentered = True
    page.HeaderFooter.oddFooter = HeaderFooterItem(center=_HeaderFooterPart(text="第 &P 页，共 &N 页"))
    page.page_margins.left = page.page_margins.right = 0.5
