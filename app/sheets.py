"""Lists as .xlsx for WPS and Excel: the only place that writes a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheet(title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[str | int]]) -> bytes:
    """One sheet with a head that stays in sight. `columns` are names with widths in characters.

    A text is a text, whatever it begins with: `=1+1` stays what somebody wrote, also when the cell is edited.
    """
    book = Workbook()
    page = book.worksheets[0]
    page.title = title
    page.append([name for name, _ in columns])
    for cell in page[1]:
        cell.font = Font(bold=True)
    for row in rows:
        page.append(list(row))
        for cell in page[page.max_row]:
            _as_it_stands(cell)
    for number, (_, width) in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.freeze_panes = "A2"
    page.print_title_rows = "1:1"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _as_it_stands(cell: Cell) -> None:
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if isinstance(cell.value, str):
        cell.data_type = "s"
        cell.quotePrefix = True
