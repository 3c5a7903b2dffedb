"""One act on many cases of a flood, proposed by one person and confirmed by another (R22, R23)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.cases.states import Conclusion, DeclineGround
from app.models.accounts import User
from app.models.base import Base, checked


class GroupActKind(StrEnum):
    """What is done to every case of the group."""

    DECLINE = "decline"  # 不予受理
    CONCLUDE = "conclude"  # 处理意见


GROUP_ACT_NAMES = {GroupActKind.DECLINE: "不予受理", GroupActKind.CONCLUDE: "处理意见"}


class GroupAct(Base):
    """A proposal for the cases it names; `confirmed` says how it ended, NULL while it waits.

    Each case keeps its own state, texts, answer and rows of the record: this row only holds what one press confirms.
    """

    __tablename__ = "group_acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[GroupActKind] = mapped_column(checked(GroupActKind, "kind"))
    case_ids: Mapped[list[Any]]
    ground: Mapped[DeclineGround | None] = mapped_column(checked(DeclineGround, "ground"))
    conclusion: Mapped[Conclusion | None] = mapped_column(checked(Conclusion, "conclusion"))
    reason: Mapped[str] = mapped_column(Text)  # of a decline; the answer of a conclusion
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[dt.datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[dt.datetime | None]
    confirmed: Mapped[bool | None]

    proposer: Mapped[User] = relationship(foreign_keys=[proposed_by])

    __table_args__ = (
        CheckConstraint("(kind = 'decline') = (ground IS NOT NULL)", name="decline_has_ground"),
        CheckConstraint("(kind = 'conclude') = (conclusion IS NOT NULL)", name="conclusion_is_named"),
        CheckConstraint("confirmed IS NULL OR NOT confirmed OR decided_by <> proposed_by", name="two_people"),
        CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (confirmed IS NULL)",
            name="decision_is_complete",
        ),
    )
