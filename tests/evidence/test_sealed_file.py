"""A stored file opens with its key, under its name, whole and unchanged, and not otherwise."""

from __future__ import annotations

import itertools
import os
import tracemalloc
from collections.abc import Callable

import pytest

from app.evidence.sealed_file import CHUNK, sealed, unsealed
from app.sealing import Cipher, SealBroken, new_key

CIPHERS = pytest.mark.parametrize("cipher", list(Cipher))
NAME, OTHER = "ab" + "0" * 30, "cd" + "1" * 30
MARK = "盖章的原件，证明人赵小禾".encode()
STORED_CHUNK = CHUNK + 16


def opened(stored: bytes, cipher: Cipher, key: bytes, name: str = NAME) -> bytes:
    return b"".join(unsealed([stored], cipher, key, name))


def stored_chunks(stored: bytes) -> list[bytes]:
    return [stored[start : start + STORED_CHUNK] for start in range(0, len(stored), STORED_CHUNK)]


@CIPHERS
@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_security_06_any_length_comes_back_bit_for_bit(cipher: Cipher, length: int) -> None:
    key, content = new_key(cipher), os.urandom(length)
    stored = b"".join(sealed([content], cipher, key, NAME))
    assert opened(stored, cipher, key) == content
    assert len(stored) == length + 16 * max(1, -(-length // CHUNK))


def test_it_does_not_matter_in_what_pieces_it_comes() -> None:
    key, content = new_key(Cipher.AES), os.urandom(2 * CHUNK + 100)
    whole = b"".join(sealed([content], Cipher.AES, key, NAME))
    for step in (1000, CHUNK, CHUNK + 1, 3 * CHUNK):
        pieces = [b"", *(content[start : start + step] for start in range(0, len(content), step)), b""]
        assert b"".join(sealed(pieces, Cipher.AES, key, NAME)) == whole
        stored = [whole[start : start + step] for start in range(0, len(whole), step)]
        assert b"".join(unsealed(stored, Cipher.AES, key, NAME)) == content


@CIPHERS
def test_security_14_what_is_stored_shows_nothing(cipher: Cipher) -> None:
    stored = b"".join(sealed([MARK * 10_000], cipher, new_key(cipher), NAME))
    assert not any(MARK[start : start + 6] in stored for start in range(len(MARK) - 6))
    assert len(set(stored_chunks(stored))) == len(stored_chunks(stored))  # equal chunks do not look equal


TAMPERINGS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "cut at a chunk's end": lambda chunks: chunks[:-1],
    "cut to its first chunk": lambda chunks: chunks[:1],
    "cut to nothing": lambda chunks: [],
    "cut within a chunk": lambda chunks: [*chunks[:-1], chunks[-1][:-1]],
    "cut within a tag": lambda chunks: [*chunks[:-1], chunks[-1][:15]],
    "its first chunk dropped": lambda chunks: chunks[1:],
    "a middle chunk dropped": lambda chunks: [chunks[0], *chunks[2:]],
    "two chunks swapped": lambda chunks: [chunks[1], chunks[0], *chunks[2:]],
    "a chunk repeated": lambda chunks: [chunks[0], *chunks],
    "its last chunk repeated": lambda chunks: [*chunks, chunks[-1]],
    "a byte added": lambda chunks: [*chunks, b"\0"],
    "a chunk of zeros added": lambda chunks: [*chunks, bytes(16)],
}


@CIPHERS
@pytest.mark.parametrize("tampering", TAMPERINGS)
@pytest.mark.parametrize("length", [3 * CHUNK, 3 * CHUNK + 5])
def test_security_15_no_chunk_is_cut_off_dropped_swapped_or_repeated(
    cipher: Cipher, tampering: str, length: int
) -> None:
    key = new_key(cipher)
    chunks = stored_chunks(b"".join(sealed([os.urandom(length)], cipher, key, NAME)))
    with pytest.raises(SealBroken):
        opened(b"".join(TAMPERINGS[tampering](chunks)), cipher, key)


@CIPHERS
def test_security_15_no_chunk_moves_to_another_file_or_key(cipher: Cipher) -> None:
    """Two files under one key is what must never be; even then no chunk of one passes in the other."""
    key, other_key = new_key(cipher), new_key(cipher)
    one = b"".join(sealed([bytes(2 * CHUNK)], cipher, key, NAME))
    two = b"".join(sealed([bytes(2 * CHUNK)], cipher, key, OTHER))
    mixed = stored_chunks(one)[0] + stored_chunks(two)[1]
    for stored, with_key, name in [(one, key, OTHER), (two, key, NAME), (mixed, key, NAME), (one, other_key, NAME)]:
        with pytest.raises(SealBroken):
            opened(stored, cipher, with_key, name)


@CIPHERS
def test_security_15_no_bit_of_it_can_be_changed(cipher: Cipher) -> None:
    key = new_key(cipher)
    small = b"".join(sealed([MARK], cipher, key, NAME))
    large = b"".join(sealed([MARK * 5000], cipher, key, NAME))
    every = [(small, place, bit) for place, bit in itertools.product(range(len(small)), range(8))]
    some = [(large, place, 0) for place in (0, CHUNK - 1, CHUNK, CHUNK + 16, len(large) - 17, len(large) - 1)]
    for stored, place, bit in every + some:
        changed = bytearray(stored)
        changed[place] ^= 1 << bit
        with pytest.raises(SealBroken):
            opened(bytes(changed), cipher, key)


def test_what_came_out_before_the_break_is_genuine() -> None:
    key, content = new_key(Cipher.AES), os.urandom(3 * CHUNK)
    stored = bytearray(b"".join(sealed([content], Cipher.AES, key, NAME)))
    stored[-1] ^= 1
    got: list[bytes] = []
    with pytest.raises(SealBroken):
        got.extend(unsealed([bytes(stored)], Cipher.AES, key, NAME))  # keeps what came before the refusal
    assert b"".join(got) == content[: 2 * CHUNK]


def test_a_long_file_is_never_in_memory_whole() -> None:
    key, piece = new_key(Cipher.AES), os.urandom(CHUNK)
    tracemalloc.start()
    stored = sealed(itertools.repeat(piece, 800), Cipher.AES, key, NAME)
    length = sum(map(len, unsealed(stored, Cipher.AES, key, NAME)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert length == 50 * 1024 * 1024
    assert peak < 2 * 1024 * 1024, peak
