"""Counts a picture's segments before it is decoded, so that no small file occupies the decoder for hours.

A JPEG may repeat its scan without end, each a few bytes long and each going over the whole picture once more; both
formats may be cut into millions of empty segments. A real picture has some ten scans and at most thousands of segments.
"""

from __future__ import annotations

import re
from typing import BinaryIO

_SCANS = 50
_JPEG_SEGMENTS = 2_000
_PNG_CHUNKS = 20_000  # the common encoder makes one of every 8 KiB
_PADDING = 1024

_WINDOW = 64 * 1024
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])")  # those that a length follows, and the end
_START_OF_SCAN, _END_OF_PICTURE = b"\xda", b"\xd9"
_PNG_SIGNATURE = 8


class TooManySegments(Exception):
    """The file has more segments than any real picture."""


def check_jpeg(picture: BinaryIO) -> None:
    position, scans = 0, 0
    for _ in range(_JPEG_SEGMENTS):
        marker, behind = _next_marker(picture, position)
        if marker in (b"", _END_OF_PICTURE):
            return
        if not scans and behind - position > _PADDING:  # between scans lies the picture, before them only filling
            raise TooManySegments
        scans += marker == _START_OF_SCAN
        if scans > _SCANS:
            raise TooManySegments
        picture.seek(behind)
        position = behind + int.from_bytes(picture.read(2))
    raise TooManySegments


def _next_marker(picture: BinaryIO, position: int) -> tuple[bytes, int]:
    """Return the next marker from `position` on and the place behind it; b"" where the file ends."""
    picture.seek(position)
    kept = b""
    while window := picture.read(_WINDOW):
        if found := _MARKER.search(kept + window):
            return found[1], position - len(kept) + found.end()
        position += len(window)
        kept = window[-1:]  # a marker's first byte may be the last of a window
    return b"", position


def check_png(picture: BinaryIO) -> None:
    position = _PNG_SIGNATURE
    for _ in range(_PNG_CHUNKS):
        picture.seek(position)
        head = picture.read(8)
        if len(head) < 8 or head[4:] == b"IEND":
            return
        position += len(head) + int.from_bytes(head[:4]) + 4
    raise TooManySegments
