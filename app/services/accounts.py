"""Staff: adding them, and letting them in."""

from __future__ import annotations

import datetime as dt

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases import Role
from app.domain.errors import AlreadyDone, MissingText, NotAllowed
from app.models import Unit, UnitKind, User
from app.services.record import COMMAND_LINE, Act, by_user, record

PASSWORD_LENGTH = (15, 200)
_hasher = PasswordHasher()
# Verified when the account does not exist, so that the time of the answer says nothing.
_NOBODY = _hasher.hash("nobody has this password")


def add_user(session: Session, login: str, name: str, role: Role, unit: Unit, password: str, now: dt.datetime) -> User:
    """A new account. Raises AlreadyDone (login taken), MissingText (password), NotAllowed (role and unit)."""
    low, high = PASSWORD_LENGTH
    if not low <= len(password) <= high:
        raise MissingText("密码", low, high)
    if (role is Role.OFFICE) and unit.kind is not UnitKind.OFFICE:
        raise NotAllowed("工作专班的账号只能属于工作专班。")
    if role in (Role.HEAD, Role.HANDLER) and unit.kind is UnitKind.OFFICE:
        raise NotAllowed("单位负责人和经办人的账号须属于一个单位，不能属于工作专班。")
    if session.scalar(select(User.id).where(User.login == login)) is not None:
        raise AlreadyDone(f"登录名 {login} 已经有人用了。")
    user = User(login=login, name=name, role=role, unit=unit, password_hash=_hasher.hash(password))
    session.add(user)
    session.flush()
    details = {"login": login, "role": role, "unit": unit.id}
    record(session, now, [Act(COMMAND_LINE, "user.added", f"user:{user.id}", details)])
    session.commit()
    return user


def authenticate(session: Session, login: str, password: str) -> User | None:
    """The account, when the password is right and it is not disabled; None says nothing about which."""
    user = session.scalar(select(User).where(User.login == login))
    known = user is not None and user.disabled_at is None
    try:
        _hasher.verify(user.password_hash if user is not None and known else _NOBODY, password)
    except VerifyMismatchError:
        return None
    return user if known else None


def note_login(session: Session, user: User, now: dt.datetime) -> None:
    record(session, now, [Act(by_user(user.id), "user.logged_in", f"user:{user.id}")])
    session.commit()


def note_failed_login(session: Session, login: str, now: dt.datetime) -> None:
    """On the record under the account's number when there is one: a mistyped name may be a password."""
    user_id = session.scalar(select(User.id).where(User.login == login))
    subject = f"user:{user_id}" if user_id else "user:unknown"
    record(session, now, [Act("stranger", "user.login_failed", subject)])
    session.commit()
