"""What a person is told before giving a name: who, what, why, who sees it, how long (个人信息保护法 17)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.web.browsing import Browser
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@on_sqlite
def test_the_notice_says_what_the_law_asks_for_with_the_settings_years(
    world: World, make_app: Callable[..., Flask]
) -> None:
    page = Browser(make_app(retention_years=5)).get("/privacy")
    assert page.status == 200
    for said in (
        "市评选工作组办公室 是个人信息处理者",
        "个人信息保护法第十三条第一款第三项",
        "不需要另外征得您的同意",
        "评选表彰活动结束后满5年",
        "办理单位 看到事实和证据，看不到是谁提出的",
        "密钥另外存放",
        "只使用一个必不可少的 Cookie",
        "复制、更正、删除",
        "0874-0000000",
    ):
        assert said in page.text, said
    assert "checkbox" not in page.source  # nothing to consent to
    assert "满3年" in Browser(make_app()).get("/privacy").text


@on_sqlite
def test_without_an_office_the_notice_is_there_all_the_same(database: object, client: Browser) -> None:
    page = client.get("/privacy")
    assert (page.status, "市级专班是个人信息处理者" in page.text) == (200, True)


@on_sqlite
def test_the_form_leads_to_the_notice_right_below_the_contact_and_keeps_its_text(world: World, client: Browser) -> None:
    period = world.round_two()
    who = client.get(f"/periods/{period}/nominees/{world.nominees[0]}/objection")
    source = client.steps(who)[0].source
    before_contact = source[source.index("<main") : source.index('id="contact"')]
    link = re.search(r'<a href="/privacy"[^>]*>', before_contact)
    assert link is not None
    assert link[0] == '<a href="/privacy" target="_blank" rel="noopener">'
