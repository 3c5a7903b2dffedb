"""Rate limits (R17): one bucket each for the address, its network, the nominee and the whole site.

A contact's share is in own_share.py.

Limits are loose enough for thirty people behind one carrier's address. A refusal says when to come back. A bucket that
is half full requires a challenge first and counts only requests that passed it. The buckets that strangers share, of a
nominee and of the site, never refuse: when full, they make the challenge harder.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from flask import Flask, g, request
from flask_limiter import Limiter, RateLimitExceeded
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from werkzeug.middleware.proxy_fix import ProxyFix

from app import clock
from app.domain.objections.sameness import Allowance
from app.web.shared import challenge, own_share
from app.web.shared.portal import portal
from config import Settings

_PREFIX = "gongshi"
_REDIS_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 1, "wrap_exceptions": True}


def address() -> str:
    """Return the caller's address: IPv4 whole, IPv6 by its /64, which is one household."""
    return household(request.remote_addr or "")


def household(remote: str) -> str:
    """Return what an address counts as: IPv4 whole, IPv6 by its /64."""
    try:
        ip = ipaddress.ip_address(remote)
    except ValueError:
        return "unknown"
    if ip.version == 6:
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def network() -> str:
    """Return the caller's network: IPv6 by its /48, which is one customer of a provider; IPv4 as `address`."""
    try:
        ip = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if ip.version == 6 and ip.ipv4_mapped is None:
        return str(ipaddress.ip_network((ip, 48), strict=False))
    return address()


def nominee() -> str:
    return f"nominee:{(request.view_args or {}).get('nominee_id')}"


def site() -> str:
    return "site"


# The buckets that count an objection: the name (its setting is limit_<name>) and the function for its key.
FILING_BUCKETS: dict[str, Callable[[], str]] = {
    "site": site,
    "nominee": nominee,
    "network": network,
    "address": address,
}
SHARED = frozenset({"site", "nominee"})  # shared with strangers: these never refuse
# A network has very many addresses. Its bucket is large, and requires a challenge as soon as it holds what thirty
# people behind one address would file.
_EARLIER = {"network": 10}
_TURN = threading.Lock()  # the in-memory store reads and counts in two steps; Redis does both in one
_HARD = 4  # how much harder the challenge is while a shared bucket is full
# The buckets that bound waiting instead of solving, and the functions for their keys.
_WAITING: dict[str, Callable[[], str]] = {"waiting": address, "waiting_network": network, "waiting_nominee": nominee}


# Buckets that a single view counts.
_DOORS = {"account.enter": "login", "receipts.find": "receipt"}
BUCKETS = (*FILING_BUCKETS, "upload", *_DOORS.values())


def bucket(error: RateLimitExceeded) -> str:
    """Return which bucket was full, one of BUCKETS, for the metrics."""
    return str(error.limit.scope) if error.limit.shared else _DOORS.get(request.endpoint or "", "other")


limiter = Limiter(key_func=address, strategy="moving-window", headers_enabled=False)


@dataclass(frozen=True, slots=True)
class Use:
    """How much of one limit of a bucket is used, and when the oldest part expires (seconds of the epoch)."""

    bucket: str
    taken: int
    amount: int
    room_at: float

    @property
    def full(self) -> bool:
        return self.taken >= self.amount

    def hot(self, percent: float) -> bool:
        return self.taken * 100 >= self.amount * percent


@dataclass(frozen=True, slots=True)
class BucketReading:
    """The state of an objection's buckets at this request."""

    full: frozenset[str] = frozenset()  # of the buckets that refuse
    hot: frozenset[str] = frozenset()
    hardness: int = 1  # how hard the required challenge is
    brimming: frozenset[str] = frozenset()  # full, and shared with strangers
    room_at: float = 0.0  # when every bucket that refuses has room again


def filing_is_counted(view: Callable[..., Any]) -> Callable[..., Any]:
    """Count a view that files: only the step that files is counted, showing a form again is free."""
    for name, key in FILING_BUCKETS.items():
        limit = limiter.shared_limit(partial(_setting, name), name, key_func=key, exempt_when=partial(_exempt, name))
        view = limit(view)
    return view


def read_buckets() -> BucketReading:
    """Return how full the buckets are, read once a request and before anything is counted."""
    if not portal().settings.limits_enabled:
        return BucketReading()
    try:
        return _seen()
    except StorageError:  # Redis failed after this request was counted or exempted: nothing is refused for that
        g.look = BucketReading()
        return BucketReading()


def challenge_is_due() -> bool:
    """Tell whether this request must pass a challenge before its objection is filed."""
    return asks_for_more() and passed() is None


def asks_for_more(form_token: str | None = None, contact: str | None = None) -> bool:
    """Tell whether an objection needs a challenge: its buckets are hot, or its browser filed many before."""
    return bool(read_buckets().hot) or effort(form_token, contact) > 1


def effort(form_token: str | None = None, contact: str | None = None) -> int:
    """Return the factor of the challenge's hardness, by what this browser filed before under this contact.

    Token and contact default to those of this request's form.
    """
    settings = portal().settings
    if not settings.limits_enabled:
        return 1
    token = request.form.get("form_token", "") if form_token is None else form_token
    contact = request.form.get("contact", "") if contact is None else contact
    shares = [
        Allowance(each.amount, dt.timedelta(seconds=each.get_expiry())) for each in _parsed(settings.limit_contact)
    ]
    return own_share.effort(shares, token, contact)


def passed() -> challenge.Pass | None:
    """Return what lets this request's form through. A wait counts while this address and nominee have room for it."""
    found = challenge.passed(read_buckets().hardness * effort())
    return None if found is not None and not found.answer and seconds_until_waiting() else found


def seconds_until_waiting() -> int:
    """Return the seconds until this address may pass by waiting for this nominee; 0 for now."""
    try:
        uses = [_use(name, key(), item) for name, key in _WAITING.items() for item in _parsed(_setting(name))]
    except StorageError:
        return 0
    return max((_seconds_to(use.room_at) for use in uses if use.full), default=0)


def take_turn() -> challenge.Pass | None:
    """Return the pass by which this request's form is filed, and count a wait. Returns None if a challenge is needed.

    The pass is judged anew: another request may have used the wait's turn since this one was admitted.
    """
    if not asks_for_more():
        return challenge.Pass("")
    found = passed()
    return found if found is not None and (found.answer or take_wait()) else None


def take_wait() -> bool:
    """Count one wait. Returns False if another request was quicker: waits cannot be used in parallel."""
    try:
        with _TURN:
            buckets = [(item, key(), name) for name, key in _WAITING.items() for item in _parsed(_setting(name))]
            # All are read before any is counted, so that a request refused by one bucket uses no turn in the others.
            if not all(limiter.limiter.test(item, _PREFIX, key, name) for item, key, name in buckets):
                return False
            return all(limiter.limiter.hit(item, _PREFIX, key, name) for item, key, name in buckets)
    except StorageError:
        return True


def refuses(error: RateLimitExceeded) -> bool:
    """Tell whether the full bucket is one that may refuse."""
    return bucket(error) not in SHARED


def look_again() -> None:
    """Discard this request's reading: a shared bucket filled up between reading and counting."""
    g.pop("look", None)


def seconds_until_room() -> int:
    """Return the seconds until the bucket that refused this request has room again, rounded up."""
    seen: BucketReading = g.get("look", BucketReading())
    if seen.full:
        return _seconds_to(seen.room_at)
    refused = limiter.current_limit
    if refused is None:
        return 60
    try:
        return _seconds_to(refused.window.reset_time)
    except StorageError:  # Redis went out of reach after the refusal
        return int(refused.limit.get_expiry())


def _exempt(name: str) -> bool:
    # Read here in every step, where the limiter notices a store that is out of reach and falls back.
    seen = _seen()
    if request.form.get("step") != "submit" or not _applies(name):
        return True
    if seen.full:  # these refuse the request; a refused request must not fill the other buckets
        return name not in seen.full
    if name in seen.brimming:  # shared and full: nothing more can be counted in it
        return True
    return challenge_is_due()


def _seen() -> BucketReading:
    """Return this request's reading of the limits.

    Raises StorageError: the limiter notices it, and counts in memory from then on.
    """
    if "look" not in g:
        g.look = _look()
    found: BucketReading = g.look
    return found


def _look() -> BucketReading:
    percent = portal().settings.challenge_at
    uses = [
        _use(name, key(), item)
        for name, key in FILING_BUCKETS.items()
        if _applies(name)
        for item in _parsed(_setting(name))
    ]
    refusing = [use for use in uses if use.full and use.bucket not in SHARED]
    brimming = frozenset(use.bucket for use in uses if use.full and use.bucket in SHARED)
    earlier = _EARLIER if percent < 100 else {}  # 100: only when a bucket is full
    hot = frozenset(use.bucket for use in uses if use.hot(percent / earlier.get(use.bucket, 1)) and not use.full)
    return BucketReading(
        full=frozenset(use.bucket for use in refusing),
        hot=hot | brimming,
        hardness=_HARD if brimming else 1,
        brimming=brimming,
        room_at=max((use.room_at for use in refusing), default=0.0),
    )


def _use(name: str, key: str, item: RateLimitItem) -> Use:
    # The same key parts in the same order as flask-limiter uses for a shared limit.
    window = limiter.limiter.get_window_stats(item, _PREFIX, key, name)
    return Use(name, item.amount - window.remaining, item.amount, window.reset_time)


def _seconds_to(instant: float) -> int:
    # The store counts by the machine's time, not by the portal's clock.
    return max(1, math.floor(instant - clock.now().timestamp()) + 1)


def _applies(name: str) -> bool:
    """Tell whether a bucket counts this caller. An IPv4 address is its own network, and is counted once."""
    return name != "network" or network() != address()


def _setting(name: str) -> str:
    setting: str = getattr(portal().settings, f"limit_{name}")
    return setting


@cache
def _parsed(setting: str) -> list[RateLimitItem]:
    return parse_many(setting)


def redis_answers() -> bool:
    """Tell whether Redis, in which the workers count together, is reachable."""
    return bool(limiter.storage.check())


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_STORAGE_OPTIONS=_REDIS_OPTIONS if settings.redis_url else {},
        RATELIMIT_ENABLED=settings.limits_enabled,
        RATELIMIT_KEY_PREFIX=_PREFIX,
        # While Redis is out of reach each worker counts for itself, and no request is refused for that.
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis_url),
        # Of several requests that notice it at once, the library lets one fall back and raises in the others: they
        # pass.
        RATELIMIT_SWALLOW_ERRORS=bool(settings.redis_url),
    )
    limiter.init_app(app)
    limiter.logger.setLevel(logging.WARNING)  # below that level it logs the refused addresses
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign] # how Flask documents a WSGI middleware
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies
        )
