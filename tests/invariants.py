"""Checks the data against every invariant, after every fault, fuzz and restore (R37)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from app.database import Database
from app.services.nominees.marks import wrong_marks_by
from app.services.record.checks.run import check_database


def broken(database: Database, now: dt.datetime, but: Collection[str] = ()) -> list[str]:
    """Return the invariants broken at `now`, except those that a test's own rows break from the beginning.

    Marks of nominees who have a dossier are not compared.
    """
    return sorted({finding.name for finding in check_database(database, now, wrong_marks_by(None))} - set(but))
