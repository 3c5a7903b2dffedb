"""A .zip with the forms and photos of several nominees, unpacked one file at a time."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from app.domain.refusals import UnreadableForm
from app.evidence.spool import SealedSpool
from app.papers.cells import clean

PACKAGE_LIMIT = 200 * 1024 * 1024  # as it comes
FILES_LIMIT = 1000
FILE_LIMIT = 50 * 1024 * 1024  # unpacked, one file
UNPACKED_LIMIT = 500 * 1024 * 1024  # unpacked, all together
_ENTRY_LIMIT = 5000  # with what is skipped
_DIRECTORY_LIMIT = 4 * 1024 * 1024
_PIECE = 64 * 1024

_LOCKED = 0x1 | 0x40 | 0x2000
_UTF8 = 0x800
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_OFFICE = (".docx", ".xlsx")
_ZIP = b"PK\x03\x04"
_STUMBLES = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OverflowError, NotImplementedError, RuntimeError)

_BROKEN = ("这个压缩包不完整或已损坏，无法打开。", "请重新压缩成 .zip 后再上传。")
_TOO_LARGE = ("这个压缩包解压后太大，或压缩得异常。", "请分成几个压缩包上传。")
_TOO_MANY = (f"这个压缩包里的文件超过{FILES_LIMIT}个。", "请分成几个压缩包上传。")
_ENCRYPTED = ("这个压缩包设了密码，无法打开。", "请去掉密码，重新压缩后再上传。")
_NESTED = ("压缩包里又夹带了压缩包。", "请先解压里面的压缩包，把文件直接放在一起，再压缩上传。")


def unpacked(file: BinaryIO, source: str) -> Iterator[tuple[str, BinaryIO]]:
    """Each file with its name in the archive, folders and all; it may be read until the next one is asked for.

    Files that operating systems add are skipped. The names are texts only: no file is
    written under them. Sizes are counted while unpacking. Raises UnreadableForm, also half way.
    """
    file.seek(0, 2)
    if file.tell() > PACKAGE_LIMIT:
        raise UnreadableForm(source, *_TOO_LARGE)
    file.seek(0)
    try:
        with zipfile.ZipFile(_Bounded(file, source)) as archive:
            yield from _files_of(archive, source)
    except _STUMBLES:
        raise UnreadableForm(source, *_BROKEN) from None


def _files_of(archive: zipfile.ZipFile, source: str) -> Iterator[tuple[str, BinaryIO]]:
    entries = archive.infolist()
    if len(entries) > _ENTRY_LIMIT:
        raise UnreadableForm(source, *_TOO_MANY)
    named = [(_name_of(entry), entry) for entry in entries if not entry.is_dir()]
    wanted = [(name, entry) for name, entry in named if not _is_litter(name)]
    if len(wanted) > FILES_LIMIT:
        raise UnreadableForm(source, *_TOO_MANY)
    room = UNPACKED_LIMIT
    for name, entry in wanted:
        _check(entry, name, source)
        with SealedSpool() as spool:
            room -= _unpack(archive, entry, spool, min(room, FILE_LIMIT), source)
            spool.seek(0)
            if spool.read(4) == _ZIP and not name.casefold().endswith(_OFFICE):
                raise UnreadableForm(f"{source}/{name}", *_NESTED)
            spool.seek(0)
            yield name, spool


def _name_of(entry: zipfile.ZipInfo) -> str:
    """Return a name as people gave it: Windows in China writes unmarked GBK. No path leads out of the archive."""
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8:
        raw = name.encode("cp437", "replace")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("gb18030", "replace")
    parts = clean(name.replace("\\", "/")).replace("\n", " ").split("/")
    return "/".join(part for part in parts if part not in ("", ".", "..") and not part.endswith(":")) or "无名文件"


def _is_litter(name: str) -> bool:
    """Tell whether it is something macOS or Windows puts beside files, or the trace of a document that is open."""
    folders, _, last = name.rpartition("/")
    hidden = last.startswith((".", "~$", ".~")) or last.casefold() in ("thumbs.db", "desktop.ini")
    return hidden or "__MACOSX" in folders.split("/")


def _check(entry: zipfile.ZipInfo, name: str, source: str) -> None:
    if entry.flag_bits & _LOCKED:
        raise UnreadableForm(source, *_ENCRYPTED)
    if entry.compress_type not in _METHODS:
        raise UnreadableForm(source, *_BROKEN)
    if name.casefold().endswith(_ARCHIVES):
        raise UnreadableForm(f"{source}/{name}", *_NESTED)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, spool: SealedSpool, room: int, source: str) -> int:
    """Write one entry into a spool, no byte more than there is room for; its length."""
    length = 0
    with archive.open(entry) as packed:
        while piece := packed.read(_PIECE):
            length += len(piece)
            if length > room:
                raise UnreadableForm(source, *_TOO_LARGE)
            spool.write(piece)
    return length


class _Bounded:
    """A file that limits each read: zipfile would read an archive's directory in one piece, however long."""

    def __init__(self, file: BinaryIO, source: str) -> None:
        self._file, self._source = file, source
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > _DIRECTORY_LIMIT:
            raise UnreadableForm(self._source, *_TOO_MANY)
        return self._file.read(size if size >= 0 else _DIRECTORY_LIMIT)
