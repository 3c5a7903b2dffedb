"""The look of an official paper (GB/T 9704): page, letters, paragraphs. The templates are drawn with it, once.

Nothing of this runs when a paper is made: what staff restyle in WPS is the template, and its named styles.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_LINE_SPACING, WD_PARAGRAPH_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from lxml import etree

SONG_TITLE, FANG, HEI, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
# Where a machine lacks a face, these stand in for it before anything else does (fontTable.xml, w:altName).
_STAND_INS = {SONG_TITLE: "小标宋", FANG: "仿宋", HEI: "SimHei", KAI: "楷体", SONG: "SimSun"}
_LATIN = "Times New Roman"
_LINE = Pt(28.9)  # 22 lines on 225 mm
_DRAWN = dt.datetime(2025, 10, 16)  # noqa: DTZ001 - docx keeps its own time zone, none; the same at every drawing

TITLE, HEAD_1, HEAD_2, SIGNED, DATED, ANNEX, CELL, CELL_HEAD, DRAFT, BARE, NOTE = (
    "公文标题",
    "一级标题",
    "二级标题",
    "落款单位",
    "落款日期",
    "附件标识",
    "表格文字",
    "表格标题",
    "稿本提示",
    "不缩进正文",
    "小字说明",
)


def new_paper(name: str, *, landscape: bool = False) -> Paper:
    """An empty A4 page with the margins, the letters and the page numbers of an official paper."""
    paper = Document()
    _describe(paper, name)
    _page(paper, landscape)
    _letters(paper)
    for style, size, face, options in (
        (TITLE, 22, SONG_TITLE, {"align": "CENTER", "line": Pt(36), "after": 14, "together": True}),
        (HEAD_1, 16, HEI, {"indent": 2, "keep": True}),
        (HEAD_2, 16, KAI, {"indent": 2, "keep": True}),
        (SIGNED, 16, FANG, {"align": "RIGHT", "right": 2, "keep": True}),
        (DATED, 16, FANG, {"align": "RIGHT", "right": 4}),
        (ANNEX, 16, HEI, {}),
        (CELL, 12, FANG, {"line": Pt(18)}),
        (CELL_HEAD, 12, HEI, {"line": Pt(18), "align": "CENTER"}),
        (DRAFT, 16, HEI, {"align": "CENTER", "after": 8}),
        (BARE, 16, FANG, {}),
        (NOTE, 12, FANG, {"line": Pt(20), "align": "CENTER"}),
    ):
        _style(paper, style, size, face, **options)
    _page_numbers(paper)
    return paper


def line(paper: Paper | _Cell, text: str = "", style: str = "") -> Paragraph:
    """One paragraph; body text where no style is named."""
    return paper.add_paragraph(text, style=style or None)


def table(paper: Paper, heads: Sequence[str], widths_mm: Sequence[float]) -> Table:
    """A ruled table with a head that is repeated on every page."""
    made = ruled(paper, 1, widths_mm)
    for cell, head in zip(made.rows[0].cells, heads, strict=True):
        fill(cell, head, CELL_HEAD)
    return made


def ruled(paper: Paper, head_rows: int, widths_mm: Sequence[float]) -> Table:
    """An empty table; its first rows are its head."""
    made: Table = paper.add_table(rows=head_rows, cols=len(widths_mm))
    made.style = "Table Grid"
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    for column, width in zip(made.columns, widths_mm, strict=True):
        column.width = Mm(width)
    for row in made.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for cell, width in zip(row.cells, widths_mm, strict=True):
            cell.width = Mm(width)
    return made


def rows_of(made: Table, loop: str, cells: Sequence[str], *, centred: Collection[int] = ()) -> None:
    """What docxtpl writes once for every thing: a row that opens the loop, the row itself, a row that closes it."""
    control_row(made, f"for {loop}")
    row = repeated_row(made, cells)
    for number in centred:
        row.cells[number].paragraphs[0].paragraph_format.alignment = WD_PARAGRAPH_ALIGNMENT.CENTER
    control_row(made, "endfor")


def control_row(made: Table, what: str) -> None:
    """A row that docxtpl reads and does not write."""
    fill(made.add_row().cells[0], f"{{%tr {what} %}}")


def repeated_row(made: Table, cells: Sequence[str]) -> _Row:
    row: _Row = made.add_row()
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for cell, text, column in zip(row.cells, cells, made.columns, strict=True):
        fill(cell, text)
        cell.width = column.width
    return row


def fill(cell: _Cell, text: str, style: str = CELL) -> None:
    cell.paragraphs[0].style = style
    cell.paragraphs[0].text = text


def page_break_before(paragraph: Paragraph) -> Paragraph:
    paragraph.paragraph_format.page_break_before = True
    return paragraph


def _describe(paper: Paper, name: str) -> None:
    said = paper.core_properties
    said.title, said.author, said.comments, said.language = name, "", "", "zh-CN"
    said.created = said.modified = _DRAWN
    said.last_modified_by, said.revision = "", 1


def _page(paper: Paper, landscape: bool) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance, section.header_distance = Mm(23), Mm(15)
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.top_margin, section.bottom_margin = Mm(28), Mm(26)
        section.left_margin, section.right_margin = Mm(20), Mm(20)
        section.footer_distance = Mm(15)


def _letters(paper: Paper) -> None:
    """Body text: 仿宋 三号, 28.9 points a line, two characters in; the faces with their stand-ins."""
    defaults = paper.styles.element.find(qn("w:docDefaults")).find(f".//{qn('w:rPr')}")
    for faces in defaults.findall(qn("w:rFonts")):
        defaults.remove(faces)  # they point at a theme, which wins over what is named here
    for language in defaults.findall(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    normal = paper.styles["Normal"]
    _face(normal, FANG, 16)
    _spacing(normal.paragraph_format, _LINE, 0)
    normal.paragraph_format.widow_control = False
    _indent(normal, first=2)
    part = next(rel.target_part for rel in paper.part.rels.values() if rel.reltype.endswith("/fontTable"))
    fonts = parse_xml(part.blob)
    for face, stand_in in _STAND_INS.items():
        names = f'<w:altName w:val="{stand_in}"/><w:charset w:val="86"/>'
        fonts.append(parse_xml(f'<w:font {nsdecls("w")} w:name="{face}">{names}</w:font>'))
    part._blob = _serialised(fonts)


def _style(
    paper: Paper,
    name: str,
    size: float,
    face: str,
    *,
    align: str = "",
    line: Pt = _LINE,
    after: float = 0,
    indent: float = 0,
    right: float = 0,
    keep: bool = False,
    together: bool = False,
) -> None:
    style = paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = paper.styles["Normal"]
    style.quick_style = True
    _face(style, face, size)
    _spacing(style.paragraph_format, line, after)
    _indent(style, first=indent, right=right)
    style.paragraph_format.keep_with_next = keep
    if together:  # no space between the lines of one title
        style.element.get_or_add_pPr().append(OxmlElement("w:contextualSpacing"))
    if align:
        style.paragraph_format.alignment = WD_PARAGRAPH_ALIGNMENT[align]


def _face(style: Any, face: str, size: float) -> None:
    style.font.size, style.font.name = Pt(size), _LATIN
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _spacing(form: Any, line: Pt, after: float) -> None:
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, line
    form.space_before, form.space_after = Pt(0), Pt(after)


def _indent(style: Any, *, first: float = 0, right: float = 0) -> None:
    """In characters, so that another size of letters keeps it; in points beside it for whoever can't count them."""
    properties = style.element.get_or_add_pPr()
    indent = properties.get_or_add_ind()
    size = style.font.size.pt
    indent.set(qn("w:firstLineChars"), f"{first * 100:.0f}")
    indent.set(qn("w:firstLine"), f"{first * size * 20:.0f}")
    indent.set(qn("w:rightChars"), f"{right * 100:.0f}")
    indent.set(qn("w:right"), f"{right * size * 20:.0f}")


def _page_numbers(paper: Paper) -> None:
    """— 1 —, 宋体 四号: at the right edge of odd pages and the left edge of even ones, one character in."""
    paper.settings.odd_and_even_pages_header_footer = True
    section = paper.sections[0]
    for footer, align in ((section.footer, "RIGHT"), (section.even_page_footer, "LEFT")):
        paragraph = footer.paragraphs[0]
        paragraph.style = paper.styles["Normal"]
        form = paragraph.paragraph_format
        form.alignment, form.first_line_indent = WD_PARAGRAPH_ALIGNMENT[align], Pt(0)
        form.left_indent = form.right_indent = Pt(14)
        paragraph._p.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "0")
        for text in ("— ", None, " —"):
            run = paragraph.add_run(text or "")
            run.font.size, run.font.name = Pt(14), SONG
            run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), SONG)
            if text is None:
                _field(run, "PAGE")


def _field(run: Any, instruction: str) -> None:
    for kind in ("begin", "separate", "end"):
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        run._r.append(mark)
        if kind == "begin":
            told = OxmlElement("w:instrText")
            told.set(qn("xml:space"), "preserve")
            told.text = f" {instruction} "
            run._r.append(told)
        elif kind == "separate":
            shown = OxmlElement("w:t")
            shown.text = "1"
            run._r.append(shown)


def _serialised(element: Any) -> bytes:
    written: bytes = etree.tostring(element, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written
