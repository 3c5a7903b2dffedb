"""The proof of one's own objection: with the receipt alone, and nobody else's (R18, R19, R38; SECURITY 40, 43, 44)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from app.services.record.checkpoints import log_keys_of, publish
from tests.verifying import verified
from tests.web.browsing import Browser, MovingClock, Page, filled
from tests.world import World, at

FORM = "/periods/{}/nominees/{}/objection"
HASH = re.compile(r"<code>([0-9a-f]{16} [0-9a-f]{16} [0-9a-f]{16} [0-9a-f]{16})</code>")
DOWNLOADS = ("/receipt/proof", "/receipt/filed")


def file(client: Browser, period_id: int, nominee_id: int, **changes: str) -> Page:
    return client.follow(client.post(FORM.format(period_id, nominee_id), filled(**changes)))


def leaf_on(page: Page) -> str:
    (shown,) = HASH.findall(page.source)
    return str(shown).replace(" ", "")


def state(world: World, app: Flask, now: str) -> None:
    keys = log_keys_of(world.keyring, app.extensions["portal"].settings.public_url)
    assert publish(world.database, keys, at(now)) is not None


@pytest.fixture
def period_id(world: World) -> int:
    return world.round_two()


def test_the_receipt_has_a_leaf_and_the_follow_page_its_proof(
    world: World, app: Flask, client: Browser, clock: MovingClock, period_id: int, tmp_path: Path
) -> None:
    page = file(client, period_id, world.nominees[2])
    leaf, code = leaf_on(page), re.search(r"data-copy>([^<]+)<", page.source)
    assert code is not None
    assert f"存证码：{leaf}" in client.open("/receipt/file").data.decode("utf-8-sig")
    assert client.get("/receipt/proof").status == 404  # no checkpoint holds it yet
    client.post("/receipt/kept", {})
    assert [client.get(path).status for path in DOWNLOADS] == [302, 302]
    page = client.follow(client.post("/receipt", {"code": code[1]}))
    assert leaf_on(page) == leaf
    assert "下一次存证以后" in page.text
    state(world, app, "2026-09-18 10:00")
    page = client.get("/receipt")
    assert "下载存证证明" in page.text
    proof, content = (client.open(path).data for path in DOWNLOADS)
    code_, said = verified(tmp_path, "receipt", proof, content)
    assert code_ == 0, said
    assert leaf in said
    assert len(proof) <= 2048
    assert code[1] not in (proof + content).decode()
    clock.forward(minutes=31)
    assert [client.get(path).status for path in DOWNLOADS] == [302, 302]


def test_a_proof_is_nobody_elses(world: World, app: Flask, client: Browser, period_id: int) -> None:
    file(client, period_id, world.nominees[2])
    state(world, app, "2026-09-18 10:00")
    own = client.open("/receipt/proof").data
    assert own.startswith(b"{")
    other = Browser(app)
    assert [other.get(path).status for path in DOWNLOADS] == [302, 302]
    file(other, period_id, world.nominees[2], form_token="another-token-of-24-char", contact="13000000002")
    state(world, app, "2026-09-18 11:00")
    theirs = other.open("/receipt/proof").data
    assert own != theirs
    for path in DOWNLOADS:
        headers = client.get(path).headers
        assert "no-store" in headers["Cache-Control"]
        assert headers["Content-Disposition"].startswith("attachment")


def test_no_page_of_a_unit_shows_a_leaf_or_its_place(
    world: World, app: Flask, client: Browser, clock: MovingClock, period_id: int
) -> None:
    """SECURITY 40, 43: the place of a leaf tells the minute at which an objection came in."""
    leaf = leaf_on(file(client, period_id, world.nominees[2]))
    state(world, app, "2026-09-18 10:00")
    clock.to("2026-09-21 Mon 10:00")
    for login in ("head", "handler"):
        staff = Browser(app).sign_in(world.people[login])
        case = re.search(r"/desk/cases/\d+", staff.get("/desk/").source)
        assert case is not None
        for path in ("/desk/", case[0]):
            source = staff.get(path).source
            assert leaf not in source
            assert leaf[:16] not in source
