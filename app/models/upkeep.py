"""Requests of people about their own data (个人信息保护法 44-50)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.objections.arrival import Channel
from app.domain.upkeep.data_requests import DataOutcome, DataRequestKind, Requester
from app.models.accounts import User
from app.models.base import Base, checked_column


class DataRequest(Base):
    """One request, registered by the office, and its answer.

    `sealed` says who asks, how that was verified, and what is asked; `sealed_answer` what was answered and where the
    papers are. Both are sealed to this row like an identity (R19), and go when they have been kept long enough: then
    both are None.
    """

    __tablename__ = "data_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DataRequestKind] = mapped_column(checked_column(DataRequestKind, "kind"))
    requester: Mapped[Requester] = mapped_column(checked_column(Requester, "requester"))
    channel: Mapped[Channel] = mapped_column(checked_column(Channel, "channel"))
    received_on: Mapped[dt.date]
    due_on: Mapped[dt.date]
    registered_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    registered_at: Mapped[dt.datetime]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    outcome: Mapped[DataOutcome | None] = mapped_column(checked_column(DataOutcome, "outcome"))
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[dt.datetime | None]
    sealed_answer: Mapped[bytes | None] = mapped_column(LargeBinary)

    registrar: Mapped[User] = relationship(foreign_keys=[registered_by])
    answerer: Mapped[User | None] = relationship(foreign_keys=[answered_by])

    __table_args__ = (
        CheckConstraint("due_on >= received_on", name="due_after_it_came"),
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (outcome IS NULL)",
            name="answer_is_complete",
        ),
        CheckConstraint(
            "(sealed IS NULL AND sealed_answer IS NULL AND answered_at IS NOT NULL)"
            " OR (sealed IS NOT NULL AND (sealed_answer IS NULL) = (answered_at IS NULL))",
            name="sealed_until_purged",
        ),
    )
