"""The receipt stays until its owner says that it is kept, for half an hour, in one browser (R18)."""

from __future__ import annotations

import base64

import pytest
from flask import Flask

from tests.web.browsing import Browser, MovingClock, Page, filled
from tests.world import World


@pytest.fixture
def receipt(world: World, client: Browser) -> Page:
    here = f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"
    return client.follow(client.post(here, filled()))


def copy_of(client: Browser, app: Flask) -> Browser:
    """Somebody who copied this browser's cookie."""
    thief = Browser(app, "203.0.113.66")
    thief.write_session(**client.cookie())
    return thief


def test_it_survives_a_reload_the_menu_and_a_dropped_tab_for_half_an_hour(
    app: Flask, client: Browser, clock: MovingClock, receipt: Page
) -> None:
    code = client.receipt_code()
    client.get("/")
    clock.forward(minutes=29, seconds=59)
    assert client.receipt_code() == code
    assert code not in Browser(app).get("/receipt").source
    clock.forward(seconds=1)
    assert code not in client.get("/receipt").source
    assert "receipt" not in client.cookie()


def test_security_57_a_copied_cookie_shows_nothing_after_it_is_kept(app: Flask, client: Browser, receipt: Page) -> None:
    code = client.receipt_code()
    thief = copy_of(client, app)
    assert client.send(receipt.form("/receipt/kept")).status == 303
    for browser in (client, thief):
        page = browser.get("/receipt")
        assert "查询异议的进度" in page.text
        assert "2026-0001" not in page.text
        assert code not in page.source
        assert browser.get("/receipt/file").status == 302


def test_security_57_the_cookie_itself_does_not_hold_the_code(client: Browser, receipt: Page) -> None:
    code = client.receipt_code()
    held = client.cookie()["receipt"]
    assert code not in str(held)
    assert code.encode() not in base64.b85decode(held["sealed"])


def test_security_57_a_copied_cookie_shows_nothing_after_leaving(app: Flask, client: Browser, receipt: Page) -> None:
    progress = client.follow(client.post("/receipt", {"code": client.receipt_code()}))
    assert "异议进度" in progress.text
    thief = copy_of(client, app)
    assert "异议进度" in thief.get("/receipt").text
    client.send(progress.form("/receipt/leave"))
    assert "异议进度" not in thief.get("/receipt").text


def test_security_57_a_cookie_of_the_other_click_shows_nothing_after_it_is_kept(
    world: World, app: Flask, client: Browser, clock: MovingClock
) -> None:
    """A double click has two answers, and each has a cookie of its own."""
    here = f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"
    assert client.post(here, filled()).status == 303
    first = copy_of(client, app)
    assert client.post(here, filled()).status == 303
    code = client.receipt_code()
    assert code == first.receipt_code()
    client.send(client.get("/receipt").form("/receipt/kept"))
    for browser in (first, client):
        assert code not in browser.get("/receipt").source
    clock.forward(seconds=1)
    assert client.post(here, filled()).status == 303  # sent once more, with all its text: its own receipt again (R16)
    assert client.receipt_code() == code
    assert code not in first.get("/receipt").source


def test_security_57_of_two_searches_in_one_browser_neither_outlives_leaving(
    app: Flask, client: Browser, clock: MovingClock, receipt: Page
) -> None:
    code = client.receipt_code()
    client.post("/receipt", {"code": code})
    first = copy_of(client, app)
    clock.forward(seconds=1)
    progress = client.follow(client.post("/receipt", {"code": code}))
    client.send(progress.form("/receipt/leave"))
    for browser in (first, client):
        assert "异议进度" not in browser.get("/receipt").text
    clock.forward(seconds=1)
    assert "异议进度" in client.follow(client.post("/receipt", {"code": code})).text


def test_security_57_a_cookie_moved_to_another_browser_alone_shows_nothing(
    app: Flask, client: Browser, receipt: Page
) -> None:
    thief = Browser(app, "203.0.113.66")
    thief.get("/receipt")
    thief.write_session(browser="another-browsers-secret", receipt=client.cookie()["receipt"])
    assert "查询异议的进度" in thief.get("/receipt").text


def test_the_warning_stands_above_the_code_and_a_file_can_be_kept(client: Browser, receipt: Page) -> None:
    code = client.receipt_code()
    assert receipt.text.index("丢了找不回来") < receipt.text.index(code)
    answer = client.open("/receipt/file")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=receipt.txt")
    text = answer.get_data().decode("utf-8-sig")
    for said in (code, "麒小3", "2026年9月18日 09:00", "丢了找不回来", "0874-0000001"):
        assert said in text


def test_kept_also_takes_what_was_typed_from_the_server(world: World, client: Browser) -> None:
    here = f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"
    check = client.post(here, filled(step="check"))
    receipt = client.follow(client.send(check.form("/objection"), "submit"))
    assert filled()["facts"] in client.get(check.path).text  # Back from the receipt
    client.send(receipt.form("/receipt/kept"))
    assert filled()["facts"] not in client.get(check.path).source
