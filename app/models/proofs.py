"""What proves the record to strangers: stated lists, time stamps, cosignatures; and checkpoints of other logs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.record.listings import Listing
from app.models.base import Base, checked_column
from app.models.periods import Period
from app.models.record import PublishedCheckpoint


class StatedList(Base):
    """A list of a period as it was public from a moment on, by salted digests of its entries (R5, R38).

    `digest` is over those of the entries, in the order of the list. `digests` are pairs of a position, from 0, and 64
    hexadecimal digits: every entry at the opening, the changed ones at a correction, none at the closing. They hold no
    name.
    """

    __tablename__ = "stated_lists"

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"))
    ordinal: Mapped[int]
    listing: Mapped[Listing] = mapped_column(checked_column(Listing, "listing"))
    stated_at: Mapped[dt.datetime]
    digest: Mapped[str] = mapped_column(String(64))
    digests: Mapped[list[Any]]

    period: Mapped[Period] = relationship()

    __table_args__ = (
        UniqueConstraint("period_id", "ordinal"),
        CheckConstraint("(ordinal = 1) = (listing = 'opened')", name="opened_first"),
    )


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
