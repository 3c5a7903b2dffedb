"""What the clock does by itself: a tick, and the process that ticks beside a real server (R7, R26, R28)."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from app import ticking
from app.database import ROOT, Database
from app.models import AvailabilitySpan
from config import Settings
from tests.world import World, at, at_once

FILED = "2026-09-18 Fri 09:00"
DEADLINE = "2026-09-30 Wed 00:00"
PAST_DEADLINE = "2026-09-30 Wed 00:00:30"
SETTINGS = Settings(database_url="unused", tick_seconds=30)


def spans(database: Database) -> list[tuple[dt.datetime, dt.datetime]]:
    with database.reader() as session:
        rows = session.execute(
            select(AvailabilitySpan.started_at, AvailabilitySpan.last_seen_at).order_by(AvailabilitySpan.id)
        )
        return [tuple(row) for row in rows]


def test_a_tick_settles_once_warns_once_and_stretches_the_uptime(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[2], FILED)
    database = world.database
    span = ticking.tick(database, None, at("2026-09-29 Tue 08:00"), SETTINGS)
    warned = world.outbox()
    assert [row for row in warned if row[2] == "last_morning"] == [
        (case, "市评选工作组办公室", "last_morning"),
        (case, "麒麟区", "last_morning"),
    ]
    assert ticking.tick(database, span, at("2026-09-29 Tue 08:01:30"), SETTINGS) == span
    assert world.outbox() == warned
    assert world.outs() == []
    later = ticking.tick(database, span, at(PAST_DEADLINE), SETTINGS)  # asleep since the morning: a gap on record
    assert later != span
    assert spans(database) == [
        (at("2026-09-29 Tue 08:00"), at("2026-09-29 Tue 08:01:30")),
        (at(PAST_DEADLINE), at(PAST_DEADLINE)),
    ]
    once = [(world.nominees[2], case, "lapsed", at(DEADLINE), at(PAST_DEADLINE))]
    assert world.outs() == once
    acts = world.acts()
    ticking.tick(database, later, at("2026-09-30 Wed 00:01"), SETTINGS)
    assert (world.outs(), world.acts()) == (once, acts)


def test_two_machines_ticking_at_once_settle_once(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[2], FILED)
    answers = at_once([lambda: ticking.tick(world.database, None, at(PAST_DEADLINE), SETTINGS) for _ in range(4)])
    assert all(isinstance(answer, int) for answer in answers), answers
    assert world.outs() == [(world.nominees[2], case, "lapsed", at(DEADLINE), at(PAST_DEADLINE))]
    assert [action for _, action, _ in world.acts()].count("case.lapsed") == 1


# --- real processes ------------------------------------------------------------------------------


@contextmanager
def served(database: Database, logs: Path) -> Iterator[str]:
    """`gongshi serve` on a free port, in a process group of its own that is gone afterwards. Gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "GONGSHI_DATABASE_URL": database.url,
        "GONGSHI_SECRET_KEY": "a secret for tests, thirty-two bytes",
        "GONGSHI_IDENTITY_KEY": "a key for tests, thirty-two bytes",
        "GONGSHI_PORT": str(port),
        "GONGSHI_TICK_SECONDS": "1",
    }
    command = [sys.executable, "-c", "from app.cli import gongshi; gongshi()", "serve"]
    with logs.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # the group of the process above, workers and all
        process.wait(timeout=10)


def ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:  # noqa: S310 # our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def wait_until_ready(addresses: list[str], logs: list[Path]) -> None:
    """Ready means, among other things, that no deadline is waiting to be settled."""
    until = time.monotonic() + 60
    while not all(map(ready, addresses)):
        assert time.monotonic() < until, [log.read_text() for log in logs]
        time.sleep(0.2)


def test_two_real_servers_catch_up_on_a_deadline_of_long_ago_and_settle_it_once(
    sqlite_template: Path, tmp_path: Path
) -> None:
    path = tmp_path / "served.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    world = World.build(database, b"a key for tests, thirty-two bytes", now=at("2025-09-01 Mon 09:00"))
    period = world.schedule(1, unit_of_first(world), [world.nominees[0]], "2025-09-08", 3, "2025-09-05 Fri 09:00")
    case, _ = world.file(period, world.nominees[0], "2025-09-08 Mon 09:00")
    logs = [tmp_path / "one.log", tmp_path / "two.log"]
    with served(database, logs[0]) as one, served(database, logs[1]) as two:
        wait_until_ready([one, two], logs)
        [(nominee, leading, ground, effective, carried_out)] = world.outs()
        assert (nominee, leading, ground) == (world.nominees[0], case, "lapsed")
        assert effective == world.period(period).conclude_by == at("2025-09-18 Thu 00:00")  # dated to the deadline …
        assert carried_out > at("2026-01-01 Thu 00:00")  # … and carried out today
        time.sleep(2.5)  # more ticks of both
    assert len(world.outs()) == 1
    assert [action for _, action, _ in world.acts()].count("case.lapsed") == 1
    assert len(spans(database)) == 2
    assert all(last > first for first, last in spans(database))  # the uptime record was stretched
    database.dispose()


def unit_of_first(world: World) -> int:
    from app.models import Nominee

    with world.database.reader() as session:
        return session.get_one(Nominee, world.nominees[0]).unit_id
