"""Takes out of a picture inside a document what does not draw it: EXIF, comments, profiles, thumbnails, texts.

The picture itself is not encoded again. What stands here works on bytes in memory, in the process that makes a copy.
"""

from __future__ import annotations

import io
import re
import struct

from PIL import Image

PIXEL_LIMIT = 50_000_000
_JPEG, _PNG, _EMF = b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"\x01\0\0\0"
_WMF = (b"\xd7\xcd\xc6\x9a", b"\x01\0\x09\0", b"\x02\0\x09\0")
_EMF_SIGNATURE = b" EMF"

_START_OF_SCAN, _END = 0xDA, 0xD9
_JFIF, _ADOBE = 0xE0, 0xEE  # how the picture's colours are meant; all other APPn say where it comes from
_BESIDE = frozenset({*range(0xE0, 0xF0), 0xFE}) - {_JFIF, _ADOBE}
_NO_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_NEXT = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
_JFIF_HEAD = 16  # its length without a thumbnail

_PNG_DRAWS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs"}
)


class PictureUnclear(Exception):
    """A picture that cannot be read, or of a kind whose marks nobody here knows."""


def without_marks(picture: bytes) -> tuple[bytes, str]:
    """Return the picture without its marks, and its extension without a dot. Raises PictureUnclear."""
    try:
        if picture.startswith(_JPEG):
            return clean_jpeg(picture), "jpeg"
        if picture.startswith(_PNG):
            return _clean_png(picture), "png"
        if picture.startswith(_EMF) and picture[40:44] == _EMF_SIGNATURE:
            return _clean_emf(picture), "emf"
        if picture.startswith(_WMF):
            return picture, "wmf"  # it has no place for texts about itself
        return _as_png(picture), "png"
    except (IndexError, struct.error, ValueError, OSError, SyntaxError, Image.DecompressionBombError):
        raise PictureUnclear from None


def clean_jpeg(picture: bytes) -> bytes:
    """Return a JPEG up to the end of its picture, without the segments that do not draw it."""
    if not picture.startswith(_JPEG):
        raise ValueError
    out = bytearray(_JPEG)
    place = 2
    while place < len(picture):
        if picture[place] != 0xFF:
            raise ValueError
        marker = picture[place + 1]
        if marker == 0xFF:  # filling
            place += 1
            continue
        if marker == _END:
            break
        if marker in _NO_LENGTH:
            place += 2
            continue
        end = place + 2 + int.from_bytes(picture[place + 2 : place + 4])
        if marker == _START_OF_SCAN:
            found = _NEXT.search(picture, end)
            end = found.start() if found else len(picture)
        if marker not in _BESIDE:
            out += _segment(marker, picture[place:end])
        place = end
    return bytes(out + b"\xff\xd9")


def _segment(marker: int, segment: bytes) -> bytes:
    if marker != _JFIF:
        return segment
    if segment[4:9] != b"JFIF\0":
        return b""  # the one that holds a thumbnail
    return b"\xff\xe0" + _JFIF_HEAD.to_bytes(2) + segment[4:16] + b"\0\0"


def _clean_png(picture: bytes) -> bytes:
    out = bytearray(_PNG)
    place = len(_PNG)
    while place < len(picture):
        length, kind = struct.unpack_from(">I4s", picture, place)
        end = place + 12 + length
        if end > len(picture):
            raise ValueError
        if kind in _PNG_DRAWS:
            out += picture[place:end]
        place = end
        if kind == b"IEND":
            break
    return bytes(out)


def _clean_emf(picture: bytes) -> bytes:
    """Return an EMF without the description in its header: the program's name and the title of the picture."""
    characters, place = struct.unpack_from("<II", picture, 60)
    if not characters:
        return picture
    size = struct.unpack_from("<I", picture, 4)[0]
    if not 88 <= place <= place + 2 * characters <= min(size, len(picture)):
        raise ValueError
    return picture[:place] + bytes(2 * characters) + picture[place + 2 * characters :]


def _as_png(picture: bytes) -> bytes:
    """Draw a GIF, TIFF or BMP anew: all of them have many places for texts."""
    with Image.open(io.BytesIO(picture), formats=["GIF", "TIFF", "BMP"]) as image:
        if image.width * image.height > PIXEL_LIMIT:
            raise ValueError
        image.load()
        plain = image.convert("RGBA" if "transparency" in image.info else "RGB")
    out = io.BytesIO()
    plain.save(out, "PNG", compress_level=3)
    return _clean_png(out.getvalue())
