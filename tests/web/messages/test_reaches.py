"""One's own addresses and a unit's: set, confirmed by the code that was sent there, told when, ended."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.channels.gateways import gateways_of
from app.models import AuditRow, Reach
from app.services.messages import dispatching
from config import Settings
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

MORNING = "2026-09-18 Fri 09:00"
ADDRESS = "zhangsan@example.com"
AT_ONCE = {"times": "at_once"}


@pytest.fixture
def app(make_app: Callable[..., Flask], tmp_path: Path) -> Flask:
    return make_app(demonstration=True, instance_dir=tmp_path)


def sign_in(app: Flask, world: World, login: str) -> Browser:
    return Browser(app).sign_in(world.people[login])


def code_sent(world: World, address: str) -> str:
    """The code of the message that waits, as a worker would send it."""
    claimed = world.run(dispatching.settle_and_claim, None, "", now=at(MORNING))
    assert claimed is not None
    assert claimed.address == address
    found = re.search(r"\d{6}", claimed.message.text)
    assert found is not None
    return found[0]


def test_an_address_counts_once_its_code_came_back(world: World, app: Flask, clock: MovingClock) -> None:
    handler = sign_in(app, world, "handler")
    form = handler.get("/account/messages").form("/account/messages")
    typed = form.fields | {"channel": "mail", "address": ADDRESS, "times": "morning"}
    page = handler.follow(handler.post(form.action, typed))
    assert "邮件：zh***@example.com 等待确认" in page.text
    assert ADDRESS not in page.source
    code = code_sent(world, ADDRESS)
    confirm = page.form("/confirm")
    wrong = handler.post(confirm.action, confirm.fields | {"code": "000000" if code != "000000" else "111111"})
    assert wrong.status == 422
    assert wrong.error_of("code").startswith("确认码不对")
    done = handler.follow(handler.post(confirm.action, confirm.fields | {"code": code}))
    assert "邮件：zh***@example.com 在用" in done.text
    with world.database.reader() as session:
        assert ADDRESS.encode() not in session.query(Reach).one().sealed
        assert not any(ADDRESS in str(row.details) for row in session.query(AuditRow))


def test_five_wrong_codes_spend_the_code(world: World, app: Flask, clock: MovingClock) -> None:
    handler = sign_in(app, world, "handler")
    form = handler.get("/account/messages").form("/account/messages")
    page = handler.follow(handler.post(form.action, form.fields | AT_ONCE | {"channel": "mail", "address": ADDRESS}))
    code, confirm = code_sent(world, ADDRESS), page.form("/confirm")
    for _ in range(5):
        assert handler.post(confirm.action, confirm.fields | {"code": "00000"}).status == 422
    assert handler.post(confirm.action, confirm.fields | {"code": code}).status == 422
    clock.forward(minutes=2)
    again = page.form("/code")
    assert "已经重新发出" in handler.follow(handler.post(again.action, again.fields)).text


def test_a_robot_is_a_unit_s_and_nobody_sets_another_s(world: World, app: Flask, clock: MovingClock) -> None:
    head, stranger = sign_in(app, world, "head"), sign_in(app, world, "stranger")
    own = head.get("/account/messages").form("/account/messages")
    assert head.post(own.action, own.fields | {"channel": "wecom", "address": "robot-key-1234"} | AT_ONCE).status == 422
    path = f"/units/{world.qilin}/messages"
    form = head.get(path).form(path)
    page = head.follow(head.post(path, form.fields | {"channel": "wecom", "address": "robot-key-1234"} | AT_ONCE))
    assert "企业微信群机器人：rob****1234 等待确认" in page.text
    confirm = page.form("/confirm")
    assert stranger.get(path).status == 404
    assert stranger.post(path, form.fields | AT_ONCE | {"channel": "mail", "address": ADDRESS}).status == 404
    mine = stranger.get("/account/messages").form("/account/messages")
    theirs = confirm.action.replace(path, "/account/messages")
    assert stranger.post(theirs, mine.fields | {"code": "123456"}).status == 404


def test_the_demonstration_sends_nothing_anywhere(tmp_path: Path) -> None:
    """Whatever else is set."""
    settings = Settings(
        instance_dir=tmp_path, demonstration=True, mail_url="smtp://127.0.0.1:9", sms_url="http://127.0.0.1:9"
    )
    assert {type(gateway).__name__ for gateway in gateways_of(settings)._gateways.values()} == {"FileBox"}
