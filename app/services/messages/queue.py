"""The queue: huey, in Redis where there is one, else in a file beside the others of this server.

What waits in it is no message, only a call to look into the table of them: the rows of `dispatches` are the truth, any
worker of any server takes any of them, and a call that was lost costs a minute at most.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache

from huey import Huey, RedisHuey, SqliteHuey, crontab

from app.database import Database
from app.services.messages.outbox import call_after_commits
from config import Settings

_log = logging.getLogger("gongshi.messages")
_NAME = "gongshi"
_CALLS = 4  # more calls than threads that answer them help nobody


def queue_of(settings: Settings) -> Huey:
    """Open the queue of this installation."""
    if settings.redis_url:
        return RedisHuey(_NAME, url=settings.redis_url, results=False)
    settings.instance_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return SqliteHuey(_NAME, filename=str(settings.instance_dir / "queue.sqlite"), results=False)


def _nothing() -> None:
    """Stand for a task with whoever only calls it."""


def add_tasks(
    huey: Huey, deliver: Callable[[], object] = _nothing, look_for_bounces: Callable[[], object] = _nothing
) -> Callable[[], object]:
    """Give the queue its one task, and the sweep of each minute; return what puts a call into the queue.

    Whoever only calls gives the tasks too: they are known by name on both sides.
    """

    @huey.task(name="deliver")  # type: ignore[untyped-decorator] # huey has no types
    def called() -> None:
        deliver()

    @huey.periodic_task(crontab(minute="*"), name="sweep")  # type: ignore[untyped-decorator]
    def sweep() -> None:
        deliver()

    @huey.periodic_task(crontab(minute="*/5"), name="bounces")  # type: ignore[untyped-decorator]
    def bounces() -> None:
        look_for_bounces()

    return called  # type: ignore[no-any-return]


def wake_after_commits(database: Database, settings: Settings) -> None:
    """Have a sender called whenever this process has committed something to send."""
    call_after_commits(database, _waker(settings))


def _waker(settings: Settings) -> Callable[[], None]:
    """Return what calls a sender, unless enough calls wait; never a fault: a sweep each minute looks too.

    The queue is opened by the first call: most commands of the console never need it.
    """

    @cache
    def opened() -> tuple[Huey, Callable[[], object]]:
        huey = queue_of(settings)
        return huey, add_tasks(huey)

    def wake() -> None:
        try:
            huey, call = opened()
            if huey.pending_count() < _CALLS:
                call()
        except Exception as error:  # whatever it was: what was to be told is committed, and nobody's request fails
            _log.warning("no sender was called", exc_info=error)

    return wake
