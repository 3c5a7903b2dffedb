"""Whether the data still keeps every rule: asked after every fault, fuzz and restore (R37)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from app.database import Database
from app.services.record.checks.run import check_database


def broken(database: Database, now: dt.datetime, but: Collection[str] = ()) -> list[str]:
    """The invariants that something breaks at `now`, but those that a test's own rows break from the beginning."""
    return sorted({finding.name for finding in check_database(database, now)} - set(but))
