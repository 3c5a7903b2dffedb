"""Texts that units keep to use again in their cases (常用语), and how often each unit used one."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.cases.phrases import PhraseKind
from app.models.accounts import Unit, User
from app.models.base import Base, checked_column
from app.models.drawing import draw_id


class Phrase(Base):
    """One text of a unit. Those of the office are for all units. One that is no longer kept has `removed_at`."""

    __tablename__ = "phrases"

    # Drawn: numbers that count up would tell a unit how much the others write.
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True, default=draw_id)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    kind: Mapped[PhraseKind] = mapped_column(checked_column(PhraseKind, "kind"))
    text: Mapped[str] = mapped_column(Text)
    written_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[dt.datetime]
    removed_at: Mapped[dt.datetime | None]

    unit: Mapped[Unit] = relationship()
    writer: Mapped[User] = relationship()


class PhraseUse(Base):
    """How often one unit used a phrase.

    It is counted by unit: by a count over all, a unit would notice that others use the office's phrase, also the office
    in a case against that very unit.
    """

    __tablename__ = "phrase_uses"

    phrase_id: Mapped[int] = mapped_column(ForeignKey("phrases.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    uses: Mapped[int]

    __table_args__ = (CheckConstraint("uses > 0", name="used"),)
