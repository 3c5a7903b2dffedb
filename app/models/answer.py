"""Challenges that have been answered and used."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class SpentAnswer(Base):
    """A challenge whose answer has let an objection through: it lets no second one. Nothing of a person is in it."""

    __tablename__ = "spent_answers"

    nonce: Mapped[str] = mapped_column(String(32), primary_key=True)
    spent_at: Mapped[dt.datetime] = mapped_column(index=True)
