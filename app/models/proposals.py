"""What was proposed in a case, version by version, with its text and its fate (R22)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.cases.states import Conclusion, DeclineGround
from app.models.accounts import User
from app.models.base import Base, checked


class ProposalEnd(StrEnum):
    """What became of a proposal; one that waits, or lapsed with its case, has no end."""

    CONFIRMED = "confirmed"  # 已确认
    RETURNED = "returned"  # 已退回
    REPLACED = "replaced"  # 已被新的意见替换
    DROPPED = "dropped"  # 案件已受理，不再有效


PROPOSAL_END_NAMES = {
    ProposalEnd.CONFIRMED: "已确认",
    ProposalEnd.RETURNED: "已退回",
    ProposalEnd.REPLACED: "已被新的意见替换",
    ProposalEnd.DROPPED: "案件已经受理，不再有效",
}


# What whoever ended it did, after the name and the moment.
PROPOSAL_END_ACTS = {
    ProposalEnd.CONFIRMED: "确认",
    ProposalEnd.RETURNED: "退回",
    ProposalEnd.REPLACED: "换成新的意见",
    ProposalEnd.DROPPED: "受理了案件",
}


class Proposal(Base):
    """One version: a conclusion with findings, grounds and answer, or a ground and a reason to decline.

    Its text is never changed. `Case.proposal_version` names the one that a confirmation is about.
    """

    __tablename__ = "proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    version: Mapped[int]
    conclusion: Mapped[Conclusion | None] = mapped_column(checked(Conclusion, "conclusion"))
    findings: Mapped[str | None] = mapped_column(Text)
    grounds: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    decline_ground: Mapped[DeclineGround | None] = mapped_column(checked(DeclineGround, "decline_ground"))
    decline_reason: Mapped[str | None] = mapped_column(Text)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[dt.datetime]
    ended: Mapped[ProposalEnd | None] = mapped_column(checked(ProposalEnd, "ended"))
    # None beside an end: from before this was kept.
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[dt.datetime | None]
    end_reason: Mapped[str | None] = mapped_column(Text)

    proposer: Mapped[User] = relationship(foreign_keys=[proposed_by])
    ender: Mapped[User | None] = relationship(foreign_keys=[ended_by])

    __table_args__ = (
        UniqueConstraint("case_id", "version"),
        CheckConstraint("(conclusion IS NULL) <> (decline_ground IS NULL)", name="one_of_two_kinds"),
        CheckConstraint("conclusion IS NULL OR (findings IS NOT NULL AND grounds IS NOT NULL)", name="is_complete"),
        CheckConstraint("(decline_ground IS NULL) = (decline_reason IS NULL)", name="decline_has_reason"),
        CheckConstraint("ended IS NOT NULL OR (ended_by IS NULL AND ended_at IS NULL)", name="end_is_complete"),
    )

    @property
    def waits(self) -> bool:
        return self.ended is None
