"""What no HTTP library sends, on a socket to a real server (SECURITY 36)."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.database import Database
from tests.faults.city import fill
from tests.faults.forms import FACTS
from tests.running import Served, eventually, ready, served


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(sqlite_template, tmp_path / "gongshi.sqlite")
    database = Database(f"sqlite:///{tmp_path / 'gongshi.sqlite'}")
    yield database
    database.dispose()


def exchange(server: Served, request: bytes, patience: float = 0.5) -> str:
    """Return the status line; "" where the server closes without one, or waits for more."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=patience) as connection:
        try:
            connection.sendall(request)
            return connection.recv(65536)[9:12].decode()
        except (TimeoutError, ConnectionError):
            return ""


def post(path: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def requests(path: str) -> dict[str, bytes]:
    form, text = "Content-Type: application/x-www-form-urlencoded", f"facts={FACTS}&step=submit".encode()
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(text), text)
    return {
        "no body where one is due": post(path, form, "Content-Length: 500", body=b"facts="),
        "a longer body than said": post(path, form, "Content-Length: 3", body=text),
        "no length at all": post(path, form, body=text),
        "a length that is none": post(path, form, "Content-Length: ten", body=text),
        "a negative length": post(path, form, "Content-Length: -1", body=text),
        "two lengths": post(path, form, "Content-Length: 3", f"Content-Length: {len(text)}", body=text),
        "in chunks": post(path, form, "Transfer-Encoding: chunked", body=chunks),
        "in chunks that are none": post(path, form, "Transfer-Encoding: chunked", body=b"zz\r\n" + text),
        "in chunks and with a length": post(path, form, "Transfer-Encoding: chunked", "Content-Length: 3", body=chunks),
        "packed": post(path, form, "Content-Encoding: gzip", f"Content-Length: {len(text)}", body=text),
        "waiting to be asked on": post(path, form, "Expect: 100-continue", f"Content-Length: {len(text)}", body=text),
        "a path of bytes": b"GET /\xff\xfe%ff%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        "a header with a zero": b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
        "a header of 200 kB": b"GET / HTTP/1.1\r\nHost: x\r\nCookie: gongshi=" + b"a" * 200_000 + b"\r\n\r\n",
        "a line of 200 kB": b"GET /?" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        "no host": b"GET / HTTP/1.1\r\n\r\n",
        "an unheard-of version": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    }


@pytest.mark.soak
def test_security_36_broken_http_gets_no_5xx_and_nobody_waits_for_whoever_sends_slowly(
    database: Database, tmp_path: Path
) -> None:
    path = fill(database)[0]
    with served(database.url, tmp_path / "log", limits_enabled="0") as server:
        eventually(lambda: ready(server.address), "ready")
        statuses = {what: exchange(server, sent) for what, sent in requests(path).items()}
        print(statuses)
        assert {what: status for what, status in statuses.items() if status.startswith("5")} == {}
        with ExitStack() as slow:  # forms that never come to an end, more of them than the server has threads
            for _ in range(12):
                connection = slow.enter_context(socket.create_connection(("127.0.0.1", server.port)))
                connection.sendall(post(path, "Content-Type: text/plain", "Content-Length: 500", body=b"facts="))
            assert exchange(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", patience=10) == "200"
        assert ready(server.address)
    with database.reader() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM objections").scalar() == 0
    assert "Traceback" not in (tmp_path / "log").read_text("utf-8", "replace")
