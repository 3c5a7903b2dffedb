"""Invariants of every table there is: references that lead somewhere, words that the rules know (R20, R32)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Enum, Select, String, Table, exists, select, type_coerce

from app.models import Base, Message
from app.services.record.checks.registry import LiveData, invariant

_TABLES = Base.metadata.sorted_tables


def _key(table: Table) -> Any:
    """Return the column that names a row in a finding."""
    return next(iter(table.primary_key.columns))


@cache
def _references() -> list[Select[Any]]:
    """Return the rows of each table with a reference to nothing, a statement a reference. They are built once."""
    found = []
    for table in _TABLES:
        for reference in table.foreign_keys:
            there = reference.column.table.alias("there")
            leads = exists().where(there.c[reference.column.name] == reference.parent)
            found.append(select(_key(table)).where(reference.parent.is_not(None), ~leads))
    return found


@invariant("R32", "每一处引用都指向存在的内容")
def reference_leads_somewhere(_live: LiveData) -> Iterator[Select[Any]]:
    yield from _references()


@invariant("R20", "状态、类别、原因等都是规定的取值")
def words_are_known(_live: LiveData) -> Iterator[Select[Any]]:
    for table in _TABLES:
        for column in table.columns:
            if isinstance(column.type, Enum) and column is not Message.__table__.c.kind:  # it has one of its own
                yield select(_key(table)).where(type_coerce(column, String).not_in(column.type.enums))
