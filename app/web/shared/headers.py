"""Security headers, the same on every answer: pages, errors, files."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.routing import RequestRedirect
from werkzeug.utils import redirect

from app.web.shared.indexing import robots

_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

SECURITY_HEADERS = (
    ("Content-Security-Policy", _CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
ROBOTS = "X-Robots-Tag"
# Static files have no version in their address. Ten minutes is how long an upgrade may stay unseen.
_FILES_KEPT_FOR = 600
STRICT_TRANSPORT = ("Strict-Transport-Security", "max-age=31536000")


def init_app(app: Flask) -> None:
    headers = security_headers(app)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _FILES_KEPT_FOR

    @app.after_request
    def secure(response: Response) -> Response:
        for name, value in headers:
            response.headers.setdefault(name, value)  # downloads have a stricter policy of their own
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault(ROBOTS, robots())
        if isinstance(request.routing_exception, RequestRedirect):
            tidy = _on_this_host(response.headers["Location"])
            response.headers["Location"] = tidy
            response.set_data(redirect(tidy).get_data())
        return response


def _on_this_host(location: str) -> str:
    """Return the path of a redirect that routing made. It names the host that the caller wrote (SECURITY 26)."""
    behind_the_host = location.partition("://")[2].partition("/")[2]
    return "/" + behind_the_host.lstrip("/\\")


def security_headers(app: Flask) -> tuple[tuple[str, str], ...]:
    """Return the security headers of this installation, with HSTS where it is served by TLS."""
    settings = app.extensions["portal"].settings
    headers = SECURITY_HEADERS
    if settings.oidc_issuer:  # the button 退出登录 leads there, and a browser holds redirects of forms to form-action
        issuer = urlsplit(settings.oidc_issuer)
        leads_to = f"form-action 'self' {issuer.scheme}://{issuer.netloc}"
        policy = _CONTENT_SECURITY_POLICY.replace("form-action 'self'", leads_to)
        headers = (("Content-Security-Policy", policy), *headers[1:])
    return (*headers, STRICT_TRANSPORT) if settings.secure_cookies else headers
