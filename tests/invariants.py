"""Checks the data against every invariant, after every fault, fuzz and restore (R37)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from app.database import Database
from app.models import Base
from app.services.nominees.marks import wrong_marks_by
from app.services.record.checks.registry import Invariant, LiveData, WrongMarks, places
from app.services.record.checks.run import all_invariants, check

TABLES = {table.name for table in Base.metadata.sorted_tables}
Reads = Mapping[Invariant, set[str]]


def broken(
    database: Database, now: dt.datetime, but: Collection[str] = (), asked: Sequence[Invariant] | None = None
) -> list[str]:
    """Return the invariants broken at `now`, except those that a test's own rows break from the beginning.

    Marks of nominees who have a dossier are not compared. All invariants are asked unless some are given.
    """
    with database.snapshot() as connection, Session(connection) as session:
        found = check(session, now, wrong_marks_by(None), asked)
    return sorted({finding.name for finding in found} - set(but))


@contextmanager
def noted(on: Connection | Engine) -> Iterator[list[str]]:
    """Note every statement that a connection executes, or any connection of an engine."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(on, "before_cursor_execute", note)
    yield statements
    event.remove(on, "before_cursor_execute", note)


def tables_in(statements: Sequence[str]) -> set[str]:
    """Every table whose name stands in these statements, and perhaps more."""
    return {word for statement in statements for word in re.findall(r"\w+", statement)} & TABLES


def reads_of(connection: Connection, now: dt.datetime, wrong_marks: WrongMarks) -> Reads:
    """Every invariant with the tables that it reads in this database, in which none finds anything."""
    found = {}
    for one in all_invariants():
        with noted(connection) as statements, Session(connection) as session:
            live = LiveData(session, now, wrong_marks)
            assert list(places(live, one.wrong(live))) == []
        found[one] = tables_in(statements)
    return found


def touched_by(statements: Sequence[str], reads: Reads) -> list[Invariant]:
    """The invariants that read what these statements wrote; all of them where that cannot be told.

    One that reads no table which was written finds what it found before: nothing.
    """
    written = [tables_in([each]) for each in statements if not each.lstrip().startswith("SELECT")]
    if not all(written):
        return list(reads)
    return [one for one, read in reads.items() if read & set().union(*written)]
