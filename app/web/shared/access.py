"""Which roles may call a route. Every view declares its roles; a view that declares none is never answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import werkzeug
from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_login import LoginManager, current_user
from sqlalchemy.orm import Session

from app.domain.accounts.logins import SEEN_EVERY, Duty, first_duty
from app.domain.cases.states import Actor, Role
from app.models import StaffSession, User
from app.services.accounts import sessions
from app.services.shared.work import Work
from app.web.shared.portal import now, portal, session

View = TypeVar("View", bound=Callable[..., Any])

EVERYONE = frozenset({"everyone"})
STAFF = frozenset(Role)
OFFICE_AND_UNITS = (Role.OFFICE, Role.HEAD, Role.HANDLER)  # everybody but the auditor
_ALLOWED = "allowed_roles"
# The pages for a pending duty. Until it is done, every other page redirects to the first; logging out is always
# allowed.
_PLACES = {
    Duty.CHOOSE_PASSWORD: ("own.password", "own.change_password"),
    Duty.SET_UP_SECOND_FACTOR: ("own.second_factor_form", "own.propose_second_factor", "own.confirm_second_factor"),
}
_WAY_OUT = "account.logout"


class Logins(LoginManager):
    """Flask-Login without "remember me", whose cookie handling would open each session and add `Vary: Cookie` to it."""

    def _update_remember_cookie(self, response: werkzeug.Response) -> werkzeug.Response:
        return response


login_manager = Logins()


def everyone(view: View) -> View:
    """Mark a view as public: no login is required."""
    setattr(view, _ALLOWED, EVERYONE)
    return view


def allow(*roles: Role) -> Callable[[View], View]:
    """Mark a view as open to these roles only. Anybody else gets 404."""

    def mark(view: View) -> View:
        setattr(view, _ALLOWED, frozenset(roles))
        return view

    return mark


def allowed_roles(endpoint: str) -> frozenset[str] | None:
    """Return the roles that a route declares, None when it declares nothing."""
    return getattr(current_app.view_functions[endpoint], _ALLOWED, None)


def declare_static(app: Flask) -> None:
    """Mark Flask's route for static files as public."""
    everyone(app.view_functions["static"])


def init_app(app: Flask) -> None:
    # The proxy instead of Flask-Login's context processor, which would load a person on every public page too.
    login_manager.init_app(app, add_context_processor=False)
    app.jinja_env.globals["current_user"] = current_user
    login_manager.session_protection = None  # an address that changes is a phone, not an intruder

    @login_manager.user_loader
    def load(token: str) -> Any:
        return user_of(token)

    @app.before_request
    def guard() -> werkzeug.Response | None:
        if request.endpoint is None:
            return None
        allowed = allowed_roles(request.endpoint)
        if allowed is EVERYONE:
            return None
        if allowed is None:
            abort(404)
        if not current_user.is_authenticated:
            if request.method == "GET":
                return redirect(url_for("account.login", next=request.full_path.rstrip("?")))
            abort(401)
        if (duty := current_user.duty) and request.endpoint not in (*_PLACES[duty], _WAY_OUT):
            return redirect(url_for(_PLACES[duty][0]), 303)
        if current_user.user.role not in allowed:
            abort(404)
        _note_seen(current_user)
        return None


class Person:
    """A logged-in member of staff, as flask-login wants one: a living session, and the token that is its key."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, session: StaffSession, token: str) -> None:
        self.session_id, self.token_hash, self.last_seen_at = session.id, session.token_hash, session.last_seen_at
        self.user = session.user
        self._token = token
        self.duty = first_duty(
            self.user.role,
            must_change_password=self.user.must_change_password,
            has_second_factor=self.user.has_second_factor,
            demonstration=portal().settings.demonstration,
        )

    def get_id(self) -> str:
        return self._token


def user_of(token: str) -> Any:
    """Return the person of a session.

    Returns None once the session ended, or when the account or its rights changed since.
    """
    # Read in another session than the request's own: identifying the person must not begin a write.
    with portal().database.reader() as reading:
        session = sessions.find(reading, token, now())
        if session is None:
            return None
        reading.expunge_all()
    return Person(session, token)


def _note_seen(person: Person) -> None:
    """Renew the session's time of last use: one small write a minute, on pages of the staff only."""
    if now() - person.last_seen_at >= SEEN_EVERY:
        with portal().database.writer() as writing:
            sessions.note_seen(Work(writing, now()), person.session_id)


def login_session() -> str:
    """Return an id of this request's login session. It cannot be used to log in."""
    name: str = current_user.token_hash
    return name


def me() -> User:
    user: User = current_user.user
    return user


def actor() -> Actor:
    return me().actor


def work(writing: Session | None = None) -> Work:
    """Return this request's unit of work, by the person logged in (if any), at the instant the request came in.

    `writing` is another session than the request's own, for a GET that the record has to speak of.
    """
    who = actor() if current_user.is_authenticated else None
    if writing is not None:
        return Work(writing, now(), who, portal().keyring)
    if "work" not in g:
        g.work = Work(session(), now(), who, portal().keyring)
    this: Work = g.work
    return this
