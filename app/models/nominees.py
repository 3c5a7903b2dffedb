"""Nominees, their disqualification, and its reversal by two people (R26-R29)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.cases.verdict import Ground
from app.domain.nominees.annexes import Rank
from app.domain.periods.rounds import Kind
from app.models.accounts import Unit
from app.models.base import Base, checked_column
from app.models.programmes import Programme


class Nominee(Base):
    """Who is recommended: what may become public (R12), and what the rules count.

    Everything else that is known of a person is sealed in the dossier. `edition` rises when the deeds change: a round
    that showed other deeds must be gone through anew (R9). Whoever leaves stays here, with the reason.
    """

    __tablename__ = "nominees"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    kind: Mapped[Kind] = mapped_column(checked_column(Kind, "kind"))
    name: Mapped[str] = mapped_column(String(120))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    recommender_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    # The unit's order of preference (按推荐的优先顺序排序), from 1, each kind for itself.
    position: Mapped[int]
    # 职务职级, 单位类型 of a collective or 人员身份 of an individual, 所属行业.
    post: Mapped[str] = mapped_column(String(120), default="")
    category: Mapped[str] = mapped_column(String(60), default="")
    trade: Mapped[str] = mapped_column(String(80), default="")
    deeds: Mapped[str] = mapped_column(Text)
    # 行政级别, of the person or of the collective: counted (R10), not shown.
    rank: Mapped[Rank] = mapped_column(
        checked_column(Rank, "rank"), default=Rank.UNKNOWN, server_default=Rank.UNKNOWN.value
    )
    edition: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("nominees.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), index=True)
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdraw_reason: Mapped[str | None] = mapped_column(Text)

    programme: Mapped[Programme] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    recommender: Mapped[Unit] = relationship(foreign_keys=[recommender_id])
    replaces: Mapped[Nominee | None] = relationship(remote_side=[id])
    dossier: Mapped[Dossier | None] = relationship(back_populates="nominee")

    __table_args__ = (
        CheckConstraint("length(deeds) <= 800", name="deeds_at_most_800"),
        CheckConstraint("edition >= 1", name="editions_from_1"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdraw_reason IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name="withdrawn_with_reason",
        ),
        # Each place has one replacement (R9). A replacement that leaves vacates a place of its own.
        Index("uq_nominees_one_replacement", "replaces_id", unique=True),
        Index("ix_nominees_listed", "programme_id", "recommender_id", "kind", "position", "withdrawn_at", "rank"),
        Index("ix_nominees_units", "programme_id", "unit_id"),
        # The share of 县处级 is counted of many, who left by themselves is looked for, and few are either.
        Index("ix_nominees_ranked", "programme_id", "kind", "rank", "recommender_id", "position"),
        Index(
            "ix_nominees_withdrawn",
            "withdrawn_at",
            sqlite_where=text("withdrawn_at IS NOT NULL"),
            postgresql_where=text("withdrawn_at IS NOT NULL"),
        ),
    )


class Dossier(Base):
    """What annexes 2 to 5 say of a nominee and nobody outside may read: one sealed JSON object (R12).

    `person_hash` is keyed: the same ID number (of a collective: 社会信用代码) gives the same one, and it tells nothing.
    """

    __tablename__ = "dossiers"

    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    person_hash: Mapped[str | None] = mapped_column(String(64), index=True)

    nominee: Mapped[Nominee] = relationship(back_populates="dossier")


# What nominees are grouped by, in the order of the index that counts them.
COUNTED_BY = ("programme_id", "recommender_id", "counted_as", "shown_in")


class NomineeMarks(Base):
    """What the rules say of one nominee whatever the time, so that the database can count nominees by one index.

    `counted_as` follows from the nominee's name, kind, category and rank, its dossier, and what was recorded of its
    conditions, opinions and reviews; `shown_in` are the periods that show it (domain/nominees/marks.py). It tells
    nothing that is sealed. Whose nominee it is stands beside it. A nominee without a row is judged from the rest.
    """

    __tablename__ = "nominee_marks"

    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), primary_key=True)
    programme_id: Mapped[int]
    recommender_id: Mapped[int]
    unit_id: Mapped[int]
    counted_as: Mapped[str] = mapped_column(String(40))
    shown_in: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_nominee_marks_counted", *COUNTED_BY, "unit_id"),)


class Disqualification(Base):
    """A disqualification, dated to the fact that caused it, with the time at which it was carried out.

    One row a case that did it; at a deadline one row a nominee, led by its earliest lapsed case.
    """

    __tablename__ = "disqualifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), index=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    ground: Mapped[Ground] = mapped_column(checked_column(Ground, "ground"))
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


class ReviewStage(StrEnum):
    """When the office looks at a nominee."""

    PRELIMINARY = "preliminary"  # 初审, before round 2
    FINAL = "final"  # 复审, before round 3


class Review(Base):
    """The office's word on a nominee: passed or not, and why."""

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), index=True)
    stage: Mapped[ReviewStage] = mapped_column(checked_column(ReviewStage, "stage"))
    passed: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    reviewed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reviewed_at: Mapped[dt.datetime]

    __table_args__ = (
        CheckConstraint("passed OR reason <> ''", name="refused_with_reason"),
        Index(
            "ix_reviews_refused",
            "nominee_id",
            "stage",
            sqlite_where=text("passed IS 0"),
            postgresql_where=text("passed IS false"),
        ),
    )


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
    # The key of an authority of the notice that the programme follows.
    authority: Mapped[str] = mapped_column(String(24))
    outcome: Mapped[OpinionOutcome] = mapped_column(checked_column(OpinionOutcome, "outcome"))
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
    """A condition that the portal cannot check, confirmed or denied by a person (R10)."""

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
