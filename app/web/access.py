"""Who may call a route. Every view says so itself; one that does not is answered to nobody."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

import werkzeug
from flask import Flask, abort, current_app, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager, current_user

from app.domain.cases import Actor, Role
from app.models import User
from app.web.portal import portal

View = TypeVar("View", bound=Callable[..., Any])

EVERYONE = frozenset({"everyone"})
STAFF = frozenset(Role)
_ALLOWED = "allowed_roles"


class Logins(LoginManager):
    """Without "remember me": looking for its mark would open the session of every answer and make it `Vary: Cookie`."""

    def _update_remember_cookie(self, response: werkzeug.Response) -> werkzeug.Response:
        return response


login_manager = Logins()


def everyone(view: View) -> View:
    """For the public: no login asked."""
    setattr(view, _ALLOWED, EVERYONE)
    return view


def allow(*roles: Role) -> Callable[[View], View]:
    """For these roles only; to anybody else the address does not exist."""

    def mark(view: View) -> View:
        setattr(view, _ALLOWED, frozenset(roles))
        return view

    return mark


def allowed_roles(endpoint: str) -> frozenset[str] | None:
    """What a route declares, None when it declares nothing."""
    return getattr(current_app.view_functions[endpoint], _ALLOWED, None)


def declare_static(app: Flask) -> None:
    """Flask's own route for files of ours: public."""
    everyone(app.view_functions["static"])


def init_app(app: Flask) -> None:
    # The proxy, not its context processor: that one would look for a person on every public page too.
    login_manager.init_app(app, add_context_processor=False)
    app.jinja_env.globals["current_user"] = current_user
    login_manager.session_protection = None  # an address that changes is a phone, not an intruder

    @login_manager.user_loader
    def load(session_id: str) -> User | None:
        return user_of(session_id)

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
        if current_user.user.role not in allowed:
            abort(404)
        return None


class Person:
    """A logged-in member of staff, as flask-login wants one."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, user: User) -> None:
        self.user = user

    def get_id(self) -> str:
        return f"{self.user.id}.{self.user.session_epoch}"


def user_of(session_id: str) -> Any:
    """The person a session belongs to; None once disabled, or when password or rights changed since."""
    user_id, _, epoch = session_id.partition(".")
    # Read apart from the request's own session: looking at who asks must not begin a write.
    with portal().database.reader() as reading:
        user = reading.get(User, int(user_id)) if user_id.isdecimal() else None
        if user is None or user.disabled_at is not None or str(user.session_epoch) != epoch:
            return None
        reading.expunge_all()
    return Person(user)


def login_session() -> str:
    """Names the login this request belongs to, without being the key to it."""
    return sha256(str(cookie["seat"]).encode()).hexdigest()


def me() -> User:
    user: User = current_user.user
    return user


def actor() -> Actor:
    return me().actor
