"""What a request needs of the application: the settings, the instant of the request, the database session."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import Flask, Response, current_app, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter, Map

from app.channels.gateways import Gateways, gateways_of
from app.clock import Clock
from app.database import Database
from app.papers.printing import Printer, printer_of
from app.sealing import Keyring, keyring_of
from app.services.shared.files import Vault, vault_of
from config import Settings

_KEPT_FOR = dt.timedelta(hours=12)
_MOST_BYTES = 256 * 1024  # a full form of 3,000 characters is 30 kB
_LARGEST_ID = 2**31 - 1  # the largest id that both databases can store


@dataclass(frozen=True, slots=True)
class Portal:
    settings: Settings
    database: Database
    clock: Clock
    keyring: Keyring
    vault: Vault
    gateways: Gateways

    @property
    def printer(self) -> Printer | None:
        """What makes papers into PDF; None where LibreOffice is not installed."""
        settings = self.settings
        return printer_of(settings.soffice, settings.instance_dir / "printing.lock", settings.pdf_seconds)


class RowId(IntegerConverter):
    """An id in an address: `<int:period_id>`. A number too large for an id gives 404."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=_LARGEST_ID)


class SessionCookie(SecureCookieSessionInterface):
    """Flask's session cookie, but it expires by the portal's clock, as the session in the database does (R1)."""

    def get_expiration_time(self, app: Flask, session: SessionMixin) -> dt.datetime | None:
        return now() + app.permanent_session_lifetime if session.permanent else None

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Save the session, but set no cookie on an answer that a cache of many may keep (SECURITY 56).

        A staff session is renewed with each answer: a cache that ignores `Vary` would give it to the next reader.
        """
        if response.cache_control.public:
            response.headers.remove("Set-Cookie")
        else:
            super().save_session(app, session, response)


def number(text: str | int) -> int:
    """Parse an id or page number from a query or a form. Raises ValueError, as `int` does, also for one too large."""
    value = int(text)
    if abs(value) > _LARGEST_ID:
        raise ValueError(f"{_LARGEST_ID} is the largest id")
    return value


def init_app(app: Flask, settings: Settings, database: Database, clock: Clock) -> None:
    keyring = keyring_of(settings)
    vault = vault_of(settings, keyring)
    app.extensions["portal"] = Portal(settings, database, clock, keyring, vault, gateways_of(settings))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=_MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=_MOST_BYTES,
        PERMANENT_SESSION_LIFETIME=_KEPT_FOR,
        SESSION_COOKIE_NAME="__Host-gongshi" if settings.secure_cookies else "gongshi",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=int(_KEPT_FOR.total_seconds()),
    )
    app.session_interface = SessionCookie()
    app.url_map.converters["int"] = RowId
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}

    @app.before_request
    def receive() -> None:
        g.now = clock()

    @app.teardown_appcontext
    def leave(_error: BaseException | None) -> None:
        if (session := g.pop("session", None)) is not None:
            session.close()


def portal() -> Portal:
    return portal_of(current_app)


def portal_of(app: Flask) -> Portal:
    this: Portal = app.extensions["portal"]
    return this


def now() -> dt.datetime:
    """Return the instant at which this request was received: one for the whole request (R1, R6)."""
    instant: dt.datetime = g.now
    return instant


def end_transaction() -> None:
    """End the session's transaction, so that it blocks nobody and later reads are fresh."""
    session().rollback()


def session() -> Session:
    """Return this request's session: a writer for a POST, a reader otherwise."""
    if "session" not in g:
        database = portal().database
        g.session = database.writer() if request.method == "POST" else database.reader()
    this: Session = g.session
    return this
