"""Files that staff hand in: photos, scans of opinions and decisions, the lists of an import. Sealed like evidence."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, checked_column
from app.models.stored_file import StoredFile

_WAITING = text("scan = 'waiting'")


class Purpose(StrEnum):
    """What a file was handed in for."""

    IMPORT = "import"  # a list or form that nominees are read from
    PHOTO = "photo"  # 证件照
    OPINION = "opinion"  # 征求意见表的扫描件
    MATERIAL = "material"  # 事迹材料
    PROCEEDING = "proceeding"  # 请示、批复、决定


class Document(StoredFile, Base):
    """One file of a programme, of a nominee where it is about one. Kept as it came."""

    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(checked_column(Purpose, "purpose"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    nominee_id: Mapped[int | None] = mapped_column(ForeignKey("nominees.id"), index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), index=True)
    received_by: Mapped[int] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (
        CheckConstraint("size > 0 AND stored_size > 0", name="not_empty"),
        CheckConstraint("(scan IN ('clean', 'infected')) = (scanned_at IS NOT NULL)", name="verdict_is_dated"),
        Index("ix_documents_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        {"sqlite_autoincrement": True},
    )
