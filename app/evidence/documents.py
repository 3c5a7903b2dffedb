"""Word and Excel files: what they may not carry, and how large they may be when unpacked (SECURITY 33, 37).

They are kept bit for bit, so each entry is unpacked once, in chunks, and only inspected. An entry that cannot be
inspected is refused. The archive's own figures are not trusted: sizes are counted while unpacking.
"""

from __future__ import annotations

import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from app.domain.refusals import FileRefused
from app.evidence.kinds import OR_AS_PDF, FileKind
from app.evidence.package import BadXml, FileParts
from app.evidence.spool import SealedSpool

ENTRY_LIMIT = 10_000
INFLATED_LIMIT = 200 * 1024 * 1024
_RATIO_LIMIT = 200  # sheets with many similar rows reach a hundred
_RATIO_FROM = 10 * 1024 * 1024
_DIRECTORY_LIMIT = 2 * 1024 * 1024
_NESTED_LIMIT = 2  # a chart in a document holds a workbook, and that one perhaps another
_PIECE = 64 * 1024

_LOCKED = 0x1 | 0x40 | 0x2000  # the flags of an entry that is encrypted, by any of three methods
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DRIVE = re.compile(r"[A-Za-z]:")
_ZIP, _OLE = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")

# What zipfile raises for an archive that it cannot read.
_STUMBLES = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    BadXml,
)

_AS_PDF = f"请去掉它，{OR_AS_PDF}"
_BROKEN = "这个文件不完整或已损坏，无法打开。请在 Word、Excel 或 WPS 里打开它，另存一份再上传。"
_TOO_LARGE = "这个文件解压后太大（超过 200 MB，或压缩得异常），不能上传。请分成几个文件，或另存为 PDF 后再上传。"
_ENCRYPTED = "这个文件设了密码，无法检查。请去掉密码再上传。"
_OBJECT = f"这个文件里带有宏，或嵌入了其他程序的对象。{_AS_PDF}"
_NESTED = f"这个文件里又夹带了压缩包。{_AS_PDF}"


def document_kind(document: BinaryIO, size: int) -> FileKind | None:
    """DOCX or XLSX; None for an archive that is neither. Raises FileRefused for one that carries what it may not."""
    return _looked_through(document, _Budget(size), depth=0)


@dataclass(slots=True)
class _Budget:
    """The running cost of unpacking one upload, archives inside it included."""

    packed: int
    inflated: int = 0
    entries: int = 0

    def take_entries(self, number: int) -> None:
        self.entries += number
        if self.entries > ENTRY_LIMIT:
            raise FileRefused(_TOO_LARGE)

    def take(self, length: int) -> None:
        self.inflated += length
        if self.inflated > INFLATED_LIMIT or self.inflated > max(_RATIO_FROM, _RATIO_LIMIT * self.packed):
            raise FileRefused(_TOO_LARGE)


def _looked_through(file: BinaryIO, budget: _Budget, depth: int) -> FileKind | None:
    package = FileParts()
    try:
        with zipfile.ZipFile(_Guarded(file)) as archive:
            entries = archive.infolist()
            budget.take_entries(len(entries))
            _check_entries(entries)
            for entry in entries:
                _look_at(archive, entry, package, budget, depth)
    except _STUMBLES:
        raise FileRefused(_BROKEN) from None
    return package.kind()


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse names that lead out of the archive or stand twice, encryption, and unusual compression methods."""
    seen = set()
    for entry in entries:
        name = entry.orig_filename
        if "\0" in name or "\\" in name or name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
            raise FileRefused(_BROKEN)
        if name.casefold() in seen:
            raise FileRefused(_BROKEN)
        seen.add(name.casefold())
        if entry.flag_bits & _LOCKED:
            raise FileRefused(_ENCRYPTED)
        if entry.compress_type not in _METHODS:
            raise FileRefused(_BROKEN)


def _look_at(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, package: FileParts, budget: _Budget, depth: int) -> None:
    pieces = _inflated(archive, entry, budget)
    first = next(pieces, b"")
    content = chain([first], pieces)
    if first.startswith(_OLE):  # macros, ActiveX and programs are all stored in one of these
        raise FileRefused(_OBJECT)
    if first.startswith(_ZIP):
        _look_inside(content, budget, depth + 1)
    elif not entry.is_dir():
        package.add(entry.filename, content)
    for _ in pieces:  # a part that needs no look is read to its end too, for its size and its checksum
        pass


def _inflated(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: _Budget) -> Iterator[bytes]:
    """Unpack an entry to its real end: zipfile alone stops where the directory says that the entry ends."""
    declared, entry.file_size = entry.file_size, sys.maxsize
    length = 0
    with archive.open(entry) as file:  # whose end compares the checksum
        while piece := file.read(_PIECE):
            length += len(piece)
            budget.take(len(piece))
            yield piece
    if length != declared:
        raise zipfile.BadZipFile


def _look_inside(content: Iterable[bytes], budget: _Budget, depth: int) -> None:
    """Inspect an archive inside the archive (the workbook behind a chart), on the same terms and the same budget."""
    if depth > _NESTED_LIMIT:
        raise FileRefused(_NESTED)
    with SealedSpool() as spool:
        for piece in content:
            spool.write(piece)
        if _looked_through(spool, budget, depth) is None:
            raise FileRefused(_NESTED)


class _Guarded:
    """A file that limits each read: zipfile would read an archive's directory in one piece, however long."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > _DIRECTORY_LIMIT:
            raise FileRefused(_TOO_LARGE)
        return self._file.read(size if size >= 0 else _DIRECTORY_LIMIT)
