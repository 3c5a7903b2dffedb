"""The format of a stored file: chunks of 64 KiB, each sealed by itself, so that a file is never held in memory whole.

Every chunk's nonce is its number and whether it is the last, and every chunk is bound to the stored name. So one that
was cut off, swapped, repeated or moved to another file does not open, nor does a file that ends early. (The
construction is STREAM: Hoang, Reyhanitabar, Rogaway, Vizár, 2015.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.sealing import Cipher, decrypt, encrypt

CHUNK = 64 * 1024
_TAG = 16
_COUNTER = 11  # of the nonce's twelve bytes; the last says whether this is the last chunk


def sealed(plain: Iterable[bytes], cipher: Cipher, key: bytes, name: str) -> Iterator[bytes]:
    """Yield what is to be stored under `name`. The key is this file's own: it seals one content, once."""
    for number, (chunk, last) in enumerate(_chunks(plain, CHUNK)):
        yield encrypt(cipher, key, _nonce(number, last), chunk, _bound_to(name))


def unsealed(stored: Iterable[bytes], cipher: Cipher, key: bytes, name: str) -> Iterator[bytes]:
    """Yield the content again. Raises SealBroken.

    Every piece yielded is genuine. Only the end shows that none is missing: a file that was cut off raises there.
    """
    for number, (chunk, last) in enumerate(_chunks(stored, CHUNK + _TAG)):
        yield decrypt(cipher, key, _nonce(number, last), chunk, _bound_to(name))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(_COUNTER) + bytes([last])


def _bound_to(name: str) -> bytes:
    return f"evidence:{name}".encode()


def _chunks(content: Iterable[bytes], length: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of any length as chunks of one length, each with whether it is the last; at least one, if empty."""
    waiting = bytearray()
    for piece in content:
        waiting += piece
        while len(waiting) > length:
            yield bytes(waiting[:length]), False
            del waiting[:length]
    yield bytes(waiting), True
