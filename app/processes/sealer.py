"""The sealer beside the server: a thread of the ticking process that seals acts as they are written (R38).

It asks the database twenty times a second whether anything waits, which costs a third of a millisecond each. LISTEN
and NOTIFY would cost more: PostgreSQL lets transactions with a NOTIFY commit one by one.
"""

from __future__ import annotations

import logging
import threading
import time

from app import clock
from app.clock import Clock
from app.database import Database
from app.services.record.checkpoints import LogKeys, publish_due
from app.services.record.sealer import seal_once, something_waits

_log = logging.getLogger("gongshi.sealer")
LOOKS_AFTER = 0.05  # seconds: an act waits for its seal no longer than this and a batch
_PUBLISHES_AFTER = 1.0  # seconds
_PAUSE_AFTER_FAULT = 1.0  # seconds


def start(database: Database, keys: LogKeys) -> threading.Event:
    """Start the thread. It ends with its process, or when the event that is returned is set."""
    stop = threading.Event()
    threading.Thread(target=run, args=(database, keys, stop), name="sealer", daemon=True).start()
    return stop


def run(database: Database, keys: LogKeys, stop: threading.Event, now: Clock = clock.now) -> None:
    """Seal until stopped, and publish checkpoints as they fall due. A fault is logged, the next look tries again."""
    publishes_at = time.monotonic()
    while not stop.wait(LOOKS_AFTER):
        try:
            seal_waiting(database)
            if time.monotonic() >= publishes_at:
                publish_due(database, keys, now())
                publishes_at = time.monotonic() + _PUBLISHES_AFTER
        except Exception as error:  # any fault: what is written later must be sealed all the same
            _log.error("sealing failed", exc_info=error)
            stop.wait(_PAUSE_AFTER_FAULT)


def seal_waiting(database: Database) -> int:
    """Seal batch after batch until nothing waits, or another sealer is at work. Returns how many acts."""
    total = 0
    while something_waits(database):
        sealed = seal_once(database)
        if not sealed:
            break
        total += sealed
    return total
