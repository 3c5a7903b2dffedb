"""The office's templates: drawn by the code that is here, restyled where staff put a copy, and never run by a text."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import docx
import pytest
from docx.shared import Mm, Pt
from lxml import etree

from app.papers.build_templates import FOLDER
from app.papers.drafts import DRAFTS
from app.papers.templates import Picture, render
from tests.files import png
from tests.papers.made_up import HOSTILE, SHOWN

FIELD = re.compile(r"{{\s*(\w+)(?:\.(\w+))?")
LOOP = re.compile(r"for (\w+) in (\w+)(?:\.(\w+))?")


def parts(content: bytes) -> dict[str, bytes]:
    """The XML of a document, part by part, as it reads and not as it was packed."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {
            name: etree.tostring(etree.fromstring(package.read(name)), method="c14n")
            for name in package.namelist()
            if name.endswith((".xml", ".rels"))
        }


@pytest.mark.parametrize("name", DRAFTS)
def test_what_is_committed_is_what_the_code_draws(name: str) -> None:
    drawn = io.BytesIO()
    DRAFTS[name]().save(drawn)
    assert parts((FOLDER / name).read_bytes()) == parts(drawn.getvalue())


@pytest.mark.parametrize("name", DRAFTS)
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


@pytest.mark.parametrize("name", DRAFTS)
def test_a_hostile_text_in_every_place_comes_out_as_text_everywhere(name: str) -> None:
    context = filled_with_marks(name)
    written = render(name, context)
    text = text_of(docx.Document(io.BytesIO(written)))
    places = set(FIELD.findall(" ".join(texts_of_template(name))))
    assert text.count(SHOWN) >= len([place for place in places if place[0] not in ("qr", "loop")]) - 1
    assert "49" not in text
    assert not re.search("[\x00-\x08\x0b-\x1f]", text)


def test_a_restyled_copy_wins_over_the_one_brought_along(tmp_path: Path) -> None:
    paper = docx.Document(str(FOLDER / "report.docx"))
    paper.sections[0].left_margin = Mm(50)
    paper.save(str(tmp_path / "report.docx"))
    for folder, margin in ((tmp_path, 50), (None, 28), (tmp_path / "nowhere", 28)):
        made = docx.Document(io.BytesIO(render("report.docx", filled_with_marks("report.docx"), folder)))
        assert round(made.sections[0].left_margin.mm) == margin


def texts_of_template(name: str) -> list[str]:
    return [text_of(docx.Document(str(FOLDER / name)))]


def text_of(paper: docx.document.Document) -> str:
    return "\n".join("".join(paragraph.itertext()) for paragraph in paper.element.iter(docx.oxml.ns.qn("w:p")))


def filled_with_marks(name: str) -> dict[str, object]:
    """A context for a template, read off its own places: every text is the hostile one."""
    source = "\n".join(texts_of_template(name))
    loops = {variable: (whole, part) for variable, whole, part in LOOP.findall(source)}
    things = {
        variable: {field: HOSTILE for found, field in FIELD.findall(source) if found == variable} for variable in loops
    }
    for variable, (whole, part) in loops.items():
        if part:  # a list within a thing of a list
            things[whole][part] = [things[variable] or HOSTILE]
    context: dict[str, object] = {field: HOSTILE for field, part in FIELD.findall(source) if not part}
    context |= {whole: [things[variable] or HOSTILE] for variable, (whole, part) in loops.items() if not part}
    return context | {"qr": Picture(png(), 28), "formal": True, "hidden": HOSTILE, "warning": HOSTILE}
