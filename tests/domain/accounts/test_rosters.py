"""A sheet of people: what its rows say, and every error with its cell."""

from __future__ import annotations

import pytest

from app.domain.accounts.rosters import HEAD, MOST, RosterLine, read
from app.domain.cases.states import Role
from app.domain.programmes.book_rows import Rows

GOOD = ["麒麟区养护站", "麒麟区", "王小明", "单位负责人", "wang01"]
OTHER = ["麒麟区养护站", "麒麟区", "李小红", "单位经办人", "li02"]


def sheet(*rows: list[str]) -> Rows:
    return [(1, list(HEAD)), *enumerate(rows, start=2)]


def test_a_row_is_a_person_and_one_without_a_name_is_left_over() -> None:
    left_over = ["罗平县养护站", "罗平县", "", "单位经办人", ""]
    lines, wrong = read(sheet(GOOD, left_over, ["麒麟区养护站", "", "王 小 红", "单位经办人", "Hong.W"]))
    assert wrong == []
    assert lines == [
        RosterLine(2, "麒麟区养护站", "麒麟区", "王小明", Role.HEAD, "wang01"),
        RosterLine(4, "麒麟区养护站", "", "王小红", Role.HANDLER, "hong.w"),
    ]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (["", *OTHER[1:]], "A", "请填写单位名称"),
        ([*OTHER[:2], "名" * 61, *OTHER[3:]], "C", "姓名请写1到60个字"),
        ([*OTHER[:3], "站长", "li"], "D", "角色应为：市级专班、单位负责人、单位经办人、监督员"),
        ([*OTHER[:4], "王小明"], "E", "登录名请用2到60个小写字母"),
        (["另一个站", "", "李", "单位经办人", "wang01"], "E", "在第2行已经写过，请换一个"),
        ([*GOOD[:4], "other"], "C", "“王小明”在第2行已经写过，一个人只要一个账号"),
    ],
)
def test_each_error_names_its_cell(row: list[str], column: str, words: str) -> None:
    _, wrong = read(sheet(GOOD, row))
    assert [(each.sheet, each.row, each.column) for each in wrong] == [("账号", 3, column)]
    assert words in wrong[0].words


def test_three_hundred_people_fit_into_one_sheet() -> None:
    people = [["某站", "", f"第{number}人", "单位经办人", ""] for number in range(MOST)]
    lines, wrong = read(sheet(*people))
    assert (len(lines), wrong) == (300, [])


def test_a_sheet_that_is_not_the_one_to_fill_in_an_empty_and_an_endless_one_are_refused() -> None:
    people = [["某站", "", f"第{number}人", "单位经办人", ""] for number in range(MOST + 1)]
    for rows, place, words in (
        ([], (1, "A"), "没有找到表头（单位、推荐单位、姓名、角色、登录名）"),
        ([(1, ["姓名", "单位"]), (2, GOOD)], (1, "A"), "没有找到表头"),
        (sheet(["某站", "", "", "单位经办人", ""]), (2, "C"), "还没有填写姓名"),
        (sheet(*people), (MOST + 2, "C"), "一次最多300个人，现在是301个"),
    ):
        [wrong] = read(rows)[1]
        assert ((wrong.row, wrong.column), words in wrong.words) == (place, True), wrong
