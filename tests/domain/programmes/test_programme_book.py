"""A programme's workbook is read as texts, and every error is told with its place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from app.domain.cases.states import Role
from app.domain.programmes.annex_one import BookPlaces
from app.domain.programmes.contacts import Contact
from app.domain.programmes.plan import StageDays
from app.domain.programmes.programme_book import BookContact, BookPerson
from tests.qujing import read

ABOUT = [
    ["项目", "内容"],
    ["市级专班", "市评选办"],
    ["活动名称", "曲靖市2025年评选表彰"],
    ["先进集体称号", "先进集体"],
    ["先进个人称号", "先进个人"],
    ["逾期未结论的依据", "第四部分（二）3"],
    ["异议成立的依据", "第七部分 （二）"],
]
# Annex 1 of the notice as it is printed, broken lines and all; no column of ours behind it.
ANNEX_1 = [
    ["附件 1"],
    ["推荐名额分配表"],
    ["序号", "地区\n（单位）", "", "名额\n总数", "其中", "", "备注"],
    ["", "表彰对象", "所属领域\n（地区）", "", "集体", "个人", ""],
    ["1", "市级机关\n企事业单位", "群众安全感满意度", "9", "3", "6", "由市委政法委\n牵头推荐"],
    ["2", "", "法治建设满意度", "9", "3", "6", "由市司法局\n牵头推荐"],
    ["小计", "", "", "18", "6", "12"],
    ["3", "县（市、\n区）", "麒麟区", "14", "5", "9"],
    ["", "", "小计", "14", "5", "9"],
    ["合计", "", "", "32", "11", "21"],
    ["注：以实际为准"],
]
STAGES = [
    ["阶段", "开始日期", "结束日期"],
    ["组织推荐阶段", "2025年10月16日", "2025-11-01"],
    ["初审阶段", "2025/11/2", "2025.11.14"],
    ["复审和公示阶段", "2025-11-15", "2025-11-30"],
    ["表彰阶段", "2025-12-01", "2025-12-31"],
]
CONTACTS = [["单位", "电话", "地址", "邮箱", "受理时间"], ["麒麟区", "0874-3120000", "", "", "工作日 8:30-12:00"]]
PEOPLE = [
    ["登录名", "姓名", "角色", "单位"],
    ["qilin01", "张 三", "单位负责人", "麒麟区"],
    ["ban01", "李四", "市级专班"],
]
SHEETS = {"活动": ABOUT, "名额分配": ANNEX_1, "时间安排": STAGES, "联系方式": CONTACTS, "人员": PEOPLE}


def sheets(**changed: Sequence[Sequence[str]]) -> dict[str, list[tuple[int, Sequence[str]]]]:
    return {name: list(enumerate(rows, start=1)) for name, rows in (SHEETS | changed).items()}


def changed(sheet: str, row: int, column: str, text: str) -> list[list[str]]:
    """A sheet with one cell of it changed."""
    rows = [list(cells) + [""] * (8 - len(cells)) for cells in SHEETS[sheet]]
    rows[row - 1]["ABCDEFGH".index(column)] = text
    return rows


def places_of_errors(sheet: str, row: int, column: str, text: str) -> list[tuple[str, int, str]]:
    _, wrong = read(sheets(**{sheet: changed(sheet, row, column, text)}))
    return [(each.sheet, each.row, each.column) for each in wrong]


def test_the_notices_own_annex_is_read_as_it_is_printed() -> None:
    book, wrong = read(sheets())
    assert wrong == []
    assert list(book.places) == [
        BookPlaces(5, "市委政法委", 3, 6, "群众安全感满意度", "市级机关企事业单位", "由市委政法委牵头推荐"),
        BookPlaces(6, "市司法局", 3, 6, "法治建设满意度", "市级机关企事业单位", "由市司法局牵头推荐"),
        BookPlaces(8, "麒麟区", 5, 9, "", "县（市、区）", ""),
    ]
    assert [line.row for line in book.places] == [5, 6, 8]
    assert book.plan.stages[1] == StageDays(2, dt.date(2025, 11, 2), dt.date(2025, 11, 14))
    assert (book.plan.title, book.plan.upheld_clause, book.plan.county_share, book.office) == (
        "曲靖市2025年评选表彰",
        "第七部分 （二）",  # a sentence keeps its blanks
        10,
        "市评选办",
    )
    assert list(book.contacts) == [BookContact(2, "麒麟区", Contact("0874-3120000", hours="工作日 8:30-12:00"))]
    assert list(book.people) == [
        BookPerson(2, "qilin01", "张三", Role.HEAD, "麒麟区"),
        BookPerson(3, "ban01", "李四", Role.OFFICE, ""),
    ]


@pytest.mark.parametrize(
    ("share", "read_as", "faults"),
    [
        ("", 10, []),  # as the notice proposes
        ("0", 0, []),
        ("15", 15, []),
        ("100", 100, []),
        ("101", 101, [("活动", 8, "B")]),
        ("一成", -1, [("活动", 8, "B")]),  # no share at all, and told
        ("10%", -1, [("活动", 8, "B")]),
    ],
)
def test_a_share_is_that_of_the_book_or_of_the_notice(
    share: str, read_as: int, faults: list[tuple[str, int, str]]
) -> None:
    book, wrong = read(sheets(活动=[*ABOUT, ["县处级比例上限（%）", share]]))
    assert book.plan.county_share == read_as
    assert [(each.sheet, each.row, each.column) for each in wrong] == faults


def test_what_a_line_says_is_the_same_in_whatever_row_it_stands() -> None:
    block = Contact("0874-3120000")
    assert BookContact(2, "麒麟区", block) == BookContact(9, "麒麟区", block) != BookContact(2, "沾益区", block)
    assert BookPerson(2, "a", "张三", Role.HEAD, "麒麟区") == BookPerson(9, "a", "张三", Role.HEAD, "麒麟区")
    assert BookPlaces(2, "麒麟区", 1, 2) == BookPlaces(9, "麒麟区", 1, 2) != BookPlaces(2, "麒麟区", 2, 1)


def test_every_error_names_its_place() -> None:
    for sheet, row, column, text, expected in (
        ("活动", 3, "B", "", [("活动", 3, "B")]),
        ("活动", 3, "A", "标题", [("活动", 3, "A"), ("活动", 7, "B")]),  # and the title is missing
        ("活动", 4, "A", "活动名称", [("活动", 4, "A"), ("活动", 7, "B")]),  # twice, and an honour is missing
        ("活动", 2, "B", "办", [("活动", 2, "B")]),
        ("名额分配", 5, "D", "10", [("名额分配", 5, "D")]),
        (
            "名额分配",
            5,
            "F",
            "六",
            [("名额分配", 5, "F"), *[("名额分配", 7, c) for c in "DEF"], *[("名额分配", 10, c) for c in "DEF"]],
        ),
        ("名额分配", 7, "E", "7", [("名额分配", 7, "E")]),
        ("名额分配", 9, "D", "", [("名额分配", 9, "D")]),
        ("名额分配", 10, "D", "150", [("名额分配", 10, "D")]),
        ("名额分配", 10, "A", "", [("名额分配", 10, c) for c in "C"] + [("名额分配", 12, "A")]),
        (
            "名额分配",
            8,
            "C",
            "市司法局",
            [("名额分配", 8, "C"), *[("名额分配", 9, c) for c in "DEF"], *[("名额分配", 10, c) for c in "DEF"]],
        ),
        ("名额分配", 4, "E", "团体", [("名额分配", 1, "A")]),  # no head, nothing below it
        ("时间安排", 3, "B", "11月2日", [("时间安排", 3, "B")]),
        ("时间安排", 3, "B", "2025-02-30", [("时间安排", 3, "B")]),
        ("时间安排", 3, "B", "2025-11-01", [("时间安排", 3, "B")]),
        ("时间安排", 3, "A", "初选", [("时间安排", 3, "A")]),
        ("联系方式", 2, "B", "13800000000", [("联系方式", 2, "B")]),
        ("联系方式", 2, "A", "", [("联系方式", 2, "A")]),
        ("人员", 2, "A", "张三", [("人员", 2, "A")]),
        ("人员", 2, "C", "局长", [("人员", 2, "C")]),
        ("人员", 2, "D", "", [("人员", 2, "D")]),
        ("人员", 3, "A", "qilin01", [("人员", 3, "A")]),
    ):
        assert places_of_errors(sheet, row, column, text) == expected, (sheet, row, column, text)


def test_errors_say_what_would_be_right() -> None:
    _, wrong = read(sheets(名额分配=changed("名额分配", 10, "E", "50")))
    assert [each.words for each in wrong] == ["合计应为11，现在是“50”。请核对上面各行。"]
    _, wrong = read(sheets(时间安排=changed("时间安排", 3, "C", "2025-11-01")))
    assert [each.words for each in wrong] == ["初审阶段的结束日期要在2025-11-02当天或者以后。"]
    _, wrong = read(sheets(名额分配=ANNEX_1[:9]))
    assert [(each.row, each.words) for each in wrong] == [(10, "缺少“合计”一行，应为：名额总数32，集体11，个人21。")]


def test_a_book_without_its_sheets_names_each_of_them() -> None:
    _, wrong = read({})
    assert {each.sheet for each in wrong} == set(SHEETS)


def test_a_sheet_that_is_empty_below_its_head_is_told_in_its_first_row() -> None:
    _, wrong = read(sheets(时间安排=STAGES[:1]))
    assert [(each.sheet, each.row, each.column) for each in wrong] == [("时间安排", 1, "B")] * 4
    _, wrong = read(sheets(活动=ABOUT[:1]))
    assert {(each.sheet, each.row, each.column) for each in wrong} == {("活动", 1, "B")}


@pytest.mark.parametrize("column", "BC")
def test_a_stage_with_a_day_that_is_none_is_not_read(column: str) -> None:
    book, _ = read(sheets(时间安排=changed("时间安排", 3, column, "11月2日")))
    assert [stage.number for stage in book.plan.stages] == [1, 3, 4]


def test_a_stage_that_is_missing_is_told_in_the_last_row_that_there_is() -> None:
    _, wrong = read(sheets(时间安排=STAGES[:3]))
    assert [(each.row, each.column, each.words) for each in wrong] == [
        (3, "B", "请填写复审和公示阶段的起止日期。"),
        (3, "B", "请填写表彰阶段的起止日期。"),
    ]


def test_a_workbook_handed_out_before_still_names_the_office_as_it_was_called_then() -> None:
    about = [["工作专班" if cell == "市级专班" else cell for cell in row] for row in ABOUT]
    people = [["工作专班" if cell == "市级专班" else cell for cell in row] for row in PEOPLE]
    assert read(sheets(活动=about, 人员=people)) == read(sheets())


def faults_of(**changed: Sequence[Sequence[str]]) -> list[tuple[str, int, str, str]]:
    return [(each.sheet, each.row, each.column, each.words) for each in read(sheets(**changed))[1]]


def test_errors_stand_in_the_order_of_the_sheets_and_their_rows() -> None:
    found = faults_of(
        活动=changed("活动", 2, "B", "办"),
        名额分配=changed("名额分配", 5, "D", "10"),
        时间安排=changed("时间安排", 2, "B", "10月"),
        联系方式=changed("联系方式", 2, "A", ""),
        人员=changed("人员", 2, "C", "局长"),
    )
    assert [place[:3] for place in found] == [
        ("活动", 2, "B"),
        ("名额分配", 5, "D"),
        ("时间安排", 2, "B"),
        ("联系方式", 2, "A"),
        ("人员", 2, "C"),
    ]


def test_a_stage_stands_once_under_its_own_name_and_every_wrong_one_is_told() -> None:
    names = "组织推荐阶段、初审阶段、复审和公示阶段、表彰阶段"
    odd = [["初选", "2025-11-02", "2025-11-14"], ["初审阶段", "2025-11-02", "2025-11-14"], ["终审", "", ""]]
    assert faults_of(时间安排=[*STAGES, *odd]) == [
        ("时间安排", 6, "A", f"“初选”不是阶段的名称，应为：{names}。"),
        ("时间安排", 7, "A", "“初审阶段”写了两次，请只留一行。"),
        ("时间安排", 8, "A", f"“终审”不是阶段的名称，应为：{names}。"),
    ]


def test_a_contact_block_is_read_once_a_unit_and_only_whole() -> None:
    rows = [
        *CONTACTS,
        ["", "0874-3120001", "", "", ""],
        ["沾益区", "", "", "", ""],  # nothing written yet: no error, and nothing to save
        ["麒麟区", "0874-3120002", "", "", ""],
        ["马龙区", "13800000000", "", "", ""],
        ["陆良县", "0874-3120003", "", "", ""],
    ]
    book, wrong = read(sheets(联系方式=rows))
    assert [(each.row, each.unit) for each in book.contacts] == [(2, "麒麟区"), (7, "陆良县")]
    assert [(each.row, each.column, each.words.partition("，会")[0]) for each in wrong] == [
        (3, "A", "请填写单位名称。"),
        (5, "A", "“麒麟区”在第2行已经写过，请只留一行。"),
        (6, "B", "电话里有手机号码"),
    ]


def test_who_is_written_wrongly_is_not_read() -> None:
    rows = [
        *PEOPLE,
        ["qilin01", "王五", "单位负责人", "麒麟区"],
        ["qilin02", "赵六", "局长", "麒麟区"],
        ["qilin03", "钱七", "单位负责人", ""],
        ["ban02", "孙八", "市级专班", ""],
    ]
    book, wrong = read(sheets(人员=rows))
    assert [(each.row, each.login) for each in book.people] == [(2, "qilin01"), (3, "ban01"), (7, "ban02")]
    assert [(each.row, each.column) for each in wrong] == [(4, "A"), (5, "C"), (6, "D")]
    assert wrong[0].words == "登录名 qilin01 在第2行已经写过，请换一个。"
    assert wrong[2].words == "请填写单位负责人所属的单位。"
