"""Lists as .xlsx for WPS and Excel: the only place that writes a sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

_NOT_IN_A_TITLE, _LONGEST_TITLE = re.compile(r"[\[\]:*?/\\]"), 31  # what Excel says of the name on the tab
_NOT_IN_A_FILE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # what no XML may hold
_PIECE = 64 * 1024
_IN_MEMORY = 1_000_000  # bytes of a finished file; a longer one lies on the disk until it is sent
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


Columns = Sequence[tuple[str, int]]
Row = Sequence[str | int]
Rows = Iterable[Row]


def sheet(title: str, columns: Columns, rows: Rows) -> bytes:
    """Write one sheet with a fixed head row. `columns` are names with widths in characters.

    A text is a text, whatever it begins with: `=1+1` stays what somebody wrote, also when the cell is edited.
    """
    return b"".join(pieces(title, columns, rows))


def pieces(title: str, columns: Columns, rows: Rows) -> Iterator[bytes]:
    """Yield a file as `sheet` writes it, piece by piece: it is never whole in memory."""
    with spooled([(title, columns, rows)]) as written:
        while piece := written.read(_PIECE):
            yield piece


def spooled(pages: Iterable[tuple[str, Columns, Rows]]) -> IO[bytes]:
    """Write several sheets, each as `sheet` does, into a file without a name. The caller closes it.

    It lies in memory while it is small.
    """
    made = Workbook(write_only=True)  # rows are written one by one, however many there are
    for title, columns, rows in pages:
        _write_page(made, title, columns, rows)
    written = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - it is read after this returns
    made.save(written)
    written.seek(0)
    return written


def _write_page(made: Workbook, title: str, columns: Columns, rows: Rows) -> None:
    page = made.create_sheet(_NOT_IN_A_TITLE.sub(" ", title)[:_LONGEST_TITLE])
    for place, (_, width) in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(place)].width = width
    page.freeze_panes = "A2"
    page.print_title_rows = "1:1"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", Worksheet.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    head, text, number = _prototypes(page)
    page.append([_like(head, name) for name, _ in columns])
    for row in rows:
        page.append([_like(text if isinstance(value, str) else number, value) for value in row])


def _prototypes(page: WriteOnlyWorksheet) -> tuple[Cell, Cell, Cell]:
    """Return a head, a text and a number cell to copy styles from, so that each style is made once."""
    head, text, number = (WriteOnlyCell(page) for _ in range(3))
    head.font = Font(bold=True)
    text.alignment = number.alignment = Alignment(vertical="top", wrap_text=True)
    text.quotePrefix = True
    return head, text, number


def _like(prototype: Cell, value: str | int) -> Cell:
    if isinstance(value, str):
        value = _NOT_IN_A_FILE.sub("", value)
    cell = WriteOnlyCell(prototype.parent, value=value)
    cell._style = prototype._style  # type: ignore[attr-defined] # a slot that the types leave out
    if isinstance(value, str):
        cell.data_type = "s"
    return cell
