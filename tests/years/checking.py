"""Asks after each step the invariants that the step can have broken: those that read a table which it wrote.

SQLite itself says which tables a statement reads and writes: its authorizer hears of each when it prepares a statement,
through aliases, common table expressions and triggers.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Select, event
from sqlalchemy.orm import Session

from app.database import Database
from app.services.record.checks.registry import Invariant, LiveData, places
from app.services.record.checks.run import all_invariants

_WRITES = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_SHARED = frozenset(name for name, value in vars(LiveData).items() if isinstance(value, cached_property))


@dataclass
class _Tables:
    """The tables that a statement reads and writes."""

    read: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)


@dataclass
class _Question:
    """An invariant, or one statement of an invariant that sends the same ones at any time; and the tables it reads."""

    invariant: Invariant
    read: set[str]
    sent: tuple[str, Any] | None = None


# All years have one schema and one set of invariants.
_TABLES: dict[str, _Tables] = {}
_QUESTIONS: list[_Question] = []
_BEHIND: dict[str, set[str]] = {name: set() for name in _SHARED}


class Checking:
    """Every invariant of `gongshi check` over one database, each as often as it can have changed.

    It is made before the first connection, so that it hears of all.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sent: set[str] = set()
        self._last: tuple[str, Any] = ("", ())
        self._under_way = _Tables()
        self.reads: set[str] = set()  # collects the tables of what is read
        event.listen(database.engine, "connect", self._watch)
        event.listen(database.engine, "before_cursor_execute", self._begin)
        event.listen(database.engine, "after_cursor_execute", self._end)

    def broken(self, now: dt.datetime) -> list[str]:
        """Return what is broken at `now`, of the invariants that read what was written since they were asked last."""
        questions, written = self._questions(), self.written
        return self._ask(now, [one for one in questions if one.read & written])

    @property
    def written(self) -> set[str]:
        """The tables that were written since the invariants were asked last."""
        return {table for statement in self._sent for table in _TABLES[statement].written}

    def all_broken(self, now: dt.datetime) -> list[str]:
        """Return what is broken at `now`, of all of them: time alone breaks some."""
        return self._ask(now, self._questions())

    def _ask(self, now: dt.datetime, questions: Iterable[_Question]) -> list[str]:
        with self._looking(now) as live:
            wrong = {one.invariant.name: None for one in questions if not self._holds(one, live)}
        self._sent.clear()
        return list(wrong)

    def _holds(self, question: _Question, live: _Live) -> bool:
        if question.sent is not None:
            self._under_way = _TABLES[question.sent[0]]
            return live.cursor.execute(*question.sent).fetchone() is None
        self.reads = question.read
        return not any(True for _ in places(live, question.invariant.wrong(live)))

    # --- which tables ------------------------------------------------------------------------------------------

    def _watch(self, connection: sqlite3.Connection, _record: object) -> None:
        def hear(what: int, table: str | None, *_: object) -> int:
            if table and what == sqlite3.SQLITE_READ:
                self._under_way.read.add(table)
            elif table and what in _WRITES:
                self._under_way.written.add(table)
            return sqlite3.SQLITE_OK

        connection.set_authorizer(hear)

    def _begin(self, _connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        self._under_way = _TABLES.setdefault(statement, _Tables())
        self._sent.add(statement)
        self._last = statement, parameters

    def _end(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self.reads |= _TABLES[statement].read

    def _questions(self) -> list[_Question]:
        """Every question. What an invariant reads of no row yet is added when it is asked of rows."""
        if not _QUESTIONS:
            for one in all_invariants():
                # Each looks for itself: what one has read no other would be seen to read.
                with self._looking(dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) as live:
                    _QUESTIONS.extend(self._questions_of(one, live))
        return _QUESTIONS

    def _questions_of(self, one: Invariant, live: _Live) -> Iterator[_Question]:
        statements = _same_at_any_time(one)
        if statements is None:
            self._holds(question := _Question(one, set()), live)
            yield question
            return
        for statement in statements:
            live.session.execute(statement)
            yield _Question(one, _TABLES[self._last[0]].read, self._last)

    @contextmanager
    def _looking(self, now: dt.datetime) -> Iterator[_Live]:
        with self._database.snapshot() as connection, Session(connection) as session:
            yield _Live(session, now, self)
        self.reads = set()


class _Live(LiveData):
    """One moment of the database. Whoever reads a value that several share reads what stands behind it."""

    def __init__(self, session: Session, now: dt.datetime, checking: Checking) -> None:
        super().__init__(session, now)
        self._checking = checking

    @cached_property
    def cursor(self) -> sqlite3.Cursor:
        driver: Any = self.session.connection().connection
        cursor: sqlite3.Cursor = driver.cursor()
        return cursor

    def __getattribute__(self, name: str) -> Any:
        if name not in _SHARED:
            return super().__getattribute__(name)
        checking, behind = self._checking, _BEHIND[name]
        outside, checking.reads = checking.reads, behind
        try:
            return super().__getattribute__(name)
        finally:
            outside |= behind
            checking.reads = outside


class _Looked(Exception):
    """An invariant asked for something of the moment."""


class _Nothing:
    def __getattr__(self, name: str) -> Any:
        raise _Looked


def _same_at_any_time(one: Invariant) -> list[Select[Any]] | None:
    """Return the statements of an invariant that looks at nothing of the moment; None for any other."""
    try:
        wrong: Any = one.wrong(_Nothing())  # type: ignore[arg-type] # that is what it is tried with
        return [wrong] if isinstance(wrong, Select) else list(wrong)
    except _Looked:
        return None
