"""What a request wrote: the tables that a committed statement of the application changed, seen at its connections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event

# Who is logged in, what is being typed, and what was counted: none of it is an act.
PASSING = frozenset({"staff_sessions", "drafts"})
_WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)', re.IGNORECASE)


@contextmanager
def watched(app: Flask) -> Iterator[list[str]]:
    """Collect the names of the tables that are changed and committed meanwhile. Whoever reads the list empties it."""
    engine = app.extensions["portal"].database.engine
    open_writes: dict[int, list[str]] = {}
    committed: list[str] = []

    def note(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        found = _WRITES.match(statement)
        if found is not None and found[1] not in PASSING:
            open_writes.setdefault(id(connection.connection.dbapi_connection), []).append(found[1])

    def keep(connection: Connection) -> None:
        committed.extend(open_writes.pop(id(connection.connection.dbapi_connection), []))

    def drop(connection: Connection) -> None:
        open_writes.pop(id(connection.connection.dbapi_connection), None)

    listeners = (("after_cursor_execute", note), ("commit", keep), ("rollback", drop))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield committed
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)
