"""Accounts of staff: made, reset, disabled by the command line; the password changed by its owner.

What people do about each other's accounts in the browser is in staffing.py and leans on the steps below.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from app.domain.accounts.staffing import UNIT_ROLES, fault_of_login, fault_of_name, given_out_until
from app.domain.cases.states import Role
from app.domain.refusals import AlreadyDone, Fault, NotAllowed, NotThere, Unfit, WeakPassword
from app.models import Unit, UnitKind, User
from app.services.accounts import handing_over, logins, passwords, resets, second_factor, sessions
from app.services.accounts.units import require_in_use
from app.services.record.chain import by_user
from app.services.shared.locks import ALONE, lock_row
from app.services.shared.work import Work, use_case


@use_case
def add_user(
    work: Work, login: str, name: str, role: Role, unit: Unit, password: str, *, must_change_password: bool = True
) -> User:
    """Add an account. Raises AlreadyDone (login taken), Unfit, WeakPassword, NotAllowed (role and unit), WrongState.

    Its owner must choose another password first, within a week: whoever made the account knows this one.
    """
    faults = [Fault("login", fault_of_login(login)), Fault("name", fault_of_name(name))]
    if faults := [fault for fault in faults if fault.words]:
        raise Unfit(faults)
    passwords.judge(password, (login, name, unit.name))
    user = new_user(work.session, login, name, role, unit)
    user.password_hash = passwords.hashed(password)
    if must_change_password:
        user.must_change_password, user.password_expires_at = True, given_out_until(work.now)
        note_giver(work, user)
    note_added(work, user)
    return user


def new_user(session: Session, login: str, name: str, role: Role, unit: Unit) -> User:
    """Make an account without a password, in the caller's transaction. Raises AlreadyDone, NotAllowed, WrongState."""
    require_fitting(role, unit)
    require_in_use(unit)
    if session.scalar(select(User.id).where(User.login == login)) is not None:
        raise AlreadyDone(f"登录名 {login} 已经有人用了。")
    user = User(login=login, name=name, role=role, unit=unit, password_hash="")
    session.add(user)
    return user


def add_given_out(work: Work, login: str, name: str, role: Role, unit: Unit, password_hash: str) -> User:
    """Add an account with a handed-out password, in the caller's transaction. Raises what `new_user` raises."""
    user = new_user(work.session, login, name, role, unit)
    user.password_hash, user.must_change_password = password_hash, True
    user.password_expires_at = given_out_until(work.now)
    note_giver(work, user)
    note_added(work, user)
    return user


def note_added(work: Work, user: User) -> None:
    try:
        work.session.flush()  # gives the user its unit's id
    except IntegrityError:  # somebody else took the login at the same moment
        raise AlreadyDone(f"登录名 {user.login} 已经有人用了。", "login") from None
    work.did("user.added", user, login=user.login, role=user.role, unit=user.unit_id)


def require_fitting(role: Role, unit: Unit) -> None:
    """Raise NotAllowed unless the role fits the unit: the office's roles in the office, a unit's roles in a unit."""
    if role is Role.OFFICE and unit.kind is not UnitKind.OFFICE:
        raise NotAllowed("市级专班的账号只能属于市级专班。")
    if role in UNIT_ROLES and unit.kind is UnitKind.OFFICE:
        raise NotAllowed("单位负责人和经办人的账号须属于一个单位，不能属于市级专班。")


def change_password(work: Work, user_id: int, old: str, new: str) -> logins.LetIn:
    """Change a person's own password.

    Every session ends. The one in which it was changed goes on under a new token. Raises WeakPassword, WrongPassword,
    TooManyFailures.
    """
    user = work.session.get_one(User, user_id)
    passwords.judge(new, (user.login, user.name, user.unit.name))
    logins.prove_identity(work, user_id, old)
    if passwords.fits(user.password_hash, new):
        raise WeakPassword("新密码和现在的一样，请换一个。")
    hashed = passwords.hashed(new)
    with work:
        user.password_hash, user.must_change_password, user.password_expires_at = hashed, False, None
        sessions.end_all(work.session, user, work.now)
        begun, token = sessions.begin(work.session, user, work.now)
        work.did_by(by_user(user_id), "user.password_changed", user)
    return logins.LetIn(begun, token)


@use_case
def reset(work: Work, login: str, password: str, *, with_second_factor: bool = False) -> User:
    """Set a new handed-out password for somebody who forgot theirs.

    `with_second_factor` removes the second factor too, for a lost telephone. Every session ends, and the owner must
    choose another password at the next login. Raises NotThere, WeakPassword.
    """
    user = _named(work.session, login)
    passwords.judge(password, (user.login, user.name, user.unit.name))
    if with_second_factor:
        second_factor.remove(work.session, user.id)
        work.session.expire(user, ["second_factor"])
    give_password(work, user, passwords.hashed(password), second_factor=with_second_factor)
    return user


@use_case
def disable(work: Work, login: str) -> User:
    """Disable an account and end its sessions at once. No account is removed. Raises NotThere, AlreadyDone."""
    user = _named(work.session, login)
    shut_out(work, user)
    return user


@use_case
def enable(work: Work, login: str) -> User:
    """Enable a disabled account again. Raises NotThere, AlreadyDone, WrongState."""
    user = _named(work.session, login)
    let_in_again(work, user)
    return user


# --- steps that use cases here and in staffing.py share --------------------------------------------------


def give_password(work: Work, user: User, password_hash: str, **details: bool) -> None:
    """Set a handed-out password and end every session.

    The password is valid for a week, and its owner must choose another one.
    """
    user.password_hash, user.must_change_password = password_hash, True
    user.password_expires_at = given_out_until(work.now)
    user.provider_subject = None  # whom the provider vouched for may be who left: the next login binds it anew
    note_giver(work, user)
    resets.note(work, user, second_factor=details.get("second_factor", False))
    sessions.end_all(work.session, user, work.now)
    work.did("user.reset", user, **details)


def note_giver(work: Work, user: User) -> None:
    """Keep who gave out the password: until the next level agrees, the two are not two people (R22).

    A second factor that is the owner's and stays proves the owner at the next login instead.
    """
    was_owners = not user.is_given_out or user.owners_factor
    user.owners_factor = bool(was_owners and user.id is not None and user.has_second_factor)
    actor = work.actor_if_any
    user.password_given_by, user.password_given_at = (actor.user_id, work.now) if actor else (None, None)
    user.agreed_by = user.agreed_at = None


def shut_out(work: Work, user: User, successor_id: int | None = None) -> None:
    """Disable an account, end its sessions, and give away what is open in its hands. Raises AlreadyDone.

    Without a successor its cases go to the whole unit.
    """
    if user.disabled_at is not None:
        raise AlreadyDone(f"账号 {user.login} 已经停用。")
    handing_over.hand_over(work, user, successor_id)
    user.disabled_at = work.now
    sessions.end_all(work.session, user, work.now)
    work.did("user.disabled", user)


def let_in_again(work: Work, user: User) -> None:
    """Enable a disabled account again. Raises AlreadyDone, WrongState."""
    if user.disabled_at is None:
        raise AlreadyDone(f"账号 {user.login} 没有停用。")
    require_in_use(lock_row(work.session, Unit, user.unit_id))  # nobody retires it meanwhile
    user.disabled_at = None
    work.did("user.enabled", user)


def everybody(session: Session) -> Sequence[User]:
    """List every account, unit by unit, with its unit and whether a code is asked for."""
    query = select(User).order_by(User.unit_id, User.login).options(joinedload(User.second_factor))
    return session.scalars(query).all()


def _named(session: Session, login: str) -> User:
    named = select(User).where(User.login == login).options(ALONE).with_for_update(of=User, key_share=True)
    user = session.scalar(named.execution_options(populate_existing=True))
    if user is None:
        raise NotThere(f"没有登录名为 {login} 的账号。")
    return user
