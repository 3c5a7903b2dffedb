"""What search engines may keep: a list of views, all else is kept out (R5). And /robots.txt, /favicon.ico and
/.well-known/security.txt.

A search engine keeps a page for longer than a window lasts, so nothing that names a nominee is ever marked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Flask, Response, abort, current_app, g, request, send_from_directory

from app.domain.calendar.workdays import local_date, midnight
from app.web.shared.access import everyone
from app.web.shared.portal import now, portal

View = TypeVar("View", bound=Callable[..., Any])

blueprint = Blueprint("crawlers", __name__)
KEPT_OUT = "noindex, noarchive"
_MAY_BE_KEPT = "index, noarchive"
_MARK = "may_be_indexed"
_PARAMETER = "<"  # in a route
_GOOD_FOR = dt.timedelta(days=180)  # RFC 9116 asks for less than a year


def may_be_indexed(view: View) -> View:
    """Mark a view whose page names nobody, or only who was honoured: search engines may list it."""
    setattr(view, _MARK, True)
    return view


def keep_out() -> None:
    """Keep this one answer out of search engines, although its view is marked."""
    g.kept_out = True


def robots() -> str:
    """Return what this request's page tells crawlers, for its header and its `meta`. A filtered page is kept out."""
    view = current_app.view_functions.get(request.endpoint or "")
    marked = getattr(view, _MARK, False) and not request.query_string and not g.get("kept_out")
    return _MAY_BE_KEPT if marked else KEPT_OUT


@blueprint.get("/robots.txt")
@everyone
def robots_file() -> Response:
    """Open the marked views to crawlers, and nothing else."""
    paths = sorted({_as_pattern(rule.rule) for rule in current_app.url_map.iter_rules() if _is_marked(rule.endpoint)})
    lines = ["User-agent: *", "Disallow: /", *(f"Allow: {path}" for path in (*paths, "/static/", "/favicon.ico"))]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/.well-known/security.txt")
@everyone
def security_file() -> Response:
    """Say where a weakness is reported (RFC 9116); 404 where the installation has not set it."""
    settings = portal().settings
    if not settings.security_contact:
        abort(404)
    expires = midnight(local_date(now()) + _GOOD_FOR)
    lines = (
        f"Contact: {settings.security_contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: zh, en",
        f"Canonical: {settings.public_url}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/favicon.ico")
@everyone
def favicon() -> Response:
    return send_from_directory(current_app.static_folder or "", "favicon.ico", mimetype="image/vnd.microsoft.icon")


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.jinja_env.globals["robots"] = robots


def _is_marked(endpoint: str) -> bool:
    return getattr(current_app.view_functions[endpoint], _MARK, False)


def _as_pattern(rule: str) -> str:
    """Return a route as robots.txt writes it: exactly this address, or all that begin so where it has a parameter."""
    return rule.partition(_PARAMETER)[0] if _PARAMETER in rule else f"{rule}$"
