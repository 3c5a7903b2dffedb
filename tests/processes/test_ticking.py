"""The tick, and the process that runs it beside a real server (R7, R26, R28)."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select, update

from app.database import Database
from app.evidence.names import StoreDown
from app.models import AvailabilitySpan, Document, Nominee, ScanState
from app.processes import ticking
from app.services.record.verifying import verify
from config import Settings
from tests import lists
from tests.files import vault_in
from tests.running import KEY, eventually, lives, ready, served
from tests.world import World, at, at_once

FILED = "2026-09-18 Fri 09:00"
DEADLINE = "2026-09-30 Wed 00:00"
PAST_DEADLINE = "2026-09-30 Wed 00:00:30"
SETTINGS = Settings(database_url="unused", tick_seconds=30)
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def spans(database: Database) -> list[tuple[dt.datetime, dt.datetime]]:
    with database.reader() as session:
        rows = session.scalars(select(AvailabilitySpan).order_by(AvailabilitySpan.id))
        return [(row.started_at, row.last_seen_at) for row in rows]


def test_a_tick_settles_once_warns_once_and_stretches_the_uptime(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[2], FILED)
    database = world.database
    ticking.tick(database, at("2026-09-29 Tue 08:00"), SETTINGS, answers=True)
    warned = world.outbox()
    assert [row for row in warned if row[2] == "last_morning"] == [
        (case, "市评选工作组办公室", "last_morning"),
        (case, "麒麟区", "last_morning"),
    ]
    ticking.tick(database, at("2026-09-29 Tue 08:01:30"), SETTINGS, answers=True)
    assert world.outbox() == warned
    assert world.disqualifications() == []
    ticking.tick(database, at(PAST_DEADLINE), SETTINGS, answers=True)  # asleep since the morning: a gap on record
    assert spans(database) == [
        (at("2026-09-29 Tue 08:00"), at("2026-09-29 Tue 08:01:30")),
        (at(PAST_DEADLINE), at(PAST_DEADLINE)),
    ]
    once = [(world.nominees[2], case, "lapsed", at(DEADLINE), at(PAST_DEADLINE))]
    assert world.disqualifications() == once
    acts = world.acts()
    ticking.tick(database, at("2026-09-30 Wed 00:01"), SETTINGS, answers=True)
    assert (world.disqualifications(), world.acts()) == (once, acts)


def test_a_tick_beside_a_server_that_does_not_answer_settles_and_claims_no_uptime(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[2], FILED)
    ticking.tick(world.database, at(PAST_DEADLINE), SETTINGS, answers=False)
    assert world.disqualifications() == [(world.nominees[2], case, "lapsed", at(DEADLINE), at(PAST_DEADLINE))]
    assert spans(world.database) == []


def test_security_08_two_machines_ticking_at_once_settle_once(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[2], FILED)
    answers = at_once(
        [lambda: ticking.tick(world.database, at(PAST_DEADLINE), SETTINGS, answers=True) for _ in range(4)]
    )
    assert answers == [None] * 4
    assert world.disqualifications() == [(world.nominees[2], case, "lapsed", at(DEADLINE), at(PAST_DEADLINE))]
    assert [action for _, action, _ in world.acts()].count("case.lapsed") == 1


# --- imports that wait ---------------------------------------------------------------------------


def list_waiting(world: World, folder: Path, number: int) -> int:
    """A list of one person that nobody has read."""
    return lists.receive(world, folder, {"a.xlsx": lists.sheet([lists.person(number)])})


def scanned(world: World, state: ScanState, *imports: int) -> None:
    with world.database.writer() as session:
        verdict = {"scan": state, "scanned_at": None if state is ScanState.WAITING else at(lists.NOW)}
        session.execute(update(Document).where(Document.import_id.in_(imports)).values(**verdict))
        session.commit()


def states_after_a_tick(world: World, folder: Path, *imports: int) -> list[str]:
    ticking.read_imports(world.database, vault_in(folder, world.key), at(lists.NOW))
    return [lists.state_of(world, import_id) for import_id in imports]


def test_what_waits_longest_is_read_first_and_the_rest_in_later_ticks(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists.room_for(world)
    waiting = [list_waiting(world, tmp_path, number) for number in range(3)]
    monkeypatch.setattr(ticking, "_READS_BEGIN_WITHIN", 10 * 60)
    steps = iter(range(0, 10 * 60 * 60, 6 * 60))  # each look at the clock is six minutes later
    with monkeypatch.context() as slow:
        slow.setattr(ticking.time, "monotonic", lambda: next(steps))
        assert states_after_a_tick(world, tmp_path, *waiting) == ["checked", "waiting", "waiting"]
    assert states_after_a_tick(world, tmp_path, *waiting) == ["checked"] * 3


@on_sqlite
def test_security_34_nothing_is_read_before_the_scanner_judged_it_and_nothing_infected(
    world: World, tmp_path: Path
) -> None:
    lists.room_for(world)
    first, second = (list_waiting(world, tmp_path, number) for number in range(2))
    scanned(world, ScanState.WAITING, first, second)
    assert states_after_a_tick(world, tmp_path, first, second) == ["waiting", "waiting"]
    assert not lists.read(world, tmp_path, first), "nor by a request"
    scanned(world, ScanState.INFECTED, first)
    assert states_after_a_tick(world, tmp_path, first, second) == ["failed", "waiting"]
    scanned(world, ScanState.CLEAN, second)
    assert states_after_a_tick(world, tmp_path, first, second) == ["failed", "checked"]


@on_sqlite
def test_a_store_that_is_down_leaves_the_list_to_be_read_when_it_is_back(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists.room_for(world)
    import_id = list_waiting(world, tmp_path, 0)
    vault = vault_in(tmp_path, world.key)

    def down(name: str) -> bytes:
        raise StoreDown

    with monkeypatch.context() as broken:
        broken.setattr(vault.store, "get", down)
        with pytest.raises(StoreDown):
            ticking.read_imports(world.database, vault, at(lists.NOW))
    assert lists.state_of(world, import_id) == "waiting"
    assert states_after_a_tick(world, tmp_path, import_id) == ["checked"]


# --- real processes ------------------------------------------------------------------------------


@pytest.fixture
def overdue(sqlite_template: Path, tmp_path: Path) -> Iterator[World]:
    """A world whose deadline passed long ago and that nobody settled, in a SQLite file."""
    path = tmp_path / "served.sqlite"
    shutil.copy(sqlite_template, path)
    world = World.build(Database(f"sqlite:///{path}"), KEY.encode(), now=at("2025-09-01 Mon 09:00"))
    with world.database.reader() as session:
        own_unit = session.get_one(Nominee, world.nominees[0]).unit_id
    period = world.schedule(1, own_unit, [world.nominees[0]], "2025-09-08", 3, "2025-09-05 Fri 09:00")
    world.file(period, world.nominees[0], "2025-09-08 Mon 09:00")
    yield world
    world.database.dispose()


@pytest.mark.soak
def test_security_08_two_real_servers_catch_up_on_a_deadline_of_last_year_once(overdue: World, tmp_path: Path) -> None:
    with (
        served(overdue.database.url, tmp_path / "1.log") as one,
        served(overdue.database.url, tmp_path / "2.log") as two,
    ):
        eventually(lambda: ready(one.address) and ready(two.address), "both ready: nothing left to settle")
        eventually(lambda: bool(spans(overdue.database)), "on the uptime record")
        time.sleep(1.5)  # another tick of each
    [(nominee, case, ground, effective, carried_out)] = overdue.disqualifications()
    assert (nominee, case, ground) == (overdue.nominees[0], 1, "lapsed")
    assert effective == overdue.period(1).conclude_by == at("2025-09-18 Thu 00:00")  # dated to the deadline …
    assert carried_out > at("2026-01-01 Thu 00:00")  # … and carried out today
    assert [action for _, action, _ in overdue.acts()].count("case.lapsed") == 1
    with overdue.database.reader() as session:
        assert verify(session).holds


@pytest.mark.soak
def test_the_tick_ends_with_its_server(overdue: World, tmp_path: Path) -> None:
    """A server killed outright leaves nothing behind that would go on settling."""
    with served(overdue.database.url, tmp_path / "1.log") as server:
        eventually(lambda: ready(server.address), "ready")
        ticks = server.ticks()
        assert ticks
        server.process.kill()
        server.process.wait()
        eventually(lambda: not any(map(lives, ticks)), "the tick is gone")


@pytest.mark.soak
def test_a_server_whose_workers_hang_is_not_on_record_as_up(overdue: World, tmp_path: Path) -> None:
    with served(overdue.database.url, tmp_path / "1.log") as server:
        eventually(lambda: ready(server.address) and bool(spans(overdue.database)), "up and on record")
        for process in (psutil.Process(server.process.pid), *server.workers()):
            process.suspend()  # alive, and answering nobody; the tick goes on
        time.sleep(1.5)  # whoever was asked before that has answered
        seen = spans(overdue.database)[-1]
        time.sleep(2.5)  # ticks of one second each
        assert spans(overdue.database)[-1] == seen


@pytest.mark.parametrize(
    ("status", "answers"), [(b"200 OK", True), (b"404 NOT FOUND", True), (b"503 BUSY", False), (b"nonsense", False)]
)
def test_a_server_answers_or_it_does_not(status: bytes, answers: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings = Settings(database_url="unused", host="0.0.0.0", port=listening.getsockname()[1])  # noqa: S104 - the setting

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

        server = threading.Thread(target=answer)
        server.start()
        assert ticking.server_answers(settings) is answers
        server.join()
    assert ticking.server_answers(settings) is False  # nobody listens any more
