"""A programme's workbook, written: blank to be filled in, or filled as it stands. Annex 1 has the notice's form."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from itertools import groupby

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from app.domain.cases.states import ROLE_NAMES
from app.domain.programmes.annex_one import BookPlaces
from app.domain.programmes.book_rows import ABOUT, CONTACTS, HEADS, PEOPLE, QUOTAS, STAGES_SHEET
from app.domain.programmes.contacts import LINES
from app.domain.programmes.notice import AwardNotice
from app.domain.programmes.plan import SHARE_NAME, text_names
from app.domain.programmes.programme_book import OFFICE_NAME, Book

_TITLE = Font(name="方正小标宋简体", size=18)
_HEAD = Font(name="黑体", size=12)
_BODY = Font(name="仿宋_GB2312", size=12)
_HINT = Font(name="楷体_GB2312", size=11, color="57606A")
_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_WIDTHS = {
    ABOUT: (24, 80),
    QUOTAS: (7, 20, 24, 10, 9, 9, 26, 26),
    STAGES_SHEET: (22, 18, 18),
    CONTACTS: (36, 22, 40, 28, 34),
    PEOPLE: (20, 16, 16, 36),
}
_HINTS = {
    ABOUT: f"“内容”一列填写；通知文号、落款单位、撤销表彰的依据可以空着。{OFFICE_NAME}是组织评选的办公室。",
    STAGES_SHEET: "日期写成年月日，例如 2025-10-16。各阶段前后相接，不能重叠。",
    CONTACTS: "一行一个单位，会在网上公开：只写办公电话，不写个人手机号码。没有联系方式的单位可以不写。",
    PEOPLE: f"一行一个人。登录名用小写字母和数字。角色：{'、'.join(ROLE_NAMES.values())}。单位空着就是市级专班。",
}
_ROW = 22.0  # points; a row with a long text finds its own
_BLANK_ROWS = {QUOTAS: 14, CONTACTS: 15, PEOPLE: 30}


def written(book: Book | None, notice: AwardNotice) -> bytes:
    """Return the workbook of a programme that follows a notice; None is the blank one."""
    file = Workbook()
    file.remove(file.worksheets[0])
    _about(file.create_sheet(ABOUT), book, notice)
    _quotas(file.create_sheet(QUOTAS), book)
    _table(file.create_sheet(STAGES_SHEET), _stage_rows(book, notice))
    contacts = [[each.unit, *(getattr(each.contact, line) for line in LINES)] for each in book.contacts] if book else []
    _table(file.create_sheet(CONTACTS), contacts)
    people = file.create_sheet(PEOPLE)
    rows = [[each.login, each.name, ROLE_NAMES[each.role], each.unit] for each in book.people] if book else []
    _table(people, rows)
    roles = DataValidation(type="list", formula1=f'"{",".join(ROLE_NAMES.values())}"', allow_blank=True)
    roles.add(f"C3:C{people.max_row}")
    people.add_data_validation(roles)
    for sheet in file.worksheets:
        _set_up(sheet)
    content = BytesIO()
    file.save(content)
    return content.getvalue()


def _about(sheet: Worksheet, book: Book | None, notice: AwardNotice) -> None:
    rows = [[OFFICE_NAME, book.office if book else ""]]
    rows += [[name, getattr(book.plan, key) if book else ""] for key, name in text_names(notice).items()]
    rows.append([SHARE_NAME, str(book.plan.county_share) if book else str(notice.county_share)])
    _table(sheet, rows)


def _stage_rows(book: Book | None, notice: AwardNotice) -> list[list[str]]:
    spans = {span.number: span for span in book.plan.stages} if book else {}
    rows = []
    for number, stage in notice.stages.items():
        span = spans.get(number)
        rows.append([stage.name, *([span.starts_on.isoformat(), span.ends_on.isoformat()] if span else ["", ""])])
    return rows


def _table(sheet: Worksheet, rows: Sequence[Sequence[str]]) -> None:
    """Write a hint, a head, the rows, and room for more where more may come."""
    head = HEADS[sheet.title]
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(head))
    _put(sheet, 1, 1, _HINTS[sheet.title], _HINT, _LEFT)
    sheet.row_dimensions[1].height = 36
    _row(sheet, 2, head, _HEAD, _CENTRE)
    blank = [[""] * len(head)] * max(0, _BLANK_ROWS.get(sheet.title, 0) - len(rows))
    for number, row in enumerate([*rows, *blank], start=3):
        _row(sheet, number, row, _BODY, _LEFT)
    sheet.freeze_panes = "A3"


# --- annex 1 -------------------------------------------------------------------------------------------------------


def _quotas(sheet: Worksheet, book: Book | None) -> None:
    title = f"{book.plan.title if book else '（活动名称）'}推荐名额分配表"
    sheet.merge_cells("A1:G1")
    _put(sheet, 1, 1, title, _TITLE, _CENTRE)
    sheet.row_dimensions[1].height = 48
    _row(sheet, 2, ("序号", "地区（单位）", "", "名额总数", "其中", "", "备注", "推荐单位"), _HEAD, _CENTRE)
    _row(sheet, 3, ("", "表彰对象", "所属领域（地区）", "", "集体", "个人", "", ""), _HEAD, _CENTRE)
    for merged in ("A2:A3", "B2:C2", "D2:D3", "E2:F2", "G2:G3", "H2:H3"):
        sheet.merge_cells(merged)
    row, number = 4, 1
    places = book.places if book else ()
    groups = [(heading, list(lines)) for heading, lines in groupby(places, key=lambda line: line.heading)]
    for heading, lines in groups:
        first = row
        for line in lines:
            _row(sheet, row, _line(number, line), _BODY, _CENTRE)
            row, number = row + 1, number + 1
        if heading and len(lines) > 1:  # a merge of one cell is what Excel asks to repair
            sheet.merge_cells(start_row=first, start_column=2, end_row=row - 1, end_column=2)
        if len(groups) > 1:
            row = _sum(sheet, row, "小计", lines)
    if book is None:
        for _ in range(_BLANK_ROWS[QUOTAS]):
            _row(sheet, row, (str(row - 3), *[""] * 7), _BODY, _CENTRE)
            row += 1
        row = _sum(sheet, row, "小计", None)
    _sum(sheet, row, "合计", places if book else None)
    sheet.freeze_panes = "A4"


def _line(number: int, line: BookPlaces) -> list[str | int]:
    both = line.collectives + line.individuals
    named = line.field or line.unit
    return [number, line.heading, named, both, line.collectives, line.individuals, line.note, line.unit]


def _sum(sheet: Worksheet, row: int, label: str, lines: Sequence[BookPlaces] | None) -> int:
    """Write a line of sums, as numbers: a sheet that other programs read has no formula."""
    sums: list[str | int] = ["", "", ""]
    if lines is not None:
        collectives, individuals = sum(line.collectives for line in lines), sum(line.individuals for line in lines)
        sums = [collectives + individuals, collectives, individuals]
    _row(sheet, row, (label, "", "", *sums, "", ""), _HEAD, _CENTRE)
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=3)
    return row + 1


# --- cells ---------------------------------------------------------------------------------------------------------


def _row(sheet: Worksheet, row: int, values: Sequence[str | int], font: Font, alignment: Alignment) -> None:
    sheet.row_dimensions[row].height = _ROW if all(len(str(value)) < 40 for value in values) else None
    for column, value in enumerate(values, start=1):
        _put(sheet, row, column, value, font, alignment, boxed=True)


def _put(
    sheet: Worksheet, row: int, column: int, value: str | int, font: Font, alignment: Alignment, *, boxed: bool = False
) -> None:
    """Write a text as a text, whatever it begins with (SECURITY 37)."""
    cell = sheet.cell(row, column)
    if value != "":
        cell.value = value
        if isinstance(value, str):
            cell.data_type, cell.quotePrefix = "s", True
    cell.font, cell.alignment = font, alignment
    if boxed:
        cell.border = _BOX


def _set_up(sheet: Worksheet) -> None:
    for number, width in enumerate(_WIDTHS[sheet.title], start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
