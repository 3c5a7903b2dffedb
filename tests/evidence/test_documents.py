"""Word and Excel files: taken bit for bit, if nothing in them runs, reaches out or swells (SECURITY 33, 37)."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Mapping

import pytest

from app.domain.refusals import FileRefused
from app.evidence import documents
from app.evidence.inspection import inspect
from app.evidence.kinds import FileKind
from tests.evidence import files
from tests.evidence.files import DOCX_MAIN, ROOT, TYPES, XLSX_MAIN, relations, types

OFFICE = "application/vnd.openxmlformats-officedocument"
BROKEN = "不完整或已损坏"
MACROS = "宏"
LINKS = "指向其他文件或数据的链接"
TEMPLATE, LINK, BOOKS = "套用了另一个文件里的模板", "有一处超链接，指向", "引用了另一个工作簿或数据库"
LARGE = "解压后太大"
ARCHIVE = "压缩包"
DOCUMENT_RELATIONS = "word/_rels/document.xml.rels"


def refusal(content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        inspect(io.BytesIO(content))
    return refused.value.why


def kind(content: bytes) -> FileKind:
    found = inspect(io.BytesIO(content))
    assert found.content.read() == content
    return found.kind


# --- taken ---------------------------------------------------------------------------------------

CHART = {"word/embeddings/Microsoft_Excel_Sheet1.xlsx": files.xlsx()}
TAKEN: dict[str, tuple[bytes, FileKind]] = {
    "a document": (files.docx(), FileKind.DOCX),
    "a sheet": (files.xlsx(), FileKind.XLSX),
    "not packed": (files.archive(files.docx_entries(), zipfile.ZIP_STORED), FileKind.DOCX),
    "folders of their own": (files.docx({"word/": b"", "word/media/": b""}), FileKind.DOCX),
    "a picture inside": (files.docx({"word/media/image1.png": files.png()}), FileKind.DOCX),
    "a chart with its sheet": (files.docx(CHART), FileKind.DOCX),
    "a list in UTF-16": (
        files.docx({ROOT: relations(("officeDocument", "word/document.xml", "")).encode("utf-16")}),
        FileKind.DOCX,
    ),
    "links to click on": (
        files.docx(
            {
                DOCUMENT_RELATIONS: relations(
                    ("hyperlink", "http://example.org/", "External"),
                    ("hyperlink", "HTTPS://example.org/", "External"),
                    ("hyperlink", "mailto:office@example.org", "External"),
                    ("hyperlink", "tel:0874-0000000", "External"),
                    ("hyperlink", "附件1.docx", "External"),
                    ("hyperlink", "#第二页", ""),
                    ("styles", "styles.xml", ""),
                    ("image", "/word/media/image1.png", ""),
                )
            }
        ),
        FileKind.DOCX,
    ),
    "the words in its text": (
        files.docx({"word/document.xml": "<w>vbaProject macroEnabled External</w>"}),
        FileKind.DOCX,
    ),
}


@pytest.mark.parametrize(("content", "expected"), TAKEN.values(), ids=TAKEN.keys())
def test_security_33_a_file_as_people_write_it_is_taken_bit_for_bit(content: bytes, expected: FileKind) -> None:
    assert kind(content) is expected


# --- what runs, what reaches out -----------------------------------------------------------------


def docx_type(part: str, content_type: str) -> dict[str, bytes | str]:
    return {TYPES: types(("word/document.xml", DOCX_MAIN), (part, content_type)), part: "<x/>"}


def docx_relation(kind: str, target: str, mode: str = "External") -> dict[str, bytes | str]:
    return {DOCUMENT_RELATIONS: relations((kind, target, mode))}


HARMFUL: dict[str, tuple[Mapping[str, bytes | str], str]] = {
    "macros": ({"word/vbaProject.bin": files.OLE}, MACROS),
    "macros under another name": ({"word/media/image1.png": files.OLE}, MACROS),
    "an embedded program": ({"word/embeddings/oleObject1.bin": files.OLE}, MACROS),
    "a macro-enabled document": (
        {TYPES: types(("word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml"))},
        MACROS,
    ),
    "the type of macros": (docx_type("word/x.bin", "application/vnd.ms-office.vbaProject"), MACROS),
    "the type of macros in capitals": (docx_type("word/x.bin", "APPLICATION/VND.MS-OFFICE.VBAPROJECT"), MACROS),
    "macros by default": (
        {TYPES: types(("word/document.xml", DOCX_MAIN), default="application/vnd.ms-office.vbaProject")},
        MACROS,
    ),
    "a sheet of old macros": (
        docx_type("xl/macrosheets/sheet1.xml", "application/vnd.ms-excel.macrosheet+xml"),
        MACROS,
    ),
    "a control": (docx_type("word/activeX/activeX1.xml", "application/vnd.ms-office.activeX+xml"), MACROS),
    "a relation to macros": (docx_relation("vbaProject", "x.bin", ""), MACROS),
    "a web page as text": (docx_relation("aFChunk", "part.html", ""), MACROS),
    "a template elsewhere": (
        {"word/_rels/settings.xml.rels": relations(("attachedTemplate", "https://example.org/a.dotm", "External"))},
        TEMPLATE,
    ),
    "a template on a disk": (
        {"word/_rels/settings.xml.rels": relations(("attachedTemplate", "file:///C:/Users/zhao/a.dotx", "External"))},
        TEMPLATE,
    ),
    "a picture elsewhere": (docx_relation("image", "http://example.org/pixel.png"), LINKS),
    "a picture elsewhere, not said to be": (docx_relation("image", "http://example.org/pixel.png", ""), LINKS),
    "an object elsewhere": (docx_relation("oleObject", "object.bin"), LINKS),
    "a frame elsewhere": (docx_relation("frame", "page.html"), LINKS),
    "a link to a file": (docx_relation("hyperlink", "file:///C:/Windows/System32/calc.exe"), LINK),
    "a link to a machine": (docx_relation("hyperlink", "\\\\192.0.2.1\\share\\a.docx"), LINK),
    "a link to a machine, slanted": (docx_relation("hyperlink", "//192.0.2.1/share"), LINK),
    "a link that runs": (docx_relation("hyperlink", "javascript:alert(1)"), LINK),
    "a link that starts a tool": (docx_relation("hyperlink", "ms-msdt:/id PCWDiagnostic"), LINK),
    "a link behind a blank": (docx_relation("hyperlink", " file:///etc/passwd"), LINK),
    "another workbook": (
        docx_type("xl/externalLinks/externalLink1.xml", f"{OFFICE}.spreadsheetml.externalLink+xml"),
        BOOKS,
    ),
    "a database": (docx_type("xl/connections.xml", f"{OFFICE}.spreadsheetml.connections+xml"), BOOKS),
    "a relation of the root": (
        {ROOT: relations(("officeDocument", "word/document.xml", ""), ("image", "http://example.org/", "External"))},
        LINKS,
    ),
}
CARRIERS = {
    "itself": lambda entries: files.docx(entries),
    "in the sheet behind its chart": lambda entries: files.docx({"word/embeddings/x.xlsx": files.docx(entries)}),
    "not packed": lambda entries: files.archive(files.docx_entries() | entries, zipfile.ZIP_STORED),
}


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize(("entries", "why"), HARMFUL.values(), ids=HARMFUL.keys())
def test_security_37_what_runs_or_reaches_out_is_refused(
    entries: dict[str, bytes | str], why: str, carrier: str
) -> None:
    answer = refusal(CARRIERS[carrier](entries))
    assert why in answer
    assert answer.endswith("，或另存为 PDF 后再上传。")


# --- what it is ----------------------------------------------------------------------------------

PPTX_MAIN = f"{OFFICE}.presentationml.presentation.main+xml"
NO_SUCH_FILE: dict[str, Mapping[str, bytes | str]] = {
    "no list of types": {TYPES: b""},
    "a presentation": {TYPES: types(("word/document.xml", PPTX_MAIN))},
    "a template": {TYPES: types(("word/document.xml", f"{OFFICE}.wordprocessingml.template.main+xml"))},
    "a main part without a type": {TYPES: types()},
    "a main part that is not there": {ROOT: relations(("officeDocument", "word/other.xml", ""))},
    "no main part": {ROOT: relations()},
    "two main parts": {
        TYPES: types(("word/document.xml", DOCX_MAIN), ("word/second.xml", DOCX_MAIN)),
        "word/second.xml": "<other/>",
        ROOT: relations(("officeDocument", "word/document.xml", ""), ("officeDocument", "word/second.xml", "")),
    },
    "a list that is no XML": {TYPES: b"<Types"},
    "a relation list that is no XML": {DOCUMENT_RELATIONS: b"\0\1\2"},
}


@pytest.mark.parametrize("entries", NO_SUCH_FILE.values(), ids=NO_SUCH_FILE.keys())
def test_security_33_an_archive_that_is_neither_word_nor_excel_is_refused(entries: dict[str, bytes | str]) -> None:
    answer = refusal(files.docx(entries))
    assert BROKEN in answer or ARCHIVE in answer
    assert kind(files.docx({})) is FileKind.DOCX  # the same file without the change


def test_security_33_the_type_of_a_part_is_that_of_its_main_part() -> None:
    both = {TYPES: types(("word/document.xml", XLSX_MAIN), ("word/second.xml", DOCX_MAIN)), "word/second.xml": "<x/>"}
    assert kind(files.docx(both)) is FileKind.XLSX


ENTITIES = """<!DOCTYPE Types [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY file SYSTEM "file:///etc/passwd">]>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_security_33_no_entity_is_expanded(encoding: str) -> None:
    head = f"<?xml version='1.0' encoding='{encoding}'?>"
    for part, text in ((TYPES, types(("word/document.xml", DOCX_MAIN))), (DOCUMENT_RELATIONS, relations())):
        assert kind(files.docx({part: (head + text).encode(encoding)})) is FileKind.DOCX
        assert BROKEN in refusal(files.docx({part: (head + ENTITIES + text).encode(encoding)}))


# --- what swells ---------------------------------------------------------------------------------


def test_security_33_an_archive_that_swells_is_refused_with_little_memory_and_soon() -> None:
    """Sixty megabytes of zeros in sixty kilobytes: refused when its share is used up, and never held."""
    swelling = files.docx({"word/media/image1.emf": bytes(60_000_000)})
    tracemalloc.start()
    begun = time.monotonic()
    assert LARGE in refusal(swelling)
    took = time.monotonic() - begun
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * 1024 * 1024, peak
    assert took < 5, took


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A megabyte instead of two hundred; no ratio."""
    monkeypatch.setattr(documents, "INFLATED_LIMIT", 1_000_000)
    monkeypatch.setattr(documents, "_RATIO_LIMIT", 10**9)


@pytest.mark.usefixtures("small_limits")
def test_security_33_the_unpacked_size_is_that_of_all_entries_at_every_depth() -> None:
    assert kind(files.docx({"a.bin": bytes(900_000)})) is FileKind.DOCX
    assert LARGE in refusal(files.docx({"a.bin": bytes(1_000_001)}))
    assert LARGE in refusal(files.docx({f"{number}.bin": bytes(300_000) for number in range(4)}))
    inner = files.xlsx({"a.bin": bytes(600_000)})
    assert kind(files.docx({"word/embeddings/a.xlsx": inner})) is FileKind.DOCX
    assert LARGE in refusal(files.docx({"word/embeddings/a.xlsx": inner, "word/embeddings/b.xlsx": inner}))


def patched(content: bytes, entry: str, size: int, checksum: int) -> bytes:
    """The archive with other figures for one entry, in its directory and before the entry itself."""
    changed = bytearray(content)
    for mark, name_at, figures_at in ((b"PK\x01\x02", 46, 16), (b"PK\x03\x04", 30, 14)):
        place = content.index(mark)
        while content[place + name_at : place + name_at + len(entry)] != entry.encode():
            place = content.index(mark, place + 1)
        struct.pack_into("<I", changed, place + figures_at, checksum)
        struct.pack_into("<I", changed, place + figures_at + 8, size)
    return bytes(changed)


@pytest.mark.usefixtures("small_limits")
def test_security_33_an_archive_that_lies_about_its_sizes_is_found_out() -> None:
    """A directory that says ten bytes, with the checksum of the first ten: zipfile itself would stop there, content."""
    honest = files.docx({"a.bin": bytes(1_100_000)})
    lying = patched(honest, "a.bin", 10, zlib.crc32(bytes(10)))
    with zipfile.ZipFile(io.BytesIO(lying)) as archive:
        assert archive.read("a.bin") == bytes(10)
    assert LARGE in refusal(lying)
    small = files.docx({"a.bin": bytes(5000)})
    assert BROKEN in refusal(patched(small, "a.bin", 10, zlib.crc32(bytes(10))))
    assert BROKEN in refusal(patched(small, "a.bin", 10, zlib.crc32(bytes(5000))))
    assert BROKEN in refusal(patched(small, "a.bin", 5000, 1))
    assert patched(small, "a.bin", 5000, zlib.crc32(bytes(5000))) == small


def test_security_33_what_is_packed_too_well_is_refused_however_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_RATIO_FROM", 100_000)
    assert kind(files.docx({"a.bin": bytes(90_000)})) is FileKind.DOCX
    assert LARGE in refusal(files.docx({"a.bin": bytes(2_000_000)}))


def test_security_33_an_archive_in_an_archive_in_an_archive_is_refused() -> None:
    def nested(depth: int) -> bytes:
        return files.docx({"word/embeddings/a.docx": nested(depth - 1)} if depth else {})

    assert kind(nested(2)) is FileKind.DOCX
    assert ARCHIVE in refusal(nested(3))
    for inner in (files.archive({"照片.jpg": files.jpeg()}), files.archive({"程序.exe": b"MZ"})):
        assert ARCHIVE in refusal(files.docx({"word/media/image1.png": inner}))


def test_security_33_countless_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "ENTRY_LIMIT", 1_000)
    many = {f"{number}": b"" for number in range(documents.ENTRY_LIMIT)}
    assert LARGE in refusal(files.archive(many | files.docx_entries(), zipfile.ZIP_STORED))
    few = dict(list(many.items())[: documents.ENTRY_LIMIT // 2])
    inner = files.archive(few | files.docx_entries(), zipfile.ZIP_STORED)
    assert kind(inner) is FileKind.DOCX
    assert LARGE in refusal(files.docx({"word/embeddings/a.docx": inner, "word/embeddings/b.docx": inner}))


def test_security_33_a_directory_of_many_megabytes_is_not_even_read() -> None:
    """A million entries of an empty name: their directory alone would be hundreds of megabytes of objects."""
    entry = b"PK\x01\x02" + bytes(42)
    content, many = files.docx(), 100_000
    directory = entry * many
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, many % 65536, many % 65536, len(directory), len(content), 0)
    content += directory + end
    tracemalloc.start()
    assert LARGE in refusal(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * 1024 * 1024, peak


def test_security_33_a_list_that_is_far_too_long_is_refused() -> None:
    long = types(("word/document.xml", DOCX_MAIN)).replace("</Types>", "<!-- " + "很长" * 800_000 + " --></Types>")
    assert BROKEN in refusal(files.docx({TYPES: long}))


# --- how it is packed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../evil.xml",
        "word/../../evil.xml",
        "/etc/passwd",
        "C:/evil.xml",
        "c:evil.xml",
        "..\\evil.xml",
        "word\\evil.xml",
    ],
)
def test_security_33_a_name_that_leads_out_of_the_archive_is_refused(name: str) -> None:
    assert BROKEN in refusal(files.docx({name: b"content"}))


@pytest.mark.parametrize("name", ["..", "a..b.xml", "...xml", "word/a b.xml", "正文.xml"])
def test_dots_alone_lead_nowhere(name: str) -> None:
    if name == "..":
        assert BROKEN in refusal(files.docx({name: b"content"}))
    else:
        assert kind(files.docx({name: b"content"})) is FileKind.DOCX


def test_security_33_a_name_that_ends_at_a_nul_is_refused() -> None:
    content = files.docx({"word/evil.xmlX.png": b"content"})
    assert BROKEN in refusal(content.replace(b"evil.xmlX.png", b"evil.xml\0.png"))


@pytest.mark.parametrize("name", ["word/document.xml", "word/DOCUMENT.xml", TYPES.upper()])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_security_33_a_part_that_stands_twice_is_refused(name: str) -> None:
    """Which of the two opens depends on the program: what was looked at need not be what is seen."""
    file = io.BytesIO(files.docx())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, "<other/>")
    assert BROKEN in refusal(file.getvalue())


@pytest.mark.parametrize("flag", [0x1, 0x40, 0x2000])
def test_security_33_an_encrypted_entry_is_refused(flag: int) -> None:
    changed = bytearray(files.docx())
    place = changed.index(b"PK\x01\x02")
    struct.pack_into("<H", changed, place + 8, struct.unpack_from("<H", changed, place + 8)[0] | flag)
    assert "密码" in refusal(bytes(changed))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_security_33_other_ways_of_packing_are_refused(method: int) -> None:
    assert BROKEN in refusal(files.archive(files.docx_entries(), method))


def test_security_33_an_archive_that_was_cut_off_is_refused() -> None:
    whole = files.docx()
    for length in range(5, len(whole) - 1, 7):
        assert BROKEN in refusal(whole[:length])


def test_security_33_no_changed_byte_makes_it_stumble() -> None:
    """Taken or refused by name, whatever stands in the file."""
    whole, refused = files.docx(CHART), 0
    for place in range(4, len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 0xFF
        try:
            inspect(io.BytesIO(changed))
        except FileRefused:
            refused += 1
    assert refused > len(whole) // 2
