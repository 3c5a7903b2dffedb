"""What an uploaded file is, by its content, and whether it is taken (SECURITY 6, 33, 34).

The name of a file does not matter. Everything is read in chunks, so that no file is held in memory whole.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from app.domain.refusals import FileRefused, RecordingRefused
from app.evidence.copier import made_copy
from app.evidence.documents import document_kind
from app.evidence.kinds import FileKind
from app.evidence.pdf import check_pdf
from app.evidence.pictures import stripped

__all__ = ["FILES_PER_OBJECTION", "FILE_LIMIT", "FileKind", "Inspected", "inspect"]

FILE_LIMIT = 50 * 1024 * 1024
FILES_PER_OBJECTION = 10
_PIECE = 64 * 1024

_TAKEN = "只能上传 PDF、JPG、PNG、Word（.docx）、Excel（.xlsx）文件。"
_NONE_OF_THEM = f"{_TAKEN}这个文件的内容不是其中任何一种。"
_ARCHIVE = f"{_TAKEN}这个文件是压缩包或其他格式，请把里面的文件一个一个上传。"
_OLD_OFFICE = (
    f"{_TAKEN}这个文件是旧版的 Word、Excel 文件（.doc、.xls），或设了密码，请去掉密码，另存为 .docx 或 .xlsx。"
)
_OTHER_PICTURE = f"{_TAKEN}这张图片是别的格式，请另存为 JPG，或截图后上传。"

_ZIP = b"PK\x03\x04"
_HINTS = [  # kinds of file that people often send: (place in the file, the bytes there, what to do instead)
    (0, bytes.fromhex("d0cf11e0a1b11ae1"), _OLD_OFFICE),
    (4, b"ftyphe", _OTHER_PICTURE),  # HEIC, a telephone's own
    (4, b"ftypmif1", _OTHER_PICTURE),
    (0, b"GIF8", _OTHER_PICTURE),
    (0, b"BM", _OTHER_PICTURE),
    (8, b"WEBP", _OTHER_PICTURE),
    (0, b"Rar!", _ARCHIVE),
    (0, b"7z\xbc\xaf", _ARCHIVE),
]
# Sound and pictures in motion: MP4 with M4A, MOV and 3GP, AMR, MP3, WAV, AVI, Ogg, Matroska.
_RECORDINGS = (
    (4, b"ftyp"),
    (0, b"#!AMR"),
    (0, b"ID3"),
    (0, b"\xff\xfb"),
    (8, b"WAVE"),
    (8, b"AVI "),
    (0, b"OggS"),
    (0, b"\x1aE\xdf\xa3"),
)


@dataclass(frozen=True, slots=True)
class Inspected:
    """An accepted file: the figures of the upload, and the content to be stored."""

    kind: FileKind
    size: int  # bytes that came in
    sha256: str  # of what came in, in hex
    content: BinaryIO  # what is to be stored, at its beginning: the upload itself, or a picture written anew
    stored_size: int
    stored_sha256: str


def inspect(upload: BinaryIO, *, limit: int = FILE_LIMIT, as_it_came: bool = False) -> Inspected:
    """Inspect a seekable upload. Raises FileRefused, and RecordingRefused which is one.

    PDF, Word and Excel files are stored bit for bit: `content` is the upload. A picture's is a spool of its own,
    written anew, unless it is to be kept `as_it_came`: then it was only tried.
    """
    upload.seek(0)
    head = upload.read(16)
    if _is_recording(head):  # before its size is judged: a smaller one would not be taken either
        raise RecordingRefused
    size, sha256 = _measured(upload, limit)
    if head.startswith(b"%PDF-"):
        if check_pdf(upload):
            made_copy(upload, FileKind.PDF).close()  # which refuses one that opens it by itself (SECURITY 58)
        return _as_it_came(upload, FileKind.PDF, size, sha256)
    if head.startswith(_ZIP):
        kind = document_kind(upload, size)
        if kind is None:
            raise FileRefused(_ARCHIVE)
        return _as_it_came(upload, kind, size, sha256)
    if head.startswith(b"\xff\xd8\xff"):
        return _picture(upload, FileKind.JPEG, size, sha256, as_it_came)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _picture(upload, FileKind.PNG, size, sha256, as_it_came)
    raise FileRefused(next((why for place, mark, why in _HINTS if head.startswith(mark, place)), _NONE_OF_THEM))


def _is_recording(head: bytes) -> bool:
    picture = any(head.startswith(mark, place) for place, mark, _ in _HINTS)  # HEIC is an MP4 by its frame
    return not picture and any(head.startswith(mark, place) for place, mark in _RECORDINGS)


def _measured(file: BinaryIO, limit: int | None) -> tuple[int, str]:
    """Return length and SHA-256. Reading stops at the first byte over the limit."""
    file.seek(0)
    size, digest = 0, hashlib.sha256()
    while piece := file.read(_PIECE if limit is None else min(_PIECE, limit + 1 - size)):
        size += len(piece)
        digest.update(piece)
        if limit is not None and size > limit:
            raise FileRefused(f"这个文件太大：一个文件最多 {_readable(limit)}。请压缩、缩小或分成几个文件后再上传。")
    if size == 0:
        raise FileRefused("这个文件是空的，里面没有内容。请检查后重新选择。")
    return size, digest.hexdigest()


def _readable(limit: int) -> str:
    return f"{limit // 1024**2} MB" if limit >= 1024**2 else f"{limit} 字节"


def _as_it_came(upload: BinaryIO, kind: FileKind, size: int, sha256: str) -> Inspected:
    upload.seek(0)
    return Inspected(kind, size, sha256, upload, size, sha256)


def _picture(upload: BinaryIO, kind: FileKind, size: int, sha256: str, as_it_came: bool) -> Inspected:
    picture = stripped(upload, kind)
    if as_it_came:
        picture.close()
        return _as_it_came(upload, kind, size, sha256)
    stored_size, stored_sha256 = _measured(picture, None)
    picture.seek(0)
    return Inspected(kind, size, sha256, picture, stored_size, stored_sha256)
