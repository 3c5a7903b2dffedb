"""`gongshi serve`: granian in front, one process beside it that ticks.

A process, not a thread: granian forks its workers, and a fork while another thread is inside SQLite
inherits a lock that nobody will release.
"""

from __future__ import annotations

import multiprocessing
import threading

from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from app import create_app, ticking
from config import Settings, from_environment


def wsgi() -> Flask:
    """The application of one worker, from the environment: granian calls this in each."""
    return create_app(from_environment())


def run(settings: Settings) -> None:
    """Serve until stopped. Settlement, warnings and the uptime record tick beside the workers."""
    stop = threading.Event()
    threading.Thread(target=_keep_ticking, args=(settings, stop), name="keep ticking", daemon=True).start()
    print(f"公示与异议处理：http://{settings.host}:{settings.port}", flush=True)
    Granian(
        "app.server:wsgi",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        blocking_threads=settings.threads,
        websockets=False,
        respawn_failed_workers=True,  # or the first worker that the kernel kills takes all the others along
        log_access=False,
    ).serve()
    stop.set()


def _keep_ticking(settings: Settings, stop: threading.Event) -> None:
    """Start the ticking process, and start it again should it ever end."""
    fresh = multiprocessing.get_context("spawn")
    while not stop.is_set():
        process = fresh.Process(target=ticking.run, args=(settings,), daemon=True)
        process.start()
        process.join()
        stop.wait(1)
