"""Files that are not what they say, and a scanner that lies (SECURITY 33, 34, 45, 58)."""

from __future__ import annotations

import io
import os
import resource
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from PIL import Image

from app.domain.refusals import FileRefused, HeldBack, UnreadableForm
from app.evidence.inspection import inspect
from app.evidence.kinds import FileKind
from app.evidence.scanner import ScannerDown, scan
from app.models import Evidence, ScanState
from app.papers.packages import unpacked
from app.processes import ticking
from app.services.cases import evidence_reading
from tests.evidence.test_scanner import clamd, saying
from tests.files import attach, pdf, vault_in
from tests.world import World, at

FILED, LATER = "2026-09-18 Fri 09:00", "2026-09-18 Fri 09:05"

# --- a scanner that lies -------------------------------------------------------------------------

LIES = {
    "clean, then infected": b"stream: OK\0stream: Eicar FOUND\0",
    "infected, then clean": b"stream: Eicar FOUND\0stream: OK\0",
    "clean, twice": b"stream: OK\0stream: OK\0",
    "clean, then noise": b"stream: OK\0\xff",
    "clean, without its end": b"stream: OK",
    "infected, without its end": b"stream: Eicar FOUND",
    "half a word": b"stream: O\0",
    "about another file": b"/tmp/another: OK\0",
    "about another file, infected": b"/tmp/another: Eicar FOUND\0",
    "of a numbered session": b"1: stream: OK\0",
    "a line end in place of a zero": b"stream: OK\n",
    "in small letters": b"stream: ok\0",
    "with blanks": b" stream: OK \0",
    "both in one": b"stream: OK FOUND OK\0",
}


@pytest.mark.parametrize("lie", LIES)
def test_security_34_what_a_lying_scanner_says_is_no_verdict(lie: str) -> None:
    with clamd(saying(LIES[lie])) as (address, _), pytest.raises(ScannerDown):
        scan(address, [b"a letter"])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lie", ["clean, then infected", "clean, without its end", "about another file"])
def test_security_34_a_file_is_held_back_and_not_lost_while_the_scanner_lies(
    world: World, tmp_path: Path, lie: str
) -> None:
    folder = tmp_path / "evidence"
    vault = vault_in(folder, world.key, scanned=True)
    period = world.round_two()
    attach(world, folder, pdf("a letter"), now=FILED, scanned=True)
    case, _ = world.file(period, world.nominees[2], FILED, form_token="a-form-token-of-24-chars", files=1)
    with clamd(saying(LIES[lie])) as (address, _):
        ticking.look_after_evidence(world.database, vault, at(LATER), address)
    actor = world.actor("office")
    with pytest.raises(HeldBack) as held:
        world.run(evidence_reading.open_for_handler, vault, case, 1, by=actor, now=at(LATER))
    assert not held.value.infected
    with clamd() as (address, _):
        ticking.look_after_evidence(world.database, vault, at(LATER), address)
    assert b"".join(world.run(evidence_reading.open_for_handler, vault, case, 1, by=actor, now=at(LATER)).content)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_security_34_files_that_the_scanner_never_judges_keep_no_others_waiting(world: World, tmp_path: Path) -> None:
    """One that is larger than it takes, say: as shipped clamd takes 25 MB, the portal 50."""
    folder = tmp_path / "evidence"
    vault = vault_in(folder, world.key, scanned=True)
    for number in range(5):
        attach(world, folder, pdf(f"too large {number}", padding=1_100_000), now=FILED, scanned=True)
    attach(world, folder, pdf("an honest one"), token="another-token-of-24-char", now=LATER, scanned=True)
    failures: ticking.Failures = ticking.Counter()
    with clamd() as (address, _):  # which takes 1 MB
        for _ in range(3):
            ticking.look_after_evidence(world.database, vault, at(LATER), address, failures)
    with world.database.reader() as session:
        states = [each.scan for each in session.query(Evidence).order_by(Evidence.received_at)]
    assert states == [ScanState.WAITING] * 5 + [ScanState.CLEAN]


# --- pictures ------------------------------------------------------------------------------------

MOST_SECONDS, MOST_MEMORY = 15.0, 600  # of a processor, MB: the whole process


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(
    width: int, height: int, depth: int = 8, colours: int = 2, more: bytes = b"", packed: bytes | None = None
) -> bytes:
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colours]
    if packed is None:
        row, packer = bytes(1 + (width * samples * depth + 7) // 8), zlib.compressobj(9)
        packed = b"".join([packer.compress(row) for _ in range(height)]) + packer.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + more + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def jpeg(width: int, height: int, mode: str = "RGB", **how: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height)).save(out, "JPEG", **how)
    return out.getvalue()


def bomb(name: bytes) -> bytes:
    return png(10, 10, more=chunk(name, b"x\0\0" + zlib.compress(bytes(100 << 20), 9)))


def animated(width: int, height: int, frames: int) -> bytes:
    each = (struct.pack(">IIIIIHHBB", number, width, height, 0, 0, 1, 1, 0, 0) for number in range(frames))
    more = chunk(b"acTL", struct.pack(">II", frames, 0)) + b"".join(chunk(b"fcTL", frame) for frame in each)
    return png(width, height, 8, 6, more)


def many_scans() -> bytes:
    picture = jpeg(7000, 7000, progressive=True)
    last = picture[picture.rfind(b"\xff\xda") : -2]
    return picture[:-2] + last * 38 + b"\xff\xd9"


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x112] = 5
    return jpeg(7000, 7000, exif=exif)


def with_segment(marker: bytes, content: bytes) -> bytes:
    picture = jpeg(50, 50)
    return picture[:2] + marker + struct.pack(">H", 2 + len(content)) + content + picture[2:]


PICTURES: dict[str, tuple[Callable[[], bytes], bool]] = {  # whether it is taken
    "fifty million pixels of 16 bits": (lambda: png(10_000, 5_000, 16, 6), True),
    "in grey": (lambda: png(10_000, 5_000, 16, 0), True),
    "one pixel more": (lambda: png(10_000, 5_001, 8, 0), False),
    "larger than memory": (lambda: png(2**31 - 1, 2**31 - 1, packed=b"x"), False),
    "without width": (lambda: png(0, 10, packed=b"x"), False),
    "cut off": (lambda: png(3_000, 3_000)[:2_000], False),
    "a profile that unpacks without end": (lambda: bomb(b"iCCP"), False),
    "a text that unpacks without end": (lambda: bomb(b"zTXt"), False),
    "four thousand frames": (lambda: animated(10, 10, 4_000), True),
    "a frame of fifty million pixels": (lambda: animated(7_000, 7_000, 1), True),
    "a JPEG for print": (lambda: jpeg(10_000, 5_000, "CMYK"), True),
    "forty-eight scans": (many_scans, True),
    "lying on its side": (turned, True),
    "EXIF of nonsense": (lambda: with_segment(b"\xff\xe1", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 5000), True),
    "a profile of nonsense": (lambda: with_segment(b"\xff\xe2", b"ICC_PROFILE\0\x05\x01" + b"x" * 100), True),
    "samples of 16 bits": (lambda: jpeg(50, 50).replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x10"), False),
    "a head of four billion pixels": (lambda: jpeg(50, 50).replace(b"\x08\0\x32\0\x32", b"\x08" + b"\xff" * 4), False),
}  # fmt: skip


def looked_at(content: bytes) -> tuple[bool, float, int]:
    """Inspect in a process of its own: whether it was taken, the seconds of a processor, the MB it took beside."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            inspect(io.BytesIO(content))
            taken = b"1"
        except FileRefused:
            taken = b"0"
        except BaseException:
            taken = b"!"
        os.write(writing, taken)
        os._exit(0)
    _, _, used = os.wait4(child, 0)
    os.close(writing)
    said = os.read(reading, 1)
    os.close(reading)
    assert said in (b"0", b"1"), "neither taken nor refused by name"
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return said == b"1", used.ru_utime + used.ru_stime, max(used.ru_maxrss - own, 0) >> 10


# These take seconds each.
LARGE = ("fifty million pixels of 16 bits", "in grey", "a frame of fifty million pixels", "forty-eight scans")


@pytest.mark.parametrize(
    "what", [pytest.param(what, marks=pytest.mark.soak) if what in LARGE else what for what in PICTURES]
)
def test_security_33_a_picture_takes_so_much_time_and_memory_and_no_more(what: str) -> None:
    content, taken = PICTURES[what]
    found, seconds, memory = looked_at(content())
    assert found is taken
    assert seconds < MOST_SECONDS
    assert memory < MOST_MEMORY


BEHIND: dict[str, bytes] = {
    "an archive": b"PK\x03\x04\x14\0\0\0\0\0planted-archive.exePK\x05\x06" + bytes(18),
    "a page": b"<script>planted(1)</script>",
    "a PDF": b"%PDF-1.7 1 0 obj<</planted true/OpenAction 2 0 R>>",
    "a program": b"MZplanted\x7fELFplanted",
}


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("kind", [FileKind.JPEG, FileKind.PNG])
def test_security_34_of_a_picture_that_is_something_else_too_only_the_picture_is_kept(
    kind: FileKind, behind: str
) -> None:
    picture = jpeg(40, 30) if kind is FileKind.JPEG else png(40, 30)
    segment = (
        with_segment(b"\xff\xfe", BEHIND[behind])
        if kind is FileKind.JPEG
        else png(40, 30, more=chunk(b"zzZz", BEHIND[behind]))
    )
    for content in (picture + BEHIND[behind], segment):
        kept = inspect(io.BytesIO(content))
        assert kept.kind is kind
        assert b"planted" not in kept.content.read()
    before = [] if behind == "a PDF" else [BEHIND[behind]]  # which is a PDF: tests/evidence/test_pdf.py
    for content in (*(each + picture for each in before), b"\n" + picture, b"\xef\xbb\xbf" + picture):
        with pytest.raises(FileRefused):
            inspect(io.BytesIO(content))


# --- archives ------------------------------------------------------------------------------------


def archive(*entries: tuple[str, bytes], links: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if links:
                info.external_attr = 0o120777 << 16
            packed.writestr(info, content)
    return out.getvalue()


def locked() -> bytes:
    content = bytearray(archive(("a.docx", b"x" * 50)))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    return bytes(content)


def overlapping() -> bytes:
    """Two names for one entry: what is counted once is unpacked twice."""
    content = archive(("a.docx", bytes(100_000)), ("b.docx", b"x"))
    first, second = (content.index(b"PK\x01\x02"), content.rindex(b"PK\x01\x02"))
    twice = bytearray(content)
    twice[second + 42 : second + 46] = content[first + 42 : first + 46]
    return bytes(twice)


REFUSED_ARCHIVES: dict[str, Callable[[], bytes]] = {
    "an archive in it": lambda: archive(("a.zip", archive(("b.docx", b"x")))),
    "an archive under another name": lambda: archive(("a.jpg", archive(("b.docx", b"x")))),
    "a bomb": lambda: archive(*((f"{number}.docx", bytes(50 << 20)) for number in range(11))),
    "a file too large": lambda: archive(("a.docx", bytes((50 << 20) + 1))),
    "too many": lambda: archive(*((f"{number}.docx", b"x") for number in range(1001))),
    "a lock": locked,
    "entries that overlap": overlapping,
    "no archive": lambda: b"PK\x03\x04" + bytes(100),
    "cut off": lambda: archive(("a.docx", bytes(1000)))[:-30],
}


@pytest.mark.parametrize(
    "what", [pytest.param(what, marks=pytest.mark.soak) if what == "a bomb" else what for what in REFUSED_ARCHIVES]
)
def test_security_33_a_hostile_archive_of_forms_is_refused_by_name(what: str) -> None:
    content = REFUSED_ARCHIVES[what]()
    with pytest.raises(UnreadableForm):
        deque(unpacked(io.BytesIO(content), "a.zip"), maxlen=0)


def test_security_33_names_in_an_archive_are_no_paths_and_links_are_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = (
        "../../out.docx",
        "/etc/out.docx",
        "C:\\out.docx",
        "..\\out.docx",
        "a/../../out.docx",
        "same.docx",
        "same.docx",
    )
    for links in (False, True):
        found = []
        for name, file in unpacked(
            io.BytesIO(archive(*((name, b"/etc/passwd") for name in names), links=links)), "a.zip"
        ):
            content: BinaryIO = file
            found.append(name)
            assert content.read() == b"/etc/passwd"
        assert len(found) == len(names)
        assert list(tmp_path.iterdir()) == []
