"""Templates: what is committed is what the builders make, restyled copies win, and none of them can do harm."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest

from app.domain.periods.rounds import Kind
from app.domain.refusals import TemplateBroken
from app.papers.build_templates import BUILDERS, FOLDER, build
from app.papers.templates import Picture, render
from tests.evidence.files import OLE, jpeg
from tests.papers.making import with_entries
from tests.qujing import write_form


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist() if name != "docProps/core.xml"}


def restyled(folder: Path, text: str) -> None:
    paper = docx.Document()
    paper.add_paragraph(text)
    paper.save(str(folder / "annex-4.docx"))


def text_of(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]


def test_what_is_committed_is_what_the_builders_make(tmp_path: Path) -> None:
    build(tmp_path)
    assert {path.name for path in FOLDER.glob("annex-*.docx")} <= set(BUILDERS)
    for name in BUILDERS:
        assert parts(tmp_path / name) == parts(FOLDER / name), f"{name}: python -m app.papers.build_templates"


def test_a_restyled_copy_wins_where_there_is_one(tmp_path: Path) -> None:
    ours = write_form(Kind.COLLECTIVE, {"name": "张三"}, "推荐表", None)
    assert text_of(write_form(Kind.COLLECTIVE, {"name": "张三"}, "推荐表", None, folder=tmp_path)) == text_of(ours)
    restyled(tmp_path, "本单位自己的式样：{{ name }}")
    made = write_form(Kind.COLLECTIVE, {"name": "张三"}, "推荐表", None, folder=tmp_path)
    assert text_of(made) == ["本单位自己的式样：张三"]


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
