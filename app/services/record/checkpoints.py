"""Checkpoints: signed notes that state the record's tree, published hourly and at what others rest on (R38).

That is each opening and end of a window, each settlement and each closing. Anybody who kept one can tell later whether
the record was remade.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from app import signing
from app.database import Database
from app.domain.record.notes import BadNote, Checkpoint, KnownKey, Note, NoteSignature, sign_checkpoint
from app.models import ActSeal, Closing, Period, PublishedCheckpoint
from app.sealing import Keyring
from app.services.record.sealer import is_elected, seal_batch
from app.services.record.tree import StoredTree
from app.signing import SigningKey

EVERY = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LogKeys:
    """Who signs the checkpoints: the log's name, and its keys, the newest first.

    All of them sign, so that whoever knows the key of last year still finds its signature after a rotation.
    """

    origin: str
    keys: tuple[SigningKey, ...]

    @property
    def known(self) -> list[KnownKey]:
        return [KnownKey(self.origin, key.public) for key in self.keys]

    def sign(self, checkpoint: Checkpoint) -> Note:
        signed = [
            sign_checkpoint(checkpoint, known, key.sign) for known, key in zip(self.known, self.keys, strict=True)
        ]
        more: list[NoteSignature] = [line for note in signed[1:] for line in note.signatures]
        return signed[0].with_signatures(more)

    def read(self, note: str) -> Checkpoint:
        """Read a checkpoint that one of these keys signed, under whatever name. Raises BadNote, and what it raises."""
        opened = Note.parse(note)
        stated = Checkpoint.parse(opened.text)
        if not opened.verified([KnownKey(stated.origin, key.public) for key in self.keys], signing.verify):
            raise BadNote("none of the keys signed this")
        return stated


def log_keys_of(keyring: Keyring, public_url: str) -> LogKeys:
    """Return who signs at this address. The name is host and path, as C2SP asks: `gongshi.example/log`."""
    keys = tuple(SigningKey(seed) for seed in keyring.signing_seeds())
    return LogKeys(f"{urlsplit(public_url).netloc}/log", keys)


def publish_due(database: Database, keys: LogKeys, now: dt.datetime) -> PublishedCheckpoint | None:
    """Publish a checkpoint where one is due, with everything sealed that was told by then. Returns the new one.

    Several hosts may ask at once: one of them publishes.
    """
    with database.reader() as session:
        if not is_due(session, now):
            return None
    return publish(database, keys, now, only_due=True)


def publish(
    database: Database, keys: LogKeys, now: dt.datetime, *, only_due: bool = False
) -> PublishedCheckpoint | None:
    """Seal what waits and publish a checkpoint of it. Returns None for an empty record, and where another does so."""
    with database.writer() as session:
        connection = session.connection()
        if not is_elected(connection) or (only_due and not is_due(session, now)):
            return None
        while seal_batch(session):
            pass
        size = session.scalar(select(func.max(ActSeal.number))) or 0
        if not size:
            session.rollback()
            return None
        checkpoint = Checkpoint(keys.origin, size, StoredTree(connection).root(size), now)
        row = PublishedCheckpoint(size=size, root=checkpoint.root.hex(), at=now, note=str(keys.sign(checkpoint)))
        session.add(row)
        session.commit()
        return row


def is_due(session: Session, now: dt.datetime) -> bool:
    """Tell whether something happened since the newest checkpoint that asks for one, the full hour at the least."""
    newest_at = session.scalar(select(PublishedCheckpoint.at).order_by(PublishedCheckpoint.id.desc()).limit(1))
    return newest_at is None or newest_at < _last_occasion(session, now)


def newest(session: Session, most: int = 1) -> Sequence[PublishedCheckpoint]:
    """Return the newest checkpoints, the newest first."""
    return session.scalars(select(PublishedCheckpoint).order_by(PublishedCheckpoint.id.desc()).limit(most)).all()


def of_size(session: Session, size: int) -> PublishedCheckpoint | None:
    """Return the first checkpoint of this size."""
    query = select(PublishedCheckpoint).where(PublishedCheckpoint.size == size).order_by(PublishedCheckpoint.id)
    return session.scalar(query.limit(1))


def _last_occasion(session: Session, now: dt.datetime) -> dt.datetime:
    hour = now - (now - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) % EVERY
    stands = Period.cancelled_at.is_(None)
    moments = [Period.opens_at, Period.closes_at, Period.settled_at, Closing.closed_at]
    queries = [
        select(func.max(each).label("at")).where(each <= now, *([stands] if each.class_ is Period else []))
        for each in moments
    ]
    last = session.scalar(select(func.max(union_all(*queries).subquery().c.at)))
    return max(hour, last) if last else hour
