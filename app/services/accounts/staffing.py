"""Management of accounts in the portal: the office manages every account, a unit's head those of its own people."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased, joinedload

from app.domain.accounts.staffing import UNIT_ROLES, Position, fault_of_login, fault_of_name, manages
from app.domain.cases.states import OPEN_STATES, Actor, Role
from app.domain.refusals import AlreadyDone, BadValue, Fault, NotAllowed, NothingChosen, NotYourCase, Refusal, Unfit
from app.models import Case, Entry, Period, SecondFactor, Unit, User
from app.models.accounts import accounts_in_doubt
from app.services.accounts import handing_over, making, passwords, sessions, units
from app.services.shared.locks import ALONE, lock_row_if_any
from app.services.shared.stored_rows import StoredRows
from app.services.shared.work import Work, use_case

GIVER = aliased(User, name="giver")


@dataclass(frozen=True, slots=True)
class Slip:
    """The slip with the login details that a person is handed once. It is stored nowhere."""

    login: str
    name: str
    unit: str
    role: Role
    password: str
    expires_at: dt.datetime


def accounts_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on User that limits a list to the accounts this person may see."""
    if actor.is_office:
        return true()
    if actor.role is not Role.HEAD:
        return false()
    below = select(Unit.id).where(or_(Unit.id == actor.unit_id, Unit.parent_id == actor.unit_id))
    return User.role.in_(UNIT_ROLES) & User.unit_id.in_(below)


def people(session: Session, actor: Actor) -> Sequence[User]:
    query = select(User).where(accounts_visible_to(actor)).order_by(User.unit_id, User.login)
    return session.scalars(
        query.options(joinedload(User.second_factor), joinedload(User.unit), joinedload(User.giver))
    ).all()


def stored_people(session: Session, actor: Actor) -> StoredRows[User]:
    """Return the accounts that this person may see, unit by unit."""
    source = (
        select(User.id)
        .join(Unit, User.unit_id == Unit.id)
        .outerjoin(SecondFactor, SecondFactor.user_id == User.id)
        .outerjoin(GIVER, User.password_given_by == GIVER.id)
        .where(accounts_visible_to(actor))
    )

    def load(ids: Sequence[int]) -> Sequence[User]:
        with_more = joinedload(User.second_factor), joinedload(User.unit), joinedload(User.giver)
        return session.scalars(select(User).where(User.id.in_(ids)).options(*with_more)).all()

    return StoredRows(session, User.id, source, (User.unit_id, User.login), load, lambda user: user.id)


def waits_for_agreement() -> ColumnElement[bool]:
    """Return the condition on User of `stored_people` that it proposes and confirms nothing; see `User` (R22)."""
    above = or_(GIVER.role == Role.OFFICE, and_(GIVER.role == Role.HEAD, GIVER.unit_id == Unit.parent_id))
    given_out = and_(GIVER.id.is_not(None), User.agreed_at.is_(None))
    return and_(given_out, or_(Unit.parent_id.is_(None), ~above, User.id.in_(accounts_in_doubt())))


def has_second_factor() -> ColumnElement[bool]:
    return SecondFactor.confirmed_at.is_not(None)


def cases_in_hand(now: dt.datetime) -> ColumnElement[int]:
    """Count the open cases of a User."""
    query = select(func.count(Case.id)).join(Entry, Case.entry_id == Entry.id)
    query = query.join(Period, Entry.period_id == Period.id).where(Case.assignee_id == User.id, *_open(now))
    return query.correlate(User).scalar_subquery()


def visible(session: Session, user_id: int, actor: Actor) -> User:
    """Return an account that this person may see. Raises NotYourCase."""
    user = session.scalar(
        select(User).where(User.id == user_id, accounts_visible_to(actor)).options(joinedload(User.second_factor))
    )
    if user is None:
        raise NotYourCase
    return user


def count_in_use(session: Session, actor: Actor) -> dict[int, int]:
    """Count the accounts in use of each unit that has any, of those that this person may see."""
    query = select(User.unit_id, func.count()).where(accounts_visible_to(actor), User.disabled_at.is_(None))
    return dict(session.execute(query.group_by(User.unit_id)).all())


def open_case_counts(session: Session, now: dt.datetime) -> Counter[int]:
    """Count the open cases of each person who has any."""
    query = select(Case.assignee_id, func.count(Case.id)).join(Entry, Case.entry_id == Entry.id)
    rows = session.execute(
        query.join(Period, Entry.period_id == Period.id)
        .where(Case.assignee_id.is_not(None), *_open(now))
        .group_by(Case.assignee_id)
    )
    return Counter({user_id: count for user_id, count in rows if user_id is not None})


def _open(now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return (Case.state.in_(OPEN_STATES), Period.conclude_by > now)


# --- coming ------------------------------------------------------------------------------------------


@use_case
def invite(work: Work, login: str, name: str, role: Role, unit_id: int) -> Slip:
    """Add an account with a made-up password and return its slip.

    Raises Unfit, NotYourCase, NotAllowed, WrongState.
    """
    password = passwords.made_up()
    hashed = passwords.hashed(password)  # hashing is slow, so it is done outside of a transaction
    faults = [Fault("login", fault_of_login(login)), Fault("name", fault_of_name(name))]
    if faults := [fault for fault in faults if fault.words]:
        raise Unfit(faults)
    lock_accounts(work, [])
    unit = place_to_fill(work, role, unit_id)
    try:
        user = making.add_given_out(work, login, name, role, unit, hashed)
    except AlreadyDone as taken:
        raise BadValue("login", str(taken)) from None
    return slip_of(user, password)


@use_case
def invite_again(work: Work, user_ids: Sequence[int]) -> list[Slip]:
    """Give new passwords to people who lost theirs or let it expire, to all of them or none.

    Every session of theirs ends. A second factor stays: only the command line removes one. Raises NothingChosen,
    NotYourCase, NotAllowed.
    """
    _lock_managed(work, list(dict.fromkeys(user_ids)))
    work.session.rollback()  # hashing is slow, so no transaction is open
    made = {user_id: passwords.made_up() for user_id in dict.fromkeys(user_ids)}
    hashes = {user_id: passwords.hashed(password) for user_id, password in made.items()}
    slips = []
    for user in _lock_managed(work, list(made)):
        if user.disabled_at is not None:
            raise NotAllowed(f"{user.name}（{user.login}）的账号已经停用，请先启用，再重新邀请。")
        making.give_password(work, user, hashes[user.id])
        slips.append(slip_of(user, made[user.id]))
    return slips


def slip_of(user: User, password: str) -> Slip:
    assert user.password_expires_at is not None  # noqa: S101 - it was given out just now
    return Slip(user.login, user.name, user.unit.name, user.role, password, user.password_expires_at)


# --- going, coming back, moving ------------------------------------------------------------------------------


@use_case
def disable(work: Work, user_ids: Sequence[int], successors: Mapping[int, int | None] = MappingProxyType({})) -> int:
    """Disable these accounts and end their sessions at once. Raises what `invite_again` raises, AlreadyDone, BadValue.

    What is open in somebody's hands goes to the successor named for them, or else to the whole unit.
    """
    found = _lock_managed(work, list(dict.fromkeys(user_ids)))
    handing_over.require_successors(work.session, found, successors)
    for user in found:
        making.shut_out(work, user, successors.get(user.id))
    return len(found)


@use_case
def enable(work: Work, user_id: int) -> None:
    """Enable a disabled account again. Raises AlreadyDone, WrongState, NotYourCase."""
    (user,) = _lock_managed(work, [user_id])
    making.let_in_again(work, user)


@use_case
def place(work: Work, user_id: int, role: Role, unit_id: int) -> None:
    """Move a person to another unit, another role, or both. Raises NotYourCase, NotAllowed.

    Their rights change, so every session of theirs ends. What is in their hands stays with the unit that they leave.
    """
    (user,) = _lock_managed(work, [user_id])
    unit = place_to_fill(work, role, unit_id)
    if (user.role, user.unit_id) == (role, unit.id):
        raise AlreadyDone("角色和单位都没有变化。")
    details = {"from": f"{user.unit_id} {user.role}", "to": f"{unit.id} {role}"}
    if unit.id != user.unit_id or role is Role.AUDITOR:
        handing_over.hand_over(work, user, None)
    user.role, user.unit = role, unit
    sessions.end_all(work.session, user, work.now)
    work.did("user.placed", user, **details)


@use_case
def rename(work: Work, user_id: int, name: str) -> None:
    """Enter the name of an account's owner: a unit's first account is opened before it is known. Raises BadValue.

    What somebody did under the name of before stays as it was written. Raises NotYourCase, NotAllowed too.
    """
    (user,) = _lock_managed(work, [user_id])
    if words := fault_of_name(name):
        raise BadValue("name", words)
    if user.name == name:
        return
    details = {"from": user.name, "to": name}
    user.name = name
    work.did("user.renamed", user, **details)


def roles_for(actor: Actor) -> list[Role]:
    """Return the roles that this person may give."""
    return list(Role) if actor.is_office else [role for role in Role if role in UNIT_ROLES]


def places_for(session: Session, actor: Actor) -> list[Unit]:
    """Return the units that this person may put somebody into."""
    return [unit for unit in units.tree(session, actor) if unit.retired_at is None]


def place_to_fill(work: Work, role: Role, unit_id: int) -> Unit:
    """Lock the unit into which the actor puts somebody and return it. Raises NotYourCase, BadValue."""
    unit = lock_row_if_any(work.session, Unit, unit_id)  # nobody retires it meanwhile
    if unit is None or not manages(work.actor, Position(role, unit.id, unit.parent_id)):
        raise NotYourCase
    try:
        making.require_fitting(role, unit)
        units.require_in_use(unit)
    except Refusal as refusal:
        raise BadValue("unit", str(refusal)) from None
    return unit


def _lock_managed(work: Work, user_ids: Sequence[int]) -> list[User]:
    """Lock the accounts of these people.

    Each must be an account that the actor may manage, and not the actor's own.
    """
    if not user_ids:
        raise NothingChosen("请至少选一个人。")
    found = lock_accounts(work, user_ids)
    for user in found:
        if not manages(work.actor, Position(user.role, user.unit_id, user.unit.parent_id)):
            raise NotYourCase
        if user.id == work.actor.user_id:
            raise NotAllowed("自己的账号不能由自己停用、调整或者重新邀请，请找市级专班或者另一位负责人办理。")
    return found


def lock_accounts(work: Work, user_ids: Sequence[int]) -> list[User]:
    """Lock the accounts asked for, together with the actor's own.

    Of two people who disable each other at once, the second is refused.
    """
    wanted = sorted({*user_ids, work.actor.user_id})
    query = (
        select(User)
        .where(User.id.in_(wanted))
        .order_by(User.id)
        .options(ALONE)
        .with_for_update(of=User, key_share=True)
    )
    rows = {user.id: user for user in work.session.scalars(query.execution_options(populate_existing=True))}
    me = rows[work.actor.user_id]
    if me.disabled_at is not None or me.actor != work.actor:
        raise NotYourCase
    if any(user_id not in rows for user_id in user_ids):
        raise NotYourCase
    return [rows[user_id] for user_id in user_ids]
