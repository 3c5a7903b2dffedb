"""How people come in: second factors, recovery codes, sessions, and the tries that failed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, is_set
from app.models.people import User


class SecondFactor(Base):
    """Somebody's time-based codes (TOTP). Both secrets are sealed for "totp:<user id>".

    The one in force stands until the proposed one is confirmed with a code of its own.
    """

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    sealed_secret: Mapped[bytes | None]
    confirmed_at: Mapped[dt.datetime | None]
    # The step of the last code that was taken: no code counts twice, nor one from before it.
    last_step: Mapped[int | None]
    sealed_proposal: Mapped[bytes | None]
    proposed_at: Mapped[dt.datetime | None]

    user: Mapped[User] = relationship(back_populates="second_factor")

    __table_args__ = (
        CheckConstraint(f"{is_set('sealed_secret')} = {is_set('confirmed_at')}", name="secret_is_confirmed"),
        CheckConstraint(f"{is_set('sealed_secret')} = {is_set('last_step')}", name="secret_has_step"),
        CheckConstraint(f"{is_set('sealed_proposal')} = {is_set('proposed_at')}", name="proposal_is_dated"),
    )


class RecoveryCode(Base):
    """What lets somebody in once without the telephone; only a keyed hash is kept."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class StaffSession(Base):
    """One browser in which somebody is logged in. The cookie holds a random token, this row its hash."""

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    epoch: Mapped[int]  # the user's when it began: once that is raised the session is dead
    created_at: Mapped[dt.datetime]
    last_seen_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]

    user: Mapped[User] = relationship()

    __table_args__ = (CheckConstraint("last_seen_at >= created_at", name="in_order"),)


class LoginFailure(Base):
    """A try that did not let anybody in. `bucket` is a keyed hash: a mistyped login name may be a password."""

    __tablename__ = "login_failures"

    id: Mapped[int] = mapped_column(primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64))
    failed_at: Mapped[dt.datetime] = mapped_column(index=True)

    __table_args__ = (Index("ix_login_failures_bucket", "bucket", "failed_at"),)
