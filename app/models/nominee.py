"""Nominees, and what puts one out: a disqualification, and its reversal by two people (R26-R29)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.rounds import Kind
from app.domain.verdict import Ground
from app.models.base import Base, checked
from app.models.people import Unit


class Nominee(Base):
    """Who is recommended. Only what may become public is kept here (R12)."""

    __tablename__ = "nominees"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    kind: Mapped[Kind] = mapped_column(checked(Kind, "kind"))
    name: Mapped[str] = mapped_column(String(120))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    recommender_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    position: Mapped[int]
    post: Mapped[str] = mapped_column(String(120), default="")
    category: Mapped[str] = mapped_column(String(60), default="")
    trade: Mapped[str] = mapped_column(String(80), default="")
    deeds: Mapped[str] = mapped_column(Text)

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    recommender: Mapped[Unit] = relationship(foreign_keys=[recommender_id])

    __table_args__ = (CheckConstraint("length(deeds) <= 800", name="deeds_at_most_800"),)


class Disqualification(Base):
    """A nominee left the programme: dated to the fact that put it out, with the time it was carried out.

    One row a case that did it; at a deadline one row a nominee, led by its earliest lapsed case.
    """

    __tablename__ = "disqualifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), index=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    ground: Mapped[Ground] = mapped_column(checked(Ground, "ground"))
    clause: Mapped[str] = mapped_column(String(400))
    effective_at: Mapped[dt.datetime]
    carried_out_at: Mapped[dt.datetime]

    nominee: Mapped[Nominee] = relationship()
    reversal: Mapped[Reversal | None] = relationship(back_populates="disqualification")

    __table_args__ = (
        CheckConstraint("carried_out_at >= effective_at", name="carried_out_after_effect"),
        Index(
            "uq_disqualifications_one_lapse",
            "period_id",
            "nominee_id",
            unique=True,
            sqlite_where=text("ground = 'lapsed'"),
            postgresql_where=text("ground = 'lapsed'"),
        ),
    )

    @property
    def stands(self) -> bool:
        return self.reversal is None or self.reversal.confirmed_at is None


class Reversal(Base):
    """A disqualification that was an error, reversed by two people of the office (R29)."""

    __tablename__ = "reversals"

    id: Mapped[int] = mapped_column(primary_key=True)
    disqualification_id: Mapped[int] = mapped_column(ForeignKey("disqualifications.id"), unique=True)
    decision: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[dt.datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[dt.datetime | None]

    disqualification: Mapped[Disqualification] = relationship(back_populates="reversal")

    __table_args__ = (
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="two_people"),
        CheckConstraint("(confirmed_by IS NOT NULL) = (confirmed_at IS NOT NULL)", name="confirmed_by_and_at"),
    )
