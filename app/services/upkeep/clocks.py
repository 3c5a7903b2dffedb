"""The difference between this machine's clock and the database's: servers that share one must agree (R1)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.clock import Clock

TOLERATED = dt.timedelta(seconds=2)


def clock_ahead(session: Session, clock: Clock) -> dt.timedelta:
    """Return how far `clock` runs ahead of the database's clock; negative where it is behind.

    The database is asked between two looks at `clock`, so a slow answer does not count as a difference. SQLite lies
    on the machine itself and has no other clock: zero.
    """
    if session.get_bind().dialect.name != "postgresql":
        return dt.timedelta()
    before = clock()
    theirs: dt.datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    after = clock()
    if before > theirs:
        return before - theirs
    return min(after - theirs, dt.timedelta())


def clocks_disagree(ahead: dt.timedelta) -> bool:
    """Whether the difference is more than two seconds: a window would open or close at two moments."""
    return abs(ahead) > TOLERATED
