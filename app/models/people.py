"""Units and the people who work for them."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.cases import Actor, Role
from app.models.base import Base, checked

if TYPE_CHECKING:
    from app.models.logins import SecondFactor


class UnitKind(StrEnum):
    """A unit's place in the tree: own unit → recommending unit → office."""

    OFFICE = "office"
    RECOMMENDER = "recommender"
    OWN = "own"


class Unit(Base):
    """The office, a recommending unit, or the unit a nominee belongs to, with its contact block (R13)."""

    __tablename__ = "units"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[UnitKind] = mapped_column(checked(UnitKind, "kind"))
    name: Mapped[str] = mapped_column(String(120))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    phone: Mapped[str] = mapped_column(String(60), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(120), default="")
    hours: Mapped[str] = mapped_column(String(120), default="")
    # Nobody is removed: a unit that is no more takes no new people and no new nominees.
    retired_at: Mapped[dt.datetime | None]

    parent: Mapped[Unit | None] = relationship(remote_side=[id])

    __table_args__ = (CheckConstraint("(kind = 'office') = (parent_id IS NULL)", name="only_office_is_root"),)


class User(Base):
    """A member of staff. Nobody is removed: a leaver is disabled, the record keeps the name."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    role: Mapped[Role] = mapped_column(checked(Role, "role"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    disabled_at: Mapped[dt.datetime | None]
    # Raised at every change of password or right: sessions made before it are dead.
    session_epoch: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    # Somebody else gave out the password: it opens one page, where another is chosen.
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    # And not for ever: an invitation that nobody took up opens nothing any more.
    password_expires_at: Mapped[dt.datetime | None]

    unit: Mapped[Unit] = relationship(lazy="joined")
    second_factor: Mapped[SecondFactor | None] = relationship(back_populates="user")

    @property
    def actor(self) -> Actor:
        return Actor(user_id=self.id, role=self.role, unit_id=self.unit_id)

    @property
    def has_second_factor(self) -> bool:
        """Whether a code is asked for. One that was proposed and never confirmed is none."""
        return self.second_factor is not None and self.second_factor.confirmed_at is not None
