"""A scanner is believed when it has seen the whole file and says a word that is known; else it is asked again later."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.evidence.scanner import ScannerDown, Verdict, scan

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
STREAM_LIMIT = 1_000_000


class Clamd(threading.Thread):
    """A small clamd: it speaks INSTREAM as the real one does, and knows one virus."""

    def __init__(self, listener: socket.socket, answer: Callable[[socket.socket], None] | None = None) -> None:
        super().__init__(daemon=True)
        self.received: list[bytes] = []
        self._listener, self._answer = listener, answer or self.instream
        listener.settimeout(10)

    def run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
                with connection:
                    self._answer(connection)
            except OSError:  # the caller hung up, or the test is over
                return

    def instream(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        command = stream.read(10)
        assert command == b"zINSTREAM\0", command
        content = b""
        while length := int.from_bytes(stream.read(4)):
            content += stream.read(length)
            if len(content) > STREAM_LIMIT:
                connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.received.append(content)
        connection.sendall(b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in content else b"stream: OK\0")


@contextmanager
def clamd(answer: Callable[[socket.socket], None] | None = None) -> Iterator[tuple[str, Clamd]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Clamd(listener, answer)
        server.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}", server


def saying(words: bytes) -> Callable[[socket.socket], None]:
    """Read the request and answer with these words."""

    def answer(connection: socket.socket) -> None:
        while not connection.recv(65536).endswith(bytes(4)):
            pass
        connection.sendall(words)

    return answer


def test_security_34_a_clean_file_is_clean_and_an_infected_one_is_not() -> None:
    with clamd() as (address, server):
        assert scan(address, [b"%PDF-1.7", b" a letter"]) is Verdict.CLEAN
        assert scan(address, [b"%PDF-1.7 ", EICAR]) is Verdict.INFECTED
        assert scan(address, []) is Verdict.CLEAN
    assert server.received == [b"%PDF-1.7 a letter", b"%PDF-1.7 " + EICAR, b""]


def test_security_34_by_a_socket_in_a_folder_too(tmp_path: Path) -> None:
    path = tmp_path / "clamd.socket"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        Clamd(listener).start()
        assert scan(str(path), [EICAR]) is Verdict.INFECTED
        assert scan(str(path), [b"a letter"]) is Verdict.CLEAN
    with pytest.raises(ScannerDown):
        scan(str(tmp_path / "nobody.socket"), [b"a letter"])


def test_security_34_the_virus_is_seen_however_the_file_comes_in_pieces() -> None:
    """An empty piece, sent as it is, would tell the scanner that the file ends before the virus."""
    with clamd() as (address, server):
        assert scan(address, [b"a letter", b"", EICAR]) is Verdict.INFECTED
        assert scan(address, [bytes([byte]) for byte in EICAR]) is Verdict.INFECTED
        assert scan(address, [bytes(900_000) + EICAR]) is Verdict.INFECTED
    assert [len(content) for content in server.received] == [8 + len(EICAR), len(EICAR), 900_000 + len(EICAR)]


def test_security_34_a_file_that_the_scanner_did_not_see_whole_is_not_judged() -> None:
    with clamd() as (address, _), pytest.raises(ScannerDown):
        scan(address, itertools.repeat(bytes(64 * 1024), 200))


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: OK, almost\0",
        b"stream: Can't allocate memory ERROR\0",
        b"OK\0",
        b"UNKNOWN COMMAND\0",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\xff\xfe\xfd\0",
        b"stream: O",
        b"x" * 100_000,
    ],
)
def test_security_34_any_other_answer_is_none(words: bytes) -> None:
    with clamd(saying(words)) as (address, _), pytest.raises(ScannerDown):
        scan(address, [b"a letter"])


def test_security_34_an_answer_that_comes_letter_by_letter_is_one() -> None:
    def slowly(connection: socket.socket) -> None:
        saying(b"")(connection)
        for letter in b"stream: Eicar FOUND\0":
            connection.sendall(bytes([letter]))

    with clamd(slowly) as (address, _):
        assert scan(address, [EICAR]) is Verdict.INFECTED


def test_security_34_ok_before_the_file_has_ended_is_not_believed() -> None:
    """Whatever answers there has not looked at the file."""

    def hasty(connection: socket.socket) -> None:
        connection.recv(10)
        connection.sendall(b"stream: OK\0")

    with clamd(hasty) as (address, _), pytest.raises(ScannerDown):
        scan(address, itertools.repeat(bytes(64 * 1024), 2000))


def test_security_34_a_dropped_connection_is_no_verdict() -> None:
    for drop in (lambda connection: None, lambda connection: connection.recv(100)):
        with clamd(drop) as (address, _), pytest.raises(ScannerDown):
            scan(address, [b"a letter"] * 1000)


@pytest.mark.parametrize("content", [[b"a letter"], [bytes(64 * 1024)] * 400], ids=["no answer", "not even read"])
def test_security_34_a_scanner_that_does_not_answer_is_not_waited_for(content: list[bytes]) -> None:
    over = threading.Event()
    with clamd(lambda connection: over.wait(10) and None) as (address, _):
        begun = time.monotonic()
        with pytest.raises(ScannerDown):
            scan(address, content, timeout=0.3)
        assert time.monotonic() - begun < 2
        over.set()


def test_security_34_an_answer_that_never_ends_is_not_waited_for() -> None:
    over = threading.Event()

    def dripping(connection: socket.socket) -> None:
        while not over.wait(0.02):
            connection.sendall(b".")

    with clamd(dripping) as (address, _):
        with pytest.raises(ScannerDown):
            scan(address, [b"a letter"], timeout=0.3)
        over.set()


def test_security_34_no_scanner_is_no_verdict() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{probe.getsockname()[1]}"
        for address in (nobody, "127.0.0.1", "127.0.0.1:clamd", ":", "no.such.host.invalid:3310"):
            with pytest.raises(ScannerDown):
                scan(address, [b"a letter"])


def test_a_broken_seal_is_not_the_scanners_fault() -> None:
    class SealBroken(Exception):
        pass

    def broken() -> Iterator[bytes]:
        yield b"a letter"
        raise SealBroken

    with clamd() as (address, _), pytest.raises(SealBroken):
        scan(address, broken())
