"""Makes ids count up from 1, so that tests can name rows by number.

The portal's random ids are tested in tests/models/test_drawing.py and wherever a test starts its own server.
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, func, select, text

from app.models import drawing


def counted(connection: Connection, column: Column[int]) -> int:
    """Return the next number: of a sequence on PostgreSQL, on SQLite one more than the highest id ever used."""
    table = column.table.name
    if connection.dialect.name == "postgresql":
        return int(connection.scalar(text(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))")) or 0)
    if column.table.dialect_options["sqlite"]["autoincrement"]:
        kept = connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table})
        return int(kept or 0) + 1
    return int(connection.scalar(select(func.max(column))) or 0) + 1


def count() -> None:
    """Make every later id of this process count up."""
    drawing.draw = counted
