"""The copy of a document that handlers read: what it says is there, who made it is not (SECURITY 45, 58)."""

from __future__ import annotations

import io
import subprocess
import time
import zipfile

import docx
import openpyxl
import pikepdf
import pytest
from pikepdf import Dictionary, Name, String

from app.domain.refusals import FileRefused
from app.evidence import copier
from app.evidence.copier import made_copy
from app.evidence.kinds import FileKind
from tests.evidence.marked import MARKS, SAYS, docx_file, marks_in, pdf_file, photograph, xlsx_file

pytestmark = pytest.mark.usefixtures("copied_apart")
MADE = {FileKind.PDF: pdf_file, FileKind.DOCX: docx_file, FileKind.XLSX: xlsx_file}


def copy_of(content: bytes, kind: FileKind) -> bytes:
    with made_copy(io.BytesIO(content), kind) as copy:
        return copy.read()


@pytest.mark.parametrize("kind", [kind for kind in FileKind if kind.copied])
def test_security_45_no_mark_of_its_author_is_in_the_copy(kind: FileKind) -> None:
    original = MADE[kind]()
    assert marks_in(original) == set(MARKS)
    assert marks_in(copy_of(original, kind)) == set()


def test_security_45_every_kind_that_is_taken_is_copied_or_written_anew() -> None:
    assert {kind for kind in FileKind if not kind.copied} == {FileKind.JPEG, FileKind.PNG}
    assert set(MADE) == {kind for kind in FileKind if kind.copied}


def test_what_a_word_file_says_is_still_there() -> None:
    copy = copy_of(docx_file(), FileKind.DOCX)
    document = docx.Document(io.BytesIO(copy))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert SAYS in text
    assert "the end" in text
    assert "shown by a field" in text
    assert document.sections[0].header.paragraphs[0].text == "a header"
    assert len(document.tables) == len(document.inline_shapes) == 1
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        body = archive.read("word/document.xml").decode()
        assert 'w:author="作者1"' in body
        assert 'w:author="作者2"' in body
        assert "taken out" in body
        assert "INCLUDEPICTURE" not in body
        assert "w:rsid" not in body
        assert not [name for name in archive.namelist() if "comment" in name or "docProps" in name or "custom" in name]


def test_what_a_sheet_says_is_still_there() -> None:
    copy = copy_of(xlsx_file(), FileKind.XLSX)
    book = openpyxl.load_workbook(io.BytesIO(copy))
    sheet = book.worksheets[0]
    assert [sheet[place].value for place in ("A1", "A2", "A3")] == [SAYS, 41, "=A2+1"]
    assert sheet["A1"].comment is None
    assert sheet["B1"].hyperlink is None
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        assert [name for name in archive.namelist() if name.startswith("media/")]


def test_what_a_pdf_shows_is_still_there() -> None:
    with pikepdf.Pdf.open(io.BytesIO(copy_of(pdf_file(), FileKind.PDF))) as pdf:
        page = pdf.pages[0]
        drawn = b"".join(
            each.read_bytes()
            for each in ([page.obj.Contents] if isinstance(page.obj.Contents, pikepdf.Stream) else page.obj.Contents)
        )
        assert SAYS.encode() in drawn
        assert "/Annots" not in page.obj
        assert set(pdf.Root.keys()) <= {"/Type", "/Pages", "/Version"}
        assert len(page.obj.Resources.XObject) == 2  # the picture, and the frame that somebody drew over the page


def test_a_picture_in_a_document_is_the_same_picture() -> None:
    from PIL import Image, ImageChops

    from app.evidence.picture_marks import without_marks

    clean, extension = without_marks(photograph())
    before, after = (Image.open(io.BytesIO(each)).convert("RGB") for each in (photograph(), clean))
    assert extension == "jpeg"
    assert ImageChops.difference(before, after).getbbox() is None
    assert not after.getexif()
    assert len(clean) < len(photograph())


def action(kind: str, **more: object) -> Dictionary:
    return Dictionary(S=Name("/" + kind), **more)


@pytest.mark.parametrize(
    "made",
    [
        action("URI", URI=String("https://example.invalid/seen")),
        action("SubmitForm", F=String("https://example.invalid/")),
        action("GoToR", F=String("\\\\host\\share\\a.pdf")),
        action("Launch", F=String("a.exe")),
        action("GoTo", D=[], Next=action("URI", URI=String("https://example.invalid/"))),
    ],
    ids=["web", "form", "other file", "program", "chained"],
)
def test_security_58_what_a_pdf_does_by_itself_is_refused(made: Dictionary) -> None:
    with pytest.raises(FileRefused, match="一打开就会"):
        copy_of(pdf_file(action=made), FileKind.PDF)


@pytest.mark.parametrize(
    "link", ["file://host/share/x", "\\\\host\\share\\x", "//host/x", "javascript:alert(1)", "smb://host/x"]
)
def test_security_58_a_link_to_another_machines_file_is_refused(link: str) -> None:
    with pytest.raises(FileRefused, match="另一台电脑"):
        copy_of(pdf_file(link=link), FileKind.PDF)


def test_security_58_a_link_to_the_web_is_taken_and_is_no_link_in_the_copy() -> None:
    copy = copy_of(pdf_file(link="https://example.invalid/x"), FileKind.PDF)
    assert b"example.invalid" not in copy
    assert b"/URI" not in copy


def test_the_same_file_gives_the_same_copy() -> None:
    for kind, make in MADE.items():
        content = make()
        assert copy_of(content, kind) == copy_of(content, kind)


def test_what_takes_too_long_or_breaks_is_refused_and_the_server_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copier, "SECONDS", 0.01)
    began = time.monotonic()
    with pytest.raises(FileRefused, match="太复杂"):
        copy_of(pdf_file(), FileKind.PDF)
    assert time.monotonic() - began < 10
    for junk in (b"%PDF-1.7\njunk", pdf_file()[:700]):
        monkeypatch.setattr(copier, "SECONDS", 30)
        with pytest.raises(FileRefused, match="作者"):
            copy_of(junk, FileKind.PDF)


def test_the_process_knows_no_key_of_the_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    begin = subprocess.Popen

    def look(*command: object, **given: object) -> object:
        seen.append(given["env"])
        return begin(*command, **given)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", look)
    copy_of(pdf_file(), FileKind.PDF)
    assert seen == [{}]
