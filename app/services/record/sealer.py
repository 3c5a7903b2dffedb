"""The sealer: gives acts their numbers in chain and tree, in batches, one sealer at a time (R38).

Whoever asks may seal, on any host: the database elects one for each batch. On PostgreSQL an advisory lock does, which
ends with the transaction; on SQLite whoever writes is alone. A batch is one transaction: a sealer that is killed leaves
nothing half done, and its acts to the next.
"""

from __future__ import annotations

import datetime as dt
import time

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.orm import Session

from app.database import Database
from app.domain.refusals import WrongState
from app.models import ActSeal, AuditRow, UnsealedAct
from app.services.record.chain import GENESIS, chained, content_of
from app.services.record.tree import StoredTree

AT_ONCE = 1000  # acts in a batch: more would hold SQLite's write lock for longer than a page may wait
# The key of the advisory lock. Its value does not matter; every sealer of a database uses the same one.
_ELECT = text(f"SELECT pg_try_advisory_xact_lock({0x676F6E67})")
_LAST = select(ActSeal.number, ActSeal.hash).order_by(ActSeal.number.desc()).limit(1)
_WAITING = select(AuditRow).join(UnsealedAct, UnsealedAct.act_id == AuditRow.id).order_by(AuditRow.id)
_ANY = select(UnsealedAct.act_id).limit(1)
# An act that waits longer is an alarm: no sealer runs, or none gets through.
SEALED_WITHIN = dt.timedelta(minutes=1)
_PATIENCE = 30.0  # seconds
_PAUSE = 0.02  # seconds, while another sealer is at work


def is_elected(connection: Connection) -> bool:
    """Tell whether this transaction alone may seal until it ends."""
    return connection.dialect.name != "postgresql" or bool(connection.scalar(_ELECT))


def seal_batch(session: Session, most: int = AT_ONCE) -> int:
    """Seal the acts that wait, `most` of them, in the caller's transaction, which was elected. Returns how many.

    They get their numbers in the order in which they were written, as far as this transaction sees them.
    """
    connection = session.connection()
    acts = connection.execute(_WAITING.with_only_columns(*AuditRow.__table__.columns).limit(most)).all()
    if not acts:
        return 0
    size, previous = connection.execute(_LAST).one_or_none() or (0, GENESIS)
    seals = []
    for number, act in enumerate(acts, start=size + 1):
        hash_ = chained(previous, number, content_of(act))
        seals.append({"number": number, "act_id": act.id, "previous_hash": previous, "hash": hash_})
        previous = hash_
    connection.execute(insert(ActSeal), seals)
    StoredTree(connection).grow(size, (bytes.fromhex(act.leaf) for act in acts))
    connection.execute(delete(UnsealedAct).where(UnsealedAct.act_id.in_([act.id for act in acts])))
    return len(acts)


def seal_once(database: Database) -> int | None:
    """Seal one batch. Returns how many acts, None where another sealer is at work."""
    with database.writer() as session:
        if not is_elected(session.connection()):
            return None
        sealed = seal_batch(session)
        session.commit()
        return sealed


def seal_all(database: Database) -> int:
    """Seal until nothing waits. Returns how many acts this call sealed.

    Raises WrongState where another sealer holds the record for half a minute.
    """
    total, latest = 0, time.monotonic() + _PATIENCE
    while something_waits(database):
        sealed = seal_once(database)
        total += sealed or 0
        if sealed is None:
            if time.monotonic() > latest:
                raise WrongState("记录正由另一个进程封存，半分钟没有等到。请稍后再试。")
            time.sleep(_PAUSE)
    return total


def something_waits(database: Database) -> bool:
    """Tell whether an act waits to be sealed, without taking any lock."""
    with database.reader() as session:
        return session.scalar(_ANY) is not None
