"""Workbooks opened so that no more than a row of them is in memory, however many texts they hold.

openpyxl reads rows one at a time but keeps the table of all texts. Here that table lies in a sealed file on disk:
lists of nominees are full of personal data.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import lru_cache
from typing import IO, Any, BinaryIO
from xml.etree.ElementTree import iterparse

from openpyxl.reader.excel import ExcelReader
from openpyxl.workbook import Workbook
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from app.evidence.spool import SealedSpool

_TEXT, _ITEM, _PHONETIC = (f"{{{SHEET_MAIN_NS}}}{name}" for name in ("t", "si", "rPh"))
_BLOCK = 64 * 1024
_BLOCKS_KEPT = 16


# Formats that a Chinese Excel knows by their number, and that a file need not spell out (ECMA-376 part 1, 18.8.30).
_YEAR_AND_MONTH, _MONTH_AND_DAY, _YEAR_TO_DAY = 'yyyy"年"m"月"', 'm"月"d"日"', 'yyyy"年"m"月"d"日"'
_BUILT_IN_DATES = {
    **dict.fromkeys((27, 36, 50, 52, 57), _YEAR_AND_MONTH),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), _MONTH_AND_DAY),
    30: "m-d-yy",
    31: _YEAR_TO_DAY,
}


def open_workbook(file: BinaryIO) -> Workbook:
    """Return a workbook to be read row by row, with the saved results of formulas.

    Only for files that were looked through. Raises what openpyxl raises.
    """
    reader = _Reader(file, read_only=True, data_only=True, keep_links=False)
    reader.read()
    book = reader.wb
    # openpyxl takes a number in one of these formats for a plain number.
    styles = enumerate(book._cell_styles)  # type: ignore[attr-defined]
    book._date_formats |= {place for place, style in styles if style.numFmtId in _BUILT_IN_DATES}  # type: ignore[attr-defined]
    return book


def date_format_of(cell: Any) -> str:
    """Return the code of a built-in date format that the cell's file does not spell out, or ""."""
    return _BUILT_IN_DATES.get(cell.style_array.numFmtId, "") if cell.value is not None else ""


class _Reader(ExcelReader):
    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName.lstrip("/")) as source:
                # openpyxl asks for a text by its number and for nothing else of a list
                self.shared_strings = SharedTexts(source)  # type: ignore[assignment]


class SharedTexts:
    """The table of texts of a workbook, by number; written once, read in about the order in which it was written."""

    def __init__(self, source: IO[bytes]) -> None:
        self._spool = SealedSpool()
        self._ends = array("Q")
        self._block = lru_cache(_BLOCKS_KEPT)(self._read_block)
        end, waiting = 0, bytearray()
        for text in _texts(source):
            content = text.encode("utf-8", "replace")
            end += len(content)
            self._ends.append(end)
            waiting += content
            if len(waiting) >= _BLOCK:
                self._spool.write(waiting)
                waiting = bytearray()
        self._spool.write(waiting)

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError(number)
        start, end = self._ends[number - 1] if number else 0, self._ends[number]
        first, last = start // _BLOCK, max(start, end - 1) // _BLOCK
        content = b"".join(self._block(place) for place in range(first, last + 1))
        return content[start - first * _BLOCK : end - first * _BLOCK].decode()

    def _read_block(self, place: int) -> bytes:
        self._spool.seek(place * _BLOCK)
        return self._spool.read(_BLOCK)


def _texts(source: IO[bytes]) -> Iterator[str]:
    """Every text of the table, without the phonetic signs that may stand beside it."""
    events = iterparse(source, events=("start", "end"))  # noqa: S314 - screening has refused what declares entities
    _, root = next(events)
    for event, node in events:
        if event == "end" and node.tag == _ITEM:
            runs = (part for part in node if part.tag != _PHONETIC)
            yield "".join(text.text or "" for run in runs for text in run.iter(_TEXT))
            root.clear()
