"""Which files are taken, by their content alone, and of what length."""

from __future__ import annotations

import hashlib
import io
import os
import tracemalloc
from collections.abc import Callable

import pytest

from app.domain.refusals import FileRefused
from app.evidence.inspection import FILE_LIMIT, FILES_PER_OBJECTION, FileKind, Inspected, inspect
from app.evidence.spool import SealedSpool
from tests.evidence import files

GOOD: dict[FileKind, Callable[[], bytes]] = {
    FileKind.PDF: files.pdf,
    FileKind.JPEG: files.jpeg,
    FileKind.PNG: files.png,
    FileKind.DOCX: files.docx,
    FileKind.XLSX: files.xlsx,
}
KEPT_AS_THEY_COME = [FileKind.PDF, FileKind.DOCX, FileKind.XLSX]


def inspected(content: bytes, limit: int = FILE_LIMIT) -> Inspected:
    return inspect(io.BytesIO(content), limit=limit)


def refusal(content: bytes, limit: int = FILE_LIMIT) -> str:
    with pytest.raises(FileRefused) as refused:
        inspected(content, limit)
    assert str(refused.value) == refused.value.why
    return refused.value.why


def padded_pdf(length: int) -> bytes:
    start = files.pdf()
    return start + os.urandom(length - len(start))


@pytest.mark.parametrize("kind", list(FileKind))
def test_security_33_each_kind_is_told_by_its_content(kind: FileKind) -> None:
    content = GOOD[kind]()
    found = inspected(content)
    assert (found.kind, found.size, found.sha256) == (kind, len(content), hashlib.sha256(content).hexdigest())
    stored = found.content.read()
    assert (found.stored_size, found.stored_sha256) == (len(stored), hashlib.sha256(stored).hexdigest())
    assert (stored == content) == (kind in KEPT_AS_THEY_COME)


def test_each_kind_has_the_name_and_the_type_it_is_sent_out_under() -> None:
    assert {kind: (kind.extension, kind.media_type) for kind in FileKind} == {
        FileKind.PDF: (".pdf", "application/pdf"),
        FileKind.JPEG: (".jpg", "image/jpeg"),
        FileKind.PNG: (".png", "image/png"),
        FileKind.DOCX: (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        FileKind.XLSX: (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    }


NONE_OF_THEM = "只能上传 PDF、JPG、PNG、Word（.docx）、Excel（.xlsx）文件。这个文件的内容不是其中任何一种。"
OTHERS = [
    (b"MZ\x90\x00 a program", NONE_OF_THEM),
    (b"\x7fELF", NONE_OF_THEM),
    (b"<html><script>alert(1)</script></html>", NONE_OF_THEM),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", NONE_OF_THEM),
    (b"<?xml version='1.0'?>", NONE_OF_THEM),
    ("我要反映一个问题。".encode(), NONE_OF_THEM),
    (b"{\\rtf1 a document}", NONE_OF_THEM),
    (b"\n%PDF-1.7 not at the beginning", NONE_OF_THEM),
    (b"\xff\xd8", NONE_OF_THEM),
    (b"\x89PNG\n\n", NONE_OF_THEM),
    (b"\0", NONE_OF_THEM),
    (b"GIF89a" + files.pdf(), "请另存为 JPG"),
    (b"\0\0\0\x18ftypheic\0\0\0\0", "请另存为 JPG"),
    (b"\0\0\0\x18ftypmif1\0\0\0\0", "请另存为 JPG"),
    (b"RIFF\0\0\0\0WEBPVP8 ", "请另存为 JPG"),
    (b"BM\0\0", "请另存为 JPG"),
    (files.OLE, "另存为 .docx 或 .xlsx"),
    (b"Rar!\x1a\x07\x00", "把里面的文件一个一个上传"),
    (b"7z\xbc\xaf\x27\x1c", "把里面的文件一个一个上传"),
    (files.archive({"照片.jpg": files.jpeg()}), "把里面的文件一个一个上传"),
]


# What follows the first ten bytes of an archive is the time it was made.
@pytest.mark.parametrize(("content", "answer"), OTHERS, ids=[repr(content[:10]) for content, _ in OTHERS])
def test_security_33_any_other_content_is_refused_and_told_what_would_do(content: bytes, answer: str) -> None:
    why = refusal(content)
    assert why.startswith("只能上传 PDF、JPG、PNG、Word（.docx）、Excel（.xlsx）文件。")
    assert answer in why


@pytest.mark.parametrize(
    "head",
    [
        b"\0\0\0\x18ftypmp42",
        b"\0\0\0\x18ftypM4A ",
        b"\0\0\0\x14ftypqt  ",
        b"\0\0\0\x18ftyp3gp5",
        b"#!AMR\n",
        b"ID3\x03",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"RIFF\0\0\0\0AVI LIST",
        b"OggS",
        b"\x1aE\xdf\xa3",
    ],
)
@pytest.mark.parametrize("size", [20, 3000])
def test_a_recording_is_told_apart_and_sent_another_way_whatever_its_size(head: bytes, size: int) -> None:
    why = refusal(head + bytes(size), 1000)
    assert why == "录音、录像不能在这里上传。请存到U盘或者光盘里，和纸质材料一起保存，并在文字里写明。"


def test_security_06_an_empty_file_is_refused_by_name() -> None:
    assert refusal(b"") == "这个文件是空的，里面没有内容。请检查后重新选择。"


@pytest.mark.parametrize("limit", [1000, 64 * 1024, 64 * 1024 + 1, 200_000])
def test_security_06_up_to_the_limit_bit_for_bit_and_not_a_byte_more(limit: int) -> None:
    for length in (limit - 1, limit):
        content = padded_pdf(length)
        found = inspected(content, limit)
        assert (found.size, found.content.read()) == (length, content)
    assert refusal(padded_pdf(limit + 1), limit).startswith("这个文件太大：一个文件最多 ")


def test_security_06_fifty_mebibytes_for_real_with_little_memory() -> None:
    """The limit that stands, to the byte, from spool to spool; and one byte more."""
    assert (FILE_LIMIT, FILES_PER_OBJECTION) == (50 * 1024 * 1024, 10)
    block = bytes(range(256)) * 256
    with SealedSpool() as spool:
        spool.write(files.pdf())
        while (left := FILE_LIMIT - spool.tell()) > 0:
            spool.write(block[:left])
        tracemalloc.start()
        found = inspect(spool)
        read = hashlib.sha256()
        while piece := found.content.read(64 * 1024):
            read.update(piece)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (found.size, found.stored_size, found.stored_sha256) == (FILE_LIMIT, FILE_LIMIT, read.hexdigest())
        assert peak < 2 * 1024 * 1024, peak
        spool.write(b"!")
        with pytest.raises(FileRefused, match="一个文件最多 50 MB"):
            inspect(spool)


def test_security_06_too_much_is_refused_while_it_is_read_and_not_afterwards() -> None:
    class Endless(io.RawIOBase):
        """A file that never ends, and that counts what was read of it."""

        read_so_far = 0

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= 64 * 1024
            self.read_so_far += size
            return b"%PDF-" + bytes(size - 5) if size > 5 else bytes(size)

        def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
            return offset

    endless = Endless()
    with pytest.raises(FileRefused, match="太大"):
        inspect(endless, limit=1_000_000)
    assert endless.read_so_far == 16 + 1_000_001  # what it is, and then how long


def test_where_the_reading_stood_before_does_not_matter() -> None:
    upload = io.BytesIO(files.pdf())
    upload.seek(7)
    assert inspect(upload).content.read() == files.pdf()
