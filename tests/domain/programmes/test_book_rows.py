"""The cells of a workbook: where a sheet's head ends, what is a number and what is a day."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.programmes.book_rows import ABOUT, PEOPLE, QUOTAS, SheetFault, as_date, as_number, read_rows_below_head


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2025-10-16", dt.date(2025, 10, 16)),
        ("2025年10月16日", dt.date(2025, 10, 16)),
        ("2025.1.6", dt.date(2025, 1, 6)),
        ("2025/02/30", None),
        ("10月16日", None),
        ("", None),
    ],
)
def test_a_day_has_its_year_and_is_one(text: str, date: dt.date | None) -> None:
    assert as_date(text) == date


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("14", 14), ("-1", None), ("1.5", None), ("六", None)])
def test_a_number_is_written_in_figures(text: str, number: int | None) -> None:
    assert as_number(text) == number


def test_rows_count_below_the_head_and_names_are_put_together_again() -> None:
    wrong: list[SheetFault] = []
    rows = [
        (1, ["填写说明"]),
        (2, ["登录名", "姓 名", "角色", "单位"]),
        (3, ["", " "]),
        (4, ["qilin01", "张\n三", "单位负责人"]),
    ]
    assert list(read_rows_below_head(PEOPLE, rows, wrong)) == [(4, ["qilin01", "张三", "单位负责人", ""])]
    assert list(read_rows_below_head(ABOUT, [(1, ["项目", "内容"]), (2, ["活动名称", "第 一 次"])], wrong)) == [
        (2, ["活动名称", "第 一 次"])  # a sentence keeps its blanks
    ]
    assert wrong == []


def test_a_sheet_without_its_head_is_told_and_has_no_row() -> None:
    wrong: list[SheetFault] = []
    assert list(read_rows_below_head(PEOPLE, [(1, ["qilin01", "张三", "单位负责人", ""])], wrong)) == []
    assert [(each.sheet, each.row, each.column) for each in wrong] == [(PEOPLE, 1, "A")]


@pytest.mark.parametrize(
    ("sheet", "head"),
    [
        (ABOUT, "项目、内容"),
        (PEOPLE, "登录名、姓名、角色、单位"),
        (QUOTAS, "序号、表彰对象、所属领域（地区）、名额总数、集体、个人、备注"),  # as the notice prints it
    ],
)
def test_a_sheet_without_its_head_is_told_how_it_reads(sheet: str, head: str) -> None:
    wrong: list[SheetFault] = []
    assert list(read_rows_below_head(sheet, [], wrong)) == []
    words = f"没有找到表头（{head}）。请用空白表格填写，不要改动表头。"
    assert wrong == [SheetFault(sheet, 1, "A", words)]
