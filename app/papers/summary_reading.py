"""Annexes 2 and 3 as units really send them, read row by row: no more than one row is in memory."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, BinaryIO

from app.domain.imports.fields import Problem
from app.domain.imports.form_dates import form_date
from app.domain.imports.nominations import Nomination, column_name
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import UnreadableForm
from app.evidence.kinds import FileKind
from app.papers.cells import clean, read_cell
from app.papers.screening import screened
from app.papers.summary_columns import COLUMNS, OPTIONAL, ORDER, heads_of, name_heads, plain_head
from app.papers.workbooks import open_workbook

ROW_LIMIT = 20_000
_HEAD_WITHIN = 20  # rows
_WIDEST = 60  # columns
_HEADS_ENOUGH = 3  # besides the name: fewer, and it is some other list

_NOT_THE_FORM = "前20行里没有找到汇总表的表头。"
_BROKEN = ("这个表格的内容不完整或已损坏，无法读取。", "请在 Excel 或 WPS 里打开它，另存为 .xlsx 后再上传。")
_RECOMMENDER = re.compile(r"推荐单位(?:\([^)]*\))?\s*:\s*(.*?)\s*(?=填表|$)", re.DOTALL)
_DATED = re.compile(r"填[表报](?:日期|时间)\s*:\s*([\d年月日./\- ]+)")
_BESIDE = re.compile(r"[注说填审制联经负单推合小总](?:$|[^:]{0,8}:)|(?:合|小|总)\s*计")  # 注：…, 填表人：…, 合计


@dataclass(slots=True)
class Summary:
    """A summary being read. `nominations` is gone through once, while the file is open; may raise UnreadableForm."""

    kind: Kind
    recommender: str  # "" where the line is missing or empty
    dated: dt.date | None
    nominations: Iterator[Nomination]


@dataclass(frozen=True, slots=True)
class _Head:
    kind: Kind
    row: int
    places: dict[int, str]  # column, from 0 -> key


def read_summary(file: BinaryIO, source: str, notice: AwardNotice) -> Summary:
    """Read annex 2 or 3 of a notice. Raises UnreadableForm for any other document, and for forbidden content."""
    forms = "或".join(f"{notice.summaries[kind].label}（{notice.kind_names[kind]}）" for kind in Kind)
    ask_for_form = f"请使用{forms}的 Excel 表格，表头文字照原样保留。"
    if screened(file, source) is not FileKind.XLSX:
        raise UnreadableForm(source, "这不是 Excel 表格。", ask_for_form)
    try:
        book = open_workbook(file)
        for page in book.worksheets:
            page.reset_dimensions()  # what a file says of its size is often wrong
            rows = page.iter_rows(max_col=_WIDEST)
            first = list(islice(rows, _HEAD_WITHIN))
            head = _head_in(first, source, notice)
            if head is not None:
                break
        else:
            raise UnreadableForm(source, _NOT_THE_FORM, ask_for_form)
    except UnreadableForm:
        raise
    except Exception:  # the library may raise anything for a broken file, and none of it is a fault of the portal
        raise UnreadableForm(source, *_BROKEN) from None
    recommender, dated = _lines_above(first[: head.row])
    below = chain(first[head.row + 1 :], rows)
    return Summary(head.kind, recommender, dated, _nominations(below, head, source))


def _head_in(rows: Sequence[Sequence[Any]], source: str, notice: AwardNotice) -> _Head | None:
    """Return the first row that names enough columns of either form. Raises UnreadableForm for one that lacks some."""
    for number, row in enumerate(rows):
        names = {place: plain_head(str(cell.value)) for place, cell in enumerate(row) if cell.value is not None}
        for kind in Kind:
            heads = heads_of(kind, notice.kind_names[kind])
            places = {place: heads[name] for place, name in names.items() if name in heads}
            marks = name_heads(kind, notice.kind_names[kind])
            if any(mark in names.values() for mark in marks) and len(set(places.values())) > _HEADS_ENOUGH:
                _check_head(kind, places, source)
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


def _lines_above(rows: Sequence[Sequence[Any]]) -> tuple[str, dt.date | None]:
    """Return what stands after 推荐单位 and 填表日期, in the same cell or in the next that is filled."""
    recommender, dated = "", None
    for row in rows:
        texts = [clean(str(cell.value)) for cell in row if cell.value is not None]
        line = unicodedata.normalize("NFKC", "  ".join(text for text in texts if text))
        if found := _RECOMMENDER.search(line):
            recommender = recommender or found[1].strip()
        if (found := _DATED.search(line)) and (day := form_date(re.sub(r"\s", "", found[1]))):
            dated = dated or day.date
    return recommender, dated


def _nominations(rows: Iterator[Sequence[Any]], head: _Head, source: str) -> Iterator[Nomination]:
    found = 0
    try:
        for number, row in enumerate(rows, start=head.row + 2):
            nomination = _nomination(row, number, head, source)
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


def _nomination(row: Sequence[Any], number: int, head: _Head, source: str) -> Nomination | None:
    """One row of the table; None for a blank one, a foot note, a total."""
    fields = dict.fromkeys((key for key in head.places.values() if key), "")
    problems: list[Problem] = []
    for place, key in head.places.items():
        if place < len(row) and key:
            text, problem = read_cell(row[place], _column(key, head.kind), is_date=key == "birth")
            fields[key] = text
            if problem:
                problems.append(problem)
    order = fields.pop(ORDER, "")
    filled = [text for text in fields.values() if text]
    if not filled and not problems:
        return None
    if len(filled) <= 2 and any(_BESIDE.match(unicodedata.normalize("NFKC", text)) for text in (order, *filled)):
        return None
    return Nomination(head.kind, number, source, fields, tuple(problems), order)
