"""Holiday notices, and the portal's own uptime."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.calendar.notices import Notice
from app.models.base import Base


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

    @property
    def notice(self) -> Notice:
        """The notice as the calendar reads it."""
        return Notice(
            year=self.year,
            number=self.number,
            published=self.published,
            source=self.source,
            off=frozenset(map(dt.date.fromisoformat, self.off)),
            work=frozenset(map(dt.date.fromisoformat, self.work)),
            estimated=self.estimated,
        )


class AvailabilitySpan(Base):
    """A span in which a server answered, extended by every tick. Time outside of all spans has no record (R7)."""

    __tablename__ = "availability_spans"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[dt.datetime]
    last_seen_at: Mapped[dt.datetime] = mapped_column(index=True)

    __table_args__ = (CheckConstraint("last_seen_at >= started_at", name="in_order"),)
