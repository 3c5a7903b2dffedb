"""Hostile files are refused by name before any library parses them (SECURITY 33, 37)."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from app.domain.refusals import UnreadableForm
from app.evidence.kinds import FileKind
from app.papers import screening
from app.papers.screening import screened
from tests.evidence import files
from tests.evidence.files import DOCX_MAIN, TYPES, XLSX_MAIN, relations, types
from tests.papers.making import A_PERSON, INDIVIDUAL_HEAD, with_entries, workbook
from tests.qujing import read_form, read_summary

SWOLLEN = 30 * 1024**2
SHEET = "xl/worksheets/sheet1.xml"
OFFICE = "application/vnd.openxmlformats-officedocument"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def why(content: bytes) -> str:
    """The same from all who read such files; nothing is read before."""
    said = set()
    for reading in (
        lambda file: screened(file, "表"),
        lambda file: list(read_summary(file, "表").nominations),
        lambda file: read_form(file, "表", 1),
    ):
        with pytest.raises(UnreadableForm) as refused:
            reading(io.BytesIO(content))
        assert refused.value.right
        said.add(refused.value.why)
    assert len(said) == 1
    return said.pop()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (files.xlsx({SHEET: b"\0" * SWOLLEN}), "解压后太大"),
        (files.docx({"word/document.xml": b" " * SWOLLEN}), "解压后太大"),
        (
            files.xlsx({"xl/_rels/workbook.xml.rels": relations(("externalLink", "file:///c:/x.xlsx", "External"))}),
            "链接",
        ),
        (
            files.docx({"word/_rels/settings.xml.rels": relations(("attachedTemplate", "https://x/y", "External"))}),
            "套用了另一个文件里的模板“y”",
        ),
        (files.xlsx({"xl/vbaProject.bin": files.OLE}), "宏"),
        (
            files.xlsx({TYPES: types(("xl/workbook.xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"))}),
            "宏",
        ),
        (files.docx({"word/embeddings/oleObject1.bin": files.OLE}), "嵌入了其他程序的对象"),
        (files.OLE, "设了密码"),  # an encrypted workbook, or one of the old kind
        (files.archive({"a.txt": "x"}), "压缩包"),
    ],
)
def test_security_37_what_swells_reaches_out_or_runs_is_refused(content: bytes, word: str) -> None:
    assert word in why(content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("part", "root", "make"),
    [
        (SHEET, "worksheet", files.xlsx),
        ("xl/styles.xml", "styleSheet", files.xlsx),
        ("word/document.xml", "document", files.docx),
        ("customXml/item1.bin", "x", files.docx),
    ],
)
def test_security_33_a_part_that_declares_entities_is_refused(
    part: str, root: str, make: object, encoding: str
) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<!-- -->{LAUGHS}<{root}>&b;</{root}>'
    assert "实体" in why(make({part: text.encode(encoding)}))  # type: ignore[operator]


def test_security_33_an_entity_is_refused_in_a_file_that_is_sound_otherwise() -> None:
    file = workbook(INDIVIDUAL_HEAD, A_PERSON)
    spoiled = with_entries(file, {SHEET: lambda part: LAUGHS.replace("x", "worksheet", 1).encode() + part})
    assert screened(file, "表") is FileKind.XLSX
    assert "实体" in why(spoiled.getvalue())


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (SHEET, "<worksheet><sheetData><row>" + "<c/>" * 30_000 + "</row></sheetData></worksheet>"),
        ("xl/sharedStrings.xml", "<sst><si><t>" + "好" * 40_000 + "</t></si></sst>"),
        ("xl/styles.xml", "<styleSheet>" + "<x/>" * 50_000 + "</styleSheet>"),
    ],
)
def test_security_33_what_a_parser_would_take_in_one_piece_is_bounded(
    part: str, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening, "_STRETCH_LIMIT", 100_000)
    monkeypatch.setattr(screening, "_PART_LIMIT", 150_000)
    assert "异常地长" in why(files.xlsx({part: content}))


def test_many_rows_are_no_long_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "_STRETCH_LIMIT", 100_000)
    rows = "<row><c><v>1</v></c></row>" * 20_000
    content = files.xlsx({SHEET: f"<worksheet><sheetData>{rows}</sheetData></worksheet>"})
    assert screened(io.BytesIO(content), "表") is FileKind.XLSX


def test_security_33_a_bomb_takes_little_memory() -> None:
    bomb = files.xlsx({SHEET: b"<worksheet>" + b" " * (60 * 1024**2)})
    tracemalloc.start()
    with pytest.raises(UnreadableForm):
        read_summary(io.BytesIO(bomb), "表")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 1024**2


def test_a_form_is_refused_where_the_other_is_asked_for() -> None:
    """By its content: the names that files come with are not asked."""
    with pytest.raises(UnreadableForm, match="这不是 Excel 表格"):
        read_summary(io.BytesIO(files.docx()), "附件3.xlsx")
    with pytest.raises(UnreadableForm, match="这不是 Word 文件"):
        read_form(io.BytesIO(files.xlsx()), "附件5.docx", 1)
    with pytest.raises(UnreadableForm, match="这不是 Word 文件"):
        read_form(io.BytesIO(files.jpeg()), "附件5.docx", 1)
    assert {DOCX_MAIN, XLSX_MAIN}  # the kinds meant
