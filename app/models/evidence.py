"""Evidence: one row a stored file. The file itself lies encrypted outside the database (R14, R19)."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base
from app.models.stored_file import StoredFile

_UNFILED = text("objection_id IS NULL")
_WAITING = text("scan = 'waiting'")


class Evidence(StoredFile, Base):
    """A file that came with an objection, or with a supplement to one (then with its message).

    Until the objection is filed it belongs to its form alone (`form_hash`, as in `objections`); a form holds the
    same file once. Of a picture something else is kept than came in: it is written anew.
    """

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_hash: Mapped[str] = mapped_column(String(64))
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objections.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))

    __table_args__ = (
        CheckConstraint("size > 0 AND stored_size > 0", name="not_empty"),
        CheckConstraint("message_id IS NULL OR objection_id IS NOT NULL", name="supplement_has_objection"),
        CheckConstraint("(scan IN ('clean', 'infected')) = (scanned_at IS NOT NULL)", name="verdict_is_dated"),
        UniqueConstraint("form_hash", "sha256"),
        Index("ix_evidence_unfiled", "received_at", sqlite_where=_UNFILED, postgresql_where=_UNFILED),
        Index("ix_evidence_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        {"sqlite_autoincrement": True},  # the record names files by id: one that is gone lends its id to nobody
    )
