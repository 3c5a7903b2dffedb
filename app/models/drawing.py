"""Random ids for rows whose number a unit or the public sees: they do not show the order of arrival (R19)."""

from __future__ import annotations

import secrets
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Select, bindparam, select

# Nine digits and ten: above what counting had reached, and within the INTEGER of either database.
LOWEST, BEYOND = 10**8, 2**31 - 1
_AT_ONCE = 500  # ids in one statement: well below what either database takes


@cache
def _row_with(column: Column[int]) -> Select[Any]:
    """Select the row of the id `wanted`. Filing an objection draws twice: the statement is built once."""
    return select(column).where(column == bindparam("wanted"))


def draw_random_id(connection: Connection, column: Column[int]) -> int:
    """Draw an id that no row has."""
    while True:
        wanted = LOWEST + secrets.randbelow(BEYOND - LOWEST)
        if connection.scalar(_row_with(column), {"wanted": wanted}) is None:
            return wanted


def draw_ids(connection: Connection, column: Any, count: int) -> list[int]:
    """Draw that many ids that no row has, in one look at the table."""
    found: set[int] = set()
    while len(found) < count:
        wanted = [LOWEST + secrets.randbelow(BEYOND - LOWEST) for _ in range(min(count - len(found), _AT_ONCE))]
        found.update(set(wanted).difference(connection.scalars(select(column).where(column.in_(wanted)))))
    return list(found)


draw = draw_random_id  # tests that name rows by number replace it by a counter


def draw_id(context: Any) -> int:
    """Return the id of a new row: the default of a primary key."""
    return draw(context.connection, context.current_column)
