"""The templates of annexes 4 and 5: cover, 填表说明, the form itself, laid out as in the notice."""

from __future__ import annotations

from collections.abc import Sequence

from docx.document import Document as Paper
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt
from docx.table import Table, _Cell, _Row

from tools.papers.kit import (
    ANNEX,
    BOTH,
    CENTRE,
    FANG,
    HEI,
    KAI,
    LEFT,
    RIGHT,
    TITLE,
    Page,
    Style,
    add_row,
    break_page_before,
    each,
    empty_table,
    fill,
    fitting,
    line,
    new_paper,
    widths_of,
)

_PAGE = Page(210, 297, top=20, bottom=20, left=24, right=24)
_COVER = Style("封面栏目", 16, KAI, CENTRE, line=None)
_NOTES_HEAD = Style("填表说明标题", 18, HEI, CENTRE, line=40)
_NOTES = Style("填表说明", 14, FANG, BOTH, line=28, indent=2)
_MANY_NOTES = Style("填表说明", 11, FANG, BOTH, line=18.5, indent=2)  # so many that they fill a page
_LABEL = Style("栏目名称", 12, HEI, CENTRE, line=None)
_VALUE = Style("填写内容", 10.5, FANG, CENTRE, line=None)
_PROSE = Style("填写文字", 10.5, FANG, BOTH, line=17, indent=2)
_SIGNED = Style("签字盖章", 10.5, FANG, LEFT, line=None)
_PHOTO = Style("照片", 9, FANG, CENTRE, line=None)
_TURN = Style("换页", 1, FANG, line=1)

_BEYOND_THE_MIDDLE, _BESIDE_THE_PHOTO = (2, 4, 4), (2, 3, 3)  # where a row's second label and value stand
_PROMISE = "（本单位承诺对推荐材料中所有信息真实性负完全责任，若有失实和造假行为，愿承担一切后果。）"


def annex_4() -> Paper:
    """先进集体推荐表. Places: title, honour, the notice's words, and the fields of the form."""
    paper = new_paper("先进集体推荐表", _PAGE)
    _draw_cover(paper, [("集体名称", "name"), ("推荐单位", "recommender"), ("填报时间", "dated")])
    _write_notes(paper, _NOTES)
    form = empty_table(paper, (32, 49, 16, 16, 49))  # the middle is where the last opinions part
    _add_pairs(form, ("集体名称", "name"))
    _add_pairs(form, ("单位类型", "unit_type"), ("集体级别", "level"), second=_BEYOND_THE_MIDDLE)
    _add_pairs(form, ("所属行业", "trade"), ("负责人", "leader"), second=_BEYOND_THE_MIDDLE)
    _add_pairs(form, ("社会信用代码", "credit_code"), ("单位联系电话", "phone"), second=_BEYOND_THE_MIDDLE)
    _add_prose(form, "何时何地受\n过何种奖励\n(近三年)", "awards", 30)
    _add_prose(form, "何时何地受\n过何种处分", "penalties", 18)
    _add_prose(form, "主要事迹\n（{{ deeds_limit }}字\n以内）", "deeds", 124)
    _add_opinions(form)
    return paper


def annex_5() -> Paper:
    """先进个人推荐表. Places as in annex 4, and unit; photo is a picture, or None for the words that ask for one."""
    paper = new_paper("先进个人推荐表", _PAGE)
    _draw_cover(paper, [("姓    名", "name"), ("工作单位", "unit"), ("推荐单位", "recommender"), ("填报时间", "dated")])
    _write_notes(paper, _MANY_NOTES)
    form = empty_table(paper, (28, 36, 31, 29, 38))
    for pairs in (
        (("姓    名", "name"), ("性    别", "sex")),
        (("民    族", "ethnicity"), ("出生日期", "birth")),
        (("政治面貌", "political"), ("人员身份", "status")),
        (("职务职级\n（职  称）", "post_and_title"), ("所属行业", "trade")),
    ):
        _add_pairs(form, *pairs, second=_BESIDE_THE_PHOTO)
    words = "照片\n（粘贴近期2寸正面免冠白底彩色证件照片电子版）"
    photo = form.cell(0, 4).merge(form.cell(3, 4))
    fill(photo, f"{{% if photo %}}{{{{ photo }}}}{{% else %}}{words}{{% endif %}}", _PHOTO)
    _add_pairs(form, ("联系电话", "phone"), ("身份证号码", "id_number"))
    _add_pairs(form, ("工作单位", "unit"), ("单位类型", "unit_type"))
    _add_prose(form, "个人简历", "resume", 44)
    _add_prose(form, "何时何地\n受过何种\n奖励\n（近三年）", "awards", 22)
    _add_prose(form, "何时何地\n受过何种\n处分", "penalties", 16)
    _add_prose(form, "主要事迹\n（{{ deeds_limit }}字\n以内）", "deeds", 90)
    _add_opinions(form)
    line(paper, "{{ foot }}", _SIGNED).paragraph_format.space_before = Pt(4)
    return paper


def _draw_cover(paper: Paper, lines: Sequence[tuple[str, str]]) -> None:
    line(paper, "{{ annex }}", ANNEX)
    title = line(paper, "{{ title }}", TITLE).paragraph_format
    title.space_before, title.space_after = Pt(120), Pt(200)
    cover = empty_table(paper, (36, 84), ruled=False)
    for label, place in lines:
        left, right = _add_row(cover, 15).cells
        left.vertical_alignment = right.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM
        fill(left, f"{label}：", _COVER).alignment = RIGHT
        fill(right, _value(place, 84, _COVER), _COVER)
        _underline(right)


def _underline(cell: _Cell) -> None:
    rule = '<w:bottom w:val="single" w:sz="6" w:space="0" w:color="auto"/>'
    borders = parse_xml(f"<w:tcBorders {nsdecls('w')}>{rule}</w:tcBorders>")
    properties = cell._tc.get_or_add_tcPr()  # whose parts have an order that Word insists on
    properties.insert_element_before(borders, "w:shd", "w:noWrap", "w:tcMar", "w:vAlign")


def _write_notes(paper: Paper, style: Style) -> None:
    """填表说明, a page of its own: the notes of the annex, numbered."""
    break_page_before(line(paper, "填 表 说 明", _NOTES_HEAD))
    use = (
        "一、本表适用于“{{ honour }}”推荐评选工作。纸质版材料请用A3纸双面合页打印，一式5份经推荐单位盖章后，"
        "与电子版（Word格式）一并上报。"
    )
    line(paper, use, style)
    line(paper, "二、关于本表相关栏目的填写", style)
    each(paper, "for note in notes", "{{ loop.index }}.{{ note }}", style)
    break_page_before(line(paper, "", _TURN))


# --- rows of the form; heights in millimetres ----------------------------------------------------


def _add_row(form: Table, height: float, *, whole: bool = True) -> _Row:
    """Add a row of at least this height, vertically centred."""
    row = add_row(form, whole=whole)
    row.height, row.height_rule = Mm(height), WD_ROW_HEIGHT_RULE.AT_LEAST
    for cell in row.cells:
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    return row


def _add_pairs(form: Table, *pairs: tuple[str, str], second: tuple[int, int, int] = (2, 3, 4)) -> None:
    """Draw a row of two labels, each with the place of its value to the right; a single one takes the row.

    `second`: where the second label begins, where its value begins and ends, by column.
    """
    cells = _add_row(form, 12).cells
    label, first, last = second
    if len(pairs) == 1:
        boxes = [(cells[0], cells[1].merge(cells[-1]), (1, len(cells) - 1))]
    else:
        boxes = [
            (cells[0], cells[1], (1, 1)),
            (cells[label].merge(cells[first - 1]), cells[first].merge(cells[last]), (first, last)),
        ]
    for (name, place), (left, right, columns) in zip(pairs, boxes, strict=True):
        fill(left, name, _LABEL)
        fill(right, _value(place, sum(widths_of(form)[columns[0] : columns[1] + 1])), _VALUE)


# Names end their lines where words end; the readers of forms join them again.
_SET_IN_LINES = frozenset({"name", "unit", "leader"})


def _value(place: str, width: float, style: Style = _VALUE) -> str:
    """Return the place of a value in a cell of a width in millimetres."""
    return f"{{{{ {place}|lines({fitting(width, style)}) }}}}" if place in _SET_IN_LINES else f"{{{{ {place} }}}}"


def _add_prose(form: Table, label: str, place: str, height: float) -> None:
    """Draw a label, and all the rest of the row for a text that may run over the page."""
    value = _labelled(form, label, height, whole=False)
    value.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.TOP
    fill(value, f"{{{{ {place} }}}}", _PROSE)


def _labelled(form: Table, label: str, height: float, *, whole: bool = True) -> _Cell:
    """Add a row with a label, and the rest as one cell."""
    cells = _add_row(form, height, whole=whole).cells
    fill(cells[0], label, _LABEL)
    return cells[1].merge(cells[-1])


def _add_opinions(form: Table) -> None:
    """Draw the places of the four that sign; the last two of them stand side by side."""
    for label, words in (("所在单位\n意见", _PROMISE), ("推荐单位\n意见", "（同意推荐，上报审核审批）")):
        value = _labelled(form, label, 48)
        fill(value, words, _PROSE).alignment = LEFT
        _add_signature(value, "签字：", indent=66, before=18)
        _add_seal(value, indent=84)
    _labelled(form, f"{{{{ reviewers|lines({fitting(widths_of(form)[0], _LABEL)}) }}}}\n意见", 44)
    cells = _add_row(form, 50).cells
    fill(cells[0], "{{ approvers }}\n审 批 意 见", _LABEL)
    for value in (cells[1].merge(cells[2]), cells[3].merge(cells[4])):
        _add_seal(value, indent=24)


def _add_seal(value: _Cell, indent: float) -> None:
    value.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM
    for text in ("（盖章）", "年    月    日"):
        _add_signature(value, text, indent, before=8)


def _add_signature(value: _Cell, text: str, indent: float, before: float) -> None:
    """Draw a line to sign on, `indent` millimetres in."""
    signed = fill(value, text, _SIGNED).paragraph_format
    signed.left_indent, signed.space_before, signed.space_after = Mm(indent), Pt(before), Pt(2)
