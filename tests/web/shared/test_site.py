"""Whose site this is: head and foot of every public page, 怎样辨别真伪, what `serve` says is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.domain.calendar.workdays import end_of
from app.domain.shared.instants import SHANGHAI
from app.models import Period
from app.services.record import chain
from tests.web.browsing import Browser, MovingClock, filled
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

OURS = {
    "site_organ": "兰河市人民政府办公室",
    "site_host": "兰河市人民政府",
    "site_phone": "0800-1234567",
    "site_icp": "兰ICP备12345678号",
    "site_police": "兰公网安备12345678901234号",
    "site_code": "5303000001",
    "site_city": "https://www.lanhe.example",
    "public_url": "https://gongshi.lanhe.example",
}


def test_every_public_page_says_whose_it_is_and_whom_to_ask(world: World, make_app: Callable[..., Flask]) -> None:
    period = world.round_two()
    client = Browser(make_app(**OURS))
    here = f"/periods/{period}/nominees/{world.nominees[0]}"
    pages = {
        path: client.get(path)
        for path in (
            "/",
            f"/periods/{period}",
            here,
            "/receipt",
            "/privacy",
            "/genuine",
            "/accessibility",
            "/login",
            "/no",
        )
    }
    pages["check"] = client.post(f"{here}/objection", filled(step="check"))
    pages["stale"] = client.post("/receipt", {"code": "x"}, csrf=False)
    for path, page in pages.items():
        foot = page.source[page.source.index("<footer") :]
        for said in ("0800-1234567", "兰河市人民政府", "兰ICP备12345678号", "兰公网安备12345678901234号", "5303000001"):
            assert said in foot, (path, said)
        head = page.source[page.source.index("<header") : page.source.index("<main")]
        assert ("兰河市人民政府办公室" in head, 'href="/login"' in head) == (True, False), path
        assert all(f'href="{way}"' in foot for way in ("/genuine", "/privacy", "/accessibility", "/login")), path
        loaded = re.findall(r'<(?:link|script|img)[^>]*(?:href|src)="([^"]+)"', page.source)
        assert [url for url in loaded if not url.startswith("/")] == [], path


def test_the_title_is_the_award_of_the_page_and_elsewhere_of_the_period_that_opened_last(
    world: World, client: Browser, clock: MovingClock
) -> None:
    empty = client.get("/").source
    assert '<span class="award">评选表彰公示</span>' in empty
    period = world.round_two()
    clock.forward(minutes=1)  # a kept page is made anew after seconds
    award = world.do(lambda session: session.get_one(Period, period).programme.title)
    for path in ("/", "/no", f"/periods/{period}"):
        assert f'<span class="award">{award}</span>' in client.get(path).source, path


def test_without_settings_the_office_of_the_database_is_named(world: World, client: Browser) -> None:
    foot = client.get("/no").source.partition("<footer")[2]
    assert ("市评选工作组办公室" in foot, "0874-0000000" in foot, "ICP" in foot) == (True, True, False)


@pytest.mark.parametrize(("name", "kind"), [("mark.png", "image/png"), ("mark.svg", "image/svg+xml")])
def test_the_mark_is_a_file_of_the_office_that_the_portal_serves(
    world: World, make_app: Callable[..., Flask], tmp_path: Path, name: str, kind: str
) -> None:
    (tmp_path / name).write_bytes(b"a picture")
    client = Browser(make_app(site_mark=str(tmp_path / name), site_mark_url="https://mark.example/1"))
    sent = client.open("/site-mark")
    assert (sent.status_code, sent.data, sent.content_type) == (200, b"a picture", kind)
    assert "default-src 'none'" in sent.headers["Content-Security-Policy"]
    assert (
        '<a href="https://mark.example/1" rel="noopener noreferrer"><img src="/site-mark"' in client.get("/no").source
    )


@pytest.mark.parametrize("path", ["", "/nowhere/mark.png", __file__])
def test_what_is_no_picture_is_not_served(world: World, make_app: Callable[..., Flask], path: str) -> None:
    client = Browser(make_app(site_mark=path))
    assert (client.open("/site-mark").status_code, "/site-mark" in client.get("/no").source) == (404, False)


def test_how_to_tell_it_from_a_false_one(world: World, make_app: Callable[..., Flask], clock: MovingClock) -> None:
    world.round_two()
    world.seal()
    clock.to("2026-09-18 Fri 09:00")
    app = make_app(**OURS)
    page = Browser(app).get("/genuine")
    for said in ("gongshi.lanhe.example", "0800-1234567", "https://www.lanhe.example", "2026年9月17日一天结束时"):
        assert said in page.text, said
    head = world.do(lambda session: chain.head_of_day(session, end_of(at("2026-09-17 Thu 12:00").date())))
    shown = chain.published(head, app.extensions["portal"].keyring.hash_key)
    assert shown in re.sub(r"\s", "", page.source)
    assert head.hash not in re.sub(r"\s", "", page.source)  # nobody can work back from what is public (R19)


def test_the_published_head_stays_for_the_day_and_changes_with_the_next(
    world: World, client: Browser, clock: MovingClock
) -> None:
    period, shown = world.round_two(), list[str]()
    world.seal()
    for moment in ("2026-09-18 Fri 09:00", "2026-09-18 Fri 23:59", "2026-09-19 Sat 00:01"):
        clock.to(moment)
        shown.append("".join(re.findall(r"<code>([^<]+)</code>", client.get("/genuine").source)))
        world.file(period, world.nominees[0], f"{clock.now.astimezone(SHANGHAI):%Y-%m-%d %a %H:%M}")
        world.seal()
    assert shown[0] == shown[1] != shown[2]


def test_the_demonstration_shows_made_up_values_that_say_so(world: World, make_app: Callable[..., Flask]) -> None:
    client = Browser(make_app(demonstration=True))
    foot = client.get("/no").source.partition("<footer")[2]
    numbers = re.findall(r"<li>([^<]+)</li>", foot.partition('class="numbers"')[2])
    assert [("演示" in number) for number in numbers] == [True] * 4
    assert client.open("/site-mark").content_type == "image/svg+xml"
    assert "beian" not in foot
