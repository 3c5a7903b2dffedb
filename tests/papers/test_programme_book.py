"""The workbook of a programme: out and in again, and what is refused before a library opens it (SECURITY 33, 37)."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from app.domain.cases.states import Role
from app.domain.programmes.annex_one import BookPlaces
from app.domain.programmes.contacts import Contact
from app.domain.programmes.plan import ProgrammePlan
from app.domain.programmes.programme_book import Book, BookContact, BookPerson
from app.domain.refusals import FileRefused
from app.papers.programme_book import MOST_ROWS, SIZE_LIMIT, read_sheets
from tests.evidence import files
from tests.qujing import proposed_stages, read, written

QUOTAS = Path(__file__).resolve().parents[2] / "app" / "data" / "quotas.csv"
PLAN = ProgrammePlan(
    "=1+1，曲靖市评选表彰",
    "先进集体",
    "先进个人",
    "第四部分（二）3：在规定时间内无法作出结论的",
    "第七部分（二）",
    notice_number="〔2025〕—239",
    county_share=8,
    stages=proposed_stages(dt.date(2025, 10, 16)),
)


def book_of_the_notice() -> Book:
    with QUOTAS.open(encoding="utf-8") as file:
        places = [
            BookPlaces(0, row["recommender"], int(row["collectives"]), int(row["individuals"]), row["field"],
                       row["group"], row["note"])
            for row in csv.DictReader(file)
        ]  # fmt: skip
    contacts = [BookContact(0, "麒麟区", Contact("0874-3120000", "文昌街 78 号", "a@example.cn", "工作日 8:30"))]
    people = [
        BookPerson(0, "qilin01", "张三", Role.HEAD, "麒麟区"),
        BookPerson(0, "ban", "李四", Role.OFFICE, "市专班"),
    ]
    return Book(PLAN, "市专班", places, contacts, people)


def test_what_is_written_is_read_back() -> None:
    book = book_of_the_notice()
    got, wrong = read(read_sheets(io.BytesIO(written(book))))
    assert wrong == []
    assert (got.plan, got.office) == (book.plan, book.office)
    for kept, came in ((book.places, got.places), (book.contacts, got.contacts), (book.people, got.people)):
        assert list(came) == list(kept)


def test_annex_1_is_written_in_the_notices_form() -> None:
    page = load_workbook(io.BytesIO(written(book_of_the_notice())))["名额分配"]
    rows = [list(row[:7]) for row in page.iter_rows(values_only=True)]
    assert rows[0][0] == "=1+1，曲靖市评选表彰推荐名额分配表"
    assert rows[1:3] == [
        ["序号", "地区（单位）", None, "名额总数", "其中", None, "备注"],
        [None, "表彰对象", "所属领域（地区）", None, "集体", "个人", None],
    ]
    assert rows[3] == [1, "市级机关企事业单位", "群众安全感满意度", 9, 3, 6, "由市委政法委牵头推荐"]
    assert [row[0] for row in rows[3:]] == [1, 2, 3, 4, "小计", *range(5, 15), "小计", "合计"]
    assert [rows[place][3:6] for place in (7, 18, 19)] == [[36, 12, 24], [114, 38, 76], [150, 50, 100]]
    assert {str(merged) for merged in page.merged_cells.ranges} == {
        *("A1:G1", "A2:A3", "B2:C2", "D2:D3", "E2:F2", "G2:G3", "H2:H3"),
        *("B4:B7", "A8:C8", "B9:B18", "A19:C19", "A20:C20"),
    }


def test_security_37_a_text_of_a_book_is_no_formula() -> None:
    book = load_workbook(io.BytesIO(written(book_of_the_notice())))
    title = book["活动"]["B4"]
    assert (title.value, title.data_type, title.quotePrefix) == ("=1+1，曲靖市评选表彰", "s", True)


def test_the_blank_book_asks_for_what_is_needed_and_nothing_in_it_is_broken() -> None:
    _, wrong = read(read_sheets(io.BytesIO(written())))
    assert {(each.sheet, each.column) for each in wrong} == {
        ("活动", "B"),
        ("名额分配", "A"),
        ("时间安排", "B"),
        ("时间安排", "C"),
    }
    assert not [each for each in wrong if "表头" in each.words]


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
    page["A3"] = "=1+1"
    content = io.BytesIO()
    file.save(content)
    rows = read_sheets(content)["人员"]
    assert rows[0] == (
        1,
        ["12", "3", "2.5", "2025-10-16", "2025-11-01", "True", "", "ab", "x" * 1000, ""][: len(rows[0][1])],
    )
    assert len(rows) == 1  # a formula that nobody worked out has no value


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
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"login,name\n", id="text"),
        pytest.param(files.pdf(), id="another kind"),
        pytest.param(files.archive(files.docx_entries()), id="a document"),
        pytest.param(written()[:-200], id="cut off"),
        pytest.param(changed({"xl/worksheets/sheet1.xml": "<worksheet"}), id="broken inside"),
        pytest.param(changed({"xl/worksheets/sheet1.xml": entities()}), id="entities"),
        pytest.param(changed({"xl/vbaProject.bin": files.OLE}), id="macros"),
        pytest.param(
            changed(
                {"xl/worksheets/_rels/sheet1.xml.rels": files.relations(("image", "http://evil.test/x", "External"))}
            ),
            id="links to elsewhere",
        ),
        pytest.param(changed({"xl/padding.xml": b"\0" * 30_000_000}), id="a bomb"),
        pytest.param(changed({"xl/media/x": random.Random(1).randbytes(SIZE_LIMIT)}), id="too large"),
        pytest.param(too_long(), id="too many rows"),
    ],
)
def test_security_37_a_hostile_or_broken_book_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        read_sheets(io.BytesIO(content))
    assert "。" in str(refused.value)
