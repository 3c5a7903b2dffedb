"""The record: every act, chained by hash."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class AuditRow(Base):
    """One act of a person or of the clock, chained by hash to the row before it (R32).

    `details` is canonical JSON as text, so that what was hashed is what is read. Triggers refuse
    UPDATE and DELETE (migration 0001), and SQLite's REPLACE (0010).
    """

    __tablename__ = "audit_rows"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60), index=True)
    details: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
