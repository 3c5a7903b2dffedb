"""Annexes 2 and 3: what is written reads back the same, and so do the files that people really send."""

from __future__ import annotations

import datetime as dt
import gc
import io
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from app.domain.periods.rounds import Kind
from app.domain.refusals import UnreadableForm
from app.papers import summary_reading
from tests.papers.making import (
    A_PERSON,
    COLLECTIVE_HEAD,
    INDIVIDUAL_HEAD,
    saved,
    with_entries,
    with_shared_texts,
    workbook,
)
from tests.qujing import read_summary, write_summary

NEW_YEAR = dt.datetime.combine(dt.date(1980, 1, 1), dt.time())
TITLE = "曲靖市提升人民群众获得感幸福感安全感先进集体推荐对象汇总表"
PERSON = {
    "name": "张三",
    "sex": "男",
    "ethnicity": "汉族",
    "birth": "1980年1月",
    "political": "群众",
    "unit": "麒麟区公安局",
    "post": "民警",
    "title": "",
    "work": "治安",
    "trade": "其他",
    "remark": "",
}
COLLECTIVE = {"name": "麒麟区公安局", "unit_type": "行政机关", "trade": "其他", "level": "正科级", "remark": "=1+1"}
EXTRA = {
    Kind.COLLECTIVE: {"credit_code": "91350100M000100Y43", "unit": "麒麟区", "phone": "0874-3120000"},
    Kind.INDIVIDUAL: {"id_number": "11010519491231002X", "phone": "13800000000"},
}
HISTORY = {"awards": "2024年 先进\n2025年 先进", "penalties": "无", "deeds": "@好" * 400}


def read(file: io.BytesIO) -> list[tuple[int, dict[str, str]]]:
    return [(row.number, dict(row.fields)) for row in read_summary(file, "表.xlsx").nominations]


def problems(file: io.BytesIO) -> list[tuple[str, str]]:
    return [(p.column, p.wrong) for row in read_summary(file, "表.xlsx").nominations for p in row.reading]


def refusal(file: io.BytesIO) -> str:
    with pytest.raises(UnreadableForm) as refused:
        list(read_summary(file, "表.xlsx").nominations)
    assert refused.value.source == "表.xlsx"
    return refused.value.why


@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize(("kind", "fields"), [(Kind.COLLECTIVE, COLLECTIVE), (Kind.INDIVIDUAL, PERSON)])
def test_what_is_written_reads_back(kind: Kind, fields: dict[str, str], extended: bool) -> None:
    rows = [fields | (EXTRA[kind] | HISTORY if extended else {}), fields | {"name": "李四"}]
    written = write_summary(kind, TITLE, "麒麟区", dt.date(2025, 10, 20), rows, extended=extended)
    summary = read_summary(io.BytesIO(written), "附件.xlsx")
    assert (summary.kind, summary.recommender, summary.dated) == (kind, "麒麟区", dt.date(2025, 10, 20))
    nominations = list(summary.nominations)
    blank = dict.fromkeys([*EXTRA[kind], *HISTORY], "") if extended else {}
    assert [dict(n.fields) for n in nominations] == [rows[0], blank | rows[1]]
    assert [(n.kind, n.number, n.source, n.order, n.reading) for n in nominations] == [
        (kind, 5, "附件.xlsx", "1", ()),
        (kind, 6, "附件.xlsx", "2", ()),
    ]


@pytest.mark.parametrize("kind", Kind)
def test_a_blank_one_has_the_form_of_the_notice(kind: Kind) -> None:
    written = io.BytesIO(write_summary(kind, TITLE, "", None, []))
    page = load_workbook(written).worksheets[0]
    number, head = (2, COLLECTIVE_HEAD) if kind is Kind.COLLECTIVE else (3, INDIVIDUAL_HEAD)
    assert page["A1"].value == f"附件 {number}"
    assert page["A2"].value == TITLE
    assert f"A2:{'F' if kind is Kind.COLLECTIVE else 'L'}2" in {str(merged) for merged in page.merged_cells.ranges}
    assert page["A3"].value == "推荐单位（印章）："
    assert "填表日期：    年  月  日" in {cell.value for cell in page[3]}
    assert tuple(cell.value for cell in page[4]) == head
    assert page.cell(page.max_row, 1).value == "注：按推荐的优先顺序排序"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    offered = {rule.formula1.strip('"').partition(",")[0] for rule in page.data_validations.dataValidation}
    assert offered == (
        {"国有企业", "农、林、牧、渔业"} if number == 2 else {"男", "中国共产党党员", "农、林、牧、渔业"}
    )
    assert all(len(rule.formula1) <= 257 for rule in page.data_validations.dataValidation)  # more, and Excel repairs
    assert read(written) == []


@pytest.mark.parametrize("mark", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0"])
def test_security_37_a_written_cell_is_a_text_whatever_it_begins_with(mark: str) -> None:
    written = write_summary(Kind.COLLECTIVE, mark, mark, None, [dict.fromkeys(COLLECTIVE, mark)], extended=True)
    page = load_workbook(io.BytesIO(written)).worksheets[0]
    cells = [cell for row in page for cell in row if cell.value and mark in str(cell.value)]
    assert len(cells) == 7  # title, unit, and the five of the row
    assert {(cell.data_type, cell.quotePrefix) for cell in cells} == {("s", True)}


# --- as people really send them -------------------------------------------------------------------


def test_lines_are_put_above_and_columns_moved_about() -> None:
    """The head is found by its names, in any order and however they are spaced."""
    head = ["姓 名", "序　号", "职务、职级", "工作单位", "（略）", "性别", "民族", "出生日期", "政治面貌", "职 称"]
    head += ["从事工作", "所属 行业", "备注", "身份证号", "主要事迹（800字以内）"]
    row = ["张三", 1, "民警", "麒麟区公安局", "x", "男", "汉族", "1980.01", "群众", None, "治安", "其他", None]
    row += ["11010519491231002X", "好"]

    def merged(page: Any) -> None:
        page.merge_cells("A2:M2")
        page.row_dimensions[7].hidden = True
        page.column_dimensions["C"].hidden = True

    above = [["附件3"], ["汇总表"], [None, "推荐单位(盖章)：", None, "麒麟区"], ["填报时间：2025.10.20"], []]
    file = workbook(*above, head, row, [], ["  ", None, "\n"], ["李四", 2], more=merged)
    summary = read_summary(file, "表.xlsx")
    assert (summary.recommender, summary.dated) == ("麒麟区", dt.date(2025, 10, 20))
    first, second = summary.nominations
    more = {"id_number": "11010519491231002X", "deeds": "好"}
    assert dict(first.fields) == PERSON | more | {"birth": "1980.01"}
    assert (first.number, second.number, second.name) == (7, 10, "李四")


@pytest.mark.parametrize(
    "row",
    [
        ["注：按推荐的优先顺序排序"],
        ["说明：一式五份"],
        [None, "填表人：王五", None, "联系电话：0874-3120000"],
        ["合计", None],
        ["合  计", "2"],
        [7],
    ],
)
def test_what_stands_under_the_table_is_no_nominee(row: list[Any]) -> None:
    assert [number for number, _ in read(workbook(INDIVIDUAL_HEAD, A_PERSON, row))] == [2]


def test_the_first_sheet_with_a_head_is_taken() -> None:
    book = Workbook()
    book.worksheets[0].append(["填表说明"])
    page = book.create_sheet("名单")
    page.append(COLLECTIVE_HEAD)
    page.append([1, "麒麟区公安局", "行政机关", "其他", "正科级", "=1+1"])
    book.create_sheet("旧").append(COLLECTIVE_HEAD)
    page["F2"].data_type = "s"
    assert read(saved(book)) == [(2, COLLECTIVE)]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (NEW_YEAR, "yyyy.mm", "1980年1月"),
        (NEW_YEAR, 'yyyy"年"m"月";@', "1980年1月"),
        (NEW_YEAR.replace(day=15), "yyyy/m/d", "1980年1月15日"),
        (1980.01, "General", "1980.01"),
        (1980.12, "General", "1980.12"),
        (1980.1, "0.00", "1980.10"),
        (198001, "General", "198001"),
        (19800115, "General", "19800115"),
        ("1980.10 ", "@", "1980.10"),
    ],
)
def test_a_month_is_read_as_the_cell_shows_it(value: Any, number_format: str, text: str) -> None:
    def shown(page: Any) -> None:
        page["E2"].value, page["E2"].number_format = value, number_format

    file = workbook(INDIVIDUAL_HEAD, A_PERSON, more=shown)
    assert read(file)[0][1]["birth"] == text
    assert problems(file) == []


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        (1980.1, "这一格是按数字录入的，分不清是1月还是10月（数字末尾的0会丢失）"),
        ("=A1", "这一格是公式，文件里没有存下结果"),
        ("#REF!", "这一格是公式出错的标记（如 #REF!）"),
        (110105194912310021, "这一格是按数字录入的，第16位以后的数字已经丢失"),
    ],
)
def test_what_cannot_be_read_is_told_and_not_guessed(value: Any, wrong: str) -> None:
    def typed(page: Any) -> None:
        page["E2"].value = value
        if value == "#REF!":
            page["E2"].data_type = "e"

    file = workbook(INDIVIDUAL_HEAD, A_PERSON, more=typed)
    assert problems(file) == [("出生年月", wrong)]
    assert read(file)[0][1]["birth"] == ""


def test_texts_lose_what_nobody_sees() -> None:
    person = ["1", "\u200b张三\ufeff", "男\xa0", "汉族_x000D_", *A_PERSON[4:6], "麒麟区\r\n公安局", *A_PERSON[7:]]
    fields = read(workbook(INDIVIDUAL_HEAD, person))[0][1]
    assert fields == PERSON | {"unit": "麒麟区\n公安局"}


def test_a_table_of_texts_is_read_like_texts_in_cells() -> None:
    rows = [[number, f"张三{'好' * number}", *A_PERSON[2:]] for number in range(1, 300)]
    file = workbook(INDIVIDUAL_HEAD, *rows)
    assert read(with_shared_texts(file)) == read(file)


def test_a_wrong_figure_of_its_size_hides_no_row() -> None:
    """WPS sometimes says A1 of a sheet that is full."""
    file = with_entries(
        workbook(INDIVIDUAL_HEAD, A_PERSON),
        {"xl/worksheets/sheet1.xml": lambda part: part.replace(b'ref="A1:L2"', b'ref="A1"')},
    )
    assert read(file) == [(2, PERSON)]


# --- refused by name ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (workbook(["姓名", "电话"], ["张三", "110"]), "前20行里没有找到汇总表的表头。"),
        (workbook(*[["x"]] * 20, INDIVIDUAL_HEAD), "前20行里没有找到汇总表的表头。"),
        (workbook(INDIVIDUAL_HEAD[:6]), "表头缺少：工作单位、职务职级、职称、从事工作、所属行业。"),
        (workbook([*COLLECTIVE_HEAD, "集体 名称"]), "表头里重复出现：集体名称。"),
        (io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)), None),
        (io.BytesIO(b""), "这个文件是空的，里面没有内容。"),
        (io.BytesIO(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"), None),
    ],
)
def test_what_is_not_the_form_is_refused_with_what_would_be_right(file: io.BytesIO, why: str | None) -> None:
    said = refusal(file)
    assert said == why or (why is None and said)


@pytest.mark.parametrize(
    "broken",
    [
        lambda part: part[: len(part) // 2],
        lambda part: part.replace(b'r="A2"', b'r="?2"'),
        lambda part: part.replace(b"<v>1</v>", b"<v>one</v>"),
    ],
)
def test_a_broken_sheet_is_refused_and_makes_nothing_stumble(broken: Any) -> None:
    file = with_entries(workbook(INDIVIDUAL_HEAD, A_PERSON), {"xl/worksheets/sheet1.xml": broken})
    assert refusal(file) == "这个表格的内容不完整或已损坏，无法读取。"


def test_more_rows_than_a_list_can_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary_reading, "ROW_LIMIT", 3)
    assert len(read(workbook(INDIVIDUAL_HEAD, *[A_PERSON] * 3))) == 3
    assert refusal(workbook(INDIVIDUAL_HEAD, *[A_PERSON] * 4)) == "这个表格超过3行。"


@pytest.fixture
def collected() -> Iterator[None]:
    """Garbage goes as often as it does in the portal; the tests' own collector waits longer."""
    usual = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*usual)


@pytest.mark.usefixtures("collected")
@pytest.mark.soak
def test_memory_does_not_grow_with_the_rows() -> None:
    """Ten times as many rows, all different, in a table of texts: hardly more memory."""

    def peak(number: int) -> int:
        rows = [[1, f"张三{row}", *A_PERSON[2:11], f"{row}" * 300] for row in range(number)]
        file = with_shared_texts(workbook(INDIVIDUAL_HEAD, *rows))
        tracemalloc.start()
        assert sum(1 for _ in read_summary(file, "表.xlsx").nominations) == number
        reached = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return reached

    peak(10)  # whatever is loaded once
    few, many = peak(50), peak(500)
    assert many - few < 1024**2 // 2
