"""The letters of cases, and the counters of their numbers (R34)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.cases.letters import LETTER_NAMES, LetterKind, Reader, Turn
from app.models.accounts import Unit, User
from app.models.base import Base, checked_column, is_set
from app.models.cases import Case
from app.models.drawing import draw_id

_TO_ISSUE = text("issued_at IS NULL")


class Letter(Base):
    """One letter, its words frozen at the turn that brought it.

    `series`, `year` and `number` are printed as "series〔year〕number号". `office_only` marks a letter of a complaint
    against a unit: of those no unit learns (R19). It counts from the moment at which it is made; `issued_at` says that
    the sealed copy went out. The id is drawn at random, as addresses hold it.
    """

    __tablename__ = "letters"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True, default=draw_id)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    series: Mapped[str] = mapped_column(String(130))
    year: Mapped[int]
    number: Mapped[int]
    kind: Mapped[LetterKind] = mapped_column(checked_column(LetterKind, "kind"))
    reader: Mapped[Reader] = mapped_column(checked_column(Reader, "reader"))
    turn: Mapped[Turn] = mapped_column(checked_column(Turn, "turn"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objections.id"), index=True)
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    office_only: Mapped[bool]
    words: Mapped[dict[str, Any]]
    made_at: Mapped[dt.datetime]
    issued_at: Mapped[dt.datetime | None]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    case: Mapped[Case] = relationship()
    signed_by: Mapped[Unit] = relationship()
    issuer: Mapped[User | None] = relationship()

    __table_args__ = (
        UniqueConstraint("programme_id", "series", "year", "number", name="uq_letters_number"),
        CheckConstraint("number >= 1", name="numbers_begin_at_one"),
        CheckConstraint(f"(reader = 'objector') = {is_set('objection_id')}", name="objector_has_objection"),
        CheckConstraint(f"{is_set('issued_at')} = {is_set('issued_by')}", name="issued_by_and_at"),
        CheckConstraint("issued_at IS NULL OR issued_at >= made_at", name="issued_after_it_was_made"),
        Index("ix_letters_listed", "programme_id", "year", "series", "number"),
        Index("ix_letters_to_issue", "signed_by_id", sqlite_where=_TO_ISSUE, postgresql_where=_TO_ISSUE),
    )

    @property
    def numbered(self) -> str:
        """The number as it is printed: 麒麟区异议〔2026〕3号."""
        return f"{self.series}〔{self.year}〕{self.number}号"

    @property
    def name(self) -> str:
        return LETTER_NAMES[self.kind]


class LetterCount(Base):
    """The last number given in one series of a programme in one year. Locked while numbers are drawn from it."""

    __tablename__ = "letter_counts"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), primary_key=True)
    series: Mapped[str] = mapped_column(String(130), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]

    __table_args__ = (CheckConstraint("last >= 1", name="counts_something"),)
