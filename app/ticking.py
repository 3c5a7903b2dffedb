"""What the clock alone must do, every few seconds: settle, warn, and keep the uptime record (R7, R26, R28)."""

from __future__ import annotations

import datetime as dt
import logging
import os
import time

from app import clock, logs
from app.database import Database
from app.services import availability, settlement, warnings
from config import Settings

_log = logging.getLogger("gongshi.tick")
# So many ticks may fail to come before the record speaks of a gap.
_TICKS_FORGIVEN = 3


def run(settings: Settings) -> None:
    """Tick for as long as the parent process lives. A fault is logged, and the next tick tries again."""
    logs.configure(settings)
    parent = os.getppid()
    database = Database(settings.database_url)
    span: int | None = None
    while os.getppid() == parent:
        try:
            span = tick(database, span, clock.now(), settings)
        except Exception as error:  # whatever it was: the next deadline is not to be missed for it
            _log.error("tick failed", exc_info=error)
        time.sleep(settings.tick_seconds)


def tick(database: Database, span: int | None, now: dt.datetime, settings: Settings) -> int:
    """One tick: settle what is due, warn, and stretch the uptime span. Returns the span."""
    with database.writer() as session:
        settlement.settle_due(session, now)
    with database.writer() as session:
        warnings.warn_due(session, now)
    with database.writer() as session:
        if span is None:
            return availability.start_span(session, now)
        longest_gap = dt.timedelta(seconds=settings.tick_seconds * _TICKS_FORGIVEN)
        return availability.stretch_span(session, span, now, longest_gap)
