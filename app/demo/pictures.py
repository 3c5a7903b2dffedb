"""Draws the two pictures that the demonstration's objectors send as evidence, and encodes them as PNG."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

_WIDTH, _HEIGHT = 320, 200
Colour = tuple[int, int, int]
_SKY, _ROAD, _GRASS = (196, 219, 238), (110, 112, 116), (122, 158, 96)
_RAIL, _WALL, _NEW_WALL, _ROOF, _WINDOW = (
    (236, 236, 232),
    (222, 205, 178),
    (196, 150, 120),
    (140, 62, 50),
    (84, 110, 140),
)


def road() -> bytes:
    """Draw a road whose guard rail is missing for a stretch."""
    return _png(_road)


def house() -> bytes:
    """Draw a house with a storey added on top, in bricks of another colour."""
    return _png(_house)


def _road(x: int, y: int) -> Colour:
    post = x % 40 < 6 and 84 <= y < 124
    rail = 92 <= y < 102
    if (post or rail) and not 130 <= x < 240:
        return _RAIL
    return _SKY if y < 90 else _GRASS if y < 124 else _ROAD


def _house(x: int, y: int) -> Colour:
    if not 90 <= x < 230 or y < 30:
        return _SKY if y < 160 else _GRASS
    if y < 42:
        return _ROOF
    window = (x - 90) % 46 > 14 and (y - 42) % 40 > 12 and (x - 90) % 46 < 38 and (y - 42) % 40 < 32
    if y < 162 and window:
        return _WINDOW
    return _NEW_WALL if y < 82 else _WALL if y < 162 else _GRASS


def _png(colour_at: Callable[[int, int], Colour]) -> bytes:
    rows = b"".join(b"\0" + b"".join(bytes(colour_at(x, y)) for x in range(_WIDTH)) for y in range(_HEIGHT))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(name, content) for name, content in parts)


def _part(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)
