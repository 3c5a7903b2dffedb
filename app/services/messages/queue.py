"""The queue: huey, in a file of each host's own.

The queue holds no messages, only calls to look into the table `dispatches`. Any worker of any server sends any of its
rows, and a lost call delays a message by a minute at most. It is not in Redis, even where there is one: a Redis that
was cut off would hold each request that told somebody something for twenty seconds, and no message would leave.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from app.database import Database
from app.services.messages.outbox import call_after_commits
from config import Settings

if TYPE_CHECKING:  # huey brings Redis and more along: it is imported by the first call
    from huey import Huey

_log = logging.getLogger("gongshi.messages")
_NAME = "gongshi"
_CALLS = 4  # more calls than threads have no use


def open_queue(settings: Settings) -> Huey:
    """Open the queue of this host. A call is signed: huey unpickles it, and a pickle can run anything."""
    from huey import SqliteHuey
    from huey.serializer import SignedSerializer

    signed = SignedSerializer(secret=settings.secret_key, salt="gongshi queue")
    settings.instance_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return SqliteHuey(_NAME, filename=str(settings.instance_dir / "queue.sqlite"), results=False, serializer=signed)


def _do_nothing() -> None:
    """Serve as the body of a task in a process that only calls it."""


def add_tasks(
    huey: Huey,
    deliver: Callable[[], object] = _do_nothing,
    look_for_bounces: Callable[[], object] = _do_nothing,
    prove: Callable[[], object] = _do_nothing,
) -> Callable[[], object]:
    """Register the task and the sweeps of each minute; return the function that queues a call.

    A process that only calls registers the tasks too, since both sides know them by name.
    """
    from huey import crontab

    @huey.task(name="deliver")  # type: ignore[untyped-decorator] # huey has no types
    def called() -> None:
        deliver()

    @huey.periodic_task(crontab(minute="*"), name="sweep")  # type: ignore[untyped-decorator]
    def sweep() -> None:
        deliver()

    @huey.periodic_task(crontab(minute="*/5"), name="bounces")  # type: ignore[untyped-decorator]
    def bounces() -> None:
        look_for_bounces()

    @huey.periodic_task(crontab(minute="*"), name="prove")  # type: ignore[untyped-decorator]
    def proofs() -> None:
        prove()

    return called  # type: ignore[no-any-return]


def wake_after_commits(database: Database, settings: Settings) -> None:
    """Have a sender called whenever this process has committed something to send."""
    call_after_commits(database, _make_waker(settings))


def _make_waker(settings: Settings) -> Callable[[], None]:
    """Return a function that calls a sender unless enough calls wait. It never raises: the sweep runs every minute.

    The queue is opened by the first call: most commands of the console never need it.
    """

    @cache
    def opened() -> tuple[Huey, Callable[[], object]]:
        huey = open_queue(settings)
        return huey, add_tasks(huey)

    def wake() -> None:
        try:
            huey, call = opened()
            if huey.pending_count() < _CALLS:
                call()
        except Exception as error:  # any fault: the message is committed already, and the request must not fail
            _log.warning("no sender was called", exc_info=error)

    return wake
