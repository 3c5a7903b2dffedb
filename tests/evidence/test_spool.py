"""An upload comes in without a plain byte on the disk, and without filling the memory."""

from __future__ import annotations

import hashlib
import io
import os
import random
import resource
import tracemalloc

import pytest

from app.evidence.spool import SealedSpool

MARK = "举报人赵小禾，手机号13000000001。".encode()
MEBIBYTE = 1024 * 1024


def on_disk(spool: SealedSpool) -> bytes:
    """The raw bytes of the temporary file, read past the spool."""
    descriptor = spool._file.fileno()
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def test_security_14_no_plain_byte_touches_the_disk() -> None:
    content = MARK * 5000
    with SealedSpool() as spool:
        for start in range(0, len(content), 1000):
            spool.write(content[start : start + 1000])
        raw = on_disk(spool)
        assert len(raw) == len(content)
        assert not any(MARK[start : start + 6] in raw for start in range(len(MARK) - 6))
        assert len({raw[start : start + 16] for start in range(0, len(raw), 16)}) == -(-len(raw) // 16)  # none repeats
        spool.seek(0)
        assert spool.read() == content


def test_two_spools_of_one_content_have_nothing_in_common() -> None:
    with SealedSpool() as one, SealedSpool() as two:
        one.write(MARK)
        two.write(MARK)
        assert on_disk(one) != on_disk(two)


def test_it_has_no_name_in_any_folder_and_is_gone_when_closed() -> None:
    spool = SealedSpool()
    spool.write(MARK)
    descriptor = spool._file.fileno()
    assert os.fstat(descriptor).st_nlink == 0
    spool.close()
    spool.close()  # the second time is no error
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
    with pytest.raises(ValueError, match="closed"):
        spool.read(1)


def test_no_library_gets_hold_of_the_file_behind_it() -> None:
    """Pillow writes straight to a file's descriptor where it is given one."""
    with SealedSpool() as spool, pytest.raises(io.UnsupportedOperation):
        spool.fileno()


def test_read_anywhere_it_is_the_file_that_was_written() -> None:
    """Against a BytesIO, at random places and over the edges of the cipher's blocks."""
    chance = random.Random(19)
    content = chance.randbytes(200_000)
    with SealedSpool() as spool:
        beginning = 0
        while beginning < len(content):
            length = chance.choice([0, 1, 15, 16, 17, 4096, 70_000])
            assert spool.write(content[beginning : beginning + length]) == len(content[beginning : beginning + length])
            beginning += length
        plain = io.BytesIO(content)
        for _ in range(500):
            place, length = chance.randrange(len(content) + 20), chance.choice([0, 1, 16, 33, 5000, 100_000])
            assert spool.seek(place) == plain.seek(place) == spool.tell()
            assert spool.read(length) == plain.read(length)
            back = -chance.randrange(len(content) + 20)
            assert spool.seek(back, io.SEEK_END) == plain.seek(back, io.SEEK_END)
            assert spool.read() == plain.read()
        with pytest.raises(ValueError, match="before the beginning"):
            spool.seek(-1)


@pytest.mark.parametrize("place", [0, 1, len(MARK) + 1])
def test_nothing_is_written_over_nor_past_the_end(place: int) -> None:
    with SealedSpool() as spool:
        spool.write(MARK)
        spool.seek(place)
        with pytest.raises(io.UnsupportedOperation):
            spool.write(b"other")
        spool.seek(0)
        assert spool.read() == MARK


def test_fifty_mebibytes_come_and_go_with_little_memory() -> None:
    piece = os.urandom(64 * 1024)
    written, read = hashlib.sha256(), hashlib.sha256()
    with SealedSpool() as spool:
        tracemalloc.start()
        for number in range(800):
            block = number.to_bytes(8) + piece[8:]
            written.update(block)
            spool.write(block)
        spool.seek(0)
        while block := spool.read(64 * 1024):
            read.update(block)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert spool.tell() == 50 * MEBIBYTE
    assert read.digest() == written.digest()
    assert peak < 2 * MEBIBYTE, peak


def test_security_04_a_full_disk_is_an_error_and_what_was_written_before_stays() -> None:
    """A child of its own with a small limit on the length of files: the system itself refuses in the middle."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            import signal

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
            with SealedSpool() as spool:
                try:
                    spool.write(MARK * 10_000)
                except OSError:
                    spool.seek(0)
                    code = 0 if spool.read() == (MARK * 10_000)[:100_000] else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
