"""Many files as one .zip with a table of contents, written while it is sent: never whole in memory or on a disk."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from app.domain.shared.instants import SHANGHAI
from app.domain.shared.wording import moment

CONTENTS = "目录.txt"
_OF_COPIES = "份数为纸质材料的份数（一式五份，盖章后报送）；“电子版”只报送电子文件。SHA-256用来核对文件有没有变动。"
_PIECE = 256 * 1024
_EXTENSION = re.compile(r"(\.\w{1,5})?$")


class LeftOut(Exception):
    """Raised for a file that cannot be read now, with the reason for the table of contents."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the bundle: where it lies, how many printed copies are handed in (0: electronic alone)."""

    path: str
    content: Callable[[], Iterable[bytes]]
    copies: int = 0


@dataclass
class _Outlet:
    """The output of the zip: holds what was written since it was last taken. Not seekable."""

    pieces: list[bytes] = field(default_factory=list)
    size: int = 0

    def write(self, piece: bytes, /) -> int:
        self.pieces.append(bytes(piece))
        self.size += len(piece)
        return len(piece)

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def taken(self) -> bytes:
        out, self.pieces, self.size = b"".join(self.pieces), [], 0
        return out


def bundled(title: str, members: Iterable[Member], now: dt.datetime, says: str = _OF_COPIES) -> Iterator[bytes]:
    """Yield the bytes of the .zip, piece by piece. A member that raises LeftOut at once is named as missing.

    `says` is what the table of contents says of the whole.
    """
    outlet, taken = _Outlet(), {CONTENTS.casefold()}
    lines: list[str] = []
    missing: list[str] = []
    with ZipFile(outlet, "w", ZIP_DEFLATED) as bundle:
        for member in members:
            path = _free(member.path, taken)
            digest = hashlib.sha256()
            try:
                content = iter(member.content())
                first = next(content, b"")
            except LeftOut as reason:
                missing.append(f"{path}：{reason}")
                continue
            with bundle.open(_entry(path, now), "w") as file:
                for piece in _pieces(first, content):
                    digest.update(piece)
                    file.write(piece)
                    if outlet.size >= _PIECE:
                        yield outlet.taken()
            copies = f"{member.copies}份" if member.copies else "电子版"
            lines.append(f"{len(lines) + 1}\t{path}\t{copies}\t{digest.hexdigest()}")
            yield outlet.taken()
        bundle.writestr(_entry(CONTENTS, now), _contents(title, lines, missing, now, says))
    yield outlet.taken()


def _pieces(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _entry(path: str, now: dt.datetime) -> ZipInfo:
    local = now.astimezone(SHANGHAI)
    entry = ZipInfo(path, (local.year, local.month, local.day, local.hour, local.minute, local.second))
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _free(path: str, taken: set[str]) -> str:
    """Return the path, numbered where another file has it: two nominees may share a name. Windows ignores case."""
    free, number = path, 1
    while free.casefold() in taken:
        number += 1
        free = _EXTENSION.sub(lambda found: f"（{number}）{found[0]}", path, count=1)  # noqa: B023 - called at once
    taken.add(free.casefold())
    return free


def _contents(title: str, lines: list[str], missing: list[str], now: dt.datetime, says: str) -> bytes:
    """Return the table of contents as text with a byte order mark and CRLF, for Notepad and WPS."""
    text = [
        title,
        f"生成时间：{moment(now)}",
        says,
        "",
        "序号\t文件\t份数\tSHA-256",
        *lines,
    ]
    if missing:
        text += ["", "没有收入的文件：", *missing]
    return ("\ufeff" + "\r\n".join(text) + "\r\n").encode()
