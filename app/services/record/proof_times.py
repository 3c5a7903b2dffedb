"""When checkpoints were last stamped and cosigned, and what of it is late (R38)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import CheckpointStamp, Cosignature, PublishedCheckpoint

PATIENCE = dt.timedelta(hours=3)


def last_stamp(session: Session) -> dt.datetime | None:
    """Return the moment of the newest time stamp."""
    return session.scalar(select(func.max(CheckpointStamp.stamped_at)))


def last_cosignature(session: Session, witness: str = "") -> dt.datetime | None:
    """Return when this witness last cosigned; without a name, when any did."""
    of = [Cosignature.witness == witness] if witness else []
    return session.scalar(select(func.max(Cosignature.cosigned_at)).where(*of))


def find_late(session: Session, stamped: bool, witnesses: Sequence[str], now: dt.datetime) -> Iterator[str]:
    """Name what the settings ask for and checkpoints have lacked for three hours: `stamp`, `witness`.

    Nothing is late before the first checkpoint has waited as long.
    """
    first = session.scalar(select(func.min(PublishedCheckpoint.at)))
    if first is None or now - first <= PATIENCE:
        return
    if stamped and _is_old(last_stamp(session), now):
        yield "stamp"
    if any(_is_old(last_cosignature(session, witness), now) for witness in witnesses):
        yield "witness"


def _is_old(last: dt.datetime | None, now: dt.datetime) -> bool:
    return last is None or now - last > PATIENCE
