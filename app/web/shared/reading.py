"""How a reader wants the pages: 大字版 and 高对比, kept in a cookie without login, obeyed from the first byte on.

Four values are known. Pages kept in memory are kept once for each, so no other value ever becomes a key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, redirect, request
from flask.typing import ResponseReturnValue

from app.web.shared.access import everyone
from app.web.shared.forms import csrf
from app.web.shared.portal import portal
from app.web.shared.requests import local_path

COOKIE = "gongshi-reading"
_KEPT_FOR = 365 * 24 * 3600  # seconds
# As in deploy/nginx.conf, which must see the same value: the first that is known, whatever else is in the header.
_KNOWN = re.compile(rf"(?:^|; ?)(?:__Host-)?{COOKIE}=(large-contrast|large|contrast)(?:;|$)")

blueprint = Blueprint("reading", __name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader chose."""

    large: bool
    high: bool

    @property
    def value(self) -> str:
        """Return the value of the cookie, "" for a page as it is for everybody."""
        return "-".join(name for name, chosen in (("large", self.large), ("contrast", self.high)) if chosen)


def value_in(cookies: str) -> str:
    """Return the known value in a Cookie header, or ""."""
    if COOKIE not in cookies:
        return ""
    found = _KNOWN.search(cookies)
    return found[1] if found else ""


def chosen() -> Reading:
    """Return what the reader of this request chose."""
    value = value_in(request.environ.get("HTTP_COOKIE", ""))
    return Reading("large" in value, "contrast" in value)


def back() -> str:
    """Return the path to come back to after a choice: this page, or the page whose form was just sent."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    return local_path((request.referrer or "").removeprefix(request.host_url.rstrip("/"))) or "/"


@blueprint.post("/reading")
@everyone
@csrf.exempt  # type: ignore[untyped-decorator] # pages kept for everybody hold no token, and nothing is lost by a larger text
def choose() -> ResponseReturnValue:
    """Change the one that was pressed, keep the other, and come back."""
    before = chosen()
    text, contrast = request.form.get("text"), request.form.get("contrast")
    after = Reading(
        large=before.large if text is None else text == "large",
        high=before.high if contrast is None else contrast == "high",
    )
    answer = redirect(local_path(request.form.get("back", "")) or "/", 303)
    assert isinstance(answer, Response)  # noqa: S101 - Flask's own class, which the signature of `redirect` does not name
    _remember(answer, after.value)
    return answer


def _remember(answer: Response, value: str) -> None:
    secure = portal().settings.secure_cookies
    name = f"__Host-{COOKIE}" if secure else COOKIE
    if value:
        answer.set_cookie(name, value, max_age=_KEPT_FOR, secure=secure, httponly=True, samesite="Lax")
    else:
        answer.delete_cookie(name, secure=secure, httponly=True, samesite="Lax")


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(reading_chosen=chosen, reading_back=back)
    app.register_blueprint(blueprint)
