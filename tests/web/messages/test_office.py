"""The office's page of messages: fates in the gateway's words, what was given up sent again, a channel tried out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Outcome, Reply
from app.services.messages import dispatching
from tests.services.messages.reaching import plan, reach_of
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

NOON = "2026-09-18 Fri 12:00"


@pytest.fixture
def app(make_app: Callable[..., Flask], world: World, tmp_path: Path) -> Flask:
    return make_app(demonstration=True, instance_dir=tmp_path)


@pytest.fixture
def office(app: Flask, world: World, clock: MovingClock) -> Browser:
    clock.to(NOON)
    return Browser(app).sign_in(world.people["office"])


def test_a_unit_that_nobody_can_reach_is_red_here_and_on_the_first_page(world: World, office: Browser) -> None:
    assert (
        "谁也收不到消息的单位（3）" in office.get("/office/messages").text
    )  # of the nominees' own units nobody comes in
    assert "给收不到消息的单位设置地址：市评选工作组办公室等3个单位" in office.get("/office/").text
    reach_of(world, "office", OutgoingChannel.MAIL, "office@example.com")
    reach_of(world, world.qilin, OutgoingChannel.WECOM, "robot-key-1234", confirmed=False)
    assert "谁也收不到消息的单位（2） 这些单位" in office.get("/office/messages").text
    reach_of(world, "head", OutgoingChannel.SMS, "13900000000")
    reach_of(world, world.luoping, OutgoingChannel.MAIL, "luoping@example.com")
    assert "谁也收不到" not in office.get("/office/messages").text


def test_what_was_given_up_comes_first_with_the_gateway_s_words_and_is_sent_again(
    world: World, office: Browser
) -> None:
    period = world.round_two()
    reach_of(world, "office", OutgoingChannel.MAIL, "office@example.com")
    world.file(period, world.nominees[0], NOON)
    plan(world, at(NOON))
    claimed = world.run(dispatching.settle_and_claim, None, "", now=at(NOON))
    assert claimed is not None
    world.run(dispatching.settle, (claimed, Outcome(Reply.NEVER, "550 no such user")), now=at(NOON))
    page = office.get("/office/messages")
    assert "没有发出 550 no such user" in page.text
    assert "重发没有发出的消息：1条" in office.get("/office/").text
    again = next(form for form in page.forms if form.action.endswith("/again"))
    assert "已经放回队列" in office.follow(office.post(again.action, again.fields)).text
    assert "550" not in office.get("/office/messages?fate=failed").text
    assert office.post(again.action, again.fields).status == 409
    assert world.run(dispatching.settle_and_claim, None, "", now=at(NOON)) is not None


def test_a_channel_is_tried_out_and_the_answer_is_on_the_page(office: Browser) -> None:
    form = office.get("/office/messages").form("/trial")
    bad = office.post(form.action, form.fields | {"channel": "mail", "address": "nobody"})
    assert (bad.status, bad.error_of("address")) == (422, "邮箱请写完整，例如 zhangsan@example.com。")
    sent = office.post(form.action, form.fields | {"channel": "sms", "address": "13900000000"})
    assert "已发出，对方的应答：演示：写进了文件邮箱" in sent.text
    box = office.get("/office/messages/mailbox").text
    assert re.search(r"日 \d\d:\d\d · 短信 · 发给 13900000000 这是公示与异议处理平台发出的一条试发消息", box)


def test_without_a_channel_the_page_says_so_and_offers_nothing(
    make_app: Callable[..., Flask], world: World, clock: MovingClock
) -> None:
    office = Browser(make_app()).sign_in(world.people["office"])
    page = office.get("/office/messages")
    assert "还没有设置任何渠道" in page.text
    assert "发一条试试" not in page.text
    assert "谁也收不到" not in page.text
    assert office.get("/office/messages/mailbox").status == 404


def test_the_preview_of_a_period_is_red_where_nobody_reaches_its_organiser(
    world: World, office: Browser, clock: MovingClock
) -> None:
    """Before it opens; another unit's address does not help (R28)."""
    world.past_round_one(world.nominees)
    clock.to("2026-09-17 Thu 10:00")
    path, alarm = f"/office/periods/new/{world.programme}/2/{world.qilin}", "没有一条消息到得了麒麟区"
    assert alarm in office.get(path).text
    reach_of(world, world.luoping, OutgoingChannel.MAIL, "luoping@example.com")
    assert alarm in office.get(path).text
    reach_of(world, "head", OutgoingChannel.SMS, "13900000000")
    assert alarm not in office.get(path).text


def test_without_a_channel_no_preview_and_no_page_of_the_office_speaks_of_reaching(
    make_app: Callable[..., Flask], world: World, clock: MovingClock
) -> None:
    world.past_round_one(world.nominees)
    clock.to("2026-09-17 Thu 10:00")
    office = Browser(make_app()).sign_in(world.people["office"])
    for path in (f"/office/periods/new/{world.programme}/2/{world.qilin}", "/office/", "/office/messages"):
        page = office.get(path)
        assert page.status == 200
        assert "谁也收不到" not in page.text
        assert "没有一条消息到得了" not in page.text
        assert "收不到消息" not in page.text
