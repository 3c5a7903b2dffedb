"""Templates: restyled copies win, none of them can do harm, and no text in one is ever run."""

from __future__ import annotations

import io
import re
from pathlib import Path

import docx
import pytest
import time_machine

from app.domain.periods.rounds import Kind
from app.domain.refusals import TemplateBroken
from app.papers.templates import FOLDER, Picture, render
from tests.evidence.files import OLE, jpeg
from tests.files import png
from tests.papers.made_up import HOSTILE, SHOWN
from tests.papers.making import with_entries
from tests.papers.reading import text_of as all_text_of
from tests.qujing import write_form

OFFICIAL = ("notice.docx", "cases.docx", "closing.docx", "report.docx", "opinions.docx", "leaders.docx")
FIELD = re.compile(r"{{\s*(\w+)(?:\.(\w+))?(?:\|lines\(\d+\))?\s*}}")
LOOP = re.compile(r"for (\w+) in (\w+)(?:\.(\w+))?")


def restyled(folder: Path, text: str) -> None:
    paper = docx.Document()
    paper.add_paragraph(text)
    paper.save(str(folder / "annex-4.docx"))


def text_of(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]


def test_a_restyled_copy_wins_where_there_is_one(tmp_path: Path) -> None:
    ours = write_form(Kind.COLLECTIVE, {"name": "张三"}, "推荐表", None)
    assert text_of(write_form(Kind.COLLECTIVE, {"name": "张三"}, "推荐表", None, folder=tmp_path)) == text_of(ours)
    restyled(tmp_path, "本单位自己的式样：{{ name }}")
    made = write_form(Kind.COLLECTIVE, {"name": "张三"}, "推荐表", None, folder=tmp_path)
    assert text_of(made) == ["本单位自己的式样：张三"]


def test_the_same_facts_make_the_same_bytes_at_any_time() -> None:
    made = write_form(Kind.COLLECTIVE, {"name": "张三"}, "推荐表", None)
    with time_machine.travel("2031-01-01 12:00", tick=False):
        assert write_form(Kind.COLLECTIVE, {"name": "张三"}, "推荐表", None) == made


def test_lines_become_paragraphs_and_lists_rows(tmp_path: Path) -> None:
    restyled(tmp_path, "{% for row in rows %}{{ row.name }}；{% endfor %}{{ text }}{{ picture }}")
    context = {"rows": [{"name": "甲<"}, {"name": "乙&"}], "text": "一\r\n二", "picture": Picture(jpeg(), 20)}
    made = render("annex-4.docx", context, tmp_path)
    assert text_of(made) == ["甲<；乙&；一", "二"]
    assert len(docx.Document(io.BytesIO(made)).inline_shapes) == 1


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ name.__class__.__base__.__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ nmae }}",
        "{% for x in name %}",
        "{{ name",
        "{{ 1/0 }}",
    ],
)
def test_a_template_that_reaches_out_of_its_box_or_is_misspelt_is_refused_by_name(tmp_path: Path, text: str) -> None:
    restyled(tmp_path, text)
    with pytest.raises(TemplateBroken, match=r"annex-4\.docx"):
        render("annex-4.docx", {"name": "张三"}, tmp_path)


def test_what_is_no_template_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "annex-4.docx").write_bytes(b"x")
    with pytest.raises(TemplateBroken):
        render("annex-4.docx", {}, tmp_path)
    restyled(tmp_path, "x")
    content = io.BytesIO((tmp_path / "annex-4.docx").read_bytes())
    (tmp_path / "annex-4.docx").write_bytes(
        with_entries(content, {"docProps/thumbnail.jpeg": lambda _: OLE}).getvalue()
    )
    with pytest.raises(TemplateBroken, match="宏"):
        render("annex-4.docx", {}, tmp_path)


@pytest.mark.parametrize("name", OFFICIAL)
def test_a_hostile_text_in_every_place_comes_out_as_text_everywhere(name: str) -> None:
    text = all_text_of(render(name, filled_with_marks(name)))
    places = FIELD.findall(all_text_of((FOLDER / name).read_bytes()))
    assert text.count(SHOWN) == len([place for place in places if place[0] not in ("qr", "loop")])
    assert "49" not in text
    assert not re.search("[\x00-\x08\x0b-\x1f]", text)


def filled_with_marks(name: str) -> dict[str, object]:
    """A context for a template, read off its own places: every text is the hostile one."""
    source = all_text_of((FOLDER / name).read_bytes())
    loops = LOOP.findall(source)
    things: dict[str, dict[str, object]] = {
        variable: {field: HOSTILE for found, field in FIELD.findall(source) if found == variable and field}
        for variable, _, _ in loops
    }
    context: dict[str, object] = {field: HOSTILE for field, part in FIELD.findall(source) if not part}
    for variable, whole, part in loops:
        if whole == "signed":
            continue
        listed = [things[variable] or HOSTILE]
        if part:  # a list within a thing of a list
            things[whole][part] = listed
        else:
            context[whole] = listed
    placed = {"text": HOSTILE, "right": 400, "right_twips": 1280, "before": 0}
    context["signed"] = {"lines": [placed], "dated": placed | {"text": "2026年9月30日"}}
    return context | {"qr": Picture(png(), 28), "formal": True, "goes_on": [], "hidden": HOSTILE, "warning": HOSTILE}
