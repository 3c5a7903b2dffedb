"""No waiting for the disk: what a test process writes does not outlive the run, and another process sees it at once.

Servers that a test starts wait as the portal does.
"""

from __future__ import annotations

import os
import sqlite3
from typing import Any

from sqlalchemy import Engine, event

from app import database

OF_THE_PORTAL = database._sqlite


def spare_the_disk() -> None:
    """Let no later commit on SQLite and no file of this process wait until it is on the disk."""
    database._sqlite = _sparing
    os.fsync = _no_wait


def _sparing(url: str) -> Engine:
    engine = OF_THE_PORTAL(url)

    @event.listens_for(engine, "connect")
    def spare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    return engine


def _no_wait(_file: object) -> None:
    pass
