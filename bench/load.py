"""The load generator: one thread, keep-alive connections, each with one request under way at a time.

Written for this bench so that it needs nothing installed. It parses no more of an answer than its status
and its length, and costs about 20 microseconds an exchange plus the copying of the body.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CLIENTS = 16
_BUFFER = 1 << 20
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to the request of this number. `head` and `body` are kept only if asked for."""

    number: int
    status: int
    seconds: float
    head: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """All the answers of one run, in order of arrival, and how long the run took."""

    answers: list[Answer]
    seconds: float

    @property
    def per_second(self) -> float:
        return len(self.answers) / self.seconds

    def expect(self, status: int) -> Outcome:
        """Return this outcome if every answer had the status. A figure with errors in it does not count."""
        wrong = [answer for answer in self.answers if answer.status != status]
        assert not wrong, f"{len(wrong)} answers are not {status}, the first is {wrong[0].status}: {wrong[0].body}"
        return self


def get(path: str, **headers: str) -> bytes:
    return _request("GET", path, headers, b"")


def post(path: str, form: bytes, **headers: str) -> bytes:
    return _request("POST", path, {"Content_Type": "application/x-www-form-urlencoded"} | headers, form)


def for_seconds(request: bytes, seconds: float) -> Iterator[bytes]:
    """Yield the same request again and again until the time is up."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        yield request


def send(
    port: int, requests: Iterable[bytes], *, clients: int = CLIENTS, keep: bool = False, host: str = "127.0.0.1"
) -> Outcome:
    """Send every request, `clients` at a time. Raises ConnectionError when the server hangs up."""
    numbered = enumerate(requests)
    answers: list[Answer] = []
    start = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for _ in range(clients):
            client = _Client((host, port), keep)
            if client.send_next(numbered):
                selector.register(client.socket, selectors.EVENT_READ, client)
        while selector.get_map():
            for key, _events in selector.select(timeout=60) or _silence():
                client = key.data
                answer = client.receive()
                if answer is None:
                    continue
                answers.append(answer)
                if not client.send_next(numbered):
                    selector.unregister(client.socket)
                    client.socket.close()
    return Outcome(answers, time.perf_counter() - start)


class _Client:
    """One connection and the exchange under way on it."""

    def __init__(self, address: tuple[str, int], keep: bool) -> None:
        self.socket = socket.create_connection(address, timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._keep = keep
        self._buffer = memoryview(bytearray(_BUFFER))

    def send_next(self, requests: Iterator[tuple[int, bytes]]) -> bool:
        """Send the next request; False when there is none left."""
        number, request = next(requests, (-1, b""))
        if number < 0:
            return False
        self._number, self._got, self._head, self._whole = number, 0, 0, 0
        self._sent_at = time.perf_counter()
        self.socket.sendall(request)
        return True

    def receive(self) -> Answer | None:
        """Take what has arrived; the answer once it is whole."""
        got = self.socket.recv_into(self._buffer[self._got :])
        if not got:
            raise ConnectionError("the server hung up in the middle of an answer")
        self._got += got
        if not self._whole:
            self._read_head()
        if not self._whole or self._got < self._whole:
            return None
        seconds = time.perf_counter() - self._sent_at
        status = int(self._buffer[9:12])
        if not self._keep and status < 400:
            return Answer(self._number, status, seconds)
        head, body = self._buffer[: self._head], self._buffer[self._head : self._whole]
        return Answer(self._number, status, seconds, str(head, "latin-1"), str(body, "utf-8"))

    def _read_head(self) -> None:
        start = bytes(self._buffer[: min(self._got, 8192)])
        end = start.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(start, 0, end)
        self._head = end + 4
        self._whole = self._head + (int(length[1]) if length else 0)


def _request(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def _silence() -> list[tuple[selectors.SelectorKey, int]]:
    raise TimeoutError("no answer for a minute")
