"""The templates of the office's own papers: laid out after GB/T 9704, and no text in them is ever run."""

from __future__ import annotations

import re

import docx
import pytest
from docx.shared import Pt

from app.papers.build_templates import FOLDER
from app.papers.drafts import DRAFTS
from app.papers.templates import Picture, render
from tests.files import png
from tests.papers.made_up import HOSTILE, SHOWN
from tests.papers.reading import text_of

FIELD = re.compile(r"{{\s*(\w+)(?:\.(\w+))?\s*}}")
LOOP = re.compile(r"for (\w+) in (\w+)(?:\.(\w+))?")


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
    text = text_of(render(name, filled_with_marks(name)))
    places = FIELD.findall(text_of((FOLDER / name).read_bytes()))
    assert text.count(SHOWN) == len([place for place in places if place[0] not in ("qr", "loop")])
    assert "49" not in text
    assert not re.search("[\x00-\x08\x0b-\x1f]", text)


def filled_with_marks(name: str) -> dict[str, object]:
    """A context for a template, read off its own places: every text is the hostile one."""
    source = text_of((FOLDER / name).read_bytes())
    loops = LOOP.findall(source)
    things: dict[str, dict[str, object]] = {
        variable: {field: HOSTILE for found, field in FIELD.findall(source) if found == variable and field}
        for variable, _, _ in loops
    }
    context: dict[str, object] = {field: HOSTILE for field, part in FIELD.findall(source) if not part}
    for variable, whole, part in loops:
        listed = [things[variable] or HOSTILE]
        if part:  # a list within a thing of a list
            things[whole][part] = listed
        else:
            context[whole] = listed
    return context | {"qr": Picture(png(), 28), "formal": True, "goes_on": [], "hidden": HOSTILE, "warning": HOSTILE}
