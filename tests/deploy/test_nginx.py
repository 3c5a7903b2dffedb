"""The shipped nginx site, started for real and driven, in front of a recorder, of a moving clock, of a real server."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from urllib.parse import quote, urlencode

import pytest
from werkzeug.serving import make_server

from app.database import Database
from app.web.factory import create_app
from app.web.shared.headers import SECURITY_HEADERS, STRICT_TRANSPORT
from config import Settings
from tests.conftest import KEY
from tests.deploy.running import NAME, NGINX, Answer, Site, nginx, served
from tests.running import free_port
from tests.world import World, at

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not to be had here")
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FORM = "/periods/1/nominees/2/objection"
MARK = "欧阳植入"
MEGABYTE = 1024 * 1024


class Recorder:
    """Stands in for the portal: records what comes in, piece by piece, and answers 204 when told to."""

    def __init__(self) -> None:
        self.pieces: SimpleQueue[bytes] = SimpleQueue()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._record, args=(connected,), daemon=True).start()

    def _record(self, connected: socket.socket) -> None:
        with connected:
            received = b""
            while piece := connected.recv(65536):
                received += piece
                self.pieces.put(piece)
                head, _, body = received.partition(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
                if b"\r\n\r\n" in received and len(body) >= int(length[1] if length else 0):
                    connected.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
                    return

    def received(self, seconds: float) -> bytes:
        """Return what has come in, as soon as something has."""
        try:
            return self.pieces.get(timeout=seconds)
        except Empty:
            return b""

    def everything(self, at_least: int) -> bytes:
        received = b""
        while len(received) < at_least:
            piece = self.received(5)
            assert piece, f"only {len(received)} bytes"
            received += piece
        return received


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.listening.close()


# --- the door ------------------------------------------------------------------------------------


def test_only_the_sites_own_name_is_answered_and_only_by_tls(tmp_path: Path, recorder: Recorder) -> None:
    with nginx(tmp_path, recorder.port) as site:
        sent_on = site.ask_plainly("/periods/1?page=2")
        assert (sent_on.status, sent_on.header("Location")) == (301, f"https://{NAME}/periods/1?page=2")
        assert sent_on.header("Strict-Transport-Security") is None  # counts for nothing where anybody can write it
        with pytest.raises(ConnectionError):
            site.ask_plainly("/", host="elsewhere.example")
        with pytest.raises(ssl.SSLError):
            site.connect(name="elsewhere.example")
        site.trust.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(ssl.SSLError):
            site.connect()
    assert recorder.received(0) == b""


def test_security_30_whatever_a_caller_writes_into_forwarding_headers_the_portal_sees_the_true_address(
    tmp_path: Path, recorder: Recorder
) -> None:
    with nginx(tmp_path, recorder.port) as site:
        forged = {"x_forwarded_for": "203.0.113.1", "x_real_ip": "203.0.113.2", "forwarded": "for=203.0.113.3"}
        forged |= {"x_forwarded_proto": "http", "x_forwarded_host": "elsewhere.example", "x_forwarded_port": "80"}
        answer = site.ask("GET", "/receipt", source="127.0.0.9", x_request_id="f" * 32, **forged)
        assert answer.status == 204
        number = answer.header("X-Request-ID")
    head = recorder.received(5).decode().split("\r\n\r\n")[0]
    request, *lines = head.split("\r\n")
    assert request == "GET /receipt HTTP/1.1"
    assert dict(line.split(": ", 1) for line in lines) == {
        "Host": NAME,
        "X-Forwarded-For": "127.0.0.9",
        "X-Forwarded-Proto": "https",
        "X-Request-ID": number,
    }
    assert number is not None
    assert re.fullmatch("[0-9a-f]{32}", number)
    assert number != "f" * 32


# --- bodies --------------------------------------------------------------------------------------


def begin(site: Site, path: str, length: int) -> ssl.SSLSocket:
    """Send the head of a POST. The test sends the body."""
    connected = site.connect()
    connected.sendall(f"POST {path} HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: {length}\r\n\r\n".encode())
    return connected


@pytest.mark.parametrize("path", [FORM, f"{FORM}/evidence", "/receipt/supplement", "/receipt/evidence"])
def test_evidence_passes_through_and_never_lies_on_the_proxys_disk(
    tmp_path: Path, recorder: Recorder, path: str
) -> None:
    with nginx(tmp_path, recorder.port) as site, begin(site, path, 3 * MEGABYTE) as caller:
        caller.sendall(b"x" * 2 * MEGABYTE)
        recorder.everything(at_least=2 * MEGABYTE)  # nginx passed on what it has, and waits for the rest
        assert [*(tmp_path / "bodies").iterdir()] == []
        caller.sendall(b"x" * MEGABYTE)
        assert caller.recv(100).startswith(b"HTTP/1.1 204 ")


def test_a_small_body_on_a_slow_line_holds_up_nginx_and_not_the_portal(tmp_path: Path, recorder: Recorder) -> None:
    with nginx(tmp_path, recorder.port) as site, begin(site, FORM, 30_000) as caller:
        caller.sendall(b"x" * 29_000)
        assert recorder.received(0.3) == b""
        assert [*(tmp_path / "bodies").iterdir()] == []
        caller.sendall(b"y" * 1_000)
        assert recorder.everything(at_least=30_000).endswith(b"x" + b"y" * 1_000)
        assert caller.recv(100).startswith(b"HTTP/1.1 204 ")


def test_what_nginx_itself_refuses_is_said_in_chinese_under_the_same_headers(tmp_path: Path) -> None:
    nobody = free_port()
    with nginx(tmp_path, nobody) as site:
        # Address, announced length, status. A request that is let through finds no portal behind nginx: 503.
        refusals: dict[tuple[str, int], int] = {
            ("/receipt", 512 * 1024 + 1): 413,
            ("/receipt", 512 * 1024): 503,
            ("/login", 52 * MEGABYTE): 413,
            (FORM, 512 * MEGABYTE + 1): 413,
            (FORM, 512 * MEGABYTE): 503,
            ("/receipt/supplement", 512 * MEGABYTE + 1): 413,
            ("/receipt/supplement", 512 * MEGABYTE): 503,
            (f"{FORM}/evidence", 52 * MEGABYTE + 1): 413,
            (f"{FORM}/evidence", 52 * MEGABYTE): 503,
            ("/receipt/evidence", 52 * MEGABYTE + 1): 413,
            ("/periods/1/nominees/2", 52 * MEGABYTE): 413,
        }
        found = {}
        for path, length in refusals:
            with begin(site, path, length) as caller:
                if refusals[path, length] == 503 and length < MEGABYTE:
                    caller.sendall(b"x" * length)
                found[path, length] = int(caller.recv(12).split()[1])
        assert found == refusals
        said = {
            ("GET", "/"): (503, "系统暂时有困难"),
            ("GET", "/metrics"): (404, "没有找到这个页面"),
            ("POST", "/login"): (413, "内容太长了"),
        }
        for (method, path), (status, words) in said.items():
            answer = site.ask(method, path, b"x" * MEGABYTE if method == "POST" else None)
            assert (answer.status, words in answer.text) == (status, True), path
            had = {name.title(): value for name, value in answer.headers}
            for varying in ("Server", "Date", "Content-Length", "Last-Modified", "Etag", "Accept-Ranges", "Connection"):
                had.pop(varying, None)
            number = had.pop("X-Request-Id")
            assert re.fullmatch("[0-9a-f]{32}", number)
            assert had == {
                "Content-Type": "text/html; charset=utf-8",
                "Cache-Control": "no-store",
                "Retry-After": "60",
                "X-Robots-Tag": "noindex, noarchive",
            } | {name.title(): value for name, value in (*SECURITY_HEADERS, STRICT_TRANSPORT)}


# --- the cache -----------------------------------------------------------------------------------


class RunningClock:
    """A running clock that starts at a given moment."""

    def __init__(self, moment: str) -> None:
        self.start, self.began = at(moment), time.monotonic()

    def __call__(self) -> dt.datetime:
        return self.start + dt.timedelta(seconds=time.monotonic() - self.began)


@contextmanager
def portal(database: Database, clock: Callable[[], dt.datetime], paths: list[str]) -> Iterator[int]:
    """The application with a clock of the test's own, behind a port; `paths` gets what it is asked for."""
    settings = Settings(database_url=database.url, identity_key=KEY.decode(), secret_key=KEY.decode())
    app = create_app(settings, clock)
    behind = app.wsgi_app
    app.wsgi_app = lambda environ, start: paths.append(environ["PATH_INFO"]) or behind(environ, start)  # type: ignore[method-assign,func-returns-value] # as Flask documents a WSGI middleware
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        app.extensions["portal"].database.dispose()


@on_sqlite
def test_the_cache_serves_a_public_page_in_its_window_and_never_a_moment_longer(world: World, tmp_path: Path) -> None:
    page = f"/periods/{world.round_two()}"
    closes_at, clock = at("2026-09-24 Thu 00:00"), RunningClock("2026-09-23 Wed 23:59:57.200")
    asked: list[str] = []
    kept_by_browsers, seen = set(), []
    with portal(world.database, clock, asked) as port, nginx(tmp_path, port) as site:
        while (began := clock()) < closes_at + dt.timedelta(seconds=0.5):
            answer = site.ask("GET", page)
            names = "麒小3" in answer.text
            # An answer that began after the end must have none; one that came before the end must have them.
            assert not (names and began >= closes_at), began
            assert names or clock() >= closes_at, began
            kept_by_browsers.add(answer.header("Cache-Control"))
            seen.append(names)
            time.sleep(0.01)
        assert (seen[0], seen[-1]) == (True, False)
        assert kept_by_browsers == {"no-cache", "public, max-age=0, must-revalidate"} or kept_by_browsers == {
            "no-cache"
        }
        answered_here = [line for line in site.log() if line["cache"] == "HIT"]
        assert len(answered_here) > 10
        assert len(asked) == len(seen) - len(answered_here)
        tag = answer.header("ETag")
        assert site.ask("GET", page, if_none_match=str(tag)).status == 304
        # A page of one visitor's own is never cached: asked twice, it is rendered twice.
        before = len(asked)
        assert [site.ask("GET", "/receipt").header("Cache-Control") for _ in range(2)] == ["no-store"] * 2
        assert asked[before:] == ["/receipt"] * 2
        assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and b"csrf" in path.read_bytes()]


@on_sqlite
def test_the_cache_holds_the_common_page_alone_and_no_cookie_makes_another_copy(world: World, tmp_path: Path) -> None:
    page = f"/periods/{world.round_two()}"
    asked: list[str] = []
    with portal(world.database, RunningClock("2026-09-21 Mon 09:00"), asked) as port, nginx(tmp_path, port) as site:

        def roots(**headers: str) -> str:
            found = re.search(r"<html lang=\"zh-CN\"([^>]*)>", site.ask("GET", page, **headers).text)
            assert found is not None
            return found[1]

        for _cold_and_hot in range(2):
            assert roots() == ""
            assert roots(cookie="a=b; __Host-gongshi-reading=large") == ' data-text="large"'
            assert roots(cookie="gongshi-reading=contrast;a=b") == ' data-contrast="high"'
            assert roots(cookie="gongshi-reading=large-contrast") == ' data-text="large" data-contrast="high"'
        before = len(asked)
        for number in range(20):
            assert roots(cookie=f"gongshi-reading=large{number}; x={number}", accept_encoding=f"br, x{number}") == ""
        assert len(asked) == before  # all answered from one copy
        packed = site.ask("HEAD", page, accept_encoding="br, gzip;q=0.8")
        assert packed.header("Content-Encoding") == "gzip"
        assert packed.header("Vary") == "Accept-Encoding, Cookie"


# --- the whole -----------------------------------------------------------------------------------


@pytest.fixture
def empty_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "served.sqlite")
    return f"sqlite:///{tmp_path}/served.sqlite"


class Visitor:
    """A client at one address, which keeps its cookie and sends the form's token."""

    def __init__(self, site: Site, source: str) -> None:
        self.site, self.source = site, source

    def looks_up(self, code: str, **headers: str) -> Answer:
        page = self.site.ask("GET", "/receipt", source=self.source)
        cookie = str(page.header("Set-Cookie"))
        assert re.fullmatch(r"__Host-gongshi=[^;]+; Secure; HttpOnly; Path=/; SameSite=Lax", cookie)
        [token] = set(re.findall(r'name="csrf_token"[^>]* value="([^"]+)"', page.text))
        body = urlencode({"csrf_token": token, "code": code}).encode()
        headers |= {"cookie": cookie.partition(";")[0], "referer": f"https://{NAME}/receipt"}
        headers |= {"content_type": "application/x-www-form-urlencoded"}
        asked = self.site.ask("POST", f"/receipt?name={quote(MARK)}", body, self.source, **headers)
        assert asked.status == 303  # the answer is a page of its own, which a reload shows again
        if kept := asked.header("Set-Cookie"):
            headers["cookie"] = kept.partition(";")[0]
        del headers["content_type"]
        return self.site.ask("GET", str(asked.header("Location")), source=self.source, **headers)


def test_security_39_a_real_server_behind_nginx_counts_true_addresses_and_logs_no_person(
    empty_url: str, tmp_path: Path
) -> None:
    settings = {"trusted_proxies": "1", "secure_cookies": "1", "limit_receipt": "2/hour", "metrics_token": "token"}
    with served(tmp_path, empty_url, **settings) as behind, nginx(tmp_path, behind.port) as site:
        codes = ["2222-3333-4444-5555-6666-7777"] * 3
        forger, neighbour = Visitor(site, "127.0.0.7"), Visitor(site, "127.0.0.8")
        answers = [
            forger.looks_up(
                code, x_forwarded_for=f"203.0.113.{number}", user_agent=MARK.encode("utf-8").decode("latin-1")
            )
            for number, code in enumerate(codes)
        ]
        answers.append(neighbour.looks_up(codes[0]))
        assert [answer.status for answer in answers] == [422, 422, 429, 422]
        assert site.ask("GET", "/metrics", authorization="Bearer token").status == 404
        home = site.ask("GET", "/")
        assert home.status == 200
        for name, value in (*SECURITY_HEADERS, STRICT_TRANSPORT):
            assert home.header(name) == value
        assert site.ask("GET", f"/{quote(MARK)}/13912345678?x={quote(MARK)}").status == 404
    numbers = [answer.header("X-Request-ID") for answer in answers]
    outer, inner = site.log(), behind.lines()
    # One number leads from the page through nginx's log to the portal's.
    for number in numbers:
        assert [line["path"] for line in outer if line["request_id"] == number] == ["other"]
        assert [line["route"] for line in inner if line.get("request_id") == number] == ["/receipt/again/<handle>"]
    clients = [line["client"] for line in inner if line.get("request_id") in numbers]
    assert clients == [clients[0]] * 3 + [clients[3]]
    assert clients[0] != clients[3]
    assert {line["path"] for line in outer} == {"/receipt", "/metrics", "/", "other"}
    for written in ((tmp_path / log).read_text() for log in ("access.log", "error.log", "serve.log")):
        for mark in (MARK, quote(MARK), codes[0], "13912345678", "127.0.0.7", "203.0.113", "Mozilla"):
            assert mark not in written, mark


def test_security_53_slow_bodies_of_one_address_hold_up_nobodys_upload(tmp_path: Path) -> None:
    slow = SlowPortal()
    with nginx(tmp_path, slow.port) as site, ExitStack() as lines:
        refused = 0
        for _ in range(16):
            line = lines.enter_context(site.connect())
            line.sendall(f"POST {FORM}/evidence HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 3000000\r\n\r\nx".encode())
            line.settimeout(0.3)
            with suppress(TimeoutError):
                refused += line.recv(100).startswith(b"HTTP/1.1 429")
        assert refused == 4  # twelve have their place, the others are told to come again
        other = lines.enter_context(site.connect(source="127.0.0.2"))
        other.sendall(f"POST {FORM}/evidence HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 200000\r\n\r\n".encode())
        other.sendall(b"y" * 200_000)
        assert other.recv(100).startswith(b"HTTP/1.1 204 ")
    slow.listening.close()


class SlowPortal:
    """A portal that takes each body in a thread of its own, however slowly it comes."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connected, _ = self.listening.accept()
                threading.Thread(target=self._take, args=(connected,), daemon=True).start()

    def _take(self, connected: socket.socket) -> None:
        with connected, suppress(OSError):
            received = b""
            while piece := connected.recv(65536):
                received += piece
                head, _, body = received.partition(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
                if length and len(body) >= int(length[1]):
                    connected.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
                    return
