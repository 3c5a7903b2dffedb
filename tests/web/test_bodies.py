"""Bodies that come slowly: places, time and turns (SECURITY 53)."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, request

from app.web import bodies
from app.web.bodies import BodyGuard, BodyPlaces, NoPlace, TooSlow

FORM = "application/x-www-form-urlencoded"
ONE, OTHER = "192.0.2.1", "198.51.100.7"


class Line:
    """The body of a request as it comes in: pieces, and then silence until the line is closed."""

    def __init__(self, *pieces: bytes, ends: bool = False) -> None:
        self.pieces, self.ends, self.closed = list(pieces), ends, threading.Event()

    def read(self, _: int) -> bytes:
        if self.pieces:
            return self.pieces.pop(0)
        if not self.ends:
            self.closed.wait(20)
        return b""


def asked(line: Any, length: int = 500, address: str = ONE) -> dict[str, Any]:
    return {"wsgi.input": line, "CONTENT_LENGTH": str(length), "REMOTE_ADDR": address, "REQUEST_METHOD": "POST"}


def reading(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    """Take a body as an application does, and send it back."""
    body = environ["wsgi.input"].read()
    start("200 OK", [("Content-Length", str(len(body)))])
    return [body]


class Answer:
    def __init__(self, guard: BodyGuard, environ: dict[str, Any]) -> None:
        self.status, self.headers = "", {}
        self.content = guard(environ, self._start)

    def _start(self, status: str, headers: list[tuple[str, str]], _: object = None) -> Any:
        self.status, self.headers = status, dict(headers)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SILENT_SECONDS", 0.3)
    monkeypatch.setattr(bodies, "TOTAL_SECONDS", 1.0)
    monkeypatch.setattr(bodies, "_WAITS_FOR_PLACE", 0.3)


def test_a_body_comes_through_as_it_is() -> None:
    sent = bytes(range(256)) * 4000
    assert Answer(BodyGuard(reading, 1), asked(io.BytesIO(sent), len(sent))).content == [sent]

    def by_lines(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [])
        body = environ["wsgi.input"]
        return [body.readline(), body.readline(2), *body]

    lines = Answer(BodyGuard(by_lines, 1), asked(io.BytesIO(b"one\ntwo\nthree\nfour"), 18)).content
    assert lines == [b"one\n", b"tw", b"o\n", b"three\n", b"four"]


def test_security_53_a_silent_sender_is_answered_and_the_line_closed(impatient: None) -> None:
    line = Line(b"facts=")
    began = time.monotonic()
    answer = Answer(BodyGuard(reading, 1), asked(line))
    assert answer.status.startswith("408")
    assert time.monotonic() - began < 5
    # One byte longer than what follows: the only answer after which the server closes the line.
    content = b"".join(answer.content)
    assert int(answer.headers["Content-Length"]) == len(content) + 1
    assert answer.headers["Connection"] == "close"
    line.closed.set()


def test_security_53_who_sends_a_byte_now_and_then_has_a_total_time(impatient: None) -> None:
    class Dripping(Line):
        def read(self, _: int) -> bytes:
            time.sleep(0.1)
            return b"x"

    began = time.monotonic()
    assert Answer(BodyGuard(reading, 1), asked(Dripping())).status.startswith("408")
    assert 0.9 < time.monotonic() - began < 10


def test_security_36_half_a_body_is_never_taken_for_a_whole_one() -> None:
    """The server ends a body in the same way where its line broke."""
    for sent in (b"", b"reason=he is no"):
        assert Answer(BodyGuard(reading, 1), asked(io.BytesIO(sent), 500)).status.startswith("400")

    def by_lines(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [])
        return [*environ["wsgi.input"]]

    assert Answer(BodyGuard(by_lines, 1), asked(io.BytesIO(b"one\ntw"), 500)).status.startswith("400")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_security_36_a_body_in_chunks_is_not_read(app: Flask) -> None:
    for method, path, status in (("POST", "/reading", 411), ("POST", "/login", 411), ("GET", "/login", 200)):
        sent = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "CONTENT_TYPE": FORM}
        answer = app.test_client().open(
            path, method=method, input_stream=io.BytesIO(b"text=large"), environ_overrides=sent
        )
        assert answer.status_code == status
        assert "Set-Cookie" not in answer.headers or method == "GET"


def test_security_53_bodies_under_way_take_no_turn(impatient: None) -> None:
    guard = BodyGuard(reading, 1)
    line = Line(b"facts=")
    slow = threading.Thread(target=Answer, args=(guard, asked(line)))
    slow.start()
    time.sleep(0.1)
    began = time.monotonic()
    assert Answer(guard, asked(io.BytesIO(b"quick"), 5, OTHER)).content == [b"quick"]
    assert Answer(BodyGuard(lambda *_: [b"page"], 1), {"QUERY_STRING": ""}).content == [b"page"]
    assert time.monotonic() - began < 0.25
    line.closed.set()
    slow.join()


def test_security_53_one_address_holds_its_places_and_no_more(impatient: None) -> None:
    guard = BodyGuard(reading, 4, BodyPlaces(most=6, most_of_address=2))
    held: list[Line] = []
    for _ in range(2):
        held.append(Line(b"facts="))
        threading.Thread(target=Answer, args=(guard, asked(held[-1])), daemon=True).start()
    time.sleep(0.1)
    assert Answer(guard, asked(io.BytesIO(b"a body"), 6)).status.startswith("503")
    assert Answer(guard, asked(io.BytesIO(b"a body"), 6, "192.0.2.2")).content == [b"a body"]
    for line in held:
        line.closed.set()
    time.sleep(0.2)
    assert Answer(guard, asked(io.BytesIO(b"a body"), 6)).content == [b"a body"]


def test_security_53_a_household_is_one_address() -> None:
    class Full(BodyPlaces):
        def take(self, address: str, patience: float) -> bool:
            taken.append(address)
            return False

    taken: list[str] = []
    guard = BodyGuard(reading, 1, Full())
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "::ffff:192.0.2.1"):
        assert Answer(guard, asked(io.BytesIO(b"x"), 1, address)).status.startswith("503")
    assert taken == ["2001:db8:1:2::/64", "2001:db8:1:2::/64", "192.0.2.1"]


def test_nobody_waits_behind_too_many_who_wait() -> None:
    places = BodyPlaces(most=1, most_of_address=1)
    assert places.take(ONE, 0)
    waiting = [threading.Thread(target=places.take, args=(ONE, 1)) for _ in range(bodies.WAITING_OF_ADDRESS)]
    for each in waiting:
        each.start()
    time.sleep(0.1)
    began = time.monotonic()
    assert not places.take(ONE, 5)
    assert time.monotonic() - began < 0.5
    for each in waiting:
        each.join()
    places.give_back(ONE)
    assert places.take(OTHER, 0)


def test_security_53_whose_file_is_copied_takes_no_turn() -> None:
    app = Flask("a portal")
    copying, done = threading.Event(), threading.Event()

    @app.post("/")
    def upload() -> str:
        with bodies.beside_turns():
            copying.set()
            assert done.wait(5)
        return "taken"

    guard = BodyGuard(app.wsgi_app, 1)
    app.wsgi_app = guard  # type: ignore[method-assign]
    sent: list[str] = []
    sender = threading.Thread(target=lambda: sent.append(app.test_client().post("/", data="a file").text))
    sender.start()
    assert copying.wait(5)
    assert Answer(BodyGuard(reading, 1), asked(io.BytesIO(b"x"), 1)).content == [b"x"]
    assert guard._turns.acquire(timeout=1)  # the only turn is free
    guard._turns.release()
    done.set()
    sender.join()
    assert sent == ["taken"]


def test_security_53_slow_work_of_one_address_leaves_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose copy takes its twenty seconds holds a thread as long as it waits for its turn to be copied."""
    monkeypatch.setattr(bodies, "_WAITS_FOR_WORK", 0.3)
    app = Flask("a portal")
    copied = threading.Event()

    @app.post("/")
    def upload() -> str:
        with bodies.beside_turns():
            assert request.remote_addr != ONE or copied.wait(10)
        return "taken"

    app.wsgi_app = BodyGuard(app.wsgi_app, 1)  # type: ignore[method-assign]
    statuses: list[int] = []

    def send(address: str) -> int:
        return app.test_client().post("/", data="a file", environ_overrides={"REMOTE_ADDR": address}).status_code

    senders = [threading.Thread(target=lambda: statuses.append(send(ONE))) for _ in range(40)]
    for sender in senders:
        sender.start()
    while len(statuses) < len(senders) - bodies.SLOW_WORK_OF_ADDRESS:
        time.sleep(0.01)
    assert set(statuses) == {503}
    assert send(OTHER) == 200
    copied.set()
    for sender in senders:
        sender.join()
    assert statuses.count(200) == bodies.SLOW_WORK_OF_ADDRESS


def test_refusals_say_what_to_do() -> None:
    assert "请" in str(TooSlow.description)
    assert "请" in str(NoPlace.description)


@pytest.fixture(autouse=True)
def all_ends() -> Iterator[None]:
    yield
    until = time.monotonic() + 5
    while any(each.name == "body" and each.is_alive() for each in threading.enumerate()) and time.monotonic() < until:
        time.sleep(0.05)
