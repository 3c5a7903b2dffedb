"""Workbooks opened so that no more than a row of them is in memory, however many texts they hold.

openpyxl reads rows one at a time but keeps the table of all texts. Here that table lies in a sealed file on disk:
lists of nominees are full of personal data.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import lru_cache
from typing import IO, BinaryIO
from xml.etree.ElementTree import iterparse

from openpyxl.reader.excel import ExcelReader
from openpyxl.workbook import Workbook
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from app.evidence.spool import SealedSpool

_TEXT, _ITEM, _PHONETIC = (f"{{{SHEET_MAIN_NS}}}{name}" for name in ("t", "si", "rPh"))
_BLOCK = 64 * 1024
_BLOCKS_KEPT = 16


def open_workbook(file: BinaryIO) -> Workbook:
    """Return a workbook to be read row by row; only for files that were looked through. Raises what openpyxl raises."""
    reader = _Reader(file, read_only=True)
    reader.read()
    return reader.wb


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
