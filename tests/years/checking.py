"""Asks after each step the invariants that the step can have broken: those that read a table which it wrote."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from app.database import Database
from app.services.record.checks.registry import Invariant, LiveData, places
from app.services.record.checks.run import all_invariants

_WRITES = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")
_READS = re.compile(r"(?:FROM|JOIN) \(*(\w+)")


class Checking:
    """Every invariant of `gongshi check` over one database, each as often as it can have changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._written: set[str] = set()
        event.listen(database.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if written := _WRITES.match(statement):
            self._written.add(written[1])

    def broken(self, now: dt.datetime) -> list[str]:
        """Return what is broken at `now`, of the invariants that read what was written since they were asked last."""
        written, self._written = self._written, set()
        return self._ask(now, [one for one, read in _tables_read(self._database).items() if read & written])

    def all_broken(self, now: dt.datetime) -> list[str]:
        """Return what is broken at `now`, of all of them: time alone breaks some."""
        return self._ask(now, all_invariants())

    def _ask(self, now: dt.datetime, invariants: list[Invariant]) -> list[str]:
        with self._database.snapshot() as connection, Session(connection) as session:
            live = LiveData(session, now)
            return [one.name for one in invariants if any(True for _ in places(live, one.wrong(live)))]


_TABLES: dict[Invariant, set[str]] = {}


def _tables_read(database: Database) -> dict[Invariant, set[str]]:
    """Every invariant with the tables that it reads, found by asking each once; kept for the other years."""
    if not _TABLES:
        for one in all_invariants():
            with database.snapshot() as connection, Session(connection) as session:
                _TABLES[one] = read = set()
                event.listen(connection, "before_cursor_execute", _noting(read))
                live = LiveData(session, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
                list(places(live, one.wrong(live)))
    return _TABLES


def _noting(read: set[str]) -> Callable[..., None]:
    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        read.update(_READS.findall(statement))

    return note
