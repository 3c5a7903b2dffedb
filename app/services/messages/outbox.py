"""The outbox: a warning is written in the transaction of its event, and a sender is called after the commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.database import Database
from app.models import Dispatch, OutboxRow

_OUTGOING = "messages.outgoing"


def queue_rows(session: Session, rows: Sequence[OutboxRow | Dispatch]) -> None:
    """Add rows to be sent."""
    session.add_all(rows)
    if rows:
        mark_outgoing(session)


def mark_outgoing(session: Session) -> None:
    """Note that the running transaction has something to send, for code that writes rows without `put`."""
    session.info[_OUTGOING] = True


def call_after_commits(database: Database, wake: Callable[[], None]) -> None:
    """Have `wake` called after every commit of this process that has something to send."""

    @event.listens_for(database.writer, "after_commit")
    def committed(session: Session) -> None:
        if session.info.pop(_OUTGOING, False):
            wake()

    @event.listens_for(database.writer, "after_rollback")
    def rolled_back(session: Session) -> None:
        session.info.pop(_OUTGOING, None)
