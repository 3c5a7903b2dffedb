"""The sealer: acts get their numbers in the order of writing, once each, whoever seals and whenever it dies (R38)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.database import Database
from app.domain.refusals import WrongState
from app.models import ActSeal, AuditRow, UnsealedAct
from app.services.record import chain, sealer
from app.services.record.chain import Act
from app.services.record.sealer import is_elected, seal_all, seal_batch, seal_once
from app.services.record.verifying import Tail, tail, verify
from tests.world import World, at, at_once

NOW = at("2026-09-18 Fri 09:00")


def write(database: Database, *cases: int) -> None:
    with database.writer() as session:
        chain.record(session, NOW, [Act("clock", "case.lapsed", f"case:{number}") for number in cases])
        session.commit()


def numbered(database: Database) -> list[tuple[int, str]]:
    with database.reader() as session:
        rows = session.execute(select(ActSeal.number, AuditRow.subject).join(ActSeal.act).order_by(ActSeal.number))
        return [(number, subject) for number, subject in rows]


def test_acts_are_sealed_in_the_order_in_which_they_were_written(database: Database) -> None:
    write(database, 1, 2, 3)
    with database.reader() as session:
        assert tail(session) == Tail(3, NOW)
        assert verify(session).unsealed == 3
        assert chain.head(session).number == 0
    with database.writer() as session:
        assert seal_batch(session, most=2) == 2
        session.commit()
    write(database, 4)
    assert (seal_all(database), seal_all(database), seal_once(database)) == (2, 0, 0)
    assert numbered(database) == [(number, f"case:{number}") for number in (1, 2, 3, 4)]
    with database.reader() as session:
        assert tail(session) == Tail(0, None)
        assert verify(session).holds


def test_an_act_that_was_taken_back_has_no_number_and_leaves_no_gap(database: Database) -> None:
    write(database, 1)
    with database.writer() as session:
        chain.record(session, NOW, [Act("clock", "case.lapsed", "case:2")])
        session.rollback()
    write(database, 3)
    assert seal_all(database) == 2
    assert numbered(database) == [(1, "case:1"), (2, "case:3")]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_is_committed_late_is_sealed_later_and_nobody_waits_for_it(database: Database) -> None:
    with database.writer() as slow:
        chain.record(slow, NOW, [Act("clock", "case.lapsed", "case:1")])
        began = time.monotonic()
        write(database, 2)  # with a lock on the record this would wait for ever
        assert seal_all(database) == 1
        assert time.monotonic() - began < 5
        slow.commit()
    assert seal_all(database) == 1
    assert numbered(database) == [(1, "case:2"), (2, "case:1")]
    with database.reader() as session:
        assert verify(session).holds


def test_sealers_of_several_hosts_and_writers_at_once_number_each_act_once(database: Database) -> None:
    stop = threading.Event()

    def keep_sealing() -> int:
        sealed = 0
        while not stop.is_set():
            sealed += seal_once(database) or 0
        return sealed

    def writes(first: int) -> Callable[[], int]:
        def run() -> int:
            for number in range(first, first + 40):
                write(database, number)
            return 0

        return run

    def all_writers() -> int:
        try:
            done = at_once([writes(first) for first in (100, 200, 300)])
            assert done == [0, 0, 0]
        finally:
            stop.set()
        return 0

    sealed = at_once([keep_sealing, keep_sealing, all_writers])
    assert all(isinstance(each, int) for each in sealed), sealed
    seal_all(database)
    found = numbered(database)
    assert [number for number, _ in found] == list(range(1, 121))
    assert len({subject for _, subject in found}) == 120
    with database.reader() as session:
        assert verify(session).holds


def test_a_sealer_that_dies_between_two_statements_leaves_nothing_half_done(database: Database) -> None:
    write(database, 1)
    seal_all(database)
    write(database, *range(2, 260))
    before = numbered(database)
    for dies_at in range(1, 12):
        with database.writer() as session:
            died = _dies_at(session, dies_at, database)
        assert numbered(database) == before
        with database.reader() as session:
            found = verify(session)
            assert (found.holds, found.rows, found.unsealed) == (True, 1, 258)
        if not died:
            break
    else:
        raise AssertionError("a batch has more statements than this test knows")
    assert seal_all(database) == 258
    with database.reader() as session:
        assert verify(session).rows == 259
        assert session.scalar(select(func.count()).select_from(UnsealedAct)) == 0


def _dies_at(session: Session, statement: int, database: Database) -> bool:
    """Seal a batch, killed before this statement of it; its transaction is gone. Tells whether it came so far."""
    seen = 0

    def kill(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == statement:
            raise KeyboardInterrupt

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", kill)
    try:
        seal_batch(session)
    except KeyboardInterrupt:
        return True
    finally:
        event.remove(connection, "before_cursor_execute", kill)
        session.rollback()
    return False


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_while_another_seals_one_waits_and_then_says_so(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    write(database, 1)
    monkeypatch.setattr(sealer, "_PATIENCE", 0.1)
    with database.writer() as other:
        assert is_elected(other.connection())
        assert seal_once(database) is None
        with pytest.raises(WrongState, match="半分钟"):
            seal_all(database)
        other.rollback()
    assert seal_all(database) == 1


def test_what_a_use_case_did_is_sealed_after_it(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], "2026-09-18 Fri 09:00")
    acts = world.acts()
    assert world.seal() == len(acts)
    assert [subject for _, subject in numbered(world.database)] == [subject for _, _, subject in acts]
    assert acts[-1] == ("objector", "objection.filed", f"case:{case}")
