"""Pictures are decoded and written anew, so that only the picture itself is kept (R19).

EXIF (place, time, telephone), thumbnails, comments, profiles and anything behind the end of the file are lost.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, BinaryIO

from app.domain.refusals import FileRefused
from app.evidence.kinds import FileKind
from app.evidence.segments import check_jpeg, check_png
from app.evidence.spool import SealedSpool

if TYPE_CHECKING:
    from PIL import Image

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
_CHECKS = {FileKind.JPEG: check_jpeg, FileKind.PNG: check_png}


def stripped(picture: BinaryIO, kind: FileKind) -> SealedSpool:
    """Write the same picture anew, upright, without anything beside it. Raises FileRefused."""
    with _DECODER, _decoded(picture, kind) as image:
        _turn_upright(image)
        image.info = {key: value for key, value in image.info.items() if key == "transparency"}
        return _written(image, kind)


def pixels_of(picture: BinaryIO, kind: FileKind) -> tuple[int, int]:
    """Return width and height by the file's header. Raises FileRefused."""
    with _decoded(picture, kind) as image:
        return image.width, image.height


def _decoded(picture: BinaryIO, kind: FileKind) -> Image.Image:
    from PIL import Image

    try:
        _CHECKS[kind](picture)
        picture.seek(0)
        image = Image.open(picture, formats=[kind.name])
        if image.width * image.height > PIXEL_LIMIT:
            raise FileRefused(_TOO_MANY_PIXELS)
        image.load()
    except (FileRefused, MemoryError):
        raise
    except Image.DecompressionBombError:
        raise FileRefused(_TOO_MANY_PIXELS) from None
    except Exception:  # a decoder may raise anything for hostile bytes, and none of it is a fault of the portal
        raise FileRefused(_BROKEN) from None
    return image


def _turn_upright(image: Image.Image) -> None:
    """Apply the orientation that stands in the EXIF, before that is left out."""
    from PIL import ImageOps

    try:
        ImageOps.exif_transpose(image, in_place=True)
    except MemoryError:
        raise
    except Exception:  # unreadable EXIF gives no orientation; the picture itself is sound
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
