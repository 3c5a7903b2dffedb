"""The templates of annexes 4 and 5: cover, 填表说明, the form itself, in the layout of the notice."""

from __future__ import annotations

from collections.abc import Sequence

from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.shared import Cm, Pt
from docx.table import Table, _Cell

from app.papers.template_building import (
    BOTH,
    CENTRE,
    FANGSONG,
    HEI,
    KAI,
    LEFT,
    RIGHT,
    TITLE,
    a4,
    fill,
    indented,
    line,
    row,
    table,
    underline,
)

_SIZE, _SMALL, _LEADING = 12, 10.5, 17
_BEYOND_THE_MIDDLE, _BESIDE_THE_PHOTO = (2, 4, 4), (2, 3, 3)  # where a row's second label and value stand
_PROMISE = "（本单位承诺对推荐材料中所有信息真实性负完全责任，若有失实和造假行为，愿承担一切后果。）"
_DAY = "年    月    日"


def annex_4() -> Document:
    """先进集体推荐表. Places: title, honour, the notice's words, name, recommender, dated, the fields of the form."""
    paper = a4(top=20, side=24)
    _cover(paper, [("集体名称", "name"), ("推荐单位", "recommender"), ("填报时间", "dated")])
    _notes(paper, 14, 28)
    form = table(paper, (3.2, 4.9, 1.6, 1.6, 4.9))  # the middle is where the last opinions part
    _pairs(form, ("集体名称", "name"))
    _pairs(form, ("单位类型", "unit_type"), ("集体级别", "level"), second=_BEYOND_THE_MIDDLE)
    _pairs(form, ("所属行业", "trade"), ("负责人", "leader"), second=_BEYOND_THE_MIDDLE)
    _pairs(form, ("社会信用代码", "credit_code"), ("单位联系电话", "phone"), second=_BEYOND_THE_MIDDLE)
    _prose(form, "何时何地受\n过何种奖励\n(近三年)", "awards", 3)
    _prose(form, "何时何地受\n过何种处分", "penalties", 1.8)
    _prose(form, "主要事迹\n（{{ deeds_limit }}字以内）", "deeds", 12.4)
    _opinions(form)
    return paper


def annex_5() -> Document:
    """先进个人推荐表. Places as in annex 4, and unit; photo is a picture, or None for the words that ask for one."""
    paper = a4(top=20, side=24)
    cover = [("姓    名", "name"), ("工作单位", "unit"), ("推荐单位", "recommender"), ("填报时间", "dated")]
    _cover(paper, cover)
    _notes(paper, 11, 18.5)
    form = table(paper, (2.8, 3.6, 3.1, 2.9, 3.8))
    for pairs in (
        (("姓    名", "name"), ("性    别", "sex")),
        (("民    族", "ethnicity"), ("出生日期", "birth")),
        (("政治面貌", "political"), ("人员身份", "status")),
        (("职务职级\n（职  称）", "post_and_title"), ("所属行业", "trade")),
    ):
        _pairs(form, *pairs, second=_BESIDE_THE_PHOTO)
    _photo(form.cell(0, 4).merge(form.cell(3, 4)))
    _pairs(form, ("联系电话", "phone"), ("身份证号码", "id_number"))
    _pairs(form, ("工作单位", "unit"), ("单位类型", "unit_type"))
    _prose(form, "个人简历", "resume", 4.4)
    _prose(form, "何时何地\n受过何种\n奖励（近三\n年）", "awards", 2.2)
    _prose(form, "何时何地\n受过何种\n处分", "penalties", 1.6)
    _prose(form, "主要事迹\n（{{ deeds_limit }}字以\n内）", "deeds", 9)
    _opinions(form)
    line(paper, "{{ foot }}", FANGSONG, _SMALL, before=4)
    return paper


def _cover(paper: Document, lines: Sequence[tuple[str, str]]) -> None:
    line(paper, "{{ annex }}", HEI, 16)
    line(paper, "", FANGSONG, 16, before=90)
    line(paper, "{{ title }}", TITLE, 24, CENTRE, leading=44)
    line(paper, "", FANGSONG, 16, before=170)
    cover = table(paper, (3.6, 8.4), ruled=False)
    for label, place in lines:
        added = row(cover, 1.5)
        for cell in added.cells:
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM
        fill(added.cells[0], f"{label}：", KAI, 16, RIGHT)
        fill(added.cells[1], f"{{{{ {place} }}}}", KAI, 16, CENTRE)
        underline(added.cells[1])


def _notes(paper: Document, size: float, leading: float) -> None:
    """填表说明, a page of its own: the notes of the annex, numbered."""
    head = line(paper, "填 表 说 明", HEI, 18, CENTRE, leading=40)
    head.paragraph_format.page_break_before = True
    use = (
        "一、本表适用于“{{ honour }}”推荐评选工作。纸质版材料请用A3纸双面合页打印，一式5份经推荐单位盖章后，"
        "与电子版（Word格式）一并上报。"
    )
    for text in (
        use,
        "二、关于本表相关栏目的填写",
        "{%p for note in notes %}",
        "{{ loop.index }}.{{ note }}",
        "{%p endfor %}",
    ):
        indented(line(paper, text, FANGSONG, size, BOTH, leading=leading), size)
    turn = line(paper, "", FANGSONG, 1, leading=1)
    turn.paragraph_format.page_break_before = True


def _pairs(form: Table, *pairs: tuple[str, str], second: tuple[int, int, int] = (2, 3, 4)) -> None:
    """A row of two labels, each with the place of its value to the right; a single one takes the row.

    `second`: where the second label begins, where its value begins and ends, by column.
    """
    cells = row(form, 1.2).cells
    label, first, last = second
    if len(pairs) == 1:
        boxes = [(cells[0], cells[1].merge(cells[-1]))]
    else:
        boxes = [(cells[0], cells[1]), (cells[label].merge(cells[first - 1]), cells[first].merge(cells[last]))]
    for (name, place), (left, right) in zip(pairs, boxes, strict=True):
        _label(left, name)
        fill(right, f"{{{{ {place} }}}}", FANGSONG, _SMALL)


def _prose(form: Table, label: str, place: str, height: float) -> None:
    """A label, and all the rest of the row for a text that may run over the page."""
    cells = row(form, height, whole=False).cells
    _label(cells[0], label)
    value = cells[1].merge(cells[-1])
    value.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.TOP
    indented(fill(value, f"{{{{ {place} }}}}", FANGSONG, _SMALL, BOTH, leading=_LEADING), _SMALL)


def _photo(cell: _Cell) -> None:
    words = "照片\n（粘贴近期2寸正面免冠白底彩色证件照片电子版）"
    fill(cell, f"{{% if photo %}}{{{{ photo }}}}{{% else %}}{words}{{% endif %}}", FANGSONG, 9)


def _label(cell: _Cell, text: str) -> None:
    for part in text.split("\n"):
        fill(cell, part, HEI, _SIZE)


def _opinions(form: Table) -> None:
    """The four that sign, last of them two side by side."""
    _opinion(form, "所在单位\n意见", _PROMISE, 4.8, signed=True)
    _opinion(form, "推荐单位\n意见", "（同意推荐，上报审核审批）", 4.8, signed=True)
    _opinion(form, "{{ reviewers }}\n意见", "", 4.4, signed=False)
    cells = row(form, 5).cells
    _label(cells[0], "{{ approvers }}\n审 批 意 见")
    for value in (cells[1].merge(cells[2]), cells[3].merge(cells[4])):
        _sealed(value, indent=2.4)


def _opinion(form: Table, label: str, words: str, height: float, *, signed: bool) -> None:
    cells = row(form, height).cells
    _label(cells[0], label)
    value = cells[1].merge(cells[-1])
    if words:
        indented(fill(value, words, FANGSONG, _SMALL, LEFT, leading=_LEADING), _SMALL)
    if signed:
        _signature(value, "签字：", indent=6.6, before=18)
        _sealed(value, indent=8.4)


def _sealed(value: _Cell, indent: float) -> None:
    value.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM
    _signature(value, "（盖章）", indent, before=8)
    _signature(value, _DAY, indent, before=8)


def _signature(value: _Cell, text: str, indent: float, before: float) -> None:
    """A line to sign on, `indent` centimetres in."""
    signed = fill(value, text, FANGSONG, _SMALL, LEFT).paragraph_format
    signed.left_indent, signed.space_before, signed.space_after = Cm(indent), Pt(before), Pt(2)
