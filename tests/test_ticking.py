"""What happens by itself: one tick in hand, and the server as a process of its own (R7, R26, R28)."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from app.database import Database
from app.domain.cases import State
from app.models import AvailabilitySpan, Case, Disqualification, Nominee, OutboxRow, Period
from app.services.record import verify
from app.ticking import tick
from config import Settings
from tests.conftest import KEY
from tests.world import World, at

SETTINGS = Settings(tick_seconds=30)


def test_one_tick_settles_warns_and_notes_that_the_portal_is_up(world: World) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[0], "2026-09-18 Fri 10:00")
    before, after = at("2026-09-29 Tue 23:59:59"), at("2026-09-30 Wed 00:00")
    span = tick(world.database, None, before, SETTINGS)
    assert world.case(case).state is State.RECEIVED
    assert tick(world.database, span, after, SETTINGS) == span
    assert world.case(case).state is State.LAPSED
    with world.database.reader() as session:
        stretched = session.get_one(AvailabilitySpan, span)
        assert (stretched.started_at, stretched.last_seen_at) == (before, after)
        assert session.scalars(select(OutboxRow.reminder).where(OutboxRow.reminder == "last_morning")).all()


def test_a_server_that_slept_begins_a_new_span(world: World) -> None:
    span = tick(world.database, None, at("2026-09-18 Fri 09:00"), SETTINGS)
    assert tick(world.database, span, at("2026-09-18 Fri 09:01:30"), SETTINGS) == span
    assert tick(world.database, span, at("2026-09-18 Fri 09:03:01"), SETTINGS) != span


@pytest.fixture
def overdue(sqlite_template: Path, tmp_path: Path) -> World:
    """A world whose deadline passed long ago and that nobody settled, in a SQLite file."""
    path = tmp_path / "gongshi.sqlite"
    shutil.copy(sqlite_template, path)
    long_ago = dt.datetime(2025, 8, 1, tzinfo=dt.UTC)
    world = World.build(Database(f"sqlite:///{path}"), KEY, now=long_ago)
    period = world.schedule(1, _own_unit(world), [world.nominees[0]], "2025-08-11", 3, "2025-08-08 Fri 10:00")
    world.file(period, world.nominees[0], "2025-08-12 Tue 10:00")
    return world


def _own_unit(world: World) -> int:
    with world.database.reader() as session:
        return session.get_one(Nominee, world.nominees[0]).unit_id


@contextmanager
def server(world: World, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`gongshi serve` as people run it, on a free port, killed for sure at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "GONGSHI_DATABASE_URL": world.database.url,
        "GONGSHI_SECRET_KEY": "s" * 40,
        "GONGSHI_IDENTITY_KEY": KEY.decode() + "!",
        "GONGSHI_PORT": str(port),
        "GONGSHI_TICK_SECONDS": "1",
        "GONGSHI_INSTANCE_DIR": str(folder),
    }
    command = [str(Path(sys.executable).with_name("gongshi")), "serve"]
    with (folder / f"server-{port}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            yield process, f"http://127.0.0.1:{port}"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def eventually(holds: Callable[[], bool], what: str) -> None:
    for _ in range(300):
        if holds():
            return
        time.sleep(0.1)
    pytest.fail(f"not within 30 s: {what}")


def _settled(world: World) -> bool:
    with world.database.reader() as session:
        return session.scalar(select(Period.settled_at)) is not None


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:  # noqa: S310 - our own server
            return bool(answer.status == 200)
    except OSError:
        return False


def test_two_servers_catch_up_on_a_deadline_of_last_year_once(overdue: World, tmp_path: Path) -> None:
    with server(overdue, tmp_path) as (_, one), server(overdue, tmp_path) as (_, other):
        eventually(lambda: _settled(overdue), "settled")
        eventually(lambda: _answers(one) and _answers(other), "both ready")
    with overdue.database.reader() as session:
        out = session.scalars(select(Disqualification)).all()
        assert [row.nominee_id for row in out] == [overdue.nominees[0]]
        assert out[0].effective_at == at("2025-08-21 Thu 00:00")
        assert out[0].carried_out_at > at("2026-01-01 Thu 00:00")
        assert session.scalars(select(Case.state)).all() == [State.LAPSED]
        assert verify(session).holds


def test_the_tick_ends_with_its_server(overdue: World, tmp_path: Path) -> None:
    """A server killed outright leaves nothing behind that would go on settling."""
    with server(overdue, tmp_path) as (process, address):
        eventually(lambda: _answers(address), "ready")
        children = _children_of(process.pid)
        assert children
        process.kill()
        process.wait()
        ticking = [child for child in children if "spawn_main" in _command_of(child)]
        assert ticking
        eventually(lambda: not any(_command_of(child) for child in ticking), "the tick is gone")


def _children_of(pid: int) -> list[int]:
    listing = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listing.stdout.split()]


def _command_of(pid: int) -> str:
    listing = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "" if "<defunct>" in listing.stdout else listing.stdout.strip()
