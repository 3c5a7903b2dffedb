"""Public pages rendered once and served from memory, never longer than they are valid (R5).

A public page is a function of frozen entries, a window and the day, and depends on no reader. So a rendered
page is kept with its ETag and compressed bodies, and answered before Flask while it is fresh. A page is rendered anew
every few seconds, so that changes by the office appear soon in every process. 大字版 and 高对比 are pages of their own,
four at most of each address (app/web/shared/reading.py).
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, current_app, request

from app.clock import Clock
from app.web.shared.headers import ROBOTS, security_headers
from app.web.shared.indexing import robots
from app.web.shared.portal import now
from app.web.shared.reading import value_in

_REMADE_AFTER = dt.timedelta(seconds=10)
_LONGEST_MAX_AGE = 60
_MOST_BYTES = 64 * 1024 * 1024
_WEIGHT = re.compile(r"\s*q=([01](?:\.[0-9]{0,3})?)\s*", re.IGNORECASE)

PlainStart = Callable[[str, list[tuple[str, str]]], object]  # the part of a StartResponse that a page uses


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered page: its bodies by encoding, and the instant until which it may be shown.

    `reading` is the reader's choice that it was rendered for. Only the page of those who chose nothing may lie in a
    cache of many: one that ignores `Vary` then answers with the common page and never with somebody's choice.
    """

    valid_until: dt.datetime
    remade_after: dt.datetime
    digest: str
    bodies: dict[str, bytes]
    headers: tuple[tuple[str, str], ...]
    reading: str

    @property
    def size(self) -> int:
        return sum(map(len, self.bodies.values()))

    def answer(self, environ: WSGIEnvironment, start_response: PlainStart, now: dt.datetime) -> Iterable[bytes]:
        """Answer as WSGI. `max-age` never reaches past `valid_until`."""
        encoding = _best_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        etag = f'"{self.digest}{encoding}"'
        # A cache such as nginx counts in whole seconds, so it may keep a page one second longer than told.
        left = max(int((self.valid_until - now).total_seconds()) - 1, 0)
        scope = "private" if self.reading else "public"
        headers = [
            ("ETag", etag),
            ("Cache-Control", f"{scope}, max-age={min(left, _LONGEST_MAX_AGE)}, must-revalidate"),
            ("Vary", "Accept-Encoding, Cookie"),
            *self.headers,
        ]
        if etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 NOT MODIFIED", headers)
            return []
        body = self.bodies[encoding]
        headers += (("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body))))
        if encoding:
            headers.append(("Content-Encoding", encoding))
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


@lru_cache(maxsize=64)  # browsers send few different values
def _best_encoding(accepted: str) -> str:
    """Return `gzip` if the client weights it at least as high as the plain body (RFC 9110, 12.5.3), else ""."""
    weights: dict[str, float] = {}
    for part in accepted.split(","):
        name, _, weight = part.partition(";")
        weights[name.strip().lower()] = _weight_of(weight)
    gzipped = weights.get("gzip", weights.get("*", 0))
    return "gzip" if gzipped > 0 and gzipped >= weights.get("identity", 0) else ""


def _weight_of(text: str) -> float:
    """Parse the weight after an encoding's semicolon. Returns 1 without one, 0 for one that can't be parsed."""
    read = _WEIGHT.fullmatch(text)
    return float(read[1]) if read else float(not text)


@dataclass(slots=True)
class PageCache:
    """WSGI middleware in front of the application: it answers fresh pages and passes every other request on."""

    application: WSGIApplication
    clock: Clock
    headers: tuple[tuple[str, str], ...]
    _pages: OrderedDict[str, Page] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        page = self._pages.get(_key(environ))
        if page is not None and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            now = self.clock()
            if now < page.remade_after and now < page.valid_until:
                return page.answer(environ, start_response, now)
        return self.application(environ, start_response)

    def keep(
        self, environ: WSGIEnvironment, html: str, valid_until: dt.datetime, now: dt.datetime, crawlers: str
    ) -> Page:
        """Keep a rendered page with what it tells crawlers. An unchanged page keeps its compressed bodies."""
        key, body = _key(environ), html.encode()
        digest = hashlib.sha256(body).hexdigest()[:24]
        before = self._pages.get(key)
        bodies = before.bodies if before and before.digest == digest else _compressed(body)
        headers = (*self.headers, (ROBOTS, crawlers))
        page = Page(valid_until, now + _REMADE_AFTER, digest, bodies, headers, key.partition(":")[0])
        with self._lock:
            self._bytes += page.size - (before.size if before else 0)
            self._pages[key] = page
            self._pages.move_to_end(key)
            while self._bytes > _MOST_BYTES:
                self._bytes -= self._pages.popitem(last=False)[1].size
        return page


def _key(environ: WSGIEnvironment) -> str:
    """Return what a page is kept by: the reader's choice, of which there are four, and the address."""
    cookies = environ.get("HTTP_COOKIE")
    reading = value_in(cookies) if cookies else ""
    return f"{reading}:{environ['PATH_INFO']}?{environ['QUERY_STRING']}"


def _compressed(body: bytes) -> dict[str, bytes]:
    """Return the body by encoding. The gzip holds no time, so every process has the same bytes for one ETag."""
    return {"": body, "gzip": gzip.compress(body, 9, mtime=0)}


def init_app(app: Flask, clock: Clock) -> None:
    pages = PageCache(app.wsgi_app, clock, security_headers(app))
    app.extensions["hot_pages"] = pages
    app.wsgi_app = pages  # type: ignore[method-assign] # how Flask documents a WSGI middleware


def publish(html: str, valid_until: dt.datetime, keep: bool = True) -> Response:
    """Answer with a public page that depends on nothing of the reader but the choice of text, until `valid_until`.

    `keep` is False for addresses with free text, which would fill the memory.
    """
    pages: PageCache = current_app.extensions["hot_pages"]
    if not keep:
        body, reading = html.encode(), _key(request.environ).partition(":")[0]
        page = Page(valid_until, now(), hashlib.sha256(body).hexdigest()[:24], _compressed(body), (), reading)
    else:
        page = pages.keep(request.environ, html, valid_until, now(), robots())
    return _as_response(page)


def _as_response(page: Page) -> Response:
    """Turn the page's own WSGI answer into a Flask response, for the one request that made it."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    body = page.answer(request.environ, lambda status, headers: started.append((status, headers)), now())
    status, headers = started[0]
    return Response(list(body), status=status, headers=headers)
