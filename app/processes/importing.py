"""Reads long imports, in a process of its own beside the ticking one: a list of thousands holds up no deadline."""

from __future__ import annotations

import logging
import os
import time

from app import clock, logs
from app.clock import Clock
from app.database import Database
from app.sealing import keyring_of
from app.services.imports import reading
from app.services.shared.files import Vault, vault_of
from config import Settings

_log = logging.getLogger("gongshi.importing")
_LOOKED_EVERY = 1.0  # seconds
_AFTER_A_FAULT = 15.0


def run(settings: Settings) -> None:
    """Read what waits, for as long as the parent process lives. A fault is logged, and it is tried again."""
    logs.configure(settings)
    parent = os.getppid()
    database = Database(settings.database_url)
    vault = vault_of(settings, keyring_of(settings))
    while os.getppid() == parent:
        try:
            found = read_next(database, vault, clock.now)
        except Exception as error:  # the database or the store is away: the list waits, and so do we
            _log.error("reading imports failed", exc_info=error)
            time.sleep(_AFTER_A_FAULT)
            continue
        if not found:
            time.sleep(_LOOKED_EVERY)


def read_next(database: Database, vault: Vault, now: Clock) -> bool:
    """Read the import that has waited longest. False where none waits."""
    with database.reader() as session:
        import_id = reading.next_due(session, now())
    return import_id is not None and reading.read(database, vault, import_id, now)
