"""What the clock alone must do, every few seconds: settle, warn, and keep the uptime record (R7, R26, R28)."""

from __future__ import annotations

import datetime as dt
import http.client
import logging
import os
import time

from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.database import Database
from app.services import availability, settlement, warnings
from config import Settings

_log = logging.getLogger("gongshi.tick")
# So many beats may fail to come before the record speaks of a gap: a restart is none.
_BEATS_FORGIVEN = 3
_ANSWERS_WITHIN = 5  # seconds
_ASKED_AGAIN_AFTER = 5  # seconds, while the server does not answer
_ANY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked at home, not listened on


def run(settings: Settings) -> None:
    """Tick for as long as the parent process lives. A fault is logged, and the next tick tries again."""
    parent = os.getppid()
    database = Database(settings.database_url)
    while os.getppid() == parent:
        answers = server_answers(settings)
        try:
            tick(database, clock.now(), settings, answers)
        except SQLAlchemyError as error:
            _log.error("tick failed: %s", type(error).__name__)
        time.sleep(settings.tick_seconds if answers else min(settings.tick_seconds, _ASKED_AGAIN_AFTER))


def tick(database: Database, now: dt.datetime, settings: Settings, answers: bool) -> None:
    """One tick: settle what is due, warn, and where the server answers, say so on the uptime record."""
    with database.writer() as session:
        settlement.settle_due(session, now)
    with database.writer() as session:
        warnings.warn_due(session, now)
    if answers:
        with database.writer() as session:
            availability.beat(session, now, dt.timedelta(seconds=settings.tick_seconds * _BEATS_FORGIVEN))


def server_answers(settings: Settings) -> bool:
    """Whether the server beside this process answers a request: that a clock ticks does not show that it serves."""
    host = _ANY_ADDRESS.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(host, settings.port, timeout=_ANSWERS_WITHIN)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
