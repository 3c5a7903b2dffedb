"""Annexes 2 and 3 as units really send them, read row by row: no more than one row is in memory."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO

from openpyxl.utils import get_column_letter

from app.domain.imports.fields import Problem
from app.domain.imports.form_dates import form_date
from app.domain.imports.nominations import Nomination, column_name
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import UnreadableForm
from app.evidence.kinds import FileKind
from app.papers.cells import clean, read_cell
from app.papers.screening import screened
from app.papers.seen_sheets import SeenRow, SeenSheet, seen_sheets
from app.papers.summary_columns import COLUMNS, OPTIONAL, ORDER, heads_of, name_heads, plain_head

ROW_LIMIT = 20_000
_HEAD_WITHIN = 20  # rows
_WIDEST = 60  # columns
_HEADS_ENOUGH = 3  # besides the name: fewer, and it is some other list

_NOT_THE_FORM = "前20行里没有找到汇总表的表头。"
_SHOW_SHEET = "请在 Excel 或 WPS 里右击工作表标签，选“取消隐藏”，保存后再上传。"
_HIDDEN = ("这一行在表里是隐藏的（可能被筛选掉了），也读了", "要报的，请在下面确认；不报的，请删去这一行")
_STRUCK = ("这一行画了删除线，也读了", "要报的，请在下面确认；不报的，请删去这一行")
_BROKEN = ("这个表格的内容不完整或已损坏，无法读取。", "请在 Excel 或 WPS 里打开它，另存为 .xlsx 后再上传。")
_RECOMMENDER = re.compile(r"推荐单位(?:\([^)]*\))?\s*:\s*(.*?)\s*(?=填表|$)", re.DOTALL)
_DATED = re.compile(r"填[表报](?:日期|时间)\s*:\s*([\d年月日./\- ]+)")
_BESIDE = re.compile(r"[注说填审制联经负单推合小总](?:$|[^:]{0,8}:)")  # 注：…, 填表人：…
_SIGNED = re.compile(r"[^\d\W]{2,8}(?:\([^)]*\))?:.*|.*\((?:盖章|公章|签章|签字|签名)\)", re.DOTALL)  # 填表人：周某
_TOTAL = re.compile(r"(?:合|小|总)\s*计(?:\W.*)?|共\s*\d+\s*[人个名].*", re.DOTALL)
_GROUP = re.compile(r"(?:[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十]+\)).*", re.DOTALL)  # 一、公安系统（1人）


@dataclass(slots=True)
class Summary:
    """A summary being read. `nominations` is gone through once, while the file is open; may raise UnreadableForm.

    `questions` are about the sheets: what was left out, or read though it is hidden. `others` are the kinds of the
    workbook's other summaries, each an import of its own.
    """

    kind: Kind
    recommender: str  # "" where the line is missing or empty
    dated: dt.date | None
    nominations: Iterator[Nomination]
    questions: tuple[Problem, ...] = ()
    others: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class _Head:
    kind: Kind
    row: int  # from 0
    places: dict[int, str]  # column, from 0 -> key


@dataclass(slots=True)
class _Page:
    """A sheet with a head: its first rows, and those that follow."""

    sheet: SeenSheet
    head: _Head
    first: list[SeenRow]
    rest: Iterator[SeenRow]


def read_summary(file: BinaryIO, source: str, notice: AwardNotice, kind: Kind | None = None) -> Summary:
    """Read annex 2 or 3 of a notice: every shown sheet of this `kind`, or of the first one's.

    Raises UnreadableForm for any other document, and for forbidden content.
    """
    forms = "或".join(f"{notice.summaries[kind].label}（{notice.kind_names[kind]}）" for kind in Kind)
    ask_for_form = f"请使用{forms}的 Excel 表格，表头文字照原样保留。"
    if screened(file, source) is not FileKind.XLSX:
        raise UnreadableForm(source, "这不是 Excel 表格。", ask_for_form)
    try:
        pages = [page for sheet in seen_sheets(file) if (page := _page(sheet, notice))]
    except Exception:  # the library may raise anything for a broken file, and none of it is a fault of the portal
        raise UnreadableForm(source, *_BROKEN) from None
    shown, hidden = [page for page in pages if not page.sheet.hidden], [page for page in pages if page.sheet.hidden]
    if not shown and hidden:
        raise UnreadableForm(source, f"汇总表在隐藏的工作表“{hidden[0].sheet.title}”里。", _SHOW_SHEET)
    if not shown:
        raise UnreadableForm(source, _NOT_THE_FORM, ask_for_form)
    ours = [page for page in shown if page.head.kind is (kind or shown[0].head.kind)] or shown[:1]
    for page in ours:
        _check_head(page.head.kind, page.head.places, source)
    recommender, dated = _lines_above(ours[0].first[: ours[0].head.row])
    others = tuple(dict.fromkeys(page.head.kind for page in shown if page.head.kind is not ours[0].head.kind))
    questions = (*map(_left_out, hidden), *(question for page in ours for question in _hidden_columns(page)))
    return Summary(ours[0].head.kind, recommender, dated, _nominations(ours, source), questions, others)


def _page(sheet: SeenSheet, notice: AwardNotice) -> _Page | None:
    rows = sheet.rows(_WIDEST)
    first = list(islice(rows, _HEAD_WITHIN))
    head = _head_in(first, notice)
    return _Page(sheet, head, first, rows) if head else None


def _left_out(page: _Page) -> Problem:
    wrong = f"隐藏的工作表“{page.sheet.title}”也是一张名单，没有读取"
    return Problem("工作表", wrong, "里面有要报的对象的，请取消隐藏后重新上传；没有的，请在下面确认", asks=True)


def _hidden_columns(page: _Page) -> Iterator[Problem]:
    for place in sorted(page.sheet.hidden_columns & page.head.places.keys()):
        name = _column(page.head.places[place], page.head.kind)
        wrong = f"第{get_column_letter(place + 1)}列（{name}）是隐藏的，里面的内容也读了"
        yield Problem("工作表", wrong, "请取消隐藏，核对这一列；没有问题的，请在下面确认", asks=True)


def _head_in(rows: Sequence[SeenRow], notice: AwardNotice) -> _Head | None:
    """Return the first row that names enough columns of either form."""
    for number, row in enumerate(rows):
        names = {place: plain_head(str(cell.value)) for place, cell in enumerate(row.cells) if cell.value is not None}
        for kind in Kind:
            heads = heads_of(kind, notice.kind_names[kind])
            places = {place: heads[name] for place, name in names.items() if name in heads}
            marks = name_heads(kind, notice.kind_names[kind])
            if any(mark in names.values() for mark in marks) and len(set(places.values())) > _HEADS_ENOUGH:
                return _Head(kind, number, places)
    return None


def _check_head(kind: Kind, places: dict[int, str], source: str) -> None:
    keys = list(places.values())
    needed = {column.key: plain_head(column.head) for column in COLUMNS[kind] if column.key not in OPTIONAL}
    missing = [head for key, head in needed.items() if key not in keys]
    if missing:
        raise UnreadableForm(source, f"表头缺少：{'、'.join(missing)}。", "请照附件的表头补上这些列，再上传。")
    twice = [_column(key, kind) for key in dict.fromkeys(keys) if keys.count(key) > 1]
    if twice:
        raise UnreadableForm(source, f"表头里重复出现：{'、'.join(twice)}。", "请只保留一列，再上传。")


def _column(key: str, kind: Kind) -> str:
    return "序号" if key == ORDER else column_name(key, kind)


def _lines_above(rows: Sequence[SeenRow]) -> tuple[str, dt.date | None]:
    """Return what stands after 推荐单位 and 填表日期, in the same cell or in the next that is filled."""
    recommender, dated = "", None
    for row in rows:
        texts = [clean(str(cell.value)) for cell in row.cells if cell.value is not None]
        line = unicodedata.normalize("NFKC", "  ".join(text for text in texts if text))
        if found := _RECOMMENDER.search(line):
            recommender = recommender or found[1].strip()
        if (found := _DATED.search(line)) and (day := form_date(re.sub(r"\s", "", found[1]))):
            dated = dated or day.date
    return recommender, dated


def _nominations(pages: Sequence[_Page], source: str) -> Iterator[Nomination]:
    """Yield the rows of every page, numbered on from page to page."""
    found = last = 0
    for page in pages:
        before = last
        try:
            for row in chain(page.first[page.head.row + 1 :], page.rest):
                nomination = _nomination(row, before, page, source, named=len(pages) > 1)
                last = before + row.number
                if nomination is None:
                    continue
                found += 1
                if found > ROW_LIMIT:
                    raise UnreadableForm(source, f"这个表格超过{ROW_LIMIT}行。", "请分成几个文件上传。")
                yield nomination
        except UnreadableForm:
            raise
        except Exception:  # as above: whatever a broken sheet makes the reader stumble over
            raise UnreadableForm(source, *_BROKEN) from None


def _nomination(row: SeenRow, before: int, page: _Page, source: str, *, named: bool) -> Nomination | None:
    """Read one row of the table. None for what is no nominee: a blank row, a foot note, a total, the head again."""
    head = page.head
    fields = dict.fromkeys((key for key in head.places.values() if key), "")
    problems: list[Problem] = []
    for place, key in head.places.items():
        if place < len(row.cells) and key:
            text, problem = read_cell(row.cells[place], _column(key, head.kind), is_date=key == "birth")
            fields[key] = text
            if problem:
                problems.append(problem)
    order = fields.pop(ORDER, "")
    if not any(fields.values()) and not problems:
        return None
    if _is_beside(order, fields, head):
        return None
    problems += [
        Problem("整行", *why, asks=True) for is_so, why in ((row.hidden, _HIDDEN), (row.struck, _STRUCK)) if is_so
    ]
    where = f"“{page.sheet.title}”第{row.number}行" if named else ""
    return Nomination(head.kind, before + row.number, source, fields, tuple(problems), order, where)


def _is_beside(order: str, fields: Mapping[str, str], head: _Head) -> bool:
    """Tell whether a filled row is no nominee: a note, signatures, a total, the title of a group, the head again."""
    filled = [unicodedata.normalize("NFKC", text) for text in fields.values() if text]
    texts = [text for text in (unicodedata.normalize("NFKC", order), *filled) if text]
    if any(_TOTAL.fullmatch(text) for text in texts[:2]):
        return True
    if len(filled) <= 2 and any(_BESIDE.match(text) for text in texts):
        return True
    if len(set(filled)) == 1 and len(texts) <= 2 and _GROUP.fullmatch(texts[0]):
        return True
    if filled and all(_SIGNED.fullmatch(text) for text in filled):
        return True
    heads = sum(plain_head(text) == plain_head(_column(key, head.kind)) for key, text in fields.items() if text)
    return heads > _HEADS_ENOUGH
