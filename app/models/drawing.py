"""Random ids for rows whose number a unit or the public sees: they do not show the order of arrival (R19)."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Column, Connection, select

# Nine digits and ten: above what counting had reached, and within the INTEGER of either database.
LOWEST, BEYOND = 10**8, 2**31 - 1


def at_random(connection: Connection, column: Column[int]) -> int:
    """Draw an id that no row has."""
    while True:
        wanted = LOWEST + secrets.randbelow(BEYOND - LOWEST)
        if connection.scalar(select(column).where(column == wanted)) is None:
            return wanted


draw = at_random  # tests that name rows by number put something in its place that counts


def drawn(context: Any) -> int:
    """Return the id of a new row: the default of a primary key."""
    return draw(context.connection, context.current_column)
