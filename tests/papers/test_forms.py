"""Annexes 4 and 5: what is written reads back the same, and so do forms as they really come back."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from app.domain.periods.rounds import Kind
from app.domain.refusals import UnreadableForm
from tests.evidence.files import image, jpeg, png
from tests.papers.making import form
from tests.papers.nominations import COLLECTIVE, TITLE, read
from tests.qujing import write_form

PERSON = {
    "name": "张三",
    "sex": "女",
    "ethnicity": "汉族",
    "birth": "1949年12月31日",
    "political": "群众",
    "status": "专业技术人员",
    "post": "主任",
    "title": "主任医师",
    "trade": "卫生和社会工作",
    "phone": "13800000000",
    "id_number": "11010519491231002X",
    "unit": "麒麟区人民医院",
    "unit_type": "事业单位",
    "resume": "1965.09—1968.07 高中\n1968.08至今 工作",
    "awards": "2024年 先进 <b>&amp; {{ 7*7 }} {% raw %}",
    "penalties": "无",
    "deeds": "第一段。\n第二段。",
    "recommender": "麒麟区",
}
PHOTO = jpeg(image(768, 1024))


def test_a_form_that_is_written_reads_back() -> None:
    person, photo = read(write_form(Kind.INDIVIDUAL, PERSON, TITLE, PHOTO))
    assert (dict(person.fields), photo) == (PERSON, PHOTO)
    assert (person.kind, person.number, person.source, person.reading) == (Kind.INDIVIDUAL, 3, "表.docx", ())
    collective, none = read(write_form(Kind.COLLECTIVE, COLLECTIVE, TITLE, None))
    assert (collective.kind, dict(collective.fields), none) == (Kind.COLLECTIVE, COLLECTIVE, None)


# --- as they really come back ---------------------------------------------------------------------

ROWS = [
    ["姓 名", "张三", "性\n别", "女", "照片\n（粘贴处）"],
    ["民　族", "汉族", "出生年月", "1949年12月31日"],
    ["政治面貌", "群众", "人员身份", "专业技术人员"],
    ["职务职级\n（ 职 称 ）", "主任（主任医师）", "所属行业：", "卫生和社会工作"],
    ["联系电话", "138 0000 0000", "身份证号", "11010519491231002X"],
    ["工作单位", "麒麟区人民医院", "单位类型", "事业单位"],
    ["个人简历", "1965.09—1968.07 高中\n1968.08至今 工作"],
    ["何时何地受\n过何种奖励\n（近三年）", "无"],
    ["何时何地受过何种处分", "无"],
    ["主要事迹（800字以内）", "第一段。\n第二段。"],
]


def test_a_form_that_was_made_anew_is_read() -> None:
    """Other order, other spacing, a cover of plain lines with strokes to write on."""
    cover = ["附件5", "姓    名：__张三__", "工作单位：______", "推荐单位：__麒麟区___", "填报时间：2025年10月20日"]
    nomination, _ = read(form(ROWS, cover=cover))
    assert dict(nomination.fields) == PERSON | {"phone": "138 0000 0000", "awards": "无"}


def test_a_label_may_take_a_row_of_its_own() -> None:
    rows = [
        *ROWS[:-4],
        ["个人简历\n1965.09—1968.07 高中\n1968.08至今 工作"],
        *ROWS[-3:-1],
        ["主要事迹"],
        ["第一段。\n第二段。"],
    ]
    assert dict(read(form(rows))[0].fields) == PERSON | {"phone": "138 0000 0000", "awards": "无", "recommender": ""}


@pytest.mark.parametrize(
    ("post", "parts"),
    [
        ("主任（主任医师）", ("主任", "主任医师")),
        ("主任\n(高级工程师)", ("主任", "高级工程师")),
        ("局长（正处级）", ("局长（正处级）", "")),
        ("一级科员", ("一级科员", "")),
    ],
)
def test_post_and_title_share_a_cell(post: str, parts: tuple[str, str]) -> None:
    rows = [[post if text == "主任（主任医师）" else text for text in row] for row in ROWS]
    fields = read(form(rows))[0].fields
    assert (fields["post"], fields["title"]) == parts


def test_an_empty_cell_does_not_take_the_next_label() -> None:
    paper = form([["姓名", "性别", "女", ""], *ROWS[1:]])
    assert (read(paper)[0].fields["name"], read(paper)[0].fields["sex"]) == ("", "女")


def test_what_word_keeps_beside_the_text_is_not_read_twice_or_at_all() -> None:
    """Text deleted while changes were tracked; text in a content control; a text box in its second spelling."""
    paper = form(ROWS)
    cell = paper.tables[0].cell(0, 1)._tc
    old = cell.p_lst[0]
    cell.remove(old)
    space = nsdecls("w") + ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    cell.append(
        parse_xml(
            f"<w:p {space}><w:del><w:r><w:delText>李四</w:delText></w:r></w:del>"
            "<w:sdt><w:sdtContent><w:r><w:t>张</w:t></w:r></w:sdtContent></w:sdt>"
            "<w:ins><w:r><w:t>三</w:t></w:r></w:ins>"
            "<mc:AlternateContent><mc:Fallback><w:r><w:t>张三</w:t></w:r></mc:Fallback></mc:AlternateContent></w:p>"
        )
    )
    assert read(paper)[0].name == "张三"


@pytest.mark.parametrize(
    ("picture", "taken", "wrong"),
    [(PHOTO, True, []), (png(), True, []), (None, False, []), ("bmp", False, ["插入的照片不是 JPG 或 PNG 格式"])],
)
def test_a_photo_comes_as_it_was_put_there(picture: bytes | str | None, taken: bool, wrong: list[str]) -> None:
    paper = form(ROWS)
    if picture == "bmp":
        file = io.BytesIO()
        image().save(file, "BMP")
        picture = file.getvalue()
    if isinstance(picture, bytes):
        paper.tables[0].cell(0, 4).paragraphs[0].add_run().add_picture(io.BytesIO(picture))
    nomination, photo = read(paper)
    assert photo == (picture if taken else None)
    assert [problem.wrong for problem in nomination.reading] == wrong


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([["姓名", "张三"]], "里面没有找到推荐表的栏目。"),
        ([["说明", "x"]], "里面没有找到推荐表的栏目。"),
        (ROWS[:-2], "表里缺少：何时何地受过何种处分、主要事迹。"),
        ([["集体名称", "麒麟区公安局", "", ""], *ROWS[3:]], "表里缺少：集体级别、负责人、社会信用代码。"),
    ],
)
def test_what_is_no_such_form_is_refused(rows: list[list[str]], why: str) -> None:
    with pytest.raises(UnreadableForm) as refused:
        read(form(rows))
    assert (refused.value.source, refused.value.why) == ("表.docx", why)


def test_a_damaged_form_makes_nothing_stumble() -> None:
    written = write_form(Kind.COLLECTIVE, COLLECTIVE, TITLE, None)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written)) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[: len(content) // 2] if name == "word/document.xml" else content)
    with pytest.raises(UnreadableForm, match="不完整或已损坏"):
        read(made.getvalue())
