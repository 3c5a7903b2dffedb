"""Each rate limit works alone and says when to come back; thirty people behind one address can file (R17)."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from app.models import Objection
from tests.web.browsing import Browser
from tests.web.crowd import Crowd, mobile
from tests.world import World

MakeApp = Callable[..., Flask]
# What is counted in memory is counted alike over either database; the contact's share stands in test_own_share.py.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
UNCHALLENGED = {"challenge_at": 100}


@pytest.fixture
def period(world: World) -> int:
    return world.round_two()


# --- each alone ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mine", "neighbour", "stranger"),
    [
        ("198.51.100.7", "198.51.100.7", "198.51.100.8"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"),  # one household has a /64
        ("::ffff:198.51.100.7", "198.51.100.7", "198.51.100.8"),
    ],
)
def test_security_27_the_bucket_of_an_address(
    world: World, make_app: MakeApp, period: int, mine: str, neighbour: str, stranger: str
) -> None:
    crowd = Crowd(make_app(limit_address="2/hour", **UNCHALLENGED), period, world)
    assert [crowd.files(address=mine, contact=mobile(number), nominee=number) for number in range(2)] == [303, 303]
    assert crowd.files(address=neighbour, contact=mobile(3), nominee=3) == 429
    assert crowd.files(address=stranger, contact=mobile(3), nominee=3) == 303


def test_security_27_the_full_bucket_of_a_nominee_refuses_nobody_and_asks_for_more_work(
    world: World, make_app: MakeApp, period: int
) -> None:
    crowd = Crowd(make_app(limit_nominee="2/hour", **UNCHALLENGED), period, world)
    for number in range(2):
        assert crowd.files(address=f"198.51.100.{number}", contact=mobile(number)) == 303
    assert crowd.files(address="203.0.113.9", contact=mobile(9)) == 428
    assert "&#34;hardness&#34;: 4" in crowd.last.source
    assert "分钟后再点一次提交" not in crowd.last.text
    assert crowd.files(address="203.0.113.9", contact=mobile(9), nominee=1) == 303


def test_security_27_the_full_bucket_of_the_whole_site_refuses_nobody_either(
    world: World, make_app: MakeApp, period: int
) -> None:
    crowd = Crowd(make_app(limit_site="3/hour", **UNCHALLENGED), period, world)
    for number in range(3):
        assert crowd.files(address=f"198.51.100.{number}", contact=mobile(number), nominee=number) == 303
    assert crowd.files(address="203.0.113.9", contact=mobile(9), nominee=4) == 428
    assert "&#34;hardness&#34;: 4" in crowd.last.source
    assert Browser(crowd.app).get("/receipt").status == 200  # reading and following go on


@pytest.mark.parametrize("limit", ["limit_address"])
def test_security_27_when_to_come_back_is_exact(world: World, make_app: MakeApp, period: int, limit: str) -> None:
    crowd = Crowd(make_app(**{limit: "2/hour;3/day"}, **UNCHALLENGED), period, world)
    morning = dt.datetime(2026, 9, 18, 9, 0, tzinfo=dt.UTC)

    def files_at(moment: dt.datetime) -> int:
        with time_machine.travel(moment, tick=False):
            return crowd.files(address="198.51.100.7", contact=mobile(crowd.sent))

    assert files_at(morning) == files_at(morning + dt.timedelta(minutes=20)) == 303
    for minutes, said in ((30, "31分钟后"), (45, "16分钟后")):
        moment = morning + dt.timedelta(minutes=minutes)
        assert files_at(moment) == 429
        wait = int(crowd.last.headers["Retry-After"])
        assert wait == (60 - minutes) * 60 + 1
        assert f"请在{said}再点一次提交" in crowd.last.text
        assert files_at(moment + dt.timedelta(seconds=wait - 2)) == 429
    assert files_at(moment + dt.timedelta(seconds=wait)) == 303
    # Now the day is full and, for a while, the hour too: the longer wait is the one that is said.
    assert files_at(morning + dt.timedelta(minutes=61)) == 429
    assert crowd.last.headers["Retry-After"] == str(23 * 3600 - 60 + 1)
    assert "请在23小时后再点一次提交" in crowd.last.text
    assert files_at(morning + dt.timedelta(minutes=62)) == 429
    assert "请在22小时59分钟后再点一次提交" in crowd.last.text


def test_security_27_a_network_of_many_addresses_has_a_looser_bucket_of_its_own(
    world: World, make_app: MakeApp, period: int
) -> None:
    crowd = Crowd(make_app(limit_address="2/hour", limit_network="3/hour", **UNCHALLENGED), period, world)
    mine = [f"2001:db8:1:{number:x}::1" for number in range(4)]
    assert [crowd.files(address=mine[0], contact=mobile(number), nominee=0) for number in range(3)] == [303, 303, 429]
    assert [crowd.files(address=address, contact=mobile(9), nominee=1) for address in mine[1:]] == [303, 429, 429]
    assert crowd.files(address="2001:db8:2::1", contact=mobile(9), nominee=2) == 303


def test_what_one_address_is_refused_does_not_fill_the_bucket_of_the_nominee(
    world: World, make_app: MakeApp, period: int
) -> None:
    # Once over the hour and once over the day, which the library would look at after everybody's hours.
    for number, limit in enumerate(("2/hour", "9/hour;2/day")):
        crowd = Crowd(make_app(limit_address=limit, limit_nominee="3/hour", **UNCHALLENGED), period, world)
        crowd.sent = 100 * number
        answers = [crowd.files(address="198.51.100.7", contact=mobile(other), nominee=number) for other in range(8)]
        assert answers == [303, 303, *[429] * 6]
        # Nobody shuts the form for others.
        assert crowd.files(address="203.0.113.9", contact=mobile(9), nominee=number) == 303


def test_no_log_says_whose_address_was_refused(
    world: World, make_app: MakeApp, period: int, caplog: pytest.LogCaptureFixture
) -> None:
    crowd = Crowd(make_app(limit_address="1/hour"), period, world)
    with caplog.at_level(logging.INFO, logger="root"):
        assert [crowd.files(address="198.51.100.77", contact=mobile(number)) for number in range(2)] == [303, 429]
    assert "198.51.100.77" not in caplog.text


def test_reading_the_form_back_is_not_counted(world: World, make_app: MakeApp, period: int) -> None:
    crowd = Crowd(make_app(limit_address="1/hour", limit_contact="1/hour", limit_nominee="1/hour"), period, world)
    for step in ("check", "edit-facts", "next", "back"):
        assert crowd.files(address="198.51.100.7", contact=mobile(1), step=step) == 200
    assert crowd.files(address="198.51.100.7", contact=mobile(1)) == 303
    assert crowd.files(address="198.51.100.7", contact=mobile(1), step="check") == 200
    assert crowd.files(address="198.51.100.7", contact=mobile(1)) == 429


# --- loose enough --------------------------------------------------------------------------------


def test_security_28_thirty_objectors_behind_one_address_all_succeed_and_none_is_challenged(
    world: World, app: Flask, period: int
) -> None:
    crowd = Crowd(app, period, world)
    for number in range(30):
        assert crowd.files(address="198.51.100.7", contact=mobile(number), step="check") == 200
        assert "安全检查" not in crowd.last.text
        assert crowd.files(address="198.51.100.7", contact=mobile(number)) == 303
    with world.database.reader() as session:
        assert session.scalar(select(func.count(Objection.id))) == 30


# --- behind a proxy ------------------------------------------------------------------------------


def forged(number: int) -> list[dict[str, str]]:
    """What a client writes into its own request to seem somebody else."""
    other = f"203.0.113.{number}"
    return [
        {"x_forwarded_for": other},
        {"x_forwarded_for": f"{other}, 192.0.2.{number}"},
        {"x_real_ip": other},
        {"forwarded": f"for={other}"},
        {"true_client_ip": other, "cf_connecting_ip": other, "client_ip": other, "x_client_ip": other},
    ]


def test_security_30_a_forged_forwarding_header_changes_nothing(world: World, make_app: MakeApp, period: int) -> None:
    crowd = Crowd(make_app(limit_address="1/hour"), period, world)
    answers = [
        crowd.files(address="198.51.100.7", contact=mobile(number), **headers)
        for number, headers in enumerate([{}, *forged(1)])
    ]
    assert answers == [303, *[429] * len(forged(1))]


def test_security_30_behind_a_trusted_proxy_only_its_own_word_counts(
    world: World, make_app: MakeApp, period: int
) -> None:
    crowd = Crowd(make_app(limit_address="1/hour", trusted_proxies=1), period, world)

    def through_proxy(client: str, contact: int, **headers: str) -> int:
        return crowd.files(address="127.0.0.1", contact=mobile(contact), x_forwarded_for=client, **headers)

    assert through_proxy("203.0.113.1", 1) == 303
    assert through_proxy("203.0.113.2", 2) == 303
    assert through_proxy("203.0.113.1", 3) == 429
    assert through_proxy("192.0.2.99, 203.0.113.1", 4) == 429  # what the client itself put in front
    assert through_proxy("192.0.2.98, 192.0.2.99, 203.0.113.1", 4) == 429
    assert through_proxy("203.0.113.1", 5, x_real_ip="192.0.2.99", forwarded="for=192.0.2.99") == 429


def test_security_30_behind_two_trusted_proxies_the_word_of_the_outer_one_counts(
    world: World, make_app: MakeApp, period: int
) -> None:
    crowd = Crowd(make_app(limit_address="1/hour", trusted_proxies=2), period, world)
    chains = [
        "203.0.113.1, 10.0.0.1",
        "203.0.113.2, 10.0.0.1",
        "203.0.113.1, 10.0.0.2",
        "9.9.9.9, 203.0.113.2, 10.0.0.1",
    ]
    answers = [
        crowd.files(address="127.0.0.1", contact=mobile(number), x_forwarded_for=chain)
        for number, chain in enumerate(chains)
    ]
    assert answers == [303, 303, 429, 429]


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
