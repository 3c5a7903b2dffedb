"""A programme (评选表彰活动) and the places it gives each unit."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base
from app.models.people import Unit


class Programme(Base):
    """One award exercise, with the clauses its decisions cite (R27).

    A demonstration is marked as one: it alone may rest on an estimated calendar.
    """

    __tablename__ = "programmes"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200), unique=True)
    notice_number: Mapped[str] = mapped_column(String(80), default="")
    collective_honour: Mapped[str] = mapped_column(String(120))
    individual_honour: Mapped[str] = mapped_column(String(120))
    lapse_clause: Mapped[str] = mapped_column(String(400))
    upheld_clause: Mapped[str] = mapped_column(String(400))
    demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]


class Quota(Base):
    """How many places a recommending unit has, collectives and individuals apart (R9)."""

    __tablename__ = "quotas"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    field: Mapped[str] = mapped_column(String(60), default="")
    collectives: Mapped[int]
    individuals: Mapped[int]

    unit: Mapped[Unit] = relationship()

    __table_args__ = (
        UniqueConstraint("programme_id", "unit_id"),
        CheckConstraint("collectives >= 0 AND individuals >= 0", name="not_negative"),
    )
