"""`gongshi serve`: granian, and beside it a process that ticks and one that sends.

A process, not a thread: granian forks its workers, and a fork while another thread is inside SQLite
inherits a lock that is never released.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import tempfile
import threading
from collections.abc import Callable
from multiprocessing.context import SpawnProcess

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces

from app import logs
from app.processes import sending, ticking
from app.web import bodies
from app.web.factory import create_app
from config import Settings, from_environment, share_counters

_log = logging.getLogger("gongshi.server")
# A worker that is told to stop while it is still starting may miss the signal.
_STOPPING_SECONDS = 10


def wsgi() -> Flask:
    """Create the application of one worker from the environment. Granian calls this in each worker."""
    settings = from_environment()
    logs.configure(settings)
    return create_app(settings)


def run(settings: Settings) -> None:
    """Serve until stopped. Settlement, warnings and the uptime record tick beside the workers; messages are sent."""
    logs.configure(settings)
    for sentence in [*settings.stands_open(), *settings.lacking_identity()]:
        _log.warning(sentence)
    stop = threading.Event()
    beside: list[tuple[Callable[..., None], tuple[object, ...]]] = [(ticking.run, (settings,))]
    if settings.senders:
        beside.append((sending.run, (settings, os.getpid())))
    for what, arguments in beside:
        # Here and not in its thread: granian forks, and a worker forked while a thread starts a process or imports
        # something inherits a lock that nobody releases. It would never answer, and nobody would replace it.
        process = _start(what, arguments)
        keeping = (process, what, arguments, stop)
        threading.Thread(target=_keep_running, args=keeping, name=what.__module__, daemon=True).start()
    _log.info("serving", extra={"address": f"http://{settings.host}:{settings.port}"})
    # A folder of this run's own, since counters begin at 0 with the server and a worker that ends leaves its file
    # there.
    with tempfile.TemporaryDirectory(prefix="gongshi-counters-") as counters:
        share_counters(counters)
        Granian(
            "app.processes.server:wsgi",
            factory=True,
            interface=Interfaces.WSGI,
            # A body of HTTP/2 needs no length, and a line carries many of them: neither is held by app/web/bodies.py.
            http=HTTPModes.http1,
            address=settings.host,
            port=settings.port,
            workers=settings.workers,
            blocking_threads=settings.threads + bodies.THREADS_BESIDE,
            workers_kill_timeout=_STOPPING_SECONDS,
            websockets=False,
            respawn_failed_workers=True,  # without this, one worker killed by the kernel would end all the others
            log_access=False,
            log_dictconfig=logs.config(settings),
        ).serve()
    stop.set()


def _start(what: Callable[..., None], arguments: tuple[object, ...]) -> SpawnProcess:
    process = multiprocessing.get_context("spawn").Process(target=what, args=arguments, daemon=True)
    process.start()
    return process


def _keep_running(
    process: SpawnProcess, what: Callable[..., None], arguments: tuple[object, ...], stop: threading.Event
) -> None:
    """Start a process beside the server again, should it ever end."""
    while True:
        process.join()
        if stop.wait(1):
            return
        process = _start(what, arguments)
