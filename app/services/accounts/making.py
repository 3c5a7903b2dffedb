"""Accounts of staff: made, reset, disabled by the command line; the password changed by its owner.

What people do about each other's accounts in the browser is in staffing.py and leans on the steps below.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.accounts.staffing import UNIT_ROLES, given_out_until
from app.domain.cases.states import Role
from app.domain.refusals import AlreadyDone, NoSuchAccount, NotAllowed, WeakPassword
from app.models import Unit, UnitKind, User
from app.sealing import Keyring
from app.services.accounts import logins, passwords, second_factor, sessions
from app.services.accounts.units import require_in_use
from app.services.record.chain import COMMAND_LINE, Act, by_user, on_person, record


def add_user(
    session: Session,
    login: str,
    name: str,
    role: Role,
    unit: Unit,
    password: str,
    now: dt.datetime,
    *,
    must_change_password: bool = True,
    by: str = COMMAND_LINE,
) -> User:
    """A new account. Raises AlreadyDone (login taken), WeakPassword, NotAllowed (role and unit), Retired.

    Whoever gets it chooses another password first, and within a week: this one is known to who made it.
    """
    passwords.judge(password, (login, name, unit.name))
    user = new_user(session, login, name, role, unit)
    user.password_hash = passwords.hashed(password)
    if must_change_password:
        user.must_change_password, user.password_expires_at = True, given_out_until(now)
    session.flush()
    record(session, now, [added(user, by)])
    session.commit()
    return user


def new_user(session: Session, login: str, name: str, role: Role, unit: Unit) -> User:
    """An account without a password yet, in the caller's transaction. Raises AlreadyDone, NotAllowed, Retired."""
    require_fitting(role, unit)
    require_in_use(unit)
    if session.scalar(select(User.id).where(User.login == login)) is not None:
        raise AlreadyDone(f"登录名 {login} 已经有人用了。")
    user = User(login=login, name=name, role=role, unit=unit, password_hash="")
    session.add(user)
    return user


def added(user: User, by: str) -> Act:
    return Act(by, "user.added", on_person(user.id), {"login": user.login, "role": user.role, "unit": user.unit_id})


def require_fitting(role: Role, unit: Unit) -> None:
    """The office's people belong to the office, a unit's to a unit. Raises NotAllowed."""
    if role is Role.OFFICE and unit.kind is not UnitKind.OFFICE:
        raise NotAllowed("工作专班的账号只能属于工作专班。")
    if role in UNIT_ROLES and unit.kind is UnitKind.OFFICE:
        raise NotAllowed("单位负责人和经办人的账号须属于一个单位，不能属于工作专班。")


def change_password(
    session: Session, keyring: Keyring, user_id: int, old: str, new: str, now: dt.datetime
) -> logins.LetIn:
    """Somebody's own choice. Every session ends; the one it was done in goes on under a new token.

    Raises WeakPassword, WrongPassword, TooManyFailures.
    """
    user = session.get_one(User, user_id)
    passwords.judge(new, (user.login, user.name, user.unit.name))
    session.commit()  # hashing takes its time: the write is let go
    logins.prove_identity(session, keyring, user_id, old, now)
    if passwords.fits(user.password_hash, new):
        raise WeakPassword("新密码和现在的一样，请换一个。")
    user.password_hash, user.must_change_password, user.password_expires_at = passwords.hashed(new), False, None
    sessions.end_all(session, user, now)
    begun, token = sessions.begin(session, user, now)
    record(session, now, [Act(by_user(user_id), "user.password_changed", f"user:{user_id}")])
    session.commit()
    return logins.LetIn(begun, token)


def reset(session: Session, login: str, password: str, now: dt.datetime, *, with_second_factor: bool = False) -> User:
    """A password given out anew, for who forgot theirs; the second factor too where the telephone is lost.

    Every session ends, and the next login begins with another password. Raises NoSuchAccount, WeakPassword.
    """
    user = _named(session, login)
    passwords.judge(password, (user.login, user.name, user.unit.name))
    if with_second_factor:
        second_factor.remove(session, user.id)
    act = give_password(
        session, user, passwords.hashed(password), COMMAND_LINE, now, {"second_factor": with_second_factor}
    )
    record(session, now, [act])
    session.commit()
    return user


def disable(session: Session, login: str, now: dt.datetime) -> User:
    """Nobody is removed: a leaver is disabled, and out at once. Raises NoSuchAccount, AlreadyDone."""
    user = _named(session, login)
    record(session, now, [shut_out(session, user, COMMAND_LINE, now)])
    session.commit()
    return user


def enable(session: Session, login: str, now: dt.datetime) -> User:
    """An account is used again. Raises NoSuchAccount, AlreadyDone, Retired."""
    user = _named(session, login)
    record(session, now, [let_in_again(user, COMMAND_LINE)])
    session.commit()
    return user


# --- the same in the caller's transaction, which puts the act on the record ----------------------------------


def give_password(
    session: Session,
    user: User,
    password_hash: str,
    by: str,
    now: dt.datetime,
    details: dict[str, Any] | None = None,
) -> Act:
    """A password that was given out: good for a week, and for choosing another. Every session ends."""
    user.password_hash, user.must_change_password = password_hash, True
    user.password_expires_at = given_out_until(now)
    sessions.end_all(session, user, now)
    return Act(by, "user.reset", on_person(user.id), details or {})


def shut_out(session: Session, user: User, by: str, now: dt.datetime) -> Act:
    """Raises AlreadyDone."""
    if user.disabled_at is not None:
        raise AlreadyDone(f"账号 {user.login} 已经停用。")
    user.disabled_at = now
    sessions.end_all(session, user, now)
    return Act(by, "user.disabled", on_person(user.id))


def let_in_again(user: User, by: str) -> Act:
    """Raises AlreadyDone, Retired."""
    if user.disabled_at is None:
        raise AlreadyDone(f"账号 {user.login} 没有停用。")
    require_in_use(user.unit)
    user.disabled_at = None
    return Act(by, "user.enabled", on_person(user.id))


def everybody(session: Session) -> Sequence[User]:
    """Every account with its unit and whether a code is asked for, unit by unit."""
    query = select(User).order_by(User.unit_id, User.login).options(joinedload(User.second_factor))
    return session.scalars(query).all()


def _named(session: Session, login: str) -> User:
    user = session.scalar(select(User).where(User.login == login))
    if user is None:
        raise NoSuchAccount(login)
    return user
