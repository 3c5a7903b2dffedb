"""The letters of a case (R34), after GB/T 9704: one or many in one file, each with its pages numbered from one."""

from __future__ import annotations

from copy import deepcopy

from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from tools.papers.kit import BARE, DATED, FANG, SIGNED, TITLE, Style, each, line, new_paper

NUMBERED = Style("发文字号", 16, FANG, WD_ALIGN_PARAGRAPH.CENTER, after=14, keep=True)

LAST = Style("末段", 16, FANG, indent=2, keep=True)  # no signature stands alone on a sheet


def letters() -> Paper:
    """告知书、通知书、督办单: heading, number, to whom, the text, who signs and when."""
    paper = new_paper("告知书")
    line(paper, "{%p for letter in letters %}")
    line(paper, "{{ letter.title }}", TITLE)
    line(paper, "{{ letter.number }}", NUMBERED)
    line(paper, "{{ letter.to }}：", BARE)
    each(paper, "for text in letter.paragraphs[:-1]", "{{ text }}")
    line(paper, "{{ letter.paragraphs[-1] }}", LAST)
    line(paper, "", LAST)
    _from_right(line(paper, "{{ letter.signed_by }}", SIGNED), "letter.signed_right")
    line(paper, "{%p if loop.last %}")
    _from_right(line(paper, "{{ letter.dated }}", DATED), "letter.dated_right")
    line(paper, "{%p else %}")
    last = line(paper, "{{ letter.dated }}", DATED)
    _from_right(last, "letter.dated_right")
    _end_section(paper, last)
    line(paper, "{%p endif %}")
    line(paper, "{%p endfor %}")
    return paper


def _from_right(paragraph: Paragraph, hundredths: str) -> None:
    """End a line as far from the right edge as the letter's data say, in characters and, as kit does, in points."""
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:rightChars"), f"{{{{ {hundredths} }}}}")
    indent.set(qn("w:right"), f"{{{{ ({hundredths} * {SIGNED.size / 5}) | int }}}}")  # a point has 20 parts


def _end_section(paper: Paper, last: Paragraph) -> None:
    """End a section with this paragraph: what follows begins on a new sheet, its pages numbered from one."""
    whole = paper.sections[0]._sectPr
    counted = OxmlElement("w:pgNumType")
    counted.set(qn("w:start"), "1")
    margins = whole.find(qn("w:pgMar"))
    margins.addnext(counted)  # the schema wants it after the margins
    last._p.get_or_add_pPr().append(deepcopy(whole))
