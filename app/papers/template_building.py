"""What templates are built of: pages, lines and tables in the typefaces of official papers, made with python-docx."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import docx
from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Mm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

TITLE, SONG, FANGSONG, KAI, HEI = "方正小标宋简体", "宋体", "仿宋_GB2312", "楷体_GB2312", "黑体"
# What stands in where a machine lacks a typeface: Word and LibreOffice both ask the table of fonts.
_STAND_INS = {TITLE: "宋体", FANGSONG: "仿宋", KAI: "楷体", HEI: "SimHei", SONG: "SimSun"}
CENTRE, LEFT, RIGHT, BOTH = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)


def a4(*, top: float = 22, side: float = 25) -> Document:
    """An empty A4 page, margins in millimetres, ordinary text in 仿宋."""
    paper = docx.Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(top)
    section.left_margin = section.right_margin = Mm(side)
    normal = paper.styles["Normal"]
    normal.font.size = Pt(12)
    normal.font.name = "Times New Roman"
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FANGSONG)
    normal.paragraph_format.space_after = normal.paragraph_format.space_before = Pt(0)
    _name_stand_ins(paper)
    paper.core_properties.author = paper.core_properties.comments = ""
    return paper


def _name_stand_ins(paper: Document) -> None:
    part = next(p for p in paper.part.package.iter_parts() if p.partname == "/word/fontTable.xml")
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in _STAND_INS.items()
    )
    part._blob = f"<w:fonts {nsdecls('w')}>{fonts}</w:fonts>".encode()


def write(paragraph: Paragraph, text: str, font: str, size: float, *, bold: bool = False) -> Paragraph:
    """Add a run of text in a typeface; `size` in points."""
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = Pt(size), bold or None
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return paragraph


def line(
    paper: Document, text: str, font: str, size: float, align: Any = LEFT, *, before: float = 0, leading: float = 0
) -> Paragraph:
    """A paragraph of its own; `before` and `leading` (fixed distance of its lines) in points."""
    paragraph = write(paper.add_paragraph(), text, font, size)
    paragraph.alignment = align
    paragraph.paragraph_format.space_before = Pt(before)
    if leading:
        paragraph.paragraph_format.line_spacing = Pt(leading)
    return paragraph


def indented(paragraph: Paragraph, size: float) -> Paragraph:
    """First line in by two characters."""
    paragraph.paragraph_format.first_line_indent = Pt(size * 2)
    return paragraph


def table(paper: Document, widths: Sequence[float], *, ruled: bool = True) -> Table:
    """A table without rows, its columns in centimetres, the same in every program that opens it."""
    made: Table = paper.add_table(rows=0, cols=len(widths))
    made.style = "Table Grid" if ruled else "Normal Table"
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(width)
    return made


def row(made: Table, height: float, *, whole: bool = True) -> _Row:
    """One more row, at least `height` centimetres; `whole`: not to be torn between two pages."""
    added: _Row = made.add_row()
    added.height, added.height_rule = Cm(height), WD_ROW_HEIGHT_RULE.AT_LEAST
    for cell, column in zip(added.cells, made.columns, strict=True):
        cell.width = column.width
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    if whole:
        added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return added


def fill(cell: _Cell, text: str, font: str, size: float, align: Any = CENTRE, *, leading: float = 0) -> Paragraph:
    """Text in a cell: the first into its empty paragraph, others into paragraphs of their own."""
    first = cell.paragraphs[0]
    paragraph = first if not first.runs else cell.add_paragraph()
    paragraph.alignment = align
    if leading:
        paragraph.paragraph_format.line_spacing = Pt(leading)
    return write(paragraph, text, font, size)


def underline(cell: _Cell) -> None:
    """A rule under a cell of an unruled table."""
    rule = '<w:bottom w:val="single" w:sz="6" w:space="0" w:color="auto"/>'
    borders = parse_xml(f"<w:tcBorders {nsdecls('w')}>{rule}</w:tcBorders>")
    properties = cell._tc.get_or_add_tcPr()  # whose parts have an order that Word insists on
    properties.insert_element_before(borders, "w:shd", "w:noWrap", "w:tcMar", "w:vAlign")
