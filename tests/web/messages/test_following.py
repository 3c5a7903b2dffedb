"""An objector ticks a box, confirms the contact by a code, is told without content, and can end it (R14, R36)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.cases.states import State
from app.models import Case, Reach
from app.services.messages import dispatching
from app.services.messages.dispatching import Claimed
from tests.web.browsing import Browser, MovingClock, filled
from tests.world import World, at

NOON = "2026-09-18 Fri 12:00"
URL = "https://portal.example"


@pytest.fixture
def app(make_app: Callable[..., Flask], tmp_path: Path) -> Flask:
    return make_app(demonstration=True, instance_dir=tmp_path)


def next_message(world: World) -> Claimed | None:
    return world.run(dispatching.settle_and_claim, None, URL, now=at(NOON))


def objector(world: World, app: Flask, clock: MovingClock, **typed: str) -> tuple[Browser, int]:
    """Somebody who has just filed, and the period."""
    period = world.round_two()
    clock.to(NOON)
    browser = Browser(app)
    path = f"/periods/{period}/nominees/{world.nominees[0]}/objection"
    browser.get(path)
    browser.follow(browser.post(path, filled(**typed)))
    return browser, period


def test_the_box_is_not_ticked_and_without_a_channel_there_is_none(
    world: World, make_app: Callable[..., Flask], app: Flask, clock: MovingClock
) -> None:
    period = world.round_two()
    path = f"/periods/{period}/nominees/{world.nominees[0]}/objection"
    asked, silent = (Browser(each) for each in (app, make_app()))
    pages = [browser.steps(browser.get(path))[0] for browser in (asked, silent)]
    assert ["有新进展时告诉我" in page.text for page in pages] == [True, False]
    assert not any("tell_me" in page.form("/objection").fields for page in pages)


def test_a_code_confirms_and_news_say_nothing_of_what(world: World, app: Flask, clock: MovingClock) -> None:
    browser, _ = objector(world, app, clock, tell_me="y")
    page = browser.get("/receipt/messages")
    assert "139" not in page.text
    assert "130****0001" in page.text
    code = next_message(world)
    assert code is not None
    assert code.address == "13000000001"
    digits = re.search(r"\d{6}", code.message.short)
    assert digits is not None
    form = page.form("/confirm")
    wrong = browser.post(form.action, form.fields | {"code": "12345"})
    assert wrong.status == 303  # so that going back is always a GET
    refused = browser.get(wrong.headers["Location"])
    assert (refused.status, bool(refused.error_of("code"))) == (422, True)
    done = browser.follow(browser.post(form.action, form.fields | {"code": digits[0]}))
    assert "联系方式已经确认。" in done.text

    with world.database.reader() as session:
        case = session.scalars(select(Reach)).one()
        case_id = session.execute(select(Case.id)).scalar_one()
        assert b"13000000001" not in case.sealed
    world.bring(case_id, State.CONCLUDED, NOON)
    news = next_message(world)
    assert news is not None
    assert news.message.short.startswith("您关注的事项有新进展，请凭查询码查看。")
    stop_at = news.message.stop_at.removeprefix(URL)
    assert Browser(app).post(stop_at[:-1] + "x").status == 404
    by_mail_program = Browser(app).post(stop_at, {"List-Unsubscribe": "One-Click"}, csrf=False)
    assert (by_mail_program.status, "已经退订" in by_mail_program.text) == (200, True)  # no redirect (RFC 8058)
    reader = Browser(app)
    assert "已经退订" in reader.follow(reader.post(stop_at, csrf=False)).text
    assert "现在有新进展不会发消息" in browser.get("/receipt/messages").text


def test_without_the_tick_the_contact_is_confirmed_and_nothing_else_is_sent(
    world: World, app: Flask, clock: MovingClock
) -> None:
    objector(world, app, clock)
    assert next_message(world) is not None
    with world.database.writer() as session:
        session.scalars(select(Reach)).one().confirmed_at = at(NOON)
        case_id = session.execute(select(Case.id)).scalar_one()
        session.commit()
    world.bring(case_id, State.CONCLUDED, NOON)
    assert next_message(world) is None


def test_a_fixed_line_gets_no_message_and_no_page_of_them(world: World, app: Flask, clock: MovingClock) -> None:
    browser, _ = objector(world, app, clock, contact="0874-3123456", tell_me="y")
    assert next_message(world) is None
    assert browser.get("/receipt/messages").headers["Location"] == "/receipt"
    assert "确认联系方式" not in browser.get("/receipt").text
