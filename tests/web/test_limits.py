"""Rate limits: each bucket trips alone, says when to come back, and thirty neighbours are not one crowd (R17)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.models import Objection
from tests.web.browsing import Browser, filled
from tests.world import World

MakeApp = Callable[..., Flask]


@pytest.fixture
def period(world: World) -> int:
    return world.round_two()


class Crowd:
    """Objections, each with a form and a token of its own."""

    def __init__(self, app: Flask, period: int, world: World) -> None:
        self.app, self.period, self.nominees, self.sent = app, period, world.nominees, 0

    def files(self, *, address: str, contact: str, nominee: int = 0, step: str = "submit", **headers: str) -> int:
        """The status an objection is answered with."""
        self.sent += 1
        path = f"/periods/{self.period}/nominees/{self.nominees[nominee]}/objection"
        token = f"form-token-number-{self.sent:06d}"
        sent = filled(contact=contact, form_token=token, step=step)
        self.last = Browser(self.app, address).post(path, sent, **headers)
        return self.last.status


def mobile(number: int) -> str:
    return f"130{number:08d}"


# --- each alone ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mine", "neighbour", "stranger"),
    [
        ("198.51.100.7", "198.51.100.7", "198.51.100.8"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"),  # one household has a /64
        ("::ffff:198.51.100.7", "198.51.100.7", "198.51.100.8"),
    ],
)
def test_the_bucket_of_an_address(
    world: World, make_app: MakeApp, period: int, mine: str, neighbour: str, stranger: str
) -> None:
    crowd = Crowd(make_app(limit_address="2/hour"), period, world)
    assert [crowd.files(address=mine, contact=mobile(number), nominee=number) for number in range(2)] == [303, 303]
    assert crowd.files(address=neighbour, contact=mobile(3), nominee=3) == 429
    assert 3500 < int(crowd.last.headers["Retry-After"]) <= 3600
    assert "请在60分钟后再点一次提交" in crowd.last.text
    assert crowd.files(address=stranger, contact=mobile(3), nominee=3) == 303


def test_the_bucket_of_a_contact_however_it_is_written(world: World, make_app: MakeApp, period: int) -> None:
    crowd = Crowd(make_app(limit_contact="2/minute"), period, world)
    for number, contact in enumerate(("13000000001", "130 0000-0001")):
        assert crowd.files(address=f"198.51.100.{number}", contact=contact, nominee=number) == 303
    for contact in ("13000000001", "+86 130 0000 0001", "１３０ ００００ ０００１"):
        assert crowd.files(address="203.0.113.9", contact=contact, nominee=3) == 429
        assert int(crowd.last.headers["Retry-After"]) <= 60
        assert "请在1分钟后再点一次提交" in crowd.last.text
    assert crowd.files(address="203.0.113.9", contact="13000000002", nominee=3) == 303


def test_the_bucket_of_a_nominee(world: World, make_app: MakeApp, period: int) -> None:
    crowd = Crowd(make_app(limit_nominee="2/hour"), period, world)
    for number in range(2):
        assert crowd.files(address=f"198.51.100.{number}", contact=mobile(number)) == 303
    assert crowd.files(address="203.0.113.9", contact=mobile(9)) == 429
    assert "请在60分钟后" in crowd.last.text
    assert crowd.files(address="203.0.113.9", contact=mobile(9), nominee=1) == 303


def test_what_one_address_is_refused_does_not_fill_the_bucket_of_the_nominee(
    world: World, make_app: MakeApp, period: int
) -> None:
    crowd = Crowd(make_app(limit_address="2/hour", limit_nominee="3/hour"), period, world)
    answers = [crowd.files(address="198.51.100.7", contact=mobile(number)) for number in range(8)]
    assert answers == [303, 303, *[429] * 6]
    assert crowd.files(address="203.0.113.9", contact=mobile(9)) == 303  # nobody shuts the form for others


def test_reading_the_form_back_is_not_counted(world: World, make_app: MakeApp, period: int) -> None:
    crowd = Crowd(make_app(limit_address="1/hour", limit_contact="1/hour", limit_nominee="1/hour"), period, world)
    for step in ("check", "edit", "check", "check"):
        assert crowd.files(address="198.51.100.7", contact=mobile(1), step=step) == 200
    assert crowd.files(address="198.51.100.7", contact=mobile(1)) == 303
    assert crowd.files(address="198.51.100.7", contact=mobile(1), step="check") == 200
    assert crowd.files(address="198.51.100.7", contact=mobile(1)) == 429


# --- loose enough --------------------------------------------------------------------------------


def test_thirty_objectors_behind_one_address_all_succeed(world: World, app: Flask, period: int) -> None:
    crowd = Crowd(app, period, world)
    assert {crowd.files(address="198.51.100.7", contact=mobile(number)) for number in range(30)} == {303}
    with world.database.reader() as session:
        assert session.scalar(select(func.count(Objection.id))) == 30


# --- behind a proxy ------------------------------------------------------------------------------


def test_a_forged_forwarding_header_changes_nothing(world: World, make_app: MakeApp, period: int) -> None:
    crowd = Crowd(make_app(limit_address="1/hour"), period, world)
    forged = (
        {"x_forwarded_for": "203.0.113.1"},
        {"x_forwarded_for": "203.0.113.2"},
        {"x_real_ip": "203.0.113.3"},
        {"forwarded": "for=203.0.113.4"},
    )
    answers = [
        crowd.files(address="198.51.100.7", contact=mobile(number), **headers) for number, headers in enumerate(forged)
    ]
    assert answers == [303, 429, 429, 429]


def test_behind_one_trusted_proxy_its_last_word_counts(world: World, make_app: MakeApp, period: int) -> None:
    crowd = Crowd(make_app(limit_address="1/hour", trusted_proxies=1), period, world)

    def through_proxy(client: str, contact: int) -> int:
        return crowd.files(address="127.0.0.1", contact=mobile(contact), x_forwarded_for=client)

    assert through_proxy("203.0.113.1", 1) == 303
    assert through_proxy("203.0.113.2", 2) == 303
    assert through_proxy("203.0.113.1", 3) == 429
    assert through_proxy("192.0.2.99, 203.0.113.1", 4) == 429  # what the client itself put in front


# --- the other doors -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "path", "sent"),
    [
        ("limit_receipt", "/receipt", {"code": "0000-0000-0000-0000-0000-0000"}),
        ("limit_login", "/login", {"login": "nobody", "password": "wrong"}),
    ],
)
def test_guessing_at_receipts_and_passwords_is_throttled(
    world: World, make_app: MakeApp, setting: str, path: str, sent: dict[str, Any]
) -> None:
    app = make_app(**{setting: "3/minute"})
    client = Browser(app)
    assert [client.post(path, sent).status for _ in range(5)] == [422, 422, 422, 429, 429]
    page = client.post(path, sent)
    assert "请在1分钟后再试" in page.text
    assert int(page.headers["Retry-After"]) <= 60
    assert not any(value in page.source for name, value in sent.items() if name in ("code", "password"))
    assert client.get(path).status == 200
    assert Browser(app, "203.0.113.9").post(path, sent).status == 422
