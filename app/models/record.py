"""What the portal keeps about itself: the audit chain, the outbox, the calendar's notices, its own uptime."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.reminders import Reminder
from app.models.base import Base, checked
from app.models.case import Case


class AuditRow(Base):
    """One act of a person or of the clock, chained by hash to the row before it (R32).

    `details` is canonical JSON as text, so that what was hashed is what is read. Triggers refuse
    UPDATE and DELETE (migration 0001).
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


class OutboxRow(Base):
    """A warning to somebody (R28): shown on desk and office pages, sent by whatever channel comes."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    reminder: Mapped[Reminder] = mapped_column(checked(Reminder, "reminder"))
    deadline: Mapped[dt.datetime]
    created_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]

    case: Mapped[Case] = relationship()

    __table_args__ = (
        # An extended deadline warns anew; one deadline warns each unit once an occasion.
        Index("uq_outbox_once", "case_id", "unit_id", "reminder", "deadline", unique=True),
        Index("ix_outbox_unit", "unit_id", "created_at"),
    )


class CalendarNotice(Base):
    """A holiday notice the office loaded; for one year the newest wins (R2). Never changed, only added to."""

    __tablename__ = "calendar_notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(index=True)
    number: Mapped[str] = mapped_column(String(120))
    published: Mapped[dt.date]
    source: Mapped[str] = mapped_column(String(300))
    off: Mapped[list[Any]]
    work: Mapped[list[Any]]
    estimated: Mapped[bool]
    loaded_at: Mapped[dt.datetime]


class AvailabilitySpan(Base):
    """An unbroken run of one server, stretched by every tick: what is not covered was not served (R7)."""

    __tablename__ = "availability_spans"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[dt.datetime]
    last_seen_at: Mapped[dt.datetime] = mapped_column(index=True)

    __table_args__ = (CheckConstraint("last_seen_at >= started_at", name="in_order"),)
