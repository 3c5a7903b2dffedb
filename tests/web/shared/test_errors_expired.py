"""The session or the form's token runs out while somebody writes: the text stays, nothing is done (SECURITY 7).

Forms are found by walking the pages, so that a new one is held to this by itself.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.domain.cases.states import Action
from tests.busy import OPEN, Busy, busy
from tests.web.browsing import Browser, Form, MovingClock, Page
from tests.web.walking import addresses, logins, rules
from tests.world import World

pytestmark = [pytest.mark.walk, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
SHORT = "写了一半"
LONG = "写了很久的内容，<b>不能</b>就这样没有了；里面有“引号”和\n换行。" * 2
NEVER_SHOWN_AGAIN = {"code"}


@pytest.fixture
def there(world: World, clock: MovingClock, tmp_path: Path) -> Busy:
    clock.to(OPEN)
    return busy(world, tmp_path / "evidence")


def forms_of(app: Flask, there: Busy) -> Iterator[tuple[str | None, Form]]:
    """One form of every kind, with one of the first two who find it on their page."""
    seen = set()
    for rule in rules(app, "GET"):
        for login in logins(app, rule)[:2]:
            for page in pages_of(app, there, login, addresses(there.world.database, rule)):
                for form in page.forms:
                    kind = re.sub(r"\d+", "N", form.action)
                    if form.method == "post" and kind not in seen and form.written - NEVER_SHOWN_AGAIN:
                        seen.add(kind)
                        yield login, form


def pages_of(app: Flask, there: Busy, login: str | None, paths: Iterator[str]) -> Iterator[Page]:
    browser = in_browser(app, there, login)
    for path in paths:
        page = browser.get(path)
        if page.status == 200:
            yield page


def in_browser(app: Flask, there: Busy, login: str | None) -> Browser:
    """Somebody at work; without a login, an objector who follows their case."""
    browser = Browser(app)
    if login is not None:
        return browser.sign_in(there.world.people[login])
    browser.post("/receipt", {"code": there.cases["awaiting"][1]})
    return browser


@pytest.mark.soak
def test_security_07_whatever_was_written_is_still_there_when_token_or_session_have_run_out(
    there: Busy, make_app: Callable[..., Flask]
) -> None:
    app = make_app(limits_enabled=False)
    forms, kinds = list(forms_of(app, there)), set()
    before = there.world.everything()
    for login, form in forms:
        names = form.written - NEVER_SHOWN_AGAIN
        for text in (SHORT, LONG):
            written = {**form.fields, **dict.fromkeys(names, text)}
            stale = in_browser(app, there, login).post(
                form.action, {**written, "csrf_token": "of yesterday"}, csrf=False
            )
            gone = Browser(app).post(form.action, {**written, "csrf_token": "of yesterday"}, csrf=False)
            answers = {"the token": stale, "the session": gone}
            if login is not None or form.action.startswith("/receipt/"):
                answers["the login"] = Browser(app).post(form.action, written)
            for what, page in answers.items():
                assert page.status in (400, 401), (form.action, what, page.status)
                assert html.unescape(page.source).count(text) >= len(names), (form.action, what)
                assert "Location" not in page.headers
        kinds.add(re.sub(r"/desk/cases/\d+/", "", form.action))
    assert there.world.everything() == before
    assert kinds >= {str(action) for action in TEXTS}, TEXTS - kinds
    assert {"/receipt/supplement", "/receipt/withdraw", "/office/calendar", "/login"} <= kinds


# Every action at a desk that wants a text: in the busy world each is offered to somebody.
TEXTS = {Action.DECLINE, Action.ASK, Action.PROPOSE, Action.RETURN, Action.NOTE, Action.HEAR, Action.REPLY}
TEXTS |= {Action.RECUSE, Action.HAND_UP, Action.TAKE_OVER}
