"""The workbook of a programme: out and in again, and what is refused before a library opens it (SECURITY 33, 37)."""

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from app.domain.refusals import FileRefused
from app.papers.programme_book import MOST_ROWS, SIZE_LIMIT, read_sheets
from tests.evidence import files
from tests.papers.books import book_of_the_notice
from tests.qujing import read, written


def test_what_is_written_is_read_back() -> None:
    book = book_of_the_notice()
    got, wrong = read(read_sheets(io.BytesIO(written(book))))
    assert wrong == []
    assert (got.plan, got.office) == (book.plan, book.office)
    for kept, came in ((book.places, got.places), (book.contacts, got.contacts), (book.people, got.people)):
        assert list(came) == list(kept)


def test_cells_of_every_kind_become_texts() -> None:
    file = Workbook()
    page = file.worksheets[0]
    page.title = "人员"
    page.append(
        [
            12,
            3.0,
            2.5,
            dt.date(2025, 10, 16),
            dt.datetime.fromisoformat("2025-11-01T08:00"),
            True,
            None,
            " a\u200bb\u202e ",
            "x" * 5000,
        ]
    )
    content = io.BytesIO()
    file.save(content)
    rows = read_sheets(content)["人员"]
    assert rows[0] == (
        1,
        ["12", "3", "2.5", "2025-10-16", "2025-11-01", "True", "", "ab", "x" * 1000, ""][: len(rows[0][1])],
    )
    assert len(rows) == 1


def test_a_formula_without_its_result_is_named() -> None:
    file = Workbook()
    file.worksheets[0].title = "人员"
    file.worksheets[0]["B3"] = "=1+1"
    content = io.BytesIO()
    file.save(content)
    with pytest.raises(FileRefused, match="“人员”第3行有公式"):
        read_sheets(content)


def changed(entries: dict[str, bytes | str]) -> bytes:
    """A good book with parts of it replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written())) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in good.namelist():
            if name not in entries:
                made.writestr(name, good.read(name))
        for name, content in entries.items():
            made.writestr(name, content)
    return out.getvalue()


def entities() -> str:
    """A billion laughs in the place of a sheet."""
    layers = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    return f'<!DOCTYPE x [<!ENTITY l0 "ha">{layers}]><worksheet>&l8;</worksheet>'


def too_long() -> bytes:
    file = Workbook()
    file.worksheets[0].title = "人员"
    file.worksheets[0].cell(MOST_ROWS + 1, 1).value = "多一行"
    content = io.BytesIO()
    file.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    "made",  # when its test runs: some take long to zip
    [
        pytest.param(lambda: b"", id="nothing"),
        pytest.param(lambda: b"login,name\n", id="text"),
        pytest.param(lambda: files.pdf(), id="another kind"),
        pytest.param(lambda: files.archive(files.docx_entries()), id="a document"),
        pytest.param(lambda: written()[:-200], id="cut off"),
        pytest.param(lambda: changed({"xl/worksheets/sheet1.xml": "<worksheet"}), id="broken inside"),
        pytest.param(lambda: changed({"xl/worksheets/sheet1.xml": entities()}), id="entities"),
        pytest.param(lambda: changed({"xl/vbaProject.bin": files.OLE}), id="macros"),
        pytest.param(
            lambda: changed(
                {"xl/worksheets/_rels/sheet1.xml.rels": files.relations(("image", "http://evil.test/x", "External"))}
            ),
            id="links to elsewhere",
        ),
        pytest.param(lambda: changed({"xl/padding.xml": b"\0" * 30_000_000}), id="a bomb"),
        pytest.param(lambda: changed({"xl/media/x": random.Random(1).randbytes(SIZE_LIMIT)}), id="too large"),
        pytest.param(too_long, id="too many rows"),
    ],
)
def test_security_37_a_hostile_or_broken_book_is_refused_by_name(made: Callable[[], bytes]) -> None:
    with pytest.raises(FileRefused) as refused:
        read_sheets(io.BytesIO(made()))
    assert "。" in str(refused.value)
