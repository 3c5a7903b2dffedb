"""What people have said of a nominee on its way: reviews, opinions, confirmed conditions, corrections (R8-R10).

Nothing here is ever changed: the latest row of its subject counts, the earlier ones stay to be read.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.annexes import Authority
from app.models.base import Base, checked


class ReviewStage(StrEnum):
    """When the office looks at a nominee."""

    PRELIMINARY = "preliminary"  # 初审, before round 2
    FINAL = "final"  # 复审, before round 3


class Review(Base):
    """The office's word on a nominee: passed or not, and why."""

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), index=True)
    stage: Mapped[ReviewStage] = mapped_column(checked(ReviewStage, "stage"))
    passed: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    reviewed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reviewed_at: Mapped[dt.datetime]

    __table_args__ = (CheckConstraint("passed OR reason <> ''", name="refused_with_reason"),)


class OpinionOutcome(StrEnum):
    """What an authority answered (annex 6)."""

    FAVOURABLE = "favourable"  # 无不同意见
    NEGATIVE = "negative"  # 有不同意见
    NOT_ASKED = "not_asked"  # 按管理权限不需征求


class Opinion(Base):
    """One authority's opinion of a nominee, with the day it bears and its scan (annex 6)."""

    __tablename__ = "opinions"

    id: Mapped[int] = mapped_column(primary_key=True)
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), index=True)
    authority: Mapped[Authority] = mapped_column(checked(Authority, "authority"))
    outcome: Mapped[OpinionOutcome] = mapped_column(checked(OpinionOutcome, "outcome"))
    text: Mapped[str] = mapped_column(Text, default="")
    dated: Mapped[dt.date]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[dt.datetime]

    __table_args__ = (
        CheckConstraint("outcome = 'favourable' OR text <> ''", name="anything_else_says_why"),
        CheckConstraint("outcome = 'not_asked' OR document_id IS NOT NULL", name="asked_has_scan"),
    )


class Confirmation(Base):
    """A condition that no machine can check, confirmed or denied by a person (R10)."""

    __tablename__ = "confirmations"

    id: Mapped[int] = mapped_column(primary_key=True)
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), index=True)
    condition: Mapped[str] = mapped_column(String(40))
    met: Mapped[bool]
    note: Mapped[str] = mapped_column(Text, default="")
    confirmed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[dt.datetime]

    __table_args__ = (CheckConstraint("met OR note <> ''", name="denied_with_reason"),)


class Correction(Base):
    """A misprint corrected in sight (更正): both texts and the time stand on the page that shows it (R9)."""

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"), index=True)
    field: Mapped[str] = mapped_column(String(20))  # of rounds.PUBLIC_FIELDS
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    corrected_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    corrected_at: Mapped[dt.datetime]

    __table_args__ = (CheckConstraint("before <> after", name="changes_something"),)


class Revision(Base):
    """Deeds that changed: from this edition on they need a new window of five working days (R9)."""

    __tablename__ = "revisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"))
    edition: Mapped[int]
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    revised_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    revised_at: Mapped[dt.datetime]

    __table_args__ = (
        UniqueConstraint("nominee_id", "edition"),
        CheckConstraint("edition >= 2", name="the_first_is_no_revision"),
        CheckConstraint("before <> after", name="changes_something"),
    )
