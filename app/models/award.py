"""From the last review to the award and after: proceedings, the decision's list, revocations (R31)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.award.decision import ProceedingKind, RevocationGround
from app.domain.periods.rounds import Kind
from app.models.base import Base, checked_column
from app.models.programmes import Programme

_ONE_DECISION = text("kind = 'decision'")


class Proceeding(Base):
    """One paper with who wrote it, its number and its day. `agreed` is what a department or superior answered."""

    __tablename__ = "proceedings"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    kind: Mapped[ProceedingKind] = mapped_column(checked_column(ProceedingKind, "kind"))
    issuer: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    dated: Mapped[dt.date]
    agreed: Mapped[bool | None]
    text: Mapped[str] = mapped_column(Text, default="")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[dt.datetime]

    programme: Mapped[Programme] = relationship()
    honours: Mapped[list[Honour]] = relationship(order_by="Honour.position", back_populates="decision")

    __table_args__ = (
        CheckConstraint("kind IN ('submission', 'decision') OR agreed IS NOT NULL", name="answers_say_yes_or_no"),
        Index(
            "uq_proceedings_one_decision",
            "programme_id",
            unique=True,
            sqlite_where=_ONE_DECISION,
            postgresql_where=_ONE_DECISION,
        ),
    )


class Honour(Base):
    """One name of the award decision, frozen as it was published."""

    __tablename__ = "honours"

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("proceedings.id"))
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), unique=True)
    position: Mapped[int]
    kind: Mapped[Kind] = mapped_column(checked_column(Kind, "kind"))
    name: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(120))
    recommender: Mapped[str] = mapped_column(String(120))

    decision: Mapped[Proceeding] = relationship(back_populates="honours")
    revocation: Mapped[Revocation | None] = relationship(back_populates="honour")

    __table_args__ = (UniqueConstraint("decision_id", "position"),)

    @property
    def is_revoked(self) -> bool:
        return self.revocation is not None and self.revocation.stands


class Revocation(Base):
    """A revocation of an award: proposed by one of the office with the decision's text, confirmed by another (R31)."""

    __tablename__ = "revocations"

    id: Mapped[int] = mapped_column(primary_key=True)
    honour_id: Mapped[int] = mapped_column(ForeignKey("honours.id"), unique=True)
    ground: Mapped[RevocationGround] = mapped_column(checked_column(RevocationGround, "ground"))
    clause: Mapped[str] = mapped_column(String(400))
    number: Mapped[str] = mapped_column(String(80))
    dated: Mapped[dt.date]
    decision: Mapped[str] = mapped_column(Text)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[dt.datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[dt.datetime | None]

    honour: Mapped[Honour] = relationship(back_populates="revocation")

    __table_args__ = (
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="two_people"),
        CheckConstraint("(confirmed_by IS NOT NULL) = (confirmed_at IS NOT NULL)", name="confirmed_by_and_at"),
    )

    @property
    def version(self) -> int:
        """Return the version that a confirmation names (R22): the microsecond of the proposal. An id may be reused."""
        return int(self.proposed_at.timestamp() * 1_000_000)

    @property
    def stands(self) -> bool:
        """Tell whether the revocation is confirmed; one person's proposal is not enough (R31)."""
        return self.confirmed_at is not None
