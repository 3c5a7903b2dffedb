"""The whole set of headers of every kind of answer, written out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest
from flask import Flask
from sqlalchemy import text

from app.services.objections import intake
from tests.web.browsing import Browser, MovingClock, Page, filled
from tests.web.walking import addresses, logins, rules
from tests.world import World

pytestmark = pytest.mark.walk

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Robots-Tag": "noindex, noarchive",
}
UNDER_TLS = SECURITY | {"Strict-Transport-Security": "max-age=31536000"}
SHOWN = "public, max-age=60, must-revalidate"
OWN = {"Cache-Control": "no-store"}  # one visitor's answer: kept by nobody
NUMBERED = OWN | {"X-Request-ID": ""}
PUBLIC = {
    "Cache-Control": SHOWN,
    "ETag": "",
    "Vary": "Accept-Encoding, Cookie",
}  # anybody's: carries nothing of a visitor
HTML = {"Content-Type": "text/html; charset=utf-8", "Content-Length": ""}
COOKIE = {"Vary": "Cookie"}
STATIC = {
    "Cache-Control": "public, max-age=600",
    "Content-Disposition": "",
    "Content-Length": "",
    "Accept-Ranges": "bytes",
}
STATIC |= dict.fromkeys(("ETag", "Last-Modified", "Date", "Expires"), "")
# Values that differ from one answer to the next: that they stand there is what counts.
VARYING = {"ETag", "Content-Length", "X-Request-ID", "Set-Cookie", "Last-Modified", "Date", "Expires", "Location"}
VARYING |= {"Content-Disposition"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("tls", [False, True])
def test_security_32_every_answer_has_these_headers_and_no_other(
    world: World, make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, tls: bool
) -> None:
    app = make_app(secure_cookies=tls, limit_receipt="1/hour")
    browser = Browser(app)
    period = world.round_two()
    shown, form = f"/periods/{period}", f"/periods/{period}/nominees/{world.nominees[0]}/objection"
    tag = browser.get(shown).headers["ETag"]

    def broken(fault: str) -> Page:
        """A filing into which something breaks."""
        if fault == "storage":
            with world.database.writer() as session:
                session.execute(text("ALTER TABLE identities RENAME TO elsewhere"))
                session.commit()
        else:
            monkeypatch.setattr(intake, "file_objection", lambda *_: 1 / 0)
        answer = browser.post(form, filled(form_token=f"a-form-token-for-{fault}"))
        monkeypatch.undo()
        return answer

    script = {"Content-Type": "text/javascript; charset=utf-8"}
    answers = {
        "hot": (browser.get(shown), 200, PUBLIC | HTML),
        "hot, compressed": (
            browser.head(shown, accept_encoding="gzip"),
            200,
            PUBLIC | HTML | {"Content-Encoding": "gzip"},
        ),
        "hot, not modified": (browser.get(shown, if_none_match=tag), 304, PUBLIC),
        "search": (browser.get(f"{shown}?name=x"), 200, PUBLIC | HTML),
        "nominee": (browser.get(form.removesuffix("/objection")), 200, PUBLIC | HTML),
        "file": (browser.get("/static/css/base.css"), 200, STATIC | {"Content-Type": "text/css; charset=utf-8"}),
        "script": (browser.get("/static/js/site.js"), 200, STATIC | script),
        "no file": (browser.get("/static/none.css"), 404, NUMBERED | HTML),
        "health": (browser.get("/healthz"), 200, NUMBERED | HTML | {"Content-Type": "application/json"}),
        "not found": (browser.get("/nowhere"), 404, NUMBERED | HTML),
        "metrics": (browser.get("/metrics"), 404, NUMBERED | HTML),
        "to the login": (browser.get("/office/"), 302, NUMBERED | HTML | {"Location": "", "Vary": "Cookie"}),
        "wrong method": (browser.post("/"), 405, NUMBERED | HTML | {"Allow": "GET, HEAD, OPTIONS"}),
        "form": (browser.get(form), 200, NUMBERED | HTML | COOKIE | {"Set-Cookie": ""}),
        "filed": (browser.post(form, filled()), 303, NUMBERED | HTML | COOKIE | {"Set-Cookie": "", "Location": ""}),
        "receipt": (browser.get("/receipt"), 200, NUMBERED | HTML | COOKIE),
        "stale": (browser.post(form, filled(), csrf=False), 400, NUMBERED | HTML | COOKIE),
        "refused": (browser.post("/receipt", {"code": "x"}), 422, NUMBERED | HTML | COOKIE),
        "too often": (browser.post("/receipt"), 429, NUMBERED | HTML | COOKIE | {"Retry-After": "3600"}),
        "too long": (browser.post(form, filled(facts="x" * 300_000)), 413, NUMBERED | HTML),
        "fault": (broken("code"), 500, NUMBERED | HTML | COOKIE),
        "storage": (broken("storage"), 503, NUMBERED | HTML | COOKIE | {"Retry-After": "60"}),
    }
    always = UNDER_TLS if tls else SECURITY
    assert {what: (answer.status, had(answer)) for what, (answer, _, _) in answers.items()} == {
        what: (status, expected | always) for what, (_, status, expected) in answers.items()
    }


def had(answer: Page) -> dict[str, str]:
    return {name: "" if name in VARYING else value for name, value in answer.headers.items()}


@pytest.mark.parametrize("login", [None, "office", "head"])
def test_security_56_a_public_answer_sets_no_cookie_whoever_asks(
    world: World, app: Flask, clock: MovingClock, staff: Callable[[str], Browser], login: str | None
) -> None:
    """Every public address, from Flask and from memory, also for whoever is logged in or sends odd cookies."""
    world.round_two()
    clock.to("2026-09-18 Fri 10:00")
    public = 0
    for odd in ("", "gongshi=x.y.z", "__Host-gongshi=1; gongshi-reading=large; receipt=1", "a=" + "b" * 3000):
        browser = staff(login) if login else Browser(app)
        for rule in rules(app, "GET"):
            if None not in logins(app, rule):
                continue
            for address in islice(addresses(world.database, rule, few=1), 2):
                for _ in range(2):  # rendered, then from memory
                    answer = browser.open(address, headers={"Cookie": odd} if odd and not login else {})
                    if answer.cache_control.public:
                        public += 1
                        assert not answer.headers.getlist("Set-Cookie"), address
        assert not browser.open("/static/css/base.css").headers.getlist("Set-Cookie")
    assert public > 20
