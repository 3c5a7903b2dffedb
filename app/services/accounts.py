"""Accounts of staff: made, reset, disabled by the command line; the password changed by its owner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases import Role
from app.domain.errors import AlreadyDone, NoSuchAccount, NotAllowed, WeakPassword
from app.models import Unit, UnitKind, User
from app.sealing import Keyring
from app.services import logins, passwords, second_factor, sessions
from app.services.record import COMMAND_LINE, Act, by_user, record


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
) -> User:
    """A new account. Raises AlreadyDone (login taken), WeakPassword, NotAllowed (role and unit).

    Whoever gets it chooses another password first: this one is known to who made it.
    """
    passwords.judge(password, (login, name, unit.name))
    if (role is Role.OFFICE) and unit.kind is not UnitKind.OFFICE:
        raise NotAllowed("工作专班的账号只能属于工作专班。")
    if role in (Role.HEAD, Role.HANDLER) and unit.kind is UnitKind.OFFICE:
        raise NotAllowed("单位负责人和经办人的账号须属于一个单位，不能属于工作专班。")
    if session.scalar(select(User.id).where(User.login == login)) is not None:
        raise AlreadyDone(f"登录名 {login} 已经有人用了。")
    user = User(
        login=login,
        name=name,
        role=role,
        unit=unit,
        password_hash=passwords.hashed(password),
        must_change_password=must_change_password,
    )
    session.add(user)
    session.flush()
    details = {"login": login, "role": role, "unit": unit.id}
    record(session, now, [Act(COMMAND_LINE, "user.added", f"user:{user.id}", details)])
    session.commit()
    return user


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
    user.password_hash, user.must_change_password = passwords.hashed(new), False
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
    user.password_hash, user.must_change_password = passwords.hashed(password), True
    if with_second_factor:
        second_factor.remove(session, user.id)
    sessions.end_all(session, user, now)
    details = {"second_factor": with_second_factor}
    record(session, now, [Act(COMMAND_LINE, "user.reset", f"user:{user.id}", details)])
    session.commit()
    return user


def disable(session: Session, login: str, now: dt.datetime) -> User:
    """Nobody is removed: a leaver is disabled, and out at once. Raises NoSuchAccount, AlreadyDone."""
    user = _named(session, login)
    if user.disabled_at is not None:
        raise AlreadyDone(f"账号 {login} 已经停用。")
    user.disabled_at = now
    sessions.end_all(session, user, now)
    record(session, now, [Act(COMMAND_LINE, "user.disabled", f"user:{user.id}")])
    session.commit()
    return user


def enable(session: Session, login: str, now: dt.datetime) -> User:
    """An account is used again. Raises NoSuchAccount, AlreadyDone."""
    user = _named(session, login)
    if user.disabled_at is None:
        raise AlreadyDone(f"账号 {login} 没有停用。")
    user.disabled_at = None
    record(session, now, [Act(COMMAND_LINE, "user.enabled", f"user:{user.id}")])
    session.commit()
    return user


def everybody(session: Session) -> Sequence[User]:
    """Every account with its unit and whether a code is asked for, unit by unit."""
    query = select(User).order_by(User.unit_id, User.login).options(joinedload(User.second_factor))
    return session.scalars(query).all()


def _named(session: Session, login: str) -> User:
    user = session.scalar(select(User).where(User.login == login))
    if user is None:
        raise NoSuchAccount(login)
    return user
