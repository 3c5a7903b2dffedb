"""Rows as older versions had them, in the columns of their time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import MetaData

from app.database import Database
from tests.world import at

BLANK = {datetime: at("2026-09-01 Tue 09:00"), date: date(2026, 9, 1)}


def insert(database: Database, table: str, *rows: dict[str, Any]) -> None:
    """Rows in the columns that the table has at this migration. What has no default and is not given is empty."""
    metadata = MetaData()
    metadata.reflect(database.engine, only=[table])
    needed = [column for column in metadata.tables[table].columns if not column.nullable and not column.server_default]
    blank = {
        column.name: BLANK.get(column.type.python_type) or column.type.python_type()
        for column in needed
        if not column.primary_key
    }
    with database.writer() as session:
        session.execute(metadata.tables[table].insert(), [blank | row for row in rows])
        session.commit()


def programme_of(database: Database) -> None:
    """An office with one person, and a programme, in the columns of their time."""
    insert(database, "units", {"id": 1, "kind": "office"})
    insert(database, "users", {"id": 1, "role": "office", "unit_id": 1})
    insert(database, "programmes", {"id": 1})


def case_of(database: Database) -> None:
    """One received case, with what it refers to, as version 0017 had them."""
    opens, closes, by = at("2026-09-18 Fri 00:00"), at("2026-09-24 Thu 00:00"), at("2026-09-30 Wed 00:00")
    programme_of(database)
    period = {"id": 1, "programme_id": 1, "round_number": 2, "organiser_id": 1, "scheduled_by": 1, "days": []}
    insert(
        database, "periods", period | {"opens_at": opens, "closes_at": closes, "conclude_by": by, "recommenders": []}
    )
    of = {"unit_id": 1, "recommender_id": 1, "programme_id": 1}
    insert(database, "nominees", of | {"id": 1, "kind": "collective", "rank": "none", "position": 1})
    insert(database, "entries", {"id": 1, "period_id": 1, "nominee_id": 1, "kind": "collective", "position": 1})
    case = {"id": 1, "entry_id": 1, "state": "received", "handler_unit_id": 1}
    insert(database, "cases", case | {"received_at": opens, "escalates_at": by})
