"""The cookie a browser keeps after a login succeeded in it (OWASP: device cookies).

It grants no access. Failed logins of this browser are counted apart, so that failures elsewhere under the same login do
not lock the owner out of their own computer.
"""

from __future__ import annotations

import datetime as dt

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug import Response

from app.models import User
from app.services.accounts.logins import KnownBrowser, new_mark
from app.web.shared.portal import portal

_KEPT_FOR = dt.timedelta(days=180)


def known_browser() -> KnownBrowser | None:
    """Return the login that this browser belongs to, by its signed cookie."""
    try:
        user_id, mark = _signer().loads(request.cookies.get(_name(), ""))
    except (BadSignature, TypeError, ValueError):
        return None
    return KnownBrowser(user_id, mark)


def remember_browser(response: Response, user: User, before: KnownBrowser | None) -> None:
    """Set the cookie after a login. The same person keeps the old one, so that one browser counts once."""
    mark = before.mark if before is not None and before.user_id == user.id else new_mark()
    response.set_cookie(
        _name(),
        _signer().dumps([user.id, mark]),
        max_age=_KEPT_FOR,
        secure=portal().settings.secure_cookies,
        httponly=True,
        samesite="Strict",
    )


def _name() -> str:
    return "__Host-gongshi-known" if portal().settings.secure_cookies else "gongshi-known"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="known browser")
