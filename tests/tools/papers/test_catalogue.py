"""The templates of papers: what is committed is what the kit draws, laid out after GB/T 9704."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest
from docx.shared import Pt

from app.papers.templates import FOLDER
from tools.papers.catalogue import OFFICIAL, PAPERS, write_papers


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist() if name != "docProps/core.xml"}


def test_what_is_committed_is_what_the_kit_draws(tmp_path: Path) -> None:
    write_papers(tmp_path)
    assert {path.name for path in FOLDER.glob("*.docx")} == set(PAPERS)
    for name in PAPERS:
        assert parts(tmp_path / name) == parts(FOLDER / name), f"{name}: python -m tools.papers"


@pytest.mark.parametrize("name", OFFICIAL)
def test_page_and_letters_are_those_of_an_official_paper(name: str) -> None:
    """GB/T 9704: A4, the margins, 仿宋 三号 28.9 points a line for the text, 小标宋 二号 for the title."""
    paper = docx.Document(str(FOLDER / name))
    section, normal, title = paper.sections[0], paper.styles["Normal"], paper.styles["公文标题"]
    if name != "leaders.docx":
        size = (section.page_width, section.page_height)
        margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        assert [round(length.mm) for length in size + margins] == [210, 297, 37, 35, 28, 26]
    assert (normal.font.size, normal.paragraph_format.line_spacing) == (Pt(16), Pt(28.9))
    assert (title.font.size, title.paragraph_format.alignment) == (Pt(22), 1)
    faces = [style.element.rPr.rFonts.get(docx.oxml.ns.qn("w:eastAsia")) for style in (normal, title)]
    assert faces == ["仿宋_GB2312", "方正小标宋简体"]
    footers = [footer.paragraphs[0].text for footer in (section.footer, section.even_page_footer)]
    assert [text.replace("1", "") for text in footers] == ["—  —"] * 2
