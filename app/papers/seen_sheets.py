"""A workbook as the eye sees it: saved results, merged cells, what is hidden and what is struck out.

Every importer reads sheets through here, so that a date, a formula and a merged cell mean the same in each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import IO, Any, BinaryIO
from xml.etree.ElementTree import Element, iterparse

from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.xml.constants import SHEET_MAIN_NS

from app.papers.workbooks import date_format_of, open_workbook

WITHOUT_RESULT = "f"  # the `data_type` of a formula whose result the file does not hold
_ROW, _CELL, _FORMULA, _VALUE, _COLUMN, _MERGED, _DATA = (
    f"{{{SHEET_MAIN_NS}}}{name}" for name in ("row", "c", "f", "v", "col", "mergeCell", "sheetData")
)
_FAR = 30_000  # no list is longer: what lies below is not marked
_WIDE = 200


@dataclass(frozen=True, slots=True)
class SeenCell:
    """A cell's value as it is shown, its type in openpyxl's letters, and its number format."""

    value: Any = None
    data_type: str = "n"
    number_format: str = "General"


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A row, numbered as Excel counts. `struck`: its first filled cells are struck out."""

    number: int
    cells: tuple[SeenCell, ...]
    hidden: bool = False
    struck: bool = False


@dataclass(slots=True)
class _Marks:
    """What a sheet says of its rows, columns and cells beside their values. Columns count from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    without_result: set[tuple[int, int]] = field(default_factory=set)  # (row, column) of formulas
    merged: dict[tuple[int, int], int] = field(default_factory=dict)  # (top row, column) -> last row


class SeenSheet:
    """One sheet of an open workbook."""

    def __init__(self, page: Any) -> None:
        self._page = page
        page.reset_dimensions()  # what a file says of its size is often wrong
        self.title: str = page.title
        self.hidden: bool = page.sheet_state != "visible"

    @cached_property
    def _marks(self) -> _Marks:
        with self._page._get_source() as source:
            return _marks_of(source)

    @property
    def hidden_columns(self) -> frozenset[int]:
        return frozenset(self._marks.hidden_columns)

    def rows(self, widest: int, last: int | None = None) -> Iterator[SeenRow]:
        """Yield every row up to `last`, `widest` cells of each. A merged cell's value stands in each row it covers."""
        marks = self._marks
        covered: dict[int, tuple[int, SeenCell]] = {}  # column -> last row, the value from above
        for number, cells in enumerate(self._page.iter_rows(max_col=widest, max_row=last), start=1):
            seen = [self._seen(cell, number, place) for place, cell in enumerate(cells)]
            filled = any(cell.value is not None for cell in seen)
            for place, cell in enumerate(seen):
                until, above = covered.get(place, (0, cell))
                if number <= until and cell.value is None and filled:
                    seen[place] = above
                elif below := marks.merged.get((number, place)):
                    covered[place] = (below, cell)
            yield SeenRow(number, tuple(seen), number in marks.hidden_rows, _struck(cells))

    def _seen(self, cell: Any, row: int, column: int) -> SeenCell:
        if cell.value is None:
            lost = (row, column) in self._marks.without_result
            return SeenCell(data_type=WITHOUT_RESULT) if lost else _NOTHING
        return SeenCell(cell.value, cell.data_type, date_format_of(cell) or cell.number_format)


_NOTHING = SeenCell()


def seen_sheets(file: BinaryIO) -> list[SeenSheet]:
    """Open a workbook that was looked through and return its sheets, in order. Raises what openpyxl raises."""
    return [SeenSheet(page) for page in open_workbook(file).worksheets]


def _struck(cells: Any) -> bool:
    """Tell whether all filled cells among the first few of a row are struck out."""
    filled = [cell for cell in cells[:6] if cell.value is not None]
    return bool(filled) and all(cell.font.strike for cell in filled[:3])


def _marks_of(source: IO[bytes]) -> _Marks:
    marks = _Marks()
    data: Element | None = None
    for event, node in iterparse(source, events=("start", "end")):  # noqa: S314 - screening refused what declares entities
        if event == "start":
            data = node if node.tag == _DATA else data
        elif node.tag == _ROW:
            _mark_row(node, marks)
            if data is not None:
                data.clear()  # one row in memory at a time
        elif node.tag == _COLUMN and _is_on(node.get("hidden")):
            first, last = int(node.get("min", "1")), int(node.get("max", "1"))
            marks.hidden_columns.update(range(first - 1, min(last, _WIDE)))
        elif node.tag == _MERGED:
            left, top, _, bottom = range_boundaries(node.get("ref", "A1"))
            if top and bottom and left and top < bottom and top < _FAR:
                marks.merged[top, left - 1] = bottom
    return marks


def _mark_row(node: Element, marks: _Marks) -> None:
    number = int(node.get("r") or 0)
    if number > _FAR:
        return
    if _is_on(node.get("hidden")):
        marks.hidden_rows.add(number)
    for cell in node.iter(_CELL):
        if cell.find(_FORMULA) is not None and not cell.findtext(_VALUE) and cell.get("r"):
            row, column = coordinate_to_tuple(cell.get("r", ""))
            marks.without_result.add((row, column - 1))


def _is_on(text: str | None) -> bool:
    return text in ("1", "true")
