"""What a watchman asks: alive, and ready."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app import create_app
from app.services import settlement
from config import Settings
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

READY = '{"ready":true}\n'


def unready(why: str) -> tuple[int, str]:
    return 503, f'{{"ready":false,"why":"{why}"}}\n'


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
    world.do(settlement.settle_due, at("2026-09-18 Fri 09:00"))  # the first rounds
    for moment, ready in (("2026-09-30 Wed 00:04:59", True), ("2026-09-30 Wed 00:05", False)):
        clock.to(moment)
        page = client.get("/readyz")
        assert (page.status, page.source) == ((200, READY) if ready else unready("settlement"))
    world.do(settlement.settle_due, clock.now)
    assert client.get("/readyz").source == READY


def test_ready(client: Browser) -> None:
    page = client.get("/readyz")
    assert (page.status, page.source) == (200, READY)
    assert client.get("/healthz").source == '{"alive":true}\n'
    assert page.headers["Cache-Control"] == "no-store"
