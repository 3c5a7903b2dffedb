"""Annex 1 is read as a sheet: the unit of each line, and sums that add up."""

from __future__ import annotations

import pytest

from app.domain.programmes.annex_one import Annex, BookPlaces
from app.domain.programmes.book_rows import SheetFault

HEAD = ["", "表彰对象", "所属领域（地区）", "", "集体", "个人", "", ""]
LED = ["1", "市级机关", "法治建设", "9", "3", "6", "由市司法局牵头推荐", ""]
NAMED = ["2", "", "平安建设", "9", "3", "6", "", "市委政法委"]
COUNTY = ["3", "县（市、区）", "麒麟区", "14", "5", "9", "", ""]


def read(*lines: list[str]) -> tuple[list[BookPlaces], list[str]]:
    wrong: list[SheetFault] = []
    rows = list(enumerate([HEAD, *lines], start=3))
    return list(Annex(wrong).read(rows)), [f"{each.column}{each.row} {each.words}" for each in wrong]


def test_a_line_is_of_the_unit_that_leads_it_is_named_behind_it_or_stands_in_it() -> None:
    lines, wrong = read(LED, NAMED, COUNTY, ["合计", "", "", "32", "11", "21", "", ""])
    assert wrong == []
    assert [(line.row, line.unit, line.field, line.heading) for line in lines] == [
        (4, "市司法局", "法治建设", "市级机关"),
        (5, "市委政法委", "平安建设", "市级机关"),  # a merged heading goes on below
        (6, "麒麟区", "", "县（市、区）"),
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (["合计", "", "", "14", "5", "9", "", ""], []),
        (["合计", "", "", "14", "6", "9", "", ""], ["E5 合计应为5，现在是“6”。请核对上面各行。"]),
        (["", "", "小计", "15", "5", "9", "", ""], ["D5 小计应为14，现在是“15”。请核对上面各行。",
                                                    "A6 缺少“合计”一行，应为：名额总数14，集体5，个人9。"]),
    ],
)  # fmt: skip
def test_a_sum_that_does_not_add_up_is_told_with_its_cell(line: list[str], fault: list[str]) -> None:
    assert read(COUNTY, line)[1] == fault


TOTAL = ["合计", "", "", "14", "5", "9", "", ""]


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        ([["", "县（市、区）", "", "", "", "", "", ""], COUNTY, TOTAL], []),  # a heading in a line of its own
        ([COUNTY, ["", "", "小计", "", "", "", "", ""], TOTAL],
         ["D5 小计应为14，现在是空的。请核对上面各行。", "E5 小计应为5，现在是空的。请核对上面各行。",
          "F5 小计应为9，现在是空的。请核对上面各行。"]),
        ([["", "", "小计", "", "", "", "", ""], COUNTY, TOTAL], []),  # below nothing, an empty sum is one
        ([["", "", "小计", "", "", "", "以实际为准", ""], COUNTY, TOTAL], []),  # nor does a note make it a sum
        ([["", "", "小计", "", "", "1", "", ""], COUNTY, TOTAL],
         ["D4 小计应为0，现在是空的。请核对上面各行。", "E4 小计应为0，现在是空的。请核对上面各行。",
          "F4 小计应为0，现在是“1”。请核对上面各行。"]),
        ([TOTAL], ["A4 还没有填写名额，请至少写一个推荐单位。"]),
        ([], ["A1 还没有填写名额，请至少写一个推荐单位。"]),
        ([COUNTY], ["A5 缺少“合计”一行，应为：名额总数14，集体5，个人9。"]),
        ([["3", "", "麒麟区", "15", "5", "9", "", ""], TOTAL], ["D4 名额总数应为集体与个人之和14，现在是“15”。"]),
        ([["3", "", "麒麟区", "", "5", "9", "", ""], TOTAL], []),
        ([COUNTY, ["4", "", "沾益区", "0", "0", "0", "", ""], TOTAL],
         ["E5 集体和个人至少有一个名额；没有名额的单位请删去这一行。"]),
        ([["3", "", "麒麟区", "", "五", "", "", ""], ["合计", "", "", "0", "0", "0", "", ""]],
         ["E4 请填整数，没有名额填0，现在是“五”。", "F4 请填整数，没有名额填0，现在是空的。"]),
        # a name without any number is a line, and its numbers are missing
        ([["3", "", "沾益区", "", "", "", "", ""], COUNTY, TOTAL],
         ["E4 请填整数，没有名额填0，现在是空的。", "F4 请填整数，没有名额填0，现在是空的。"]),
        ([["3", "", "区", "14", "5", "9", "", ""], COUNTY, TOTAL], ["C4 单位名称请写2到120个字的规范全称。"]),
        ([["3", "", "平安建设", "14", "5", "9", "", "委"], COUNTY, TOTAL], ["H4 单位名称请写2到120个字的规范全称。"]),
        ([["3", "", "麒麟区", "14", "5", "9", "备" * 121, ""], TOTAL], ["G4 备注最多120个字。"]),
        ([COUNTY, TOTAL, ["随便", "", "写", "", "", "", "", ""]], []),  # below the sum nothing is read
    ],
)  # fmt: skip
def test_a_sheet_is_read_to_its_sum(lines: list[list[str]], faults: list[str]) -> None:
    assert read(*lines)[1] == faults


def test_a_unit_stands_once() -> None:
    lines, wrong = read(COUNTY, COUNTY, ["合计", "", "", "28", "10", "18", "", ""])
    assert [line.row for line in lines] == [4]
    assert wrong[0] == "C5 “麒麟区”在第4行已经有名额，一个推荐单位只写一行。"
