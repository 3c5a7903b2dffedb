"""The record: every act, chained by hash; and what each night's check of the data found."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class AuditRow(Base):
    """One act of a person or of the clock, chained by hash to the row before it (R32).

    `details` is canonical JSON as text, so that what was hashed is what is read. Triggers refuse
    UPDATE and DELETE (migration 0001), and SQLite's REPLACE (0012).
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
