"""Files as offices send them (tests/data/field): each stands for a kind, with what is right for it (R9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.domain.imports.nominations import Nomination, normalised, problems_of
from app.domain.refusals import UnreadableForm
from app.papers.forms import read_form
from app.papers.screening import refuse_other_format
from app.papers.summaries import Summary, read_summary
from tests.qujing import QUJING

FIELD = Path(__file__).parents[1] / "data" / "field"
TODAY = dt.date(2025, 10, 10)
HIDDEN, STRUCK = "这一行在表里是隐藏的（可能被筛选掉了），也读了", "这一行画了删除线，也读了"


def opened(name: str) -> tuple[Summary, list[Nomination]]:
    with (FIELD / name).open("rb") as file:
        summary = read_summary(file, name, QUJING)
        return summary, [normalised(each, QUJING) for each in summary.nominations]


def uploaded(name: str) -> None:
    """Take a file as the import does."""
    with (FIELD / name).open("rb") as file:
        refuse_other_format(file, name)
        read_summary(file, name, QUJING)


def form(name: str) -> Nomination:
    with (FIELD / name).open("rb") as file:
        return normalised(read_form(file, name, 1, QUJING)[0], QUJING)


def wrong(nomination: Nomination) -> list[str]:
    return [problem.wrong for problem in problems_of(nomination, TODAY, QUJING) if not problem.asks]


def asked(nomination: Nomination) -> list[str]:
    return [problem.wrong for problem in nomination.reading if problem.asks]


# Who is read of each list, by the row as Excel counts it.
READ = {
    "base.xlsx": {5: "赵一", 6: "钱二"},
    "formulas-with-cached.xlsx": {5: "赵一"},
    "hidden-first-sheet.xlsx": {5: "今年乙"},
    "hidden-row.xlsx": {5: "赵一", 6: "钱二", 7: "孙三"},
    "strike.xlsx": {5: "赵一", 6: "钱二"},
    "same-name.xlsx": {5: "李伟", 6: "李伟"},
    "same-name-birth.xlsx": {5: "李伟", 6: "李伟"},
    "numfmt57-builtin.xlsx": {5: "赵一"},
    "numfmt57-explicit.xlsx": {5: "赵一"},
    "merged-unit.xlsx": {5: "赵一", 6: "钱二"},
    "footer-cells.xlsx": {5: "赵一"},
    "repeated-head.xlsx": {5: "赵一", 7: "钱二"},
    "group-rows-b.xlsx": {6: "赵一", 8: "钱二"},
    "total-figures.xlsx": {5: "赵一"},
    "order-01.xlsx": {5: "赵小明", 6: "钱小明", 7: "孙小明"},
    "rec-seal.xlsx": {5: "赵一"},
    "two-line-post.xlsx": {5: "赵一"},
}


@pytest.mark.parametrize(("name", "people"), READ.items())
def test_a_list_is_read_as_the_eye_sees_it(name: str, people: Mapping[int, str]) -> None:
    _, nominations = opened(name)
    assert {each.number: each.name for each in nominations} == people
    assert {each.number: wrong(each) for each in nominations} == {number: [] for number in people}


def test_a_built_in_date_format_is_the_date_that_excel_shows() -> None:
    shown = {name: opened(name)[1][0].fields["birth"] for name in ("numfmt57-builtin.xlsx", "numfmt57-explicit.xlsx")}
    assert shown == dict.fromkeys(shown, "1980年1月")


def test_a_merged_cell_stands_in_each_row_it_covers() -> None:
    assert [each.fields["unit"] for each in opened("merged-unit.xlsx")[1]] == ["麒麟区测试街道办事处"] * 2


def test_two_posts_in_two_lines_are_two_posts() -> None:
    assert opened("two-line-post.xlsx")[1][0].fields["post"] == "局长、四级调研员"


def test_rows_that_are_hidden_or_struck_are_read_and_asked_about() -> None:
    assert [asked(each) for each in opened("hidden-row.xlsx")[1]] == [[], [HIDDEN], []]
    assert [asked(each) for each in opened("strike.xlsx")[1]] == [[], [STRUCK]]


def test_a_hidden_sheet_is_named_and_left_out() -> None:
    (question,) = opened("hidden-first-sheet.xlsx")[0].questions
    assert (question.asks, question.wrong.startswith("隐藏的工作表“"), "没有读取" in question.wrong) == (True,) * 3


def test_every_sheet_with_a_head_is_read() -> None:
    _, nominations = opened("individuals-two-sheets.xlsx")
    assert [each.name for each in nominations] == ["赵一", "钱二", "孙三"]
    assert len({each.number for each in nominations}) == 3
    assert [each.where.partition("”")[2] for each in nominations] == ["第5行", "第5行", "第6行"]
    summary, collectives = opened("two-sheets.xlsx")
    assert ([each.name for each in collectives], summary.others) == (["麒麟区测试派出所"], ("individual",))


def test_what_word_hides_moves_and_explains_is_read_once_and_where_it_is_seen() -> None:
    base = form("form-base.docx").fields
    assert form("form-moved.docx").fields["deeds"].count("这一段在原处") == 1
    assert form("form-vanish.docx").fields == base
    assert form("form-ruby.docx").name == "冯㛃"


def test_automatic_numbers_are_said() -> None:
    assert asked(form("form-numbered.docx")) == ["表里有段落用了 Word 的自动编号，编号没有读进来"]
    assert asked(form("form-base.docx")) == []


@pytest.mark.parametrize(
    ("name", "why", "right"),
    [
        ("strict.xlsx", "严格 Open XML", "保存类型选“Excel 工作簿（*.xlsx）”"),
        ("external-link.xlsx", "引用了另一个工作簿", "断开链接"),
        ("hyperlink-local.xlsx", "指向“赵一.docx”", "取消超链接"),
        ("base.xls", "旧版的 Excel 表格", "文件类型选“Excel 工作簿（*.xlsx）”"),
        ("base.ods", "OpenDocument", "文件类型选“Excel 工作簿（*.xlsx）”"),
        ("list.csv", ".csv", "文件类型选“Excel 工作簿（*.xlsx）”"),
    ],
)
def test_what_cannot_be_read_says_which_program_and_which_menu(name: str, why: str, right: str) -> None:
    with pytest.raises(UnreadableForm) as refusal:
        uploaded(name)
    assert (why in refusal.value.why, right in refusal.value.right) == (True, True), str(refusal.value)
    assert "PDF" not in str(refusal.value)


def test_a_form_with_a_template_of_elsewhere_says_how_to_take_it_out() -> None:
    with pytest.raises(UnreadableForm) as refusal:
        form("form-attached-template.docx")
    assert ("Normal.dotm" in str(refusal.value), "PDF" in str(refusal.value)) == (True, False)
