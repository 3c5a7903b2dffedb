"""The senders: huey's consumer. Its threads answer calls to send, and look for due messages once a minute.

They have the newest checkpoint stamped and cosigned too, where the settings name who does.

`gongshi serve` starts one beside the server. `gongshi send` is one alone, on this or another machine.
"""

from __future__ import annotations

import logging
import os
import threading
import time

from app import clock, logs
from app.channels.bounces import MailboxDown, read_bounces
from app.channels.gateways import Gateways, gateways_of
from app.channels.mail import kept_open
from app.channels.timestamps import TimeAuthority
from app.channels.witnesses import witnesses_of
from app.database import Database
from app.domain.messages.fate import Outcome, Reply
from app.sealing import Keyring, keyring_of
from app.services.calendar.calendars import calendar_of
from app.services.messages import bounces, dispatching, planning
from app.services.messages.dispatching import Claimed
from app.services.messages.queue import add_tasks, open_queue
from app.services.shared.work import Work
from app.services.upkeep import proving
from config import Settings

_log = logging.getLogger("gongshi.messages")
_SECONDS = 40.0  # a call sends for this long, then gives others a turn
_LOOKS_AFTER_PARENT = 1.0  # seconds
# SQLite gives its one write lock to whoever asks at the right moment. Two senders with a backlog would leave no such
# moment to a web request, which then fails after the busy timeout.
_ROOM_FOR_WRITERS = 0.02  # seconds after each commit


class Senders:
    """What one process sends with."""

    def __init__(self, settings: Settings, database: Database, gateways: Gateways, keyring: Keyring) -> None:
        self.settings, self.database, self.gateways, self.keyring = settings, database, gateways, keyring
        self._authority, self._witnesses = TimeAuthority.of(settings), witnesses_of(settings)

    @classmethod
    def of(cls, settings: Settings) -> Senders:
        """Open what the settings name. Raises BadSettings."""
        return cls(settings, Database(settings.database_url), gateways_of(settings), keyring_of(settings))

    def deliver(self) -> int:
        """Plan what is new, then send what is due until nothing is. Returns how many were tried."""
        latest = time.monotonic() + _SECONDS
        while self._plan():
            pass
        tried, ended = 0, None
        with kept_open():
            while (claimed := self._step(ended)) is not None:
                ended = (claimed, self._send(claimed))
                tried += 1
                if time.monotonic() > latest:
                    self._settle(ended)
                    break
        return tried

    def look_for_bounces(self) -> int:
        """Read the sender's mailbox where one is set. Returns how many messages had come back."""
        if not self.settings.imap_url or self.settings.demonstration:
            return 0
        try:
            returned = read_bounces(self.settings.imap_url)
        except MailboxDown as down:
            _log.warning("the mailbox of returned mail cannot be read", exc_info=down)
            return 0
        noted = 0
        for bounce in returned:
            with self.database.writer() as session:
                noted += bounces.mark_bounced(self._work(session), bounce.token, bounce.words)
        return noted

    def prove(self) -> int:
        """Have the newest checkpoint stamped and cosigned by others (R38). Returns how many answers were kept."""
        stamped = self._authority is not None and proving.stamp_newest(self.database, self._authority, clock.now())
        return stamped + proving.cosign_newest(self.database, self._witnesses, clock.now())

    def _work(self, session: object) -> Work:
        return Work(session, clock.now(), keyring=self.keyring)  # type: ignore[arg-type] # a Session of the writer's

    def _plan(self) -> int:
        with self.database.writer() as session:
            days = calendar_of(session, self.settings.demonstration)
            return planning.plan_dispatches(self._work(session), planning.SendingSetup(self.gateways.available, days))

    def _step(self, ended: tuple[Claimed, Outcome] | None) -> Claimed | None:
        with self.database.writer() as session:
            claimed = dispatching.settle_and_claim(self._work(session), ended, self.settings.public_url)
        if self.database.engine.dialect.name == "sqlite":
            time.sleep(_ROOM_FOR_WRITERS)
        return claimed

    def _settle(self, ended: tuple[Claimed, Outcome]) -> None:
        with self.database.writer() as session:
            dispatching.settle(self._work(session), ended)

    def _send(self, claimed: Claimed) -> Outcome:
        if claimed.channel not in self.gateways.available:
            return Outcome(Reply.LATER, "这个渠道没有设置")
        try:
            return self.gateways.send(claimed.channel, claimed.address, claimed.message, claimed.token)
        # an unexpected fault must not stop the other messages; the office sees that this one failed
        except Exception as error:
            _log.error("a gateway failed", exc_info=error, extra={"channel": claimed.channel})
            return Outcome(Reply.UNSURE, f"程序出错（{type(error).__name__}）")


def run(settings: Settings, parent: int | None = None) -> None:
    """Send until stopped, or until the parent process is gone."""
    logs.configure(settings)
    huey = open_queue(settings)
    senders = Senders.of(settings)
    add_tasks(huey, senders.deliver, senders.look_for_bounces, senders.prove)
    consumer = huey.create_consumer(workers=max(1, settings.senders), initial_delay=0.1, max_delay=1.0, backoff=1.3)
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), name="leave with parent", daemon=True).start()
    consumer.run()


def _leave_with(parent: int) -> None:
    """End this process when its parent has ended. Another sender takes over its messages."""
    while os.getppid() == parent:
        time.sleep(_LOOKS_AFTER_PARENT)
    os._exit(0)
