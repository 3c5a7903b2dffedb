"""Draws the layout of an official paper (GB/T 9704): page, typefaces, paragraphs, tables.

It does not run when a paper is made. Staff restyle the templates in Word or WPS by their named styles.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast

from docx import Document
from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.parts.document import DocumentPart
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.font import Font
from docx.text.paragraph import Paragraph
from docx.text.parfmt import ParagraphFormat
from docx.text.run import Run
from lxml import etree

SONG_TITLE, FANG, HEI, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
# Where a machine lacks a typeface, these stand in for it before anything else does (fontTable.xml, w:altName). All are
# one em wide, so that no line breaks elsewhere.
_STAND_INS = {
    SONG_TITLE: "方正小标宋_GBK,小标宋",
    FANG: "仿宋,FangSong",
    HEI: "SimHei",
    KAI: "楷体,KaiTi",
    SONG: "SimSun",
}
# Stands in the properties of each template, and on the page of templates.
_WANTED = (
    f"需要的字体：标题{SONG_TITLE}，正文{FANG}，一级标题{HEI}，二级标题{KAI}，页码{SONG}，数字和西文Times New Roman。"
    "缺字体的电脑先装好字体再打印。"
)
_LATIN = "Times New Roman"
_LINE = 28.9  # points: 22 lines on 225 mm
_DRAWN = dt.datetime(2025, 10, 16)  # noqa: DTZ001 - docx keeps no time zone; the same at every drawing
LEFT, CENTRE, RIGHT, BOTH = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet and its margins in millimetres; page numbers stand `footer` above the lower edge, none where it is 0."""

    width: float
    height: float
    top: float
    bottom: float
    left: float
    right: float
    footer: float = 0


OFFICIAL = Page(210, 297, top=37, bottom=35, left=28, right=26, footer=23)
ACROSS = Page(297, 210, top=28, bottom=26, left=20, right=20, footer=15)


@dataclass(frozen=True, slots=True)
class Style:
    """A named paragraph style. Sizes are in points, `indent` and `right` in characters."""

    name: str
    size: float
    face: str
    align: WD_ALIGN_PARAGRAPH | None = None
    line: float | None = _LINE  # the fixed distance of lines; None: as high as what stands in the line
    before: float = 0
    after: float = 0
    indent: float = 0
    right: float = 0
    keep: bool = False  # on the page of what follows
    together: bool = False  # no space between paragraphs of this style: the lines of one title


TITLE = Style("公文标题", 22, SONG_TITLE, CENTRE, line=36, after=14, keep=True, together=True)
HEAD_1 = Style("一级标题", 16, HEI, indent=2, keep=True)
HEAD_2 = Style("二级标题", 16, KAI, indent=2, keep=True)
LAST = Style("末段", 16, FANG, indent=2, keep=True)  # no signature stands alone on a page
SIGNED = Style("落款单位", 16, FANG, RIGHT, right=2, keep=True)
DATED = Style("落款日期", 16, FANG, RIGHT, right=4)
ANNEX = Style("附件标识", 16, HEI)
CELL = Style("表格文字", 12, FANG, line=18)
CELL_HEAD = Style("表格标题", 12, HEI, CENTRE, line=18)
DRAFT = Style("稿本提示", 16, HEI, CENTRE, after=8)
BARE = Style("不缩进正文", 16, FANG)
GAP = Style("间隔", 6, FANG, line=6)
FIRST = Style("缩进正文", 16, FANG, BOTH, indent=2)
KEPT = Style("经办负责", 16, FANG, before=_LINE, keep=True)
NOTE = Style("小字说明", 12, FANG, CENTRE, line=20)


def new_paper(name: str, page: Page = OFFICIAL) -> Paper:
    """Draw an empty paper whose text is 仿宋 三号, 28.9 points a line, its first line in by two characters."""
    paper = Document()
    _describe(paper, name)
    _set_page(paper, page)
    _set_typefaces(paper)
    if page.footer:
        _number_pages(paper)
    return paper


def line(paper: Paper, text: str = "", style: Style | None = None) -> Paragraph:
    """Add a paragraph; body text if no style is given."""
    return _styled(paper.add_paragraph(text), style)


def each(paper: Paper, what: str, text: str, style: Style | None = None, *, last: bool = False) -> None:
    """Draw a paragraph that is there under a condition, or once for each of several texts.

    `last`: the signature follows, and the last of the texts stays on its page.
    """
    line(paper, f"{{%p {what} %}}")
    drawn = line(paper, text, style)
    if last:
        keep_if(drawn, "loop.last")
    line(paper, f"{{%p end{what.partition(' ')[0]} %}}")


def sign(paper: Paper, of: str = "signed") -> Paragraph:
    """Draw who signs, a line each, and the date, all on the page of what stands before. Returns the date's paragraph.

    `of` is the name in the data that holds a `Signature`.
    """
    line(paper, f"{{%p for name in {of}.lines %}}")
    signed = line(paper, "{{ name.text }}", SIGNED)
    _from_right(signed, "name")
    spacing = signed._p.get_or_add_pPr().get_or_add_spacing()
    spacing.set(qn("w:before"), "{{ name.before }}")
    line(paper, "{%p endfor %}")
    return _from_right(line(paper, f"{{{{ {of}.dated.text }}}}", DATED), f"{of}.dated")


def _from_right(paragraph: Paragraph, placed: str) -> Paragraph:
    """End a line as far from the right edge as the data say, in characters and for programs without these in twips."""
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:rightChars"), f"{{{{ {placed}.right }}}}")
    indent.set(qn("w:right"), f"{{{{ {placed}.right_twips }}}}")
    return paragraph


def break_page_before(paragraph: Paragraph) -> Paragraph:
    paragraph.paragraph_format.page_break_before = True
    return paragraph


# --- tables --------------------------------------------------------------------------------------


def table(paper: Paper, heads: Sequence[str], widths: Sequence[float]) -> Table:
    """Draw a ruled table with a head that is repeated on every page; widths in millimetres."""
    made = empty_table(paper, widths)
    for cell, head in zip(add_head_row(made).cells, heads, strict=True):
        fill(cell, head, CELL_HEAD)
    return made


def empty_table(paper: Paper, widths: Sequence[float], *, ruled: bool = True) -> Table:
    """Draw a table without rows, its columns in millimetres, as wide in every program that opens it."""
    made = paper.add_table(rows=0, cols=len(widths))
    made.style = "Table Grid" if ruled else "Normal Table"
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)
    return made


def add_row(made: Table, *, whole: bool = True) -> _Row:
    """Add a row. `whole`: it is not split between two pages."""
    row = made.add_row()
    if whole:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for cell, column in zip(row.cells, made.columns, strict=True):
        cell.width = column.width
    return row


def add_head_row(made: Table) -> _Row:
    """Draw a row that is repeated on every page."""
    row = add_row(made, whole=False)
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    return row


def add_rows(
    made: Table,
    loop: str,
    cells: Sequence[str],
    *,
    centred: Collection[int] = (),
    prose: Collection[int] = (),
    last: bool = False,
) -> None:
    """Draw what docxtpl writes once for each: a row that opens the loop, the row itself, a row that closes it.

    `{{ row.name }}` in a cell is set in lines that end where words end, as many characters as the column holds, save in
    the columns of `prose`. `last`: the paper ends soon after it, and the last rows stay on the page of what follows.
    """
    add_control_row(made, f"for {loop}")
    columns = enumerate(zip(cells, widths_of(made), strict=True))
    texts = [text if number in prose else _fitted(text, fitting(width)) for number, (text, width) in columns]
    row = add_filled_row(made, texts)
    for number, cell in enumerate(row.cells):
        if number in centred:
            cell.paragraphs[0].alignment = CENTRE
        if last:
            keep_if(cell.paragraphs[0], "loop.revindex < 4")
    add_control_row(made, "endfor")


def keep_if(paragraph: Paragraph, condition: str) -> None:
    """Keep a paragraph on the page of the next one under a condition on the data."""
    keep = OxmlElement("w:keepNext")
    keep.set(qn("w:val"), f"{{{{ 1 if {condition} else 0 }}}}")
    paragraph._p.get_or_add_pPr().insert_element_before(keep, *_AFTER_KEEP)


_AFTER_KEEP = ("w:keepLines", "w:pageBreakBefore", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc")
_PLACE = re.compile(r"^\{\{ ([\w.|]+) \}\}$")
_CELL_MARGINS = 2 * 1.9  # millimetres


def widths_of(made: Table) -> list[float]:
    """Return the widths of the columns in millimetres."""
    return [(column.width or 0) / Mm(1) for column in made.columns]


def fitting(width: float, style: Style = CELL) -> int:
    """Return how many characters of a style a line of a cell of `width` millimetres holds."""
    return int((width - _CELL_MARGINS) / (style.size / 72 * 25.4))


def _fitted(text: str, width: int) -> str:
    return _PLACE.sub(lambda found: f"{{{{ {found[1]}|lines({width}) }}}}", text)


def add_control_row(made: Table, what: str) -> None:
    """Draw a row that docxtpl reads and does not write."""
    fill(made.add_row().cells[0], f"{{%tr {what} %}}")


def add_filled_row(made: Table, cells: Sequence[str]) -> _Row:
    row = add_row(made)
    for cell, text in zip(row.cells, cells, strict=True):
        fill(cell, text)
    return row


def fill(cell: _Cell, text: str, style: Style = CELL) -> Paragraph:
    """Draw a paragraph in a cell: the first goes into its empty paragraph, others follow."""
    first = cell.paragraphs[0]
    paragraph = _styled(cell.add_paragraph() if first.runs else first, style)
    paragraph.add_run(text)
    return paragraph


# --- the paper itself ----------------------------------------------------------------------------


def _describe(paper: Paper, name: str) -> None:
    said = paper.core_properties
    said.title, said.author, said.comments, said.language = name, "", _WANTED, "zh-CN"
    said.created = said.modified = _DRAWN
    said.last_modified_by, said.revision = "", 1


def _set_page(paper: Paper, page: Page) -> None:
    section = paper.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if page.width > page.height else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(page.width), Mm(page.height)
    section.top_margin, section.bottom_margin = Mm(page.top), Mm(page.bottom)
    section.left_margin, section.right_margin = Mm(page.left), Mm(page.right)
    section.footer_distance, section.header_distance = Mm(page.footer), Mm(15)


def _set_typefaces(paper: Paper) -> None:
    """Body text, and what stands in for typefaces that a machine lacks."""
    defaults = paper.styles.element.find(qn("w:docDefaults")).find(f".//{qn('w:rPr')}")
    for faces in defaults.findall(qn("w:rFonts")):
        defaults.remove(faces)  # they point at a theme, which wins over what is named here
    for language in defaults.findall(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    normal = paper.styles["Normal"]
    _set_face(normal.font, FANG, 16)
    _set_spacing(normal.paragraph_format, _LINE, 0)
    normal.paragraph_format.widow_control = False
    _set_indent(normal, first=2)
    part = next(rel.target_part for rel in paper.part.rels.values() if rel.reltype.endswith("/fontTable"))
    fonts = parse_xml(part.blob)
    for face, stand_in in _STAND_INS.items():
        names = f'<w:altName w:val="{stand_in}"/><w:charset w:val="86"/>'
        fonts.append(parse_xml(f'<w:font {nsdecls("w")} w:name="{face}">{names}</w:font>'))
    part._blob = etree.tostring(fonts, xml_declaration=True, encoding="UTF-8", standalone=True)


def _styled(paragraph: Paragraph, style: Style | None) -> Paragraph:
    """Draw the paragraph in a style, which joins the paper's own when it is first used."""
    if style is not None:
        styles = cast(DocumentPart, paragraph.part).styles
        if style.name not in styles:
            _describe_style(styles.add_style(style.name, WD_STYLE_TYPE.PARAGRAPH), style, styles["Normal"])
        paragraph.style = style.name
    return paragraph


def _describe_style(made: ParagraphStyle, style: Style, base: ParagraphStyle) -> None:
    made.base_style, made.quick_style = base, True
    _set_face(made.font, style.face, style.size)
    _set_spacing(made.paragraph_format, style.line, style.after)
    if style.before:
        made.paragraph_format.space_before = Pt(style.before)
    _set_indent(made, first=style.indent, right=style.right)
    made.paragraph_format.keep_with_next = style.keep
    made.paragraph_format.keep_together = style.keep and style.name != LAST.name
    if style.together:
        made.element.get_or_add_pPr().append(OxmlElement("w:contextualSpacing"))
    made.paragraph_format.alignment = style.align


def _set_face(font: Font, face: str, size: float) -> None:
    font.size, font.name = Pt(size), _LATIN
    font.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _set_spacing(form: ParagraphFormat, line: float | None, after: float) -> None:
    if line is None:
        form.line_spacing_rule = WD_LINE_SPACING.SINGLE
    else:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    form.space_before, form.space_after = Pt(0), Pt(after)


def _set_indent(style: ParagraphStyle, *, first: float = 0, right: float = 0) -> None:
    """In characters, so that another size of letters keeps it; in points beside it for whoever can't count them."""
    indent = style.element.get_or_add_pPr().get_or_add_ind()
    size = style.font.size.pt
    indent.set(qn("w:firstLineChars"), f"{first * 100:.0f}")
    indent.set(qn("w:firstLine"), f"{first * size * 20:.0f}")
    indent.set(qn("w:rightChars"), f"{right * 100:.0f}")
    indent.set(qn("w:right"), f"{right * size * 20:.0f}")


def _number_pages(paper: Paper) -> None:
    """— 1 —, 宋体 四号: at the right edge of odd pages and the left edge of even ones, one character in."""
    paper.settings.odd_and_even_pages_header_footer = True
    section = paper.sections[0]
    for footer, align in ((section.footer, RIGHT), (section.even_page_footer, LEFT)):
        paragraph = footer.paragraphs[0]
        paragraph.style = paper.styles["Normal"]
        form = paragraph.paragraph_format
        form.alignment, form.first_line_indent = align, Pt(0)
        form.left_indent = form.right_indent = Pt(14)
        paragraph._p.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "0")
        for text in ("— ", None, " —"):
            run = paragraph.add_run(text or "")
            run.font.size, run.font.name = Pt(14), SONG
            run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), SONG)
            if text is None:
                _add_field(run, "PAGE")


def _add_field(run: Run, instruction: str) -> None:
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
