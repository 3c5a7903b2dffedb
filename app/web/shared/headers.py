"""Security headers, the same on every answer: pages, errors, files."""

from __future__ import annotations

from flask import Flask, Response

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
        return response


def security_headers(app: Flask) -> tuple[tuple[str, str], ...]:
    """Return the security headers of this installation, with HSTS where it is served by TLS."""
    secure = app.extensions["portal"].settings.secure_cookies
    return (*SECURITY_HEADERS, STRICT_TRANSPORT) if secure else SECURITY_HEADERS
