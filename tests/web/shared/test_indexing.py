"""What search engines may keep: never a name that is public for five days only (R5)."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask

from app.models import Nominee
from app.web.shared.indexing import KEPT_OUT
from tests.web.browsing import Browser, MovingClock
from tests.world import World

OPEN = "2026-09-18 Fri 09:00"
MAY_BE_KEPT = "index, noarchive"


def told(client: Browser, path: str) -> str:
    """Return what a page tells crawlers. Its header and its source say one thing, from memory too."""
    said = set()
    for _cold_and_hot in range(2):
        page = client.get(path)
        found = re.search(r'<meta name="robots" content="([^"]+)">', page.source)
        assert found is not None, path
        said |= {page.headers["X-Robots-Tag"], found[1]}
    assert len(said) == 1, (path, said)
    return said.pop()


def test_pages_without_names_may_be_indexed_and_all_others_may_not(
    world: World, client: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    clock.to(OPEN)
    here = f"/periods/{period}"
    assert {path: told(client, path) for path in ("/", "/privacy", "/decisions/")} == {
        "/": MAY_BE_KEPT,
        "/privacy": MAY_BE_KEPT,
        "/decisions/": MAY_BE_KEPT,
    }
    for path in (
        here,
        f"{here}?kind=individual",
        f"{here}/nominees/{world.nominees[0]}",
        f"{here}/nominees/{world.nominees[0]}/objection",
        "/search",
        "/search?q=麒小",
        "/receipt",
        "/login",
        "/nowhere",
        "/decisions/1",  # a page that may be listed, but there is none
    ):
        page = client.get(path)
        assert page.headers["X-Robots-Tag"] == KEPT_OUT, path
        assert f'content="{KEPT_OUT}"' in page.source, path


def test_the_home_page_is_kept_out_while_a_title_on_it_names_a_collective(
    world: World, client: Browser, clock: MovingClock
) -> None:
    with world.database.reader() as session:
        unit = session.get_one(Nominee, world.nominees[0]).unit_id
    world.schedule(1, unit, world.nominees[:1], "2026-09-08", 3, "2026-09-07 Mon 09:00")
    for moment, said in (
        ("2026-09-07 Mon 23:59:59", MAY_BE_KEPT),
        ("2026-09-08 Tue 00:00", KEPT_OUT),
        ("2026-09-14 Mon 23:59:59", KEPT_OUT),
        ("2026-09-15 Tue 00:00", MAY_BE_KEPT),
    ):
        clock.to(moment)
        assert told(client, "/") == said, moment


def test_robots_txt_opens_what_may_be_indexed_and_nothing_else(client: Browser) -> None:
    page = client.get("/robots.txt")
    assert page.headers["Content-Type"].startswith("text/plain")
    assert page.source.splitlines() == [
        "User-agent: *",
        "Disallow: /",
        "Allow: /$",
        "Allow: /accessibility$",
        "Allow: /decisions/",
        "Allow: /decisions/$",
        "Allow: /genuine$",
        "Allow: /log/$",
        "Allow: /log/check$",
        "Allow: /privacy$",
        "Allow: /static/",
        "Allow: /favicon.ico",
    ]


def test_every_page_has_a_description_and_a_card_without_a_picture(
    world: World, client: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    clock.to(OPEN)
    for path in ("/", "/privacy", f"/periods/{period}", f"/periods/{period}/nominees/{world.nominees[2]}", "/nowhere"):
        source = client.get(path).source
        cards = dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', source))
        assert cards["description"] == cards["og:description"], path
        assert cards["og:title"], path
        assert "og:image" not in cards
        assert not re.search(r"麒小|中队|https?:", " ".join(cards.values())), path


def test_the_icon_that_browsers_ask_for_is_there(client: Browser) -> None:
    icon = client.get("/favicon.ico")
    assert (icon.status, icon.headers["Content-Type"]) == (200, "image/vnd.microsoft.icon")
    assert "max-age=600" in icon.headers["Cache-Control"]


def test_security_txt_says_where_a_weakness_is_reported(
    make_app: Callable[..., Flask], client: Browser, clock: MovingClock
) -> None:
    assert client.get("/.well-known/security.txt").status == 404  # none is set
    clock.to("2026-09-18 Fri 09:00")
    app = make_app(security_contact="mailto:security@office.example", public_url="https://gongshi.lanhe.example")
    answer = app.test_client().get("/.well-known/security.txt")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert answer.text.splitlines() == [
        "Contact: mailto:security@office.example",
        "Expires: 2027-03-16T16:00:00Z",
        "Preferred-Languages: zh, en",
        "Canonical: https://gongshi.lanhe.example/.well-known/security.txt",
    ]
