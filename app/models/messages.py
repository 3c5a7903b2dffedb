"""Messages on their way out of the portal."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.cases.reminders import Reminder
from app.models.base import Base, checked
from app.models.cases import Case


class OutboxRow(Base):
    """A warning to a unit (R28), shown on desk and office pages. `sent_at` is set once a channel has sent it."""

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
        # One warning for each unit, occasion and deadline; an extended deadline is another one.
        Index("uq_outbox_once", "case_id", "unit_id", "reminder", "deadline", unique=True),
        Index("ix_outbox_unit", "unit_id", "created_at"),
    )
