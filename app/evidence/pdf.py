"""What a PDF may not carry: actions that run when it is opened, embedded files, encryption.

A PDF is kept bit for bit, so it is looked through and not rewritten. Its names are searched where they stand open
and in its object streams, where most programs put them. That stops plain names and escaped ones (#4aavaScript). Better
hidden content is left to the scanner and to the PDF reader.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from app.domain.refusals import FileRefused

INFLATED_LIMIT = 200 * 1024 * 1024
_STREAM_LIMIT = 20_000  # a thousand pages have some hundreds
_PIECE = 64 * 1024
_OVERLAP = 64  # longer than the longest way to write any of the names
_STREAM_WITHIN = 4096

_ANEW = "请打开它，用“打印”另存为普通的 PDF 再上传；也可以上传截图或照片。"
_REASONS = {
    b"JavaScript": f"这个 PDF 里带有会自动运行的脚本。{_ANEW}",
    b"Launch": f"这个 PDF 里带有启动其他程序的动作。{_ANEW}",
    b"EmbeddedFile": f"这个 PDF 里夹带了别的文件。夹带的文件请单独上传；PDF {_ANEW}",
    b"EmbeddedFiles": f"这个 PDF 里夹带了别的文件。夹带的文件请单独上传；PDF {_ANEW}",
    b"SubmitForm": f"这个 PDF 里带有会把内容发送出去的表单。{_ANEW}",
    b"ImportData": f"这个 PDF 里带有会读取别的文件的动作。{_ANEW}",
    b"GoToR": f"这个 PDF 里带有打开别的文件的链接。{_ANEW}",
    b"GoToE": f"这个 PDF 里带有打开别的文件的链接。{_ANEW}",
    b"Encrypt": f"这个 PDF 设了密码或限制，无法检查。{_ANEW}",
}
_BROKEN = f"这个 PDF 已损坏、加了密或写法特殊，无法检查。{_ANEW}"
_TOO_LARGE = f"这个 PDF 解压后太大，无法检查。{_ANEW}"
_OBJECT_STREAM = b"ObjStm"
# An address is harmless where a person clicks on it; where the document opens it, the two stand together.
_BY_ITSELF, _ADDRESS = (b"OpenAction", b"AA"), b"URI"


def _disguised(name: bytes) -> bytes:
    """Return a pattern for a name, each letter as itself or as its number: J, #4a or #4A."""
    return b"(" + b"".join(b"(?:%c|#(?i:%02x))" % (letter, letter) for letter in name) + b")"


_NAMES = (*_REASONS, _OBJECT_STREAM, *_BY_ITSELF, _ADDRESS)
_SEARCHED = re.compile(b"/(?:" + b"|".join(map(_disguised, _NAMES)) + rb")(?![A-Za-z0-9#])")
# From a place in a dictionary to its end and the stream behind it. Comments and strings, in which a word may pose as
# the stream's beginning, have no business in the dictionary of an object stream.
_STREAM = re.compile(rb"[^%(]*?>>[\0\t\n\f\r ]*stream\r?\n")
# How the text of an object stream begins: pairs of numbers, then the first object.
_OBJECTS = re.compile(rb"\s*(?:\d+\s+\d+\s+)+[<(/[+.\-\dtfn]")


def check_pdf(pdf: BinaryIO) -> bool:
    """Raise FileRefused for a PDF that carries what it may not. Returns whether it may open an address by itself.

    Whether it does, only a reader of its objects can tell (`pdf_copy`).
    """
    seen: set[bytes] = set()
    effort = _Effort()
    pdf.seek(0)
    for name, place in _named(iter(lambda: pdf.read(_PIECE), b"")):
        if name in _REASONS:
            raise FileRefused(_REASONS[name])
        seen.add(name)
        if name != _OBJECT_STREAM:
            continue
        effort.another_stream()
        resume = pdf.tell()
        for hidden, _ in _named(effort.counted(_object_stream(pdf, place))):
            if hidden in _REASONS:
                raise FileRefused(_REASONS[hidden])
            seen.add(hidden)
        pdf.seek(resume)
    return _ADDRESS in seen and not seen.isdisjoint(_BY_ITSELF)


class _Effort:
    """The cost of looking through one file so far, with its limit."""

    def __init__(self) -> None:
        self._streams = self._inflated = 0

    def another_stream(self) -> None:
        self._streams += 1
        if self._streams > _STREAM_LIMIT:
            raise FileRefused(_BROKEN)

    def counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._inflated += len(piece)
            if self._inflated > INFLATED_LIMIT:
                raise FileRefused(_TOO_LARGE)
            yield piece


def _named(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """Each searched name in a text and the place behind it, also where it falls on the edge of two pieces."""
    text, beginning = b"", 0
    for piece in pieces:
        text += piece
        sure = max(0, len(text) - _OVERLAP)
        for found in _SEARCHED.finditer(text):
            if found.start() < sure:
                yield _NAMES[(found.lastindex or 1) - 1], beginning + found.end()
        text, beginning = text[sure:], beginning + sure
    for found in _SEARCHED.finditer(text):
        yield _NAMES[(found.lastindex or 1) - 1], beginning + found.end()


def _object_stream(pdf: BinaryIO, place: int) -> Iterator[bytes]:
    """Yield the text of an object stream, from a place in its dictionary on. What cannot be looked at is refused."""
    pdf.seek(place)
    begun = _STREAM.match(pdf.read(_STREAM_WITHIN))
    if begun is None:
        raise FileRefused(_BROKEN)
    pdf.seek(place + begun.end())
    inflater, begins = zlib.decompressobj(), True
    packed = pdf.read(_PIECE)
    while packed and not inflater.eof:
        try:
            piece = inflater.decompress(packed, _PIECE)
        except zlib.error:
            raise FileRefused(_BROKEN) from None  # not packed, packed by another method or encrypted
        if begins and not _OBJECTS.match(piece):
            raise FileRefused(_BROKEN)  # packed once more, by whatever method
        begins = False
        yield piece
        packed = inflater.unconsumed_tail or pdf.read(_PIECE)
