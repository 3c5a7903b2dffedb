"""Rate limits (R17): an address, an objector's contact, a nominee, each its own bucket.

Loose enough for thirty people behind one carrier's address; what is refused says when to come back.
"""

from __future__ import annotations

import ipaddress

from flask import Flask, request
from flask_limiter import Limiter, RateLimitExceeded
from werkzeug.middleware.proxy_fix import ProxyFix

from app.domain.receipt import keyed_hash
from app.web.forms import plain_contact
from app.web.portal import portal
from config import Settings


def address() -> str:
    """The caller's address: IPv4 whole, IPv6 by its /64, which is one household."""
    try:
        ip = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if ip.version == 6:
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def contact() -> str:
    """The objector's contact, as a digest: the limits' store holds nobody's number (R19)."""
    written = plain_contact(request.form.get("contact"))
    return keyed_hash(portal().keyring.hash_key, "limited-contact", written)


def nominee() -> str:
    return f"nominee:{(request.view_args or {}).get('nominee_id')}"


def not_final() -> bool:
    """Only the step that files is counted; reading a form back is free."""
    return request.method != "POST" or request.form.get("step") != "submit"


# Where a full bucket is not named by its key alone.
_DOORS = {
    "account.enter": "login",
    "evidence.upload": "upload",
    "evidence.upload_supplement": "upload",
    "receipts.find": "receipt",
}
BUCKETS = ("address", "contact", "nominee", "site", "login", "receipt", "upload")


def bucket(error: RateLimitExceeded) -> str:
    """Which bucket was full, one of BUCKETS, for whoever counts refusals."""
    by_key: str = error.limit.key_func.__name__
    return _DOORS.get(request.endpoint or "", by_key)


limiter = Limiter(key_func=address, strategy="moving-window", headers_enabled=False)


def redis_answers() -> bool:
    """Whether the store that the workers count in together is there."""
    return bool(limiter.storage.check())


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_ENABLED=settings.limits_enabled,
        RATELIMIT_KEY_PREFIX="gongshi",
        # Redis out of reach: each worker counts for itself until it is back, and nobody is turned away for it.
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis_url),
    )
    limiter.init_app(app)
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign] # how Flask documents a WSGI middleware
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies
        )
