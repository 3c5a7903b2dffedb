"""Public pages rendered once and served from memory, never longer than they are valid (R5).

A public page is a function of frozen entries, a window and the day, and depends on no reader. So a rendered
page is kept with its ETag and compressed bodies, and answered before Flask while it is fresh. A page is rendered anew
every few seconds, so that changes by the office appear soon in every process. 大字版 and 高对比 are pages of their own,
four at most of each address (app/web/shared/reading.py).

Of an address only the arguments that its page knows count, written in one way: whatever else is asked for is the same
page (SECURITY 54). Pages without arguments have a memory of their own, which no filtered page takes from them.
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
from urllib.parse import parse_qsl, urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, current_app, request

from app.clock import Clock
from app.web.shared.headers import ROBOTS, security_headers
from app.web.shared.indexing import robots
from app.web.shared.portal import now
from app.web.shared.reading import value_in

_REMADE_AFTER = dt.timedelta(seconds=10)
_LONGEST_MAX_AGE = 60
_MOST_BYTES = {"plain": 48 * 1024 * 1024, "filtered": 16 * 1024 * 1024}
_OVERHEAD = 1024  # bytes that a page takes beside its bodies and its key
_NUMBER = "(?:0|[1-9][0-9]{0,9})"
_LIST = ("kind", "unit", "name", "deeds", "page")
# The pages that are kept, and the arguments of each in the order in which they are written.
_PAGES = (
    (re.compile("/"), ("page",)),
    (re.compile(f"/periods/{_NUMBER}"), _LIST),
    (re.compile(f"/periods/{_NUMBER}/(?:print|nominees/{_NUMBER})|/decisions/(?:{_NUMBER})?|/genuine|/log/"), ()),
)
DEEDS = ("brief", "full")  # how much of the deeds a list shows, where it is asked to
_VALUES = {"kind": ("collective", "individual"), "deeds": DEEDS}
_MOST_ARGUMENTS = 20
_PAGE_DIGITS = 7
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
        return sum(map(len, self.bodies.values())) + _OVERHEAD

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
class Shelf:
    """Pages by their keys, the latest last, in so many bytes. Keys are counted with them."""

    most: int
    pages: OrderedDict[str, Page] = field(default_factory=OrderedDict)
    taken: int = 0
    _lock: Lock = field(default_factory=Lock)

    def put(self, key: str, page: Page) -> None:
        with self._lock:
            before = self.pages.get(key)
            self.taken += page.size - before.size if before else page.size + len(key)
            self.pages[key] = page
            self.pages.move_to_end(key)
            while self.taken > self.most:
                gone, last = self.pages.popitem(last=False)
                self.taken -= last.size + len(gone)


@dataclass(slots=True)
class PageCache:
    """WSGI middleware in front of the application: it answers fresh pages and passes every other request on."""

    application: WSGIApplication
    clock: Clock
    headers: tuple[tuple[str, str], ...]
    _plain: Shelf = field(default_factory=lambda: Shelf(_MOST_BYTES["plain"]))
    _filtered: Shelf = field(default_factory=lambda: Shelf(_MOST_BYTES["filtered"]))

    @property
    def taken(self) -> int:
        """Return the bytes that all pages take, with their keys."""
        return self._plain.taken + self._filtered.taken

    @property
    def keys(self) -> list[str]:
        return [*self._plain.pages, *self._filtered.pages]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["QUERY_STRING"] and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            known = known_arguments(environ["PATH_INFO"], environ["QUERY_STRING"])
            environ["QUERY_STRING"] = environ["QUERY_STRING"] if known is None else known
        page = self._shelf(environ).pages.get(_key(environ))
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
        shelf = self._shelf(environ)
        before = shelf.pages.get(key)
        bodies = before.bodies if before and before.digest == digest else _compressed(body)
        headers = (*self.headers, (ROBOTS, crawlers))
        page = Page(valid_until, now + _REMADE_AFTER, digest, bodies, headers, key.partition(":")[0])
        if _is_kept(environ["PATH_INFO"]):
            shelf.put(key, page)
        return page

    def _shelf(self, environ: WSGIEnvironment) -> Shelf:
        return self._filtered if environ["QUERY_STRING"] else self._plain


def known_arguments(path: str, query: str) -> str | None:
    """Return the arguments that a page knows, each once and written in one way; None for any other address."""
    names = next((names for pattern, names in _PAGES if pattern.fullmatch(path)), None)
    if names is None:
        return None
    try:
        query = query.encode("latin-1", "replace").decode("utf-8", "replace")  # of WSGI: one character a byte
        given = dict(reversed(parse_qsl(query, max_num_fields=_MOST_ARGUMENTS)))  # the first of a name counts
    except ValueError:
        return ""
    if (page := given.get("page", "")).isdecimal() and page.isascii() and len(page) < _PAGE_DIGITS:
        given["page"] = str(int(page))
        if page.lstrip("0") == "1":
            del given["page"]
    known = [(name, given[name]) for name in names if name in given and _is_known(name, given[name])]
    return urlencode(known)


def _is_known(name: str, value: str) -> bool:
    return name not in _VALUES or value in _VALUES[name]


def _is_kept(path: str) -> bool:
    """Tell whether this is the one way to write a page's address: 0007 is the same number as 7."""
    return any(pattern.fullmatch(path) for pattern, _ in _PAGES)


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
