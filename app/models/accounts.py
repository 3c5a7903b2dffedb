"""Units and their people, with what login needs: second factors, recovery codes, sessions, failed tries."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, and_, false, select, text
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from app.domain.accounts.deputies import REASON, DeputyDays
from app.domain.accounts.staffing import Position, is_of_next_level
from app.domain.cases.states import Actor, Role
from app.domain.papers.issuing import MOST_SIGNED_AS
from app.domain.programmes.contacts import LINES
from app.models.base import Base, checked_column, is_set


class UnitKind(StrEnum):
    """A unit's place in the tree: own unit → recommending unit → office."""

    OFFICE = "office"
    RECOMMENDER = "recommender"
    OWN = "own"


class Unit(Base):
    """The office, a recommending unit, or the unit a nominee belongs to, with its contact block (R13)."""

    __tablename__ = "units"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[UnitKind] = mapped_column(checked_column(UnitKind, "kind"))
    name: Mapped[str] = mapped_column(String(120))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    phone: Mapped[str] = mapped_column(String(60), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(120), default="")
    hours: Mapped[str] = mapped_column(String(120), default="")
    # The organs that sign and seal its papers, where they are not its own name: 中共罗平县委员会、罗平县人民政府.
    signed_as: Mapped[str] = mapped_column(String(MOST_SIGNED_AS), default="", server_default="")
    # No unit is removed. A retired one takes no new people and no new nominees.
    retired_at: Mapped[dt.datetime | None]

    parent: Mapped[Unit | None] = relationship(remote_side=[id])
    people: Mapped[list[User]] = relationship(viewonly=True, order_by="User.id")

    __table_args__ = (CheckConstraint("(kind = 'office') = (parent_id IS NULL)", name="only_office_is_root"),)

    @property
    def office(self) -> Unit:
        """Return the office at the top of the unit's chain."""
        return self if self.parent is None else self.parent.office

    @property
    def is_reachable(self) -> bool:
        """Tell whether its contact block is complete: telephone, address, e-mail and hours (R13)."""
        return all(getattr(self, line) for line in LINES)

    def hands(self, now: dt.datetime) -> frozenset[int]:
        """Return the ids of the people of the unit who can log in and bring cases to a conclusion (R21, R22)."""
        return frozenset(user.id for user in self.people if user.can_conclude(now))

    def deciders(self, now: dt.datetime) -> frozenset[int]:
        """Return the people who count as acting with those accounts: one for all that one person gave out (R22)."""
        return frozenset(user.speaks_for for user in self.people if user.can_conclude(now))


class User(Base):
    """A member of staff. Nobody is removed: a leaver is disabled, the record keeps the name."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    role: Mapped[Role] = mapped_column(checked_column(Role, "role"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    disabled_at: Mapped[dt.datetime | None]
    # Raised at every change of password or rights. A session with an older number is invalid.
    session_epoch: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    # True while the password is one that somebody else gave out: it only allows its owner to choose another.
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    # A given-out password expires, so that an unused invitation stops working.
    password_expires_at: Mapped[dt.datetime | None]
    # Who gave out the password last, None for the command line, and who of the next level agreed since (R22).
    password_given_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    password_given_at: Mapped[dt.datetime | None]
    agreed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    agreed_at: Mapped[dt.datetime | None]
    # When it was given out the account was its owner's, and so was the second factor, which stayed: a code of it proves
    # that the owner came in.
    owners_factor: Mapped[bool | None]
    # A keyed hash of whom the identity provider vouched for when this account was first opened through it.
    provider_subject: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)
    # Somebody else reset the account, and its owner has not yet said that they know.
    untold_reset: Mapped[bool | None]

    unit: Mapped[Unit] = relationship(lazy="joined", foreign_keys=[unit_id])
    giver: Mapped[User | None] = relationship(foreign_keys=[password_given_by], remote_side=[id])
    second_factor: Mapped[SecondFactor | None] = relationship(back_populates="user")

    @property
    def actor(self) -> Actor:
        return Actor(user_id=self.id, role=self.role, unit_id=self.unit_id)

    def can_log_in(self, now: dt.datetime) -> bool:
        """Tell whether the account may log in: it is not disabled, and its given-out password has not expired."""
        return self.disabled_at is None and (self.password_expires_at is None or now < self.password_expires_at)

    def can_conclude(self, now: dt.datetime) -> bool:
        """Tell whether the person can log in, propose and confirm: no auditor, and waiting for no agreement (R22)."""
        return self.role is not Role.AUDITOR and self.can_log_in(now) and not self.waits_for_agreement

    @property
    def place(self) -> Position:
        return Position(self.role, self.unit_id, self.unit.parent_id)

    @property
    def is_given_out(self) -> bool:
        """Tell whether somebody gave out the password and nothing has proved since that its owner uses the account."""
        return self.password_given_by is not None and self.agreed_at is None

    @property
    def waits_for_agreement(self) -> bool:
        """Tell whether a colleague gave out the password and nobody agreed: it proposes and confirms nothing (R22).

        Where the next level itself gave it out, the account only does not count as a second person beside whoever did,
        unless nobody can tell any more who that was.
        """
        if not self.is_given_out or self.giver is None:
            return False
        return self.given_in_doubt or not is_of_next_level(self.giver.actor, self.place)

    @property
    def givers(self) -> list[User]:
        """Return whose accounts may know the password, nearest first; none for an account that is its owner's (R22).

        Behind a giver whose account was not proved to be their own at the time stands whoever had given that one out.
        """
        found: list[User] = []
        account = self
        while account.is_given_out or found:
            giver = account.giver
            if giver is None or giver in found:
                break
            found.append(giver)
            given_at = account.password_given_at
            if giver.agreed_at is not None and given_at is not None and giver.agreed_at <= given_at:
                break
            account = giver
        return found

    @property
    def given_in_doubt(self) -> bool:
        """Tell whether a giver's account was proved to be their own only after they gave this one out (R22).

        Nobody can tell then whether they did, or whoever could use their account until that moment.
        """
        return any(not giver.is_given_out for giver in self.givers[:-1])

    @property
    def speaks_for(self) -> int:
        """Return the id of who counts as acting with this account: its owner, or whoever gave out its password (R22).

        Accounts that gave each other passwords count as one person.
        """
        seen: list[int] = []
        user = self
        while user.is_given_out and user.giver is not None and user.id not in seen:
            seen.append(user.id)
            user = user.giver
        return min(seen[seen.index(user.id) :]) if user.id in seen else user.id

    @property
    def persons(self) -> frozenset[int]:
        """Return who may be acting with this account: one person, or several of whom nobody can tell which (R22)."""
        return frozenset(each.speaks_for for each in (self.givers if self.given_in_doubt else [self]))

    @property
    def has_second_factor(self) -> bool:
        """Tell whether the login asks for a code. A factor that was never confirmed does not count."""
        return self.second_factor is not None and self.second_factor.confirmed_at is not None


def accounts_in_doubt() -> Select[int]:
    """Return the ids of the accounts that are `given_in_doubt`."""
    giver, given_out = aliased(User), and_(User.password_given_by.is_not(None), User.agreed_at.is_(None))
    of_giver = giver.id == User.password_given_by
    proved_later = giver.password_given_by.is_not(None), giver.agreed_at > User.password_given_at
    found = select(User.id).join(giver, of_giver).where(given_out, *proved_later).cte("in_doubt", recursive=True)
    further = select(User.id).join(found, found.c.id == User.password_given_by).where(given_out)
    return select(found.union(further).c.id)


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
    """A code that replaces the telephone once. Only its keyed hash is stored."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class AccountReset(Base):
    """A password given out anew, or a second factor removed: its owner and the office are told of each (R22)."""

    __tablename__ = "account_resets"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    given_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # None: the command line
    second_factor: Mapped[bool]  # removed too
    at: Mapped[dt.datetime]
    told_at: Mapped[dt.datetime | None]  # the owner said that they know
    seen_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # of the office, never who did it
    seen_at: Mapped[dt.datetime | None]

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    giver: Mapped[User | None] = relationship(foreign_keys=[given_by])

    __table_args__ = (CheckConstraint("(seen_by IS NULL) = (seen_at IS NULL)", name="seen_by_and_at"),)


class Deputy(Base):
    """Who stands in for somebody that is away, from the first day to the last; `ended_at` if it ended before that."""

    __tablename__ = "deputies"

    id: Mapped[int] = mapped_column(primary_key=True)
    absent_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    reason: Mapped[str] = mapped_column(String(REASON[1]))
    named_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    named_at: Mapped[dt.datetime]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # None too: the command line
    ended_at: Mapped[dt.datetime | None]

    absent: Mapped[User] = relationship(foreign_keys=[absent_id])
    deputy: Mapped[User] = relationship(foreign_keys=[deputy_id])

    __table_args__ = (
        CheckConstraint("absent_id <> deputy_id", name="two_people"),
        CheckConstraint("first_day <= last_day", name="in_order"),
        CheckConstraint("ended_by IS NULL OR ended_at IS NOT NULL", name="end_is_dated"),
    )

    @property
    def days(self) -> DeputyDays:
        return DeputyDays(self.first_day, self.last_day)


class StaffSession(Base):
    """One browser in which somebody is logged in. The cookie holds a random token, this row its hash."""

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    epoch: Mapped[int]  # the user's number when the session began: once that is raised, the session is invalid
    created_at: Mapped[dt.datetime]
    last_seen_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]

    user: Mapped[User] = relationship()

    __table_args__ = (CheckConstraint("last_seen_at >= created_at", name="in_order"),)


class LoginFailure(Base):
    """A failed login. `bucket` is a keyed hash, because a mistyped login name may be a password."""

    __tablename__ = "login_failures"

    id: Mapped[int] = mapped_column(primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64))
    failed_at: Mapped[dt.datetime] = mapped_column(index=True)

    __table_args__ = (Index("ix_login_failures_bucket", "bucket", "failed_at"),)
