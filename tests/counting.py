"""Ids that count up from 1, as a database gives them out: tests name rows by number.

How the portal draws them is tested by itself (tests/models/test_drawing.py) and wherever a server of its own runs.
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, func, select, text

from app.models import drawing


def counted(connection: Connection, column: Column[int]) -> int:
    """The next number: a sequence's on PostgreSQL; on SQLite one more than the highest there is or, kept apart, was."""
    table = column.table.name
    if connection.dialect.name == "postgresql":
        return int(connection.scalar(text(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))")) or 0)
    if column.table.dialect_options["sqlite"]["autoincrement"]:
        kept = connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table})
        return int(kept or 0) + 1
    return int(connection.scalar(select(func.max(column))) or 0) + 1


def count() -> None:
    """Have every id of this process counted from here on."""
    drawing.draw = counted
