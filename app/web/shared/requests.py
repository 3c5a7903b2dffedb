"""The id of a request, in its answer and in every line logged during it; and the access log line at its end.

Pages answered from memory (page_cache.py) are not logged here: the web server in front logs them.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import time

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from app.web.shared.limits import address
from config import Settings

_log = logging.getLogger("gongshi.request")

HEADER = "X-Request-ID"
_WRITTEN_BY_A_PROXY = re.compile(r"[0-9a-f]{32}")  # the format of nginx's $request_id
_SPOKEN = 8
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Machines request these every few seconds, so only failures are logged.
_QUIET = frozenset({"static", "health.alive", "health.ready", "metrics.scrape"})


def local_path(target: str) -> str:
    """Return the target if it is a path of the portal, never another host (SECURITY 26). Returns "" for any other.

    A browser takes `//` and `/\\` at the start for another host, also with a tab or a line end inside.
    """
    local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if local and target.isprintable() else ""


def init_app(app: Flask, settings: Settings) -> None:
    """Register before everything else: later hooks may log or refuse."""
    key = hashlib.sha256(f"gongshi log {settings.secret_key}".encode()).digest()

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        g.request_id = _id_of(settings)
        clear_contextvars()
        bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        # A shared cache may give this answer to others, so it must not carry one request's id.
        if not response.cache_control.public:
            response.headers[HEADER] = g.request_id
        if response.status_code >= 400 or request.endpoint not in _QUIET:
            _log.info("request", extra=_line(response.status_code, key))
        return response

    @app.teardown_appcontext
    def leave(_error: BaseException | None) -> None:
        clear_contextvars()


def short_number() -> str:
    """Return the short number for a person to quote on the telephone: the beginning of the request's id."""
    number: str = g.request_id[:_SPOKEN]
    return number


def _id_of(settings: Settings) -> str:
    """Return the id that a trusted proxy sent, else a new one."""
    given = request.headers.get(HEADER, "") if settings.trusted_proxies else ""
    return given if _WRITTEN_BY_A_PROXY.fullmatch(given) else secrets.token_hex(16)


def _line(status: int, key: bytes) -> dict[str, str | int | float]:
    """Log the request without anything a person typed: the route instead of the address, the caller as a keyed hash."""
    return {
        "method": request.method if request.method in _METHODS else "other",
        "route": request.url_rule.rule if request.url_rule else "none",
        "status": status,
        "ms": round(1000 * (time.perf_counter() - g.began), 1),
        "client": hashlib.blake2b(address().encode(), key=key, digest_size=6).hexdigest(),
    }
