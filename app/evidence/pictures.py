"""Pictures are decoded and written anew: what comes out is the picture and nothing that travelled with it (R19).

EXIF (place, time, telephone), thumbnails, comments, profiles and whatever hangs behind the end stay out.
"""

from __future__ import annotations

import re
import threading
from typing import BinaryIO

from PIL import Image, ImageOps

from app.domain.errors import FileRefused
from app.evidence.kinds import FileKind
from app.evidence.spool import SealedSpool

PIXEL_LIMIT = 50_000_000
_BROKEN = "这张图片不完整或已损坏，无法打开。请换一张能正常打开的 JPG 或 PNG 图片。"
_TOO_MANY_PIXELS = "这张图片太大：最多 5000 万像素（例如 10000×5000）。请缩小或分成几张后再上传。"

# Decoded, a picture of fifty million pixels takes 200 MB, twice that while it is turned: one at a time in a process.
_DECODER = threading.Lock()
# Written so that small print and red seals stay readable. PNG at its fastest: its better levels take a minute.
_WRITING: dict[FileKind, dict[str, int]] = {
    FileKind.JPEG: {"quality": 90, "subsampling": 0},
    FileKind.PNG: {"compress_level": 1},
}

# A JPEG may repeat its scan without end, each a few bytes long and each going over the whole picture once more: a file
# of a megabyte would hold the decoder for an hour. A camera writes one scan, a progressive picture ten or so.
_SCAN_LIMIT = 50
_SEGMENT_LIMIT = 2_000
_MARKER = re.compile(rb"\xff+([^\x00\x01\xd0-\xd8\xff])")  # those that a length follows, and the end
_START_OF_SCAN, _END_OF_PICTURE = b"\xda", b"\xd9"
_WINDOW = 64 * 1024


def stripped(picture: BinaryIO, kind: FileKind) -> SealedSpool:
    """The same picture, upright, without anything beside it. Raises FileRefused."""
    with _DECODER, _decoded(picture, kind) as image:
        _turn_upright(image)
        image.info = {key: value for key, value in image.info.items() if key == "transparency"}
        return _written(image, kind)


def _decoded(picture: BinaryIO, kind: FileKind) -> Image.Image:
    try:
        if kind is FileKind.JPEG:
            _check_scans(picture)
        picture.seek(0)
        image = Image.open(picture, formats=[kind.name])
        if image.width * image.height > PIXEL_LIMIT:
            raise FileRefused(_TOO_MANY_PIXELS)
        image.load()
    except (FileRefused, MemoryError):
        raise
    except Image.DecompressionBombError:
        raise FileRefused(_TOO_MANY_PIXELS) from None
    except Exception:  # a decoder fed with a stranger's bytes may stumble in any way; none of them is our fault
        raise FileRefused(_BROKEN) from None
    return image


def _turn_upright(image: Image.Image) -> None:
    """Apply the orientation that stands in the EXIF, before that is left out."""
    try:
        ImageOps.exif_transpose(image, in_place=True)
    except MemoryError:
        raise
    except Exception:  # EXIF that nobody can read turns nothing; the picture itself is sound
        return


def _written(image: Image.Image, kind: FileKind) -> SealedSpool:
    spool = SealedSpool()
    try:
        image.save(spool, format=kind.name, **_WRITING[kind])
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool


def _check_scans(picture: BinaryIO) -> None:
    """Walk a JPEG from marker to marker, as its decoder will, and count the scans."""
    position, scans = 0, 0
    for _ in range(_SEGMENT_LIMIT):
        marker, position = _next_marker(picture, position)
        if marker in (None, _END_OF_PICTURE):
            return
        scans += marker == _START_OF_SCAN
        if scans > _SCAN_LIMIT:
            raise FileRefused(_BROKEN)
        picture.seek(position)
        position += int.from_bytes(picture.read(2))
    raise FileRefused(_BROKEN)


def _next_marker(picture: BinaryIO, position: int) -> tuple[bytes | None, int]:
    """The next marker from `position` on and the place behind it; None at the end of the file."""
    picture.seek(position)
    while window := picture.read(_WINDOW):
        if found := _MARKER.search(window):
            return found[1], position + found.end()
        position += len(window) - 1  # the last byte again: a marker's first may be it
        if len(window) == 1:
            break
        picture.seek(position)
    return None, position
