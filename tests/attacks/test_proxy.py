"""HTTP that no browser sends, through the shipped nginx and to the server itself (SECURITY 26, 30, 53)."""

from __future__ import annotations

import hashlib
import http.client
import re
import shutil
import socket
import struct
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import product
from pathlib import Path

import pytest
from flask import Flask

from tests.deploy.running import NAME, NGINX, Served, nginx, served
from tests.running import KEY, answers

behind_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not to be had here")
HOST = f"Host: {NAME}"
SECOND = f"GET /smuggled HTTP/1.1\r\n{HOST}\r\nConnection: close\r\n\r\n"


@pytest.fixture
def empty_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "served.sqlite")
    return f"sqlite:///{tmp_path}/served.sqlite"


@pytest.fixture(scope="module")
def started(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("served")
    shutil.copy(sqlite_template, home / "served.sqlite")
    url = f"sqlite:///{home}/served.sqlite"
    with served(home, url, trusted_proxies="1", secure_cookies="1", limits_enabled="0") as server:
        yield server


@pytest.fixture
def server(started: Served) -> Served:
    """One server for all, its log empty."""
    started.log.write_text("")
    return started


# --- requests in requests ------------------------------------------------------------------------


def post(*headers: str, body: str = "", version: str = "1.1") -> bytes:
    return "\r\n".join([f"POST /receipt HTTP/{version}", HOST, *headers, "", body]).encode("latin-1")


def get(target: str, *headers: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {target} HTTP/1.1", *(headers or (HOST,)), "", ""]).encode("latin-1")


CHUNKED, LAST = "Transfer-Encoding: chunked", "0\r\n\r\n"
LONG = f"Content-Length: {len(LAST + SECOND)}"
# Whoever reads the length and whoever reads the chunks sees another end of the first request.
SMUGGLED = {
    "length, then chunks": post(LONG, CHUNKED, body=LAST + SECOND),
    "chunks, then length": post("Content-Length: 4", CHUNKED, body=f"{len(SECOND):x}\r\n{SECOND}\r\n{LAST}"),
    "chunks in HTTP/1.0": post(CHUNKED, body=LAST + SECOND, version="1.0"),
    "two codings": post(CHUNKED, "Transfer-Encoding: identity", body=LAST + SECOND),
    "two lengths": post("Content-Length: 0", f"Content-Length: {len(SECOND)}", body=SECOND),
    "a list of lengths": post(f"Content-Length: 0, {len(SECOND)}", body=SECOND),
    "a length with +": post(f"Content-Length: +{len(SECOND)}", body=SECOND),
    "a negative length": post(f"Content-Length: -{len(SECOND)}", body=SECOND),
    "a length in hexadecimal": post(f"Content-Length: 0x{len(SECOND):x}", body=SECOND),
    "a length, a space, a colon": post(f"Content-Length : {len(SECOND)}", body=SECOND),
    "a length of another name": post(f"Content_Length: {len(SECOND)}", "Content-Length: 0", body=SECOND),
    "chunks with an extension and a bare line feed": post(CHUNKED, body=f"5;a\nhello\r\n{LAST}{SECOND}"),
    "chunks with bare line feeds": post(CHUNKED, body=f"5\nhello\n0\n\n{SECOND}"),
    "a negative chunk": post(CHUNKED, body=f"-1\r\nhello\r\n{LAST}{SECOND}"),
    "a chunk with 0x": post(CHUNKED, body=f"0x5\r\nhello\r\n{LAST}{SECOND}"),
    "a chunk that overflows": post(CHUNKED, body=f"{'F' * 17}\r\nhello\r\n{LAST}{SECOND}"),
    "a trailer with headers": post(CHUNKED, body="5\r\nhello\r\n0\r\nContent-Length: 5\r\nHost: evil.example\r\n\r\n"),
    "more than was said": post("Content-Length: 2", body=f"a={SECOND}"),
    "a body of a GET": get("/receipt", HOST, f"Content-Length: {len(SECOND)}") + SECOND.encode(),
    "a body of a GET from memory": get("/", HOST, f"Content-Length: {len(SECOND)}") + SECOND.encode(),
    "a body of a HEAD": get("/", HOST, f"Content-Length: {len(SECOND)}", method="HEAD") + SECOND.encode(),
    "bare carriage returns": get("/receipt").replace(b"\r\n", b"\r") + SECOND.encode(),
    "bare line feeds": get("/receipt").replace(b"\r\n", b"\n") + SECOND.encode(),
    "a folded header": get("/receipt", HOST, "X: a\r\n Content-Length: 5") + SECOND.encode(),
    "a switch to HTTP/2": get("/receipt", HOST, "Connection: Upgrade", "Upgrade: h2c") + SECOND.encode(),
    "a switch to a websocket": get("/receipt", HOST, "Connection: Upgrade", "Upgrade: websocket") + SECOND.encode(),
    "headers to be dropped": get("/receipt", HOST, "Connection: Cookie, Content-Length", "Content-Length: 0")
    + SECOND.encode(),
    "one after the other": get("/receipt") * 3 + SECOND.encode(),
} | {
    f"the coding written {coding!r}": post(LONG, coding, body=LAST + SECOND)
    for coding in (
        "Transfer-Encoding : chunked",
        "Transfer-Encoding:\tchunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: CHUNKED",
        "Transfer-Encoding: \x0bchunked",
        'Transfer-Encoding: "chunked"',
        "Transfer-Encoding:\r\n chunked",
        "Transfer-Encoding: chunked\x00",
        "Transfer-Encoding: chunked;q=1",
        "Transfer_Encoding: chunked",
        "X: x\nTransfer-Encoding: chunked",
    )
}  # fmt: skip


def exchange(line: socket.socket, sent: bytes) -> bytes:
    """Return all that comes until the other side closes, or is silent."""
    received = b""
    with line:
        line.settimeout(6)
        try:
            line.sendall(sent)
            while piece := line.recv(65536):
                received += piece
        except OSError:
            pass
    return received


def each_answered(connect: Callable[[], socket.socket], server: Served) -> dict[str, list[bytes]]:
    """Send each on a line of its own. The portal must have read no request that its sender saw no answer to."""
    with ThreadPoolExecutor(len(SMUGGLED)) as pool:  # most wait for more, until a line is given up
        found = dict(zip(SMUGGLED, pool.map(lambda sent: exchange(connect(), sent), SMUGGLED.values()), strict=True))
    statuses = {what: re.findall(rb"HTTP/1\.[01] (\d{3})", answer) for what, answer in found.items()}
    second = sum(line.get("route") == "none" and line["status"] == 404 for line in server.lines())
    assert second == sum(b"404" in each for each in statuses.values())
    assert not [what for what, each in statuses.items() if each and each[0] >= b"500" and each[0] != b"501"]
    return statuses


@pytest.mark.soak
@behind_nginx
@pytest.mark.soak
def test_no_request_is_smuggled_in_another_through_the_shipped_nginx(server: Served, tmp_path: Path) -> None:
    with nginx(tmp_path, server.port) as site:
        statuses = each_answered(site.connect, server)
        # Whatever leaves two readers in doubt is refused before the portal sees it.
        ambiguous = [what for what in statuses if what.startswith(("the coding", "length", "chunks,", "two", "a list"))]
        ambiguous.remove("the coding written 'Transfer_Encoding: chunked'")  # no header: nginx drops it
        assert {what: statuses[what][:1] for what in ambiguous if statuses[what][:1] not in ([b"400"], [b"501"])} == {}
        for _ in range(4):  # on lines that nginx keeps to the portal nothing is left over
            assert site.ask("GET", "/receipt", source="127.0.0.2").status == 200


@pytest.mark.soak
def test_no_request_is_smuggled_in_another_to_the_server_itself(server: Served) -> None:
    each_answered(lambda: socket.create_connection(("127.0.0.1", server.port)), server)
    assert answers(f"http://127.0.0.1:{server.port}/healthz")


# --- targets, hosts, methods ---------------------------------------------------------------------

_NOBODY: list[bytes] = []
# What is sent: by which status nginx, or the portal behind it, answers; nothing where the line is just closed.
ODD: dict[str, tuple[bytes, list[bytes]]] = {
    "another site's address": (get("http://evil.example/receipt"), _NOBODY),
    "the own address under another host": (get(f"https://{NAME}/healthz", "Host: evil.example"), [b"200"]),
    "two hosts": (get("/healthz", HOST, "Host: evil.example"), [b"400"]),
    "no host": (b"GET /healthz HTTP/1.1\r\n\r\n", [b"400"]),
    "HTTP/1.0 without a host": (b"GET /healthz HTTP/1.0\r\n\r\n", _NOBODY),
    "HTTP/0.9": (b"GET /healthz\r\n", _NOBODY),
    "an empty host": (get("/healthz", "Host: "), [b"400"]),
    "a host of the inside": (get("/healthz", "Host: 127.0.0.1:8000"), _NOBODY),
    "a host with a path": (get("/healthz", f"Host: {NAME}/x"), [b"400"]),
    "a host with a zero": (get("/healthz", "Host: a\x00b"), [b"400"]),
    "TRACE": (get("/", HOST, "Cookie: a=b", method="TRACE"), [b"405"]),
    "CONNECT": (get("127.0.0.1:22", method="CONNECT"), [b"400"]),
    "CONNECT to a path": (get("/", method="CONNECT"), [b"405"]),
    "PUT": (get("/", method="PUT"), [b"405"]),
    "DELETE": (get("/", method="DELETE"), [b"405"]),
    "a method of nobody": (get("/", method="PROPFIND"), [b"405"]),
    "a star": (get("*", method="OPTIONS"), [b"400"]),
    "up and out": (get("/%2e%2e/%2e%2e/etc/passwd"), [b"400"]),
    "up and out of the files": (get("/static/..%2f..%2fconfig.py"), [b"400"]),
    "up": (get("/static/../config.py"), [b"404"]),
    "up, for Windows": (get("/static/..%5c..%5cconfig.py"), [b"404"]),
    "an absolute file": (get("/static/%2fetc/passwd"), [b"308"]),
    "a zero": (get("/static/css/base.css%00.png"), [b"400"]),
    "a line end": (get("/desk%0d%0aX:%20y"), [b"404"]),
    "the pages of nginx itself": (get("/-/503.html"), [b"404"]),
    "another host as a path": (get("//evil.example/%2e%2e"), [b"404"]),
    "a header of 40 kB": (get("/", HOST, f"X: {'a' * 40_000}"), [b"400"]),
    "a part of a page": (get("/robots.txt", HOST, "Range: bytes=0-1,4-9"), [b"200"]),
    "a thousand parts": (get("/static/css/base.css", HOST, f"Range: bytes={','.join(['0-0'] * 1000)}"), [b"200"]),
}


@pytest.mark.soak
@behind_nginx
def test_odd_targets_hosts_and_methods_reach_nothing_through_nginx(server: Served, tmp_path: Path) -> None:
    with nginx(tmp_path, server.port) as site, ThreadPoolExecutor(12) as pool:
        found = dict(zip(ODD, pool.map(lambda odd: exchange(site.connect(), odd[0]), ODD.values()), strict=True))
    statuses = {what: re.findall(rb"HTTP/1\.[01] (\d{3})", answer) for what, answer in found.items()}
    assert statuses == {what: expected for what, (_, expected) in ODD.items()}
    for what, answer in found.items():
        head = answer.partition(b"\r\n\r\n")[0]
        assert b"evil.example" not in head, what
        assert b"\nX: y" not in head, what


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_security_26_a_redirect_to_the_tidy_address_names_no_host(app: Flask) -> None:
    client = app.test_client()
    for host, path in product(
        ("evil.example", "evil.example:81", "[::1]", "a b", "<i>", ""),
        ("/desk", "//desk", "///desk/", "//office", "/static//css/base.css", "//evil.example//desk"),
    ):
        answer = client.get("/", environ_overrides={"HTTP_HOST": host, "PATH_INFO": path})
        assert answer.headers.get("Location", "/") in (
            "/",
            "/desk/",
            "/office/",
            "/static/css/base.css",
            "/login?next=/desk/",
        )
        assert "Location" not in answer.headers or "evil.example" not in answer.get_data(as_text=True)


# --- forwarded headers ---------------------------------------------------------------------------

FORGED = ("X-Real-IP: 203.0.113.2", "Forwarded: for=203.0.113.3", "X-Forwarded-Host: evil.example")
TRUE, HERE = "198.51.100.7", "127.0.0.1"
# How many proxies are trusted, what arrives, and whom the portal counts: never what stands left of the trusted ones.
FORWARDED: list[tuple[int, tuple[str, ...], str]] = [
    (0, (f"X-Forwarded-For: {TRUE}",), HERE),
    (1, (f"X-Forwarded-For: {TRUE}",), TRUE),
    (1, (f"X-Forwarded-For: 203.0.113.1, {TRUE}",), TRUE),
    (1, ("X-Forwarded-For: 203.0.113.1", f"X-Forwarded-For: {TRUE}"), TRUE),
    (1, ("x-forwarded-for: 203.0.113.1", f"X-FORWARDED-FOR: {TRUE}"), TRUE),
    (2, (f"X-Forwarded-For: 203.0.113.1, {TRUE}, 127.0.0.5",), TRUE),
    (2, ("X-Forwarded-For: 203.0.113.1", f"X-Forwarded-For: {TRUE}, 127.0.0.5"), TRUE),
    (2, ("X-Forwarded-For: 203.0.113.1", f"X-Forwarded-For: {TRUE}", "X-Forwarded-For: 127.0.0.5"), TRUE),
    (2, (f"X-Forwarded-For: {TRUE}",), HERE),
]


@pytest.mark.parametrize(
    "trusted", [pytest.param(0, marks=pytest.mark.soak), 1, pytest.param(2, marks=pytest.mark.soak)]
)
def test_security_30_of_several_forwarded_addresses_the_trusted_one_counts(
    empty_url: str, tmp_path: Path, trusted: int
) -> None:
    cases = [(headers, counted) for number, headers, counted in FORWARDED if number == trusted]
    with served(tmp_path, empty_url, trusted_proxies=str(trusted)) as server:
        for headers, _ in cases:
            line = socket.create_connection(("127.0.0.1", server.port))
            exchange(line, get("/receipt", HOST, "Connection: close", *FORGED, *headers))
        counted = [line["client"] for line in server.lines() if line.get("route") == "/receipt"]
    assert counted == [_hashed(address) for _, address in cases]


def _hashed(address: str) -> str:
    key = hashlib.sha256(f"gongshi log {KEY}".encode()).digest()
    return hashlib.blake2b(address.encode(), key=key, digest_size=6).hexdigest()


@behind_nginx
def test_security_30_behind_a_cdn_nginx_and_portal_count_the_caller_and_not_the_cdn(
    server: Served, tmp_path: Path
) -> None:
    """The three lines of deploy/nginx.conf that are commented out, for a proxy at 127.0.0.3."""

    def with_cdn(text: str) -> str:
        for line in ("set_real_ip_from 192.0.2.0/24;", "real_ip_header X-Forwarded-For;", "real_ip_recursive on;"):
            assert f"# {line}" in text
            text = text.replace(f"# {line}", line.replace("192.0.2.0/24", "127.0.0.3"))
        return text

    with nginx(tmp_path, server.port, with_cdn) as site:
        for source, forwarded in (("127.0.0.3", f"203.0.113.1, {TRUE}"), ("127.0.0.9", "203.0.113.1")):
            assert site.ask("GET", "/receipt", source=source, x_forwarded_for=forwarded).status == 200
    counted = [line["client"] for line in server.lines() if line.get("route") == "/receipt"]
    assert counted == [_hashed(TRUE), _hashed("127.0.0.9")]


@pytest.mark.soak
@behind_nginx
def test_security_30_a_header_with_underscores_is_no_other_way_to_write_it(server: Served, tmp_path: Path) -> None:
    """WSGI has one name for both. nginx drops such a header; docs/operations.md asks it of any other proxy."""
    with nginx(tmp_path, server.port) as site:
        for name in ("X_Forwarded_For", "X-Forwarded_For", "x_forwarded-for", "X_Real_IP"):
            line = site.connect("127.0.0.9")
            exchange(line, get("/receipt", HOST, "Connection: close", f"{name}: 203.0.113.1"))
    counted = [line["client"] for line in server.lines() if line.get("route") == "/receipt"]
    assert counted == [_hashed("127.0.0.9")] * 4


# --- halves --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "sent", "status"),
    [
        (["Content-Length: 500"], b"text=large", b"400"),
        ([CHUNKED], b"a\r\ntext=large\r\n", b"411"),
        ([CHUNKED], b"a\r\ntext=large\r\n-1\r\n", b"411"),
        ([CHUNKED], b"a\r\ntext=large\r\n0\r\n\r\n", b"411"),
    ],
    ids=["by length", "by chunks", "in a broken chunk", "even a whole one, which the server does not tell from half"],
)
def test_security_36_half_a_form_is_not_taken(server: Served, headers: list[str], sent: bytes, status: bytes) -> None:
    kind = "Content-Type: application/x-www-form-urlencoded"
    head = "\r\n".join(["POST /reading HTTP/1.1", HOST, kind, *headers, "", ""]).encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(head + sent)
        line.shutdown(socket.SHUT_WR)  # as where the line breaks
        answer = line.recv(65536)
    assert answer[9:12] in (status, b"")  # some lines it just closes
    assert b"gongshi-reading" not in answer


# --- HTTP/2 --------------------------------------------------------------------------------------


def _frame(kind: int, flags: int, stream: int, content: bytes) -> bytes:
    return struct.pack(">I", len(content))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + content


def _field(name: str, value: str) -> bytes:
    return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


def half_sent_by_http2() -> bytes:
    """A form without a length and without an end, by HTTP/2 from the first byte on."""
    fields = {":method": "POST", ":scheme": "http", ":path": "/login", ":authority": "x"}
    fields["content-type"] = "application/x-www-form-urlencoded"
    head = b"".join(_field(name, value) for name, value in fields.items())
    begins = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(4, 0, 0, b"")
    return begins + _frame(1, 4, 1, head) + _frame(0, 0, 1, b"login=")


def test_security_53_bodies_of_http2_hold_up_nobody(server: Served) -> None:
    with ExitStack() as lines:
        for _ in range(12):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            line.sendall(half_sent_by_http2())
        time.sleep(0.5)
        asking = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        asking.request("GET", "/login")  # it was never answered
        assert asking.getresponse().status == 200
        asking.close()
