"""Evidence: one row a stored file. The file itself lies encrypted outside the database (R14, R19)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.evidence.kinds import FileKind
from app.models.base import Base, checked
from app.sealing import Cipher


class ScanState(StrEnum):
    """What the scanner says of a file; without a scanner nobody is asked."""

    UNSCANNED = "unscanned"
    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"


READABLE = frozenset({ScanState.UNSCANNED, ScanState.CLEAN})
_UNFILED = text("objection_id IS NULL")
_WAITING = text("scan = 'waiting'")


class Evidence(Base):
    """A file that came with an objection, or with a supplement to one (then with its message).

    Until the objection is filed it belongs to its form alone (`form_hash`, as in `objections`); a form holds the
    same file once. `name` is what the store knows it by and tells nothing; the objector's own name for it and the
    file's own key are sealed. `size` and `sha256` are of what was received, the `stored_` ones of what is kept of it:
    pictures are written anew.
    """

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    form_hash: Mapped[str] = mapped_column(String(64))
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objections.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    kind: Mapped[FileKind] = mapped_column(checked(FileKind, "kind"))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    stored_size: Mapped[int]
    stored_sha256: Mapped[str] = mapped_column(String(64))
    sealed_title: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    cipher: Mapped[Cipher] = mapped_column(checked(Cipher, "cipher"))
    received_at: Mapped[dt.datetime]
    scan: Mapped[ScanState] = mapped_column(checked(ScanState, "scan"))
    scanned_at: Mapped[dt.datetime | None]

    __table_args__ = (
        CheckConstraint("size > 0 AND stored_size > 0", name="not_empty"),
        CheckConstraint("message_id IS NULL OR objection_id IS NOT NULL", name="supplement_has_objection"),
        CheckConstraint("(scan IN ('clean', 'infected')) = (scanned_at IS NOT NULL)", name="verdict_is_dated"),
        UniqueConstraint("form_hash", "sha256"),
        Index("ix_evidence_unfiled", "received_at", sqlite_where=_UNFILED, postgresql_where=_UNFILED),
        Index("ix_evidence_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        {"sqlite_autoincrement": True},  # the record names files by id: one that is gone lends its id to nobody
    )
