"""A programme's workbook as it is written."""

from __future__ import annotations

import io

from openpyxl import load_workbook

from app.papers.programme_book import read_sheets
from tests.papers.books import book_of_the_notice
from tests.qujing import read, written


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
