"""A cache that ignores `Vary` and cookies, between the portal and everybody: what it may keep is the same for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.busy import OPEN, busy, changed
from tests.web.browsing import Browser, MovingClock
from tests.web.walking import addresses, rules
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
STATIC = ("/static/css/base.css", "/static/js/site.js", "/static/nothing.css")
# What a visitor may send that a cache does not look at.
HEADERS: dict[str, dict[str, str]] = {
    "large text": {"Cookie": "gongshi-reading=large"},
    "high contrast": {"Cookie": "gongshi-reading=contrast"},
    "both": {"Cookie": "gongshi-reading=large-contrast"},
    "somebody's session": {"Cookie": "gongshi=eyJ.x.y; receipt=1"},
    "another language": {"Accept-Language": "en", "Accept": "application/json", "User-Agent": "curl/8"},
    "another host": {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"},
    "another scheme": {"X-Forwarded-Proto": "gopher", "X-Original-URL": "/office/", "X-Rewrite-URL": "/office/"},
    "another method": {"X-HTTP-Method-Override": "POST", "X-Method-Override": "DELETE"},
    "from elsewhere": {"Origin": "https://evil.example", "Referer": "https://evil.example/x", "Purpose": "prefetch"},
    "a part": {"Range": "bytes=0-3", "If-Range": '"x"'},
}
# The content alone of a range request differs, and says so by its status.
_PART = 206


@pytest.fixture
def visitors(world: World, app: Flask, clock: MovingClock, tmp_path: Path) -> dict[str, Callable[[str], TestResponse]]:
    clock.to(OPEN)
    there = busy(world, tmp_path / "evidence")
    changed(world)
    follower = Browser(app)
    follower.post("/receipt", {"code": there.cases["awaiting"][1]})
    browsers = {login: Browser(app).sign_in(world.people[login]) for login in ("office", "head", "handler", "auditor")}
    browsers["follower"] = follower
    found: dict[str, Callable[[str], TestResponse]] = {who: each.open for who, each in browsers.items()}
    for what, headers in HEADERS.items():
        found[what] = lambda path, headers=headers: Browser(app).open(path, headers=headers)  # type: ignore[misc]
    return found


def everywhere(world: World, app: Flask) -> Iterator[str]:
    for rule in rules(app, "GET"):
        for address in islice(addresses(world.database, rule, few=1), 1):
            yield address
            if not address.startswith(("/office", "/desk", "/programmes", "/people")):
                yield f"{address}?page=1&name=%E9%BA%92&q=%E9%BA%92&utm=1"
    yield from STATIC
    yield from ("/nowhere", "/office", "//desk")


def may_be_kept(answer: TestResponse) -> bool:
    """Tell whether a cache of many may keep it: whatever is not forbidden is allowed (RFC 9111, 3)."""
    control = answer.cache_control
    return not (control.no_store or control.private)


def content_of(answer: TestResponse) -> tuple[int, bytes, str | None]:
    return answer.status_code, answer.get_data(), answer.headers.get("Location")


@pytest.mark.soak
def test_security_56_what_a_cache_may_keep_is_the_same_for_everybody(
    world: World, app: Flask, visitors: dict[str, Callable[[str], TestResponse]]
) -> None:
    """And what a stranger does not get says no-store: on a shared computer the browser's own cache is another's too."""
    kept = own = 0
    for path in everywhere(world, app):
        common = Browser(app).open(path)
        for who, visit in visitors.items():
            answer = visit(path)
            if answer.status_code == _PART:
                assert answer.headers["Content-Range"].startswith("bytes 0-3/"), path
            elif may_be_kept(answer):
                kept += 1
                assert content_of(answer) == content_of(common), (who, path)
                assert not answer.headers.getlist("Set-Cookie"), (who, path)
                assert "X-Request-ID" not in answer.headers, (who, path)
            elif who not in HEADERS and not may_be_kept(common) and content_of(answer) != content_of(common):
                own += 1
                assert answer.cache_control.no_store, (who, path)
    assert kept > 150
    assert own > 100
