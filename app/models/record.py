"""The record: every act, its seal in chain and tree, checkpoints; and what each night's check of the data found."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base


class AuditRow(Base):
    """One act of a person or of the clock (R32), written in the transaction of what it tells.

    `id` is the order of writing, with gaps; the number of an act is that of its seal. `details` is canonical JSON as
    text, so that what was hashed is what is read. `salt` (16 random bytes) and `leaf` (RFC 6962) are hexadecimal.
    Triggers refuse UPDATE and DELETE, and SQLite's REPLACE (migration 0032).
    """

    __tablename__ = "audit_rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60), index=True)
    details: Mapped[str] = mapped_column(Text)
    salt: Mapped[str] = mapped_column(String(32))
    leaf: Mapped[str] = mapped_column(String(64))

    seal: Mapped[ActSeal | None] = relationship(viewonly=True)


class ActSeal(Base):
    """The place of an act: its number in the chain, from 1; its leaf has the index `number - 1` in the tree (R38).

    Insert-only by triggers, as the acts are.
    """

    __tablename__ = "seals"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act_id: Mapped[int] = mapped_column(ForeignKey(AuditRow.id), unique=True)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    act: Mapped[AuditRow] = relationship(viewonly=True)


class UnsealedAct(Base):
    """An act that has no seal yet: the tail of the record. Written with the act, removed with its sealing."""

    __tablename__ = "unsealed"

    act_id: Mapped[int] = mapped_column(ForeignKey(AuditRow.id), primary_key=True, autoincrement=False)


class Tile(Base):
    """Up to 256 neighbouring hashes of the tree, 32 bytes each (C2SP tlog-tiles).

    They are the roots of the full subtrees of `256**level` leaves from the subtree `256 * position` on.
    """

    __tablename__ = "tiles"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class PublishedCheckpoint(Base):
    """A signed note that states the tree: its first `size` acts have this root (64 hexadecimal digits; R38).

    Insert-only by triggers, as the acts are.
    """

    __tablename__ = "checkpoints"

    id: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
    note: Mapped[str] = mapped_column(Text)

    __table_args__ = (UniqueConstraint("size", "at", name="uq_checkpoints_size_at"),)


class CheckRun(Base):
    """What one night's check of every invariant found (R37).

    `findings` are [{"name", "rule", "table", "row"}]; of one invariant the first hundred at most. They hold no name and
    no text of anybody.
    """

    __tablename__ = "check_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    night: Mapped[dt.date] = mapped_column(unique=True)
    began_at: Mapped[dt.datetime]
    milliseconds: Mapped[int]
    invariants: Mapped[int]
    findings: Mapped[list[Any]]

    __table_args__ = (CheckConstraint("milliseconds >= 0 AND invariants > 0", name="has_run"),)


class CheckpointStamp(Base):
    """The time stamp of a checkpoint's text by an authority that the settings name (RFC 3161): its answer, DER."""

    __tablename__ = "checkpoint_stamps"

    checkpoint_id: Mapped[int] = mapped_column(ForeignKey(PublishedCheckpoint.id), primary_key=True)
    asked_at: Mapped[dt.datetime]
    stamped_at: Mapped[dt.datetime]
    token: Mapped[bytes] = mapped_column(LargeBinary)


class Cosignature(Base):
    """The line by which a witness cosigned a checkpoint (C2SP tlog-cosignature)."""

    __tablename__ = "cosignatures"

    checkpoint_id: Mapped[int] = mapped_column(ForeignKey(PublishedCheckpoint.id), primary_key=True)
    witness: Mapped[str] = mapped_column(String(200), primary_key=True)
    line: Mapped[str] = mapped_column(String(500))
    cosigned_at: Mapped[dt.datetime]


class WitnessedLog(Base):
    """The newest checkpoint of another log that this installation cosigned (C2SP tlog-witness): one row an origin."""

    __tablename__ = "witnessed_logs"

    origin: Mapped[str] = mapped_column(String(200), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    cosigned_at: Mapped[dt.datetime]
