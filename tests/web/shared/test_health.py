"""The health checks: alive and ready."""

from __future__ import annotations

import datetime as dt
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app import clock
from app.services.cases import settlement
from app.web.factory import create_app
from config import Settings
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
READY = '{"ready":true}\n'


def unready(why: str) -> tuple[int, str]:
    return 503, f'{{"ready":false,"why":"{why}"}}\n'


@pytest.mark.both_databases
def test_not_ready_while_the_database_is_not_to_be_reached(
    app: Flask, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> bool:
        raise OperationalError("connect", None, Exception("connection refused"))

    monkeypatch.setattr(app.extensions["portal"].database, "is_migrated", gone)
    page = client.get("/readyz")
    assert (page.status, page.source) == unready("database")
    assert client.get("/healthz").status == 200  # alive all the same: restarting it would not help


def test_not_ready_before_the_migrations(tmp_path: Path, client: Browser, world: World) -> None:
    bare = create_app(Settings(database_url=f"sqlite:///{tmp_path}/bare.sqlite"))
    page = Browser(bare).get("/readyz")
    assert (page.status, page.source) == unready("migrations")
    bare.extensions["portal"].database.dispose()
    with world.database.writer() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
        session.commit()
    page = client.get("/readyz")
    assert (page.status, page.source) == unready("migrations")


def test_not_ready_while_a_deadline_is_five_minutes_late(world: World, client: Browser, clock: MovingClock) -> None:
    world.round_two()
    world.run(settlement.settle_due, now=at("2026-09-18 Fri 09:00"))  # the first rounds
    world.seal()
    for moment, ready in (("2026-09-30 Wed 00:04:59", True), ("2026-09-30 Wed 00:05", False)):
        clock.to(moment)
        page = client.get("/readyz")
        assert (page.status, page.source) == ((200, READY) if ready else unready("settlement"))
    world.run(settlement.settle_due, now=clock.now)
    assert client.get("/readyz").source == READY


def test_acts_that_wait_for_their_seal_longer_than_a_minute_are_named(
    world: World, client: Browser, clock: MovingClock
) -> None:
    world.past_round_one(world.nominees)
    world.seal()
    world.schedule(2, world.qilin, world.nominees, "2026-09-18", 3, "2026-09-17 Thu 10:00")
    for moment, late in (("2026-09-17 Thu 10:01", False), ("2026-09-17 Thu 10:01:00.000001", True)):
        clock.to(moment)
        page = client.get("/readyz")
        expected = {"ready": True} | ({"degraded": ["record"]} if late else {})
        assert (page.status, json.loads(page.source)) == (200, expected)
    world.seal()
    assert client.get("/readyz").source == READY


@on_sqlite
def test_a_database_that_takes_the_call_and_says_nothing_is_told_in_seconds(
    world: World, make_app: Callable[..., Flask]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        app = make_app(database_url=f"postgresql://nobody:a-password@127.0.0.1:{port}/none?connect_timeout=2")
        began = time.monotonic()
        page = Browser(app).get("/readyz")
        assert (page.status, page.source) == unready("database")
        assert time.monotonic() - began < 5


@on_sqlite
def test_what_can_be_done_without_for_a_while_is_named_and_nobody_is_sent_away(
    world: World, make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    folder = tmp_path / "evidence"
    for settings, degraded in (
        ({"evidence_dir": folder}, None),  # not there yet, but could be made
        ({"redis_url": "redis://127.0.0.1:1"}, ["redis"]),
        ({"redis_url": "redis://127.0.0.1:1", "limits_enabled": False}, None),  # nobody counts in it
        ({"evidence_dir": Path("/dev/null/evidence")}, ["evidence"]),
        ({"evidence_dir": Path("/dev/null/evidence"), "evidence_s3_bucket": "elsewhere"}, None),
        ({"redis_url": "redis://:a-password@127.0.0.1:1", "evidence_dir": Path("/dev/null/x")}, ["redis", "evidence"]),
    ):
        page = Browser(make_app(**settings)).get("/readyz")
        expected = {"ready": True} | ({"degraded": degraded} if degraded else {})
        assert (page.status, json.loads(page.source)) == (200, expected)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("seconds", "named"), [(0, False), (1.5, False), (-1.5, False), (3, True), (-3, True), (86_400, True)]
)
def test_a_clock_more_than_two_seconds_from_the_databases_is_named(
    world: World, client: Browser, monkeypatch: pytest.MonkeyPatch, seconds: float, named: bool
) -> None:
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + dt.timedelta(seconds=seconds))
    page = client.get("/readyz")
    shared = world.database.engine.dialect.name == "postgresql"  # SQLite is on the same machine: one clock
    expected = {"ready": True} | ({"degraded": ["clock"]} if named and shared else {})
    assert (page.status, json.loads(page.source)) == (200, expected)


@pytest.mark.both_databases
def test_ready(client: Browser) -> None:
    page = client.get("/readyz")
    assert (page.status, page.source) == (200, READY)
    assert client.get("/healthz").source == '{"alive":true}\n'
    assert page.headers["Cache-Control"] == "no-store"
