"""A programme as one workbook (.xlsx): written for staff to fill in or keep, read back as texts.

Reading gives texts alone; what they mean and what is wrong with them is in app/domain/programmes/programme_book.py.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Collection
from typing import IO, BinaryIO
from xml.parsers import expat

from app.domain.programmes.book_rows import HEADS
from app.domain.refusals import FileRefused
from app.domain.shared.invisible import without_invisible
from app.evidence.inspection import inspect
from app.evidence.kinds import FileKind
from app.papers.seen_sheets import WITHOUT_RESULT, SeenSheet, seen_sheets

SIZE_LIMIT = 256 * 1024  # a book of two hundred units is 40 kB
MOST_ROWS = 400
_COLUMNS = 10
_LONGEST = 1000  # of a cell: no field is longer than 400 characters

_NOT_A_BOOK = "请上传 Excel 表格（.xlsx）。这个文件不是，请在 WPS 或 Excel 里打开，另存为 .xlsx。"
_FORMULA = "“{}”第{}行有公式，文件里没有存下结果。请复制这一格，再“选择性粘贴—数值”，保存后再上传。"
_BROKEN = "这个表格不完整或已损坏，无法打开。请在 WPS 或 Excel 里打开它，另存一份再上传。"

Sheets = dict[str, list[tuple[int, list[str]]]]


def read_sheets(upload: BinaryIO, names: Collection[str] = tuple(HEADS)) -> Sheets:
    """Return the rows of these sheets that hold anything, as texts. Raises FileRefused.

    A file with macros, external links or far more content than its size shows is refused before a library opens it.
    """
    if inspect(upload, limit=SIZE_LIMIT, as_it_came=True).kind is not FileKind.XLSX:
        raise FileRefused(_NOT_A_BOOK)
    _refuse_document_types(upload)
    upload.seek(0)
    try:
        sheets = {sheet.title: sheet for sheet in seen_sheets(upload) if not sheet.hidden}
        return {name: _rows(sheets[name]) for name in names if name in sheets}
    except FileRefused:
        raise
    except Exception:  # openpyxl raises whatever it stumbles over: ValueError, KeyError, its own
        raise FileRefused(_BROKEN) from None


def _rows(sheet: SeenSheet) -> list[tuple[int, list[str]]]:
    rows = []
    for row in sheet.rows(_COLUMNS, MOST_ROWS + 1):
        if any(cell.data_type == WITHOUT_RESULT for cell in row.cells):
            raise FileRefused(_FORMULA.format(sheet.title, row.number))
        texts = [_text(cell.value) for cell in row.cells]
        if any(texts):
            if row.number > MOST_ROWS:
                raise FileRefused(f"表格的行数太多，每张表最多{MOST_ROWS}行。请删去多余的行再上传。")
            rows.append((row.number, texts))
    return rows


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return without_invisible(str(value)[:_LONGEST].replace("_x000D_", "").replace("\r", "")).strip()


class _Seen(Exception):
    """Raised at the first element of a part, after which no document type can follow."""


def _refuse_document_types(upload: BinaryIO) -> None:
    """No part of a workbook has a document type; one that has could define texts that grow without end."""
    with zipfile.ZipFile(upload) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels", ".vml")):
                with archive.open(name) as part:
                    _look_at_the_top(part)


def _look_at_the_top(part: IO[bytes]) -> None:
    parser = expat.ParserCreate()

    def seen(*_: object) -> None:
        raise _Seen

    def refused(*_: object) -> None:
        raise FileRefused(_BROKEN)

    parser.StartElementHandler, parser.StartDoctypeDeclHandler = seen, refused
    try:
        while piece := part.read(64 * 1024):
            parser.Parse(piece)
    except (_Seen, expat.ExpatError):
        return
