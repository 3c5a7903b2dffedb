"""Client of a virus scanner, clamd (SECURITY 34)."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from enum import StrEnum

_TIMEOUT = 120.0  # seconds for one file, from the first byte to the answer
_CONNECT_TIMEOUT = 5.0
_ANSWER_LIMIT = 4096


class Verdict(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"


class ScannerDown(Exception):
    """The scanner is unreachable, does not answer in time, or did not read the whole file: ask again later."""


def scan(address: str, content: Iterable[bytes], *, timeout: float = _TIMEOUT) -> Verdict:
    """Ask the scanner at host:port, or at the path of a socket, about a file. Raises ScannerDown."""
    until = time.monotonic() + timeout
    with _connected(address) as connection:
        sent = _sent(connection, content, until)
        answer = _answer(connection, until)
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return Verdict.INFECTED
    if answer == "stream: OK" and sent:
        return Verdict.CLEAN
    raise ScannerDown(answer or "no answer")


def _connected(address: str) -> socket.socket:
    try:
        if "/" not in address:
            host, _, port = address.rpartition(":")
            return socket.create_connection((host.strip("[]"), int(port)), _CONNECT_TIMEOUT)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(_CONNECT_TIMEOUT)
            connection.connect(address)
        except OSError:
            connection.close()
            raise
    except (OSError, ValueError) as fault:
        raise ScannerDown(type(fault).__name__) from fault
    return connection


def _sent(connection: socket.socket, content: Iterable[bytes], until: float) -> bool:
    """Send the whole file. Returns False where the scanner hung up before the end, with or without an answer."""
    pieces = filter(None, content)  # an empty piece would tell it that the file ends here
    if not _passed(connection, b"zINSTREAM\0", until):
        return False
    for piece in pieces:
        if not _passed(connection, len(piece).to_bytes(4) + piece, until):
            return False
    return _passed(connection, bytes(4), until)


def _passed(connection: socket.socket, data: bytes, until: float) -> bool:
    try:
        connection.settimeout(_left(until))
        connection.sendall(data)
    except TimeoutError as fault:
        raise ScannerDown("too slow") from fault
    except OSError:
        return False
    return True


def _answer(connection: socket.socket, until: float) -> str:
    """Return the one answer of the scanner, which ends with a zero and after which it hangs up.

    Half an answer is none, nor are two: whoever says OK and then FOUND speaks of something else.
    """
    answer = b""
    try:
        while len(answer) < _ANSWER_LIMIT:
            connection.settimeout(_left(until))
            piece = connection.recv(_ANSWER_LIMIT)
            if not piece:
                break
            answer += piece
    except OSError as fault:
        raise ScannerDown(type(fault).__name__) from fault
    words, _, behind = answer.partition(b"\0")
    if len(words) == len(answer) or behind:
        raise ScannerDown("half an answer, or several")
    return words.decode(errors="replace")


def _left(until: float) -> float:
    if (left := until - time.monotonic()) <= 0:
        raise TimeoutError
    return left
