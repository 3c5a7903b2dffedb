"""Every row of a database as text, written anew only of tables that hold something else than when last asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session


class Rows:
    """The rows of one database: as its driver hands them over, and as text with the types of the columns."""

    def __init__(self) -> None:
        self._raw: dict[str, list[Any]] = {}
        self._said: dict[str, list[str]] = {}

    def read(self, session: Session, tables: Iterable[Table]) -> dict[str, list[str]]:
        return {table.name: self._of(session, table) for table in tables}

    def _of(self, session: Session, table: Table) -> list[str]:
        name = table.name
        raw = session.connection().exec_driver_sql(f'SELECT * FROM "{name}"').fetchall()
        if raw != self._raw.get(name, []):
            self._said[name] = sorted(map(repr, session.execute(select(table))))
            self._raw[name] = list(raw)
        return list(self._said.get(name, []))
