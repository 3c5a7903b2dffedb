"""The public log: what strangers read of the record, and may keep (R38)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.services.record.checkpoints import log_keys_of, publish
from tests.web.browsing import Browser
from tests.world import World, at

URL = "https://gongshi.example"
pytestmark = pytest.mark.both_databases


@pytest.fixture
def stranger(make_app: Callable[..., Flask]) -> Browser:
    return Browser(make_app(public_url=URL))


def test_before_the_first_checkpoint_the_page_says_so(world: World, stranger: Browser) -> None:
    page = stranger.get("/log/")
    assert "还没有存证" in page.text
    assert stranger.get("/log/checkpoint").status == stranger.get("/log/checkpoints/0").status == 404


def test_checkpoints_are_public_without_a_cookie_and_tell_nobodys_name(world: World, stranger: Browser) -> None:
    period = world.round_two()
    world.file(period, world.nominees[0], "2026-09-18 Fri 09:00")
    keys = log_keys_of(world.keyring, URL)
    first = publish(world.database, keys, at("2026-09-18 Fri 09:00"))
    again = publish(world.database, keys, at("2026-09-18 Fri 10:00"))  # nothing happened since
    world.file(period, world.nominees[1], "2026-09-18 Fri 10:30")
    last = publish(world.database, keys, at("2026-09-18 Fri 11:00"))
    assert first is not None
    assert again is not None
    assert last is not None
    newest = stranger.get("/log/checkpoint")
    assert (newest.status, newest.source) == (200, last.note)
    assert newest.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert newest.headers["Cache-Control"] == "public, max-age=60, must-revalidate"
    assert stranger.get(f"/log/checkpoints/{first.size}").source == first.note
    kept = stranger.get(f"/log/checkpoints/{last.size}")
    assert kept.headers["Cache-Control"] == "public, max-age=600"
    for answer in (newest, kept, stranger.get("/log/")):
        assert "Set-Cookie" not in answer.headers
    assert stranger.get(f"/log/checkpoints/{last.size + 1}").status == 404
    assert keys.read(newest.source).size == last.size
    page = stranger.get("/log/")
    for said in (f"{last.size} 条", last.root[:16], "2026年9月18日 11:00", str(keys.known[0]), "gongshi.example/log"):
        assert said in page.text, said
    assert "赵小禾" not in page.source + newest.source
