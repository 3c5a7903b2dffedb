"""Bodies that never end, sent to a real server without any proxy (SECURITY 53)."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from app.database import Database
from tests.running import Served, eventually, ready, served
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FORM = b"Host: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\n"


@pytest.fixture
def server(world: World, database: Database, tmp_path: Path) -> Iterator[Served]:
    with served(database.url, tmp_path / "log", limits_enabled="0") as server:
        eventually(lambda: ready(server.address), "ready")
        yield server


def half_sent(server: Served) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", server.port), timeout=40)
    line.sendall(b"POST /login HTTP/1.1\r\n" + FORM + b"login=")
    return line


def took(server: Served, method: str, path: str, body: str | None = None) -> float:
    began = time.monotonic()
    asking = http.client.HTTPConnection("127.0.0.1", server.port, timeout=40, source_address=("127.0.0.2", 0))
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    asking.request(method, path, body, kind)
    assert asking.getresponse().status in (200, 400)
    asking.close()
    return time.monotonic() - began


@pytest.mark.soak
@pytest.mark.parametrize("number", [4, 24])
def test_security_53_half_sent_bodies_hold_up_nobody_and_end(server: Served, number: int) -> None:
    for path in ("/", "/login"):
        took(server, "GET", path)  # a page's first time compiles it: not what is measured here
    with ExitStack() as open_lines:
        lines = [open_lines.enter_context(half_sent(server)) for _ in range(number)]
        began = time.monotonic()
        time.sleep(1.5)
        for method, path, body in (("GET", "/", None), ("GET", "/login", None), ("POST", "/login", "login=a")):
            assert took(server, method, path, body) < 5  # it stood for as long as the others kept their lines
        answers = [line.recv(4096) for line in lines]
        assert {answer.split()[1] for answer in answers} == {b"408"}
        for line in lines:
            while line.recv(4096):
                pass
        assert time.monotonic() - began < 30
    assert took(server, "GET", "/") < 5
    threads = [each.num_threads() for each in psutil.Process(server.process.pid).children(recursive=True)]
    assert max(threads) < 200
