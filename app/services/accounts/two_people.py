"""Whether two accounts are two people, and who of the next level may agree to an account (R22).

Whoever gave out a password last may know it. Until somebody of the next level agreed to the account, or its owner came
in with a second factor of their own (`logins.check_code`), what it says is taken for the word of whoever gave it out.
If that was a colleague, the account proposes and confirms nothing. Nor does it if whoever gave it out used an account
that was not proved to be their own until later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Session, joinedload

from app.domain.accounts.staffing import may_agree_to
from app.domain.cases.states import Actor, Role
from app.domain.refusals import (
    AccountNotAgreed,
    AlreadyDone,
    NotAllowed,
    NothingChosen,
    NotTwoPeople,
    NotYourCase,
    RecusedBehindAccount,
)
from app.models import Unit, UnitKind, User
from app.services.accounts import units
from app.services.shared.locks import lock_row_if_any
from app.services.shared.work import Work, use_case

_NAMED = 5  # so many who may agree are named, the rest is counted


def persons(session: Session, user_id: int) -> frozenset[int]:
    """Return who may be acting with this account: its owner, or those of whom one gave out its password."""
    return session.get_one(User, user_id).persons


def require_own_account(work: Work) -> None:
    """Raise AccountNotAgreed where a colleague gave out the actor's password and nobody agreed since (R22).

    Every act that needs two people checks this at its first and its second step.
    """
    me = work.session.get_one(User, work.actor.user_id, populate_existing=True)
    if me.waits_for_agreement:
        assert me.giver is not None  # noqa: S101 - that is who it waits for
        raise AccountNotAgreed(me.giver.name, asked(work.session, me))


def require_own_voice(work: Work, recused: Collection[int]) -> None:
    """Raise AccountNotAgreed, or RecusedBehindAccount if a recused person stands behind the account (R21, R33).

    Somebody of the next level who reset an account could otherwise decide with it in a case that he keeps out of.
    """
    require_own_account(work)
    if not persons(work.session, work.actor.user_id).isdisjoint(recused):
        raise RecusedBehindAccount(work.session.get_one(User, work.actor.user_id).name)


def require_two_people(work: Work, first_id: int) -> None:
    """Raise AccountNotAgreed, or NotTwoPeople where one person may stand behind both accounts (R22, SECURITY 50).

    `first_id` is who proposed; the actor is the second.
    """
    require_own_account(work)
    session, second_id = work.session, work.actor.user_id
    behind_first = persons(session, first_id)
    if not behind_first.isdisjoint(persons(session, second_id)):
        to_be_agreed = first_id if behind_first != {first_id} else second_id
        raise NotTwoPeople(session.get_one(User, to_be_agreed).name)


def may_agree(session: Session, actor: Actor, user: User) -> bool:
    """Whether this person is of the next level, and not who stands behind the account.

    The next level of a unit is the head of the unit above it, and the office; that of the office is the auditor or
    another account of the office. Whoever waits for an agreement gives none.
    """
    if user.id == actor.user_id or not may_agree_to(actor, user.place):
        return False
    if session.get_one(User, actor.user_id).waits_for_agreement:
        return False
    return persons(session, actor.user_id).isdisjoint(user.persons)


@use_case
def agree(work: Work, user_id: int) -> None:
    """Agree to an account that somebody made or reset (同意启用). Raises NotYourCase, NotAllowed, AlreadyDone."""
    user = lock_row_if_any(work.session, User, user_id)
    seen = select(User.id).where(User.id == user_id, _in_sight(work.actor))
    if user is None or work.session.scalar(seen) is None:
        raise NotYourCase
    if not user.is_given_out:
        raise AlreadyDone(f"“{user.name}”的账号不需要再同意。")
    if not may_agree(work.session, work.actor, user):
        raise NotAllowed("须由上一级的人同意；开设或者重置这个账号的人不能自己同意。")
    user.agreed_by, user.agreed_at = work.actor.user_id, work.now
    work.did("user.agreed", user, given_by=user.password_given_by)


@use_case
def agree_to_each(work: Work, user_ids: Iterable[int]) -> int:
    """Agree to all of these accounts, or to none. Returns how many. Raises what `agree` raises, and NothingChosen."""
    wanted = sorted(set(user_ids))
    if not wanted:
        raise NothingChosen("请至少选一个账号。")
    for user_id in wanted:
        agree(work, user_id)
    return len(wanted)


# --- what waits ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """An account that waits for an agreement: who gave out its password, whether it may act, and who can agree."""

    user: User
    giver: User
    idle: bool
    mine: bool
    asked: str


def waiting(session: Session, actor: Actor) -> list[Waiting]:
    """List the accounts that wait for an agreement as far as this person sees them, their own to give first."""
    query = select(User).where(User.password_given_by.is_not(None), User.agreed_at.is_(None))
    rows = session.scalars(
        query.where(User.disabled_at.is_(None), _in_sight(actor))
        .order_by(User.unit_id, User.login)
        .options(joinedload(User.giver), joinedload(User.unit).joinedload(Unit.parent))
    ).all()
    found = [waiting_for(session, actor, user) for user in rows]
    return sorted((row for row in found if row), key=lambda row: (not row.mine, not row.idle))


def waiting_for(session: Session, actor: Actor, user: User) -> Waiting | None:
    """Return what an account waits for; None where it waits for nothing."""
    if not user.is_given_out or user.giver is None:
        return None
    return Waiting(user, user.giver, user.waits_for_agreement, may_agree(session, actor, user), asked(session, user))


def asked(session: Session, user: User) -> str:
    """Return in words who can agree to this account."""
    above = user.unit.parent
    there = [user.unit] if above is None else [*([above] if above.kind is not UnitKind.OFFICE else []), above.office]
    words = []
    for unit in there:
        names = [each.name for each in _staff(session, unit) if may_agree(session, each.actor, user)]
        if names:
            more = f"等{len(names)}人" if len(names) > _NAMED else ""
            words.append(f"{unit.name}的{'、'.join(names[:_NAMED])}{more}")
    return "，或者".join(words) or "系统管理员（现在没有人可以同意，须用命令行重新发放密码）"


def _staff(session: Session, unit: Unit) -> Sequence[User]:
    return session.scalars(
        select(User).where(User.unit_id == unit.id, User.disabled_at.is_(None)).order_by(User.id)
    ).all()


def _in_sight(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on User that this person may know of it where it waits: by its unit."""
    if actor.role is Role.AUDITOR:
        return User.unit_id == actor.unit_id
    if not actor.is_office and actor.role is not Role.HEAD:
        return false()
    return User.unit_id.in_(select(Unit.id).where(units.units_visible_to(actor)))
