"""Rows as lines of JSON, the same from every database: what backups are made of, and how one moves to another kind.

A column has a kind, which is all that the reading side needs to know: a backup of an older schema is read by code
that has forgotten that schema.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Date,
    Executable,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    column,
    func,
    insert,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.types import TypeEngine

from app.models.base import UtcDateTime

Kinds = dict[str, str]
_BATCH = 500

# Kind: the types of the models that it stands for, the type it is written to a database with.
_TYPES: dict[str, tuple[tuple[type[TypeEngine[Any]], ...], TypeEngine[Any]]] = {
    "instant": ((UtcDateTime,), UtcDateTime()),
    "date": ((Date,), Date()),
    "bytes": ((LargeBinary,), LargeBinary()),
    "json": ((JSON,), JSON(none_as_null=True)),
    "boolean": ((Boolean,), Boolean()),
    "integer": ((Integer,), Integer()),
    "number": ((Float,), Float()),
    "text": ((String,), Text()),  # Enum and Text are Strings too
}
KINDS = frozenset(_TYPES)
_WRITE: dict[str, Callable[[Any], Any]] = {
    "instant": dt.datetime.isoformat,
    "date": dt.date.isoformat,
    "bytes": lambda content: base64.b64encode(content).decode(),
}
_READ: dict[str, Callable[[Any], Any]] = {
    "instant": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "bytes": base64.b64decode,
}


def kinds_of(rows: Table) -> Kinds:
    """Return the kind of every column. Raises KeyError for a type that has none yet."""
    return {one.name: _kind(one.type) for one in rows.columns}


def _kind(type_: TypeEngine[Any]) -> str:
    for kind, (types, _) in _TYPES.items():
        if isinstance(type_, types):
            return kind
    raise KeyError(f"no portable kind for {type_!r}")


def lines_of(connection: Connection, rows: Table) -> Iterator[str]:
    """Every row of a table as one line of JSON, in the order of its key, a few hundred in memory at a time."""
    kinds = kinds_of(rows)
    query = select(rows).order_by(*rows.primary_key.columns)
    with connection.execution_options(yield_per=_BATCH).execute(query) as result:
        for row in result.mappings():
            written = {name: _converted(_WRITE, kind, row[name]) for name, kind in kinds.items()}
            yield json.dumps(written, ensure_ascii=False, separators=(",", ":")) + "\n"


def load(connection: Connection, name: str, kinds: Kinds, lines: Iterable[str]) -> int:
    """Insert lines into the table `name` as they stand. Returns how many there were."""
    into = table(name, *(column(each, _TYPES[kind][1]) for each, kind in kinds.items()))
    rows = (_row(kinds, line) for line in lines)
    count = 0
    while batch := list(islice(rows, _BATCH)):
        connection.execute(insert(into), batch)
        count += len(batch)
    return count


def _row(kinds: Kinds, line: str) -> dict[str, Any]:
    row = json.loads(line)
    return {name: _converted(_READ, kind, row[name]) for name, kind in kinds.items()}


def _converted(conversions: dict[str, Callable[[Any], Any]], kind: str, value: Any) -> Any:
    return value if value is None or kind not in conversions else conversions[kind](value)


# --- ids that were given out -----------------------------------------------------------------------


def find_last_id(connection: Connection, rows: Table) -> int | None:
    """Return the last id a table gave out, even to a row that is gone; None where ids are not given out."""
    if "id" not in rows.columns or rows.columns["id"].autoincrement is False:
        return None
    given: list[Executable] = [select(func.max(rows.columns["id"]))]
    if connection.dialect.name == "postgresql":
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": rows.name})
        given.append(text(f"SELECT last_value FROM {sequence} WHERE is_called"))  # noqa: S608 # the server's own name
    elif inspect(connection).has_table("sqlite_sequence"):
        given.append(text("SELECT seq FROM sqlite_sequence WHERE name = :name").bindparams(name=rows.name))
    return max(connection.scalar(query) or 0 for query in given)


def continue_ids_after(connection: Connection, name: str, given: int) -> None:
    """Let a table's next id be one after `given`."""
    if connection.dialect.name == "postgresql":
        set_value = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :given)")
        if given:
            connection.execute(set_value, {"name": name, "given": given})
        return
    counts = text("SELECT 1 FROM sqlite_master WHERE name = :name AND sql LIKE '%AUTOINCREMENT%'")
    if connection.scalar(counts, {"name": name}):  # other tables go on after their largest id
        for statement in (
            "DELETE FROM sqlite_sequence WHERE name = :name",
            "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :given)",
        ):
            connection.execute(text(statement), {"name": name, "given": given})
