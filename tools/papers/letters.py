"""The letters of a case (R34), after GB/T 9704: one or many in one file, each with its pages numbered from one."""

from __future__ import annotations

from copy import deepcopy

from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from tools.papers.kit import BARE, FANG, LAST, TITLE, Style, each, line, new_paper, sign

NUMBERED = Style("发文字号", 16, FANG, WD_ALIGN_PARAGRAPH.CENTER, after=14, keep=True)


def letters() -> Paper:
    """告知书、通知书、督办单: heading, number, to whom, the text, who signs and when."""
    paper = new_paper("告知书")
    line(paper, "{%p for letter in letters %}")
    line(paper, "{{ letter.title }}", TITLE)
    line(paper, "{{ letter.number }}", NUMBERED)
    line(paper, "{{ letter.to }}：", BARE)
    each(paper, "for text in letter.paragraphs[:-1]", "{{ text }}")
    line(paper, "{{ letter.paragraphs[-1] }}", LAST)
    line(paper, "{%p if loop.last %}")
    sign(paper, "letter.signed")
    line(paper, "{%p else %}")
    _end_section(paper, sign(paper, "letter.signed"))
    line(paper, "{%p endif %}")
    line(paper, "{%p endfor %}")
    return paper


def _end_section(paper: Paper, last: Paragraph) -> None:
    """End a section with this paragraph: what follows begins on a new sheet, its pages numbered from one."""
    whole = paper.sections[0]._sectPr
    counted = OxmlElement("w:pgNumType")
    counted.set(qn("w:start"), "1")
    margins = whole.find(qn("w:pgMar"))
    margins.addnext(counted)  # the schema wants it after the margins
    last._p.get_or_add_pPr().append(deepcopy(whole))
