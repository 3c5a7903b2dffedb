"""The mark a browser keeps once somebody was let in through it (OWASP: device cookies).

It opens nothing. It only has this browser's failures counted apart, so that nobody who keeps failing elsewhere under
somebody's name can keep that person out of their own computer.
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
    """Return whose browser this is, by the mark that the portal signed."""
    try:
        user_id, mark = _signer().loads(request.cookies.get(_name(), ""))
    except (BadSignature, TypeError, ValueError):
        return None
    return KnownBrowser(user_id, mark)


def remember_browser(response: Response, user: User, before: KnownBrowser | None) -> None:
    """Somebody was let in: the same person keeps the mark, so that one browser counts once."""
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
