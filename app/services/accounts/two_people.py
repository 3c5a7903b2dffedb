"""Whether two accounts are two people, and who of the next level may agree to an account (R22).

Whoever gave out a password last may know it. Until somebody of the next level has agreed to the account, its acts count
as those of the person who gave the password out.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.cases.states import Actor, Role
from app.domain.refusals import AlreadyDone, NotAllowed, NotTwoPeople, NotYourCase
from app.models import UnitKind, User
from app.services.shared.locks import lock_row_if_any
from app.services.shared.work import Work, use_case


def speaks_for(session: Session, user_id: int) -> int:
    """Return the person who counts as acting with this account: its owner, or whoever gave out its password."""
    seen: set[int] = set()
    while user_id not in seen:
        seen.add(user_id)
        user = session.get_one(User, user_id)
        if user.password_given_by is None or user.agreed_at is not None:
            return user_id
        user_id = user.password_given_by
    return min(seen)  # accounts that gave each other passwords count as one person


def require_two_people(session: Session, first_id: int, second_id: int) -> None:
    """Raise NotTwoPeople where one person stands behind both accounts (R22, SECURITY 50)."""
    behind_first, behind_second = speaks_for(session, first_id), speaks_for(session, second_id)
    if behind_first == behind_second:
        to_be_agreed = first_id if behind_first != first_id else second_id
        raise NotTwoPeople(session.get_one(User, to_be_agreed).name)


def to_be_agreed(session: Session, user: User) -> User | None:
    """Return who gave out the password of an account that nobody of the next level has agreed to; None for others."""
    if user.password_given_by is None or user.agreed_at is not None:
        return None
    return session.get_one(User, user.password_given_by)


def may_agree(session: Session, actor: Actor, user: User) -> bool:
    """Whether this person is of the next level, and not who stands behind the account.

    The next level of a unit is the head of the unit above it, and the office; that of the office is the auditor or
    another account of the office.
    """
    if user.id == actor.user_id or speaks_for(session, actor.user_id) == speaks_for(session, user.id):
        return False
    if user.unit.kind is UnitKind.OFFICE:
        return actor.unit_id == user.unit_id
    return actor.is_office or (actor.role is Role.HEAD and actor.unit_id == user.unit.parent_id)


@use_case
def agree(work: Work, user_id: int) -> None:
    """Agree to an account that somebody made or reset (同意启用). Raises NotYourCase, NotAllowed, AlreadyDone."""
    user = lock_row_if_any(work.session, User, user_id)
    if user is None:
        raise NotYourCase
    if user.password_given_by is None or user.agreed_at is not None:
        raise AlreadyDone("这个账号不需要再同意。")
    if not may_agree(work.session, work.actor, user):
        raise NotAllowed("须由上一级的人同意；开设或者重置这个账号的人不能自己同意。")
    user.agreed_by, user.agreed_at = work.actor.user_id, work.now
    work.did("user.agreed", user, given_by=user.password_given_by)
