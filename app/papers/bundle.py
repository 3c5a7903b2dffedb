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
    """One file of the bundle: where it lies, how many printed copies are handed in (0: electronic alone).

    A `reserved` one lies at exactly its path, which is kept free for it.
    """

    path: str
    content: Callable[[], Iterable[bytes]]
    copies: int = 0
    reserved: bool = False


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


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file as it lies in the bundle."""

    path: str
    size: int
    sha256: str
    copies: int


@dataclass
class Packing:
    """What is in a bundle so far, and what could not be read. Whoever packs looks at it while it grows."""

    files: list[PackedFile] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def bundled(title: str, members: Iterable[Member], now: dt.datetime, says: str = _OF_COPIES) -> Iterator[bytes]:
    """Yield the bytes of the .zip, piece by piece. A member that raises LeftOut at once is named as missing.

    `says` is what the table of contents says of the whole.
    """
    packing = Packing()

    def with_contents() -> Iterator[Member]:
        yield from members
        yield Member(CONTENTS, lambda: [_contents(title, packing, now, says)], reserved=True)

    yield from packed(with_contents(), now, packing, reserved=[CONTENTS])


def packed(
    members: Iterable[Member], now: dt.datetime, packing: Packing, *, reserved: Iterable[str], mode: int = 0o644
) -> Iterator[bytes]:
    """Yield the bytes of a .zip of these members, noting each in `packing` before the next one is asked for.

    `reserved` are the paths of the members that are. `mode` is what the files have when they are unpacked.
    """
    outlet, taken = _Outlet(), {path.casefold() for path in reserved}
    with ZipFile(outlet, "w", ZIP_DEFLATED) as bundle:
        for member in members:
            path = member.path if member.reserved else _free(member.path, taken)
            digest, size = hashlib.sha256(), 0
            try:
                content = iter(member.content())
                first = next(content, b"")
            except LeftOut as reason:
                packing.missing.append(f"{path}：{reason}")
                continue
            with bundle.open(_entry(path, now, mode), "w") as file:
                for piece in _pieces(first, content):
                    digest.update(piece)
                    size += len(piece)
                    file.write(piece)
                    if outlet.size >= _PIECE:
                        yield outlet.taken()
            packing.files.append(PackedFile(path, size, digest.hexdigest(), member.copies))
            yield outlet.taken()
    yield outlet.taken()


def _pieces(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _entry(path: str, now: dt.datetime, mode: int) -> ZipInfo:
    local = now.astimezone(SHANGHAI)
    entry = ZipInfo(path, (local.year, local.month, local.day, local.hour, local.minute, local.second))
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = mode << 16
    return entry


def _free(path: str, taken: set[str]) -> str:
    """Return the path, numbered where another file has it: two nominees may share a name. Windows ignores case."""
    free, number = path, 1
    while free.casefold() in taken:
        number += 1
        free = _EXTENSION.sub(lambda found: f"（{number}）{found[0]}", path, count=1)  # noqa: B023 - called at once
    taken.add(free.casefold())
    return free


def _contents(title: str, packing: Packing, now: dt.datetime, says: str) -> bytes:
    """Return the table of contents as text with a byte order mark and CRLF, for Notepad and WPS."""
    copies = {0: "电子版"}
    text = [
        title,
        f"生成时间：{moment(now)}",
        says,
        "",
        "序号\t文件\t份数\tSHA-256",
        *(
            f"{number}\t{each.path}\t{copies.get(each.copies, f'{each.copies}份')}\t{each.sha256}"
            for number, each in enumerate(packing.files, start=1)
        ),
    ]
    if packing.missing:
        text += ["", "没有收入的文件：", *packing.missing]
    return ("\ufeff" + "\r\n".join(text) + "\r\n").encode()
