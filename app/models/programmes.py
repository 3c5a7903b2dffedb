"""A programme (评选表彰活动): its honours and clauses, its stages, and the places it gives each unit."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.programmes.notice import AwardNotice
from app.models.accounts import Unit
from app.models.base import Base
from app.notices.offered import BUILT_IN, notice_of

_MARKED = text("letter_mark <> ''")


class Programme(Base):
    """One award exercise, with the clauses its decisions cite (R27, R31).

    Several run side by side; an archived one is read and never changed again. A demonstration is marked as one: it
    alone may rest on an estimated calendar.
    """

    __tablename__ = "programmes"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200), unique=True)
    # The key of the notice that it follows (app/notices): what it asks of whom, and in which words.
    notice: Mapped[str] = mapped_column(String(40), default=BUILT_IN, server_default=BUILT_IN)
    notice_number: Mapped[str] = mapped_column(String(80), default="")
    collective_honour: Mapped[str] = mapped_column(String(120))
    individual_honour: Mapped[str] = mapped_column(String(120))
    lapse_clause: Mapped[str] = mapped_column(String(400))
    upheld_clause: Mapped[str] = mapped_column(String(400))
    revocation_clause: Mapped[str] = mapped_column(String(400), default="", server_default="")
    # Who signs the papers (落款); the office's own name where it is empty.
    signatory: Mapped[str] = mapped_column(String(120), default="", server_default="")
    # Begins the numbers of its letters (文书代字), and tells them from another programme's (R34). One may do without.
    letter_mark: Mapped[str] = mapped_column(String(8), default="", server_default="")
    # At most so many percent of the nominees may be of 县处级 (R10).
    county_share: Mapped[int] = mapped_column(default=10, server_default=text("10"))
    demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]
    archived_at: Mapped[dt.datetime | None]

    stages: Mapped[list[Stage]] = relationship(order_by="Stage.number")

    __table_args__ = (
        CheckConstraint("county_share BETWEEN 0 AND 100", name="county_share_is_percent"),
        Index("uq_programmes_letter_mark", "letter_mark", unique=True, sqlite_where=_MARKED, postgresql_where=_MARKED),
    )

    @property
    def rules(self) -> AwardNotice:
        """The notice that it follows. Raises NoticeMissing."""
        return notice_of(self.notice)


class Stage(Base):
    """One stage of the timetable (时间安排); what is due is handed in by 24:00 of its last day.

    Numbers as in domain/calendar/stages.py: 1 组织推荐, 2 初审, 3 复审和公示, 4 表彰.
    """

    __tablename__ = "stages"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    number: Mapped[int]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]

    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        CheckConstraint("number BETWEEN 1 AND 4", name="four_stages"),
        CheckConstraint("starts_on <= ends_on", name="in_order"),
    )


class Quota(Base):
    """How many places a recommending unit has, collectives and individuals apart (R9).

    Secret nominees are on paper alone: a number here, so that the quota adds up, and never public (R11).
    """

    __tablename__ = "quotas"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    # 所属领域 and the heading of annex 1 that the unit stands under.
    field: Mapped[str] = mapped_column(String(60), default="")
    heading: Mapped[str] = mapped_column(String(60), default="", server_default="")
    note: Mapped[str] = mapped_column(String(120), default="", server_default="")
    collectives: Mapped[int]
    individuals: Mapped[int]
    secret_collectives: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    secret_individuals: Mapped[int] = mapped_column(default=0, server_default=text("0"))

    unit: Mapped[Unit] = relationship()

    __table_args__ = (
        UniqueConstraint("programme_id", "unit_id"),
        CheckConstraint("collectives >= 0 AND individuals >= 0", name="not_negative"),
        CheckConstraint("secret_collectives >= 0 AND secret_individuals >= 0", name="secret_not_negative"),
    )
