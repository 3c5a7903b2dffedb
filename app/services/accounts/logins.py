"""Login of staff: password, then code; and slowing down whoever fails (SECURITY 22-24).

Each attempt is counted as a failure, and committed, before it is checked. So neither a crash halfway nor fifty parallel
attempts evade the count. A correct attempt is taken off the count again. Hashing is slow, so it is done between two
transactions.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from app.domain.accounts.logins import FAILURES_COUNT_FOR, SECOND_STEP_WITHIN, next_try
from app.domain.objections.receipt import keyed_hash
from app.domain.refusals import LoginRefused, NotKnownHere, StepTooLate, TooManyFailures, WrongCode, WrongPassword
from app.models import LoginFailure, StaffSession, User
from app.sealing import Keyring
from app.services.accounts import passwords, second_factor, sessions
from app.services.record.chain import by_user
from app.services.shared.locks import lock_row
from app.services.shared.work import Work, use_case

_STRANGER = "stranger"
_LOCK = text("SELECT pg_advisory_xact_lock(:number)")


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """A browser in which this person was let in before. Its failures are counted apart from everybody else's,
    so that no stranger who keeps failing can keep the person out of it."""

    user_id: int
    mark: str


def new_mark() -> str:
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class HalfWay:
    """Somebody who gave the right password and must still give the code."""

    user_id: int
    epoch: int
    since: dt.datetime
    subject: str = ""  # of the identity provider, where it took the password's place


@dataclass(frozen=True, slots=True)
class LetIn:
    session: StaffSession
    token: str


def check_password(work: Work, login: str, password: str, browser: KnownBrowser | None) -> User:
    """Check a login name and a password and return the account that they open.

    Raises LoginRefused, TooManyFailures. Neither says which of the two was wrong, or more than that.
    """
    user = work.session.scalar(select(User).where(User.login == login).options(joinedload(User.second_factor)))
    failure = _count_as_failed(work, _bucket(work.keyring, login, user, browser), "password")
    stored = user.password_hash if user is not None and _opens(user, work.now) else None
    if not passwords.fits(stored, password) or user is None:
        note_failure(work, user)
        raise LoginRefused
    with work:
        _take_back(work.session, failure)
    return user


def check_code(work: Work, half: HalfWay, code: str, browser: KnownBrowser | None) -> User:
    """Check the code of the second step and return the account. Raises WrongCode, StepTooLate, TooManyFailures.

    The code is used up in the transaction in which `let_in` lets the person in: commit there.
    """
    user = work.session.get(User, half.user_id)
    if user is None or user.disabled_at is not None or user.session_epoch != half.epoch:
        raise StepTooLate
    if work.now >= half.since + SECOND_STEP_WITHIN:
        raise StepTooLate
    _count_as_failed(work, _bucket(work.keyring, user.login, user, browser), "code")
    try:
        kind = second_factor.take(work.session, work.keyring, user.id, code, work.now)
    except WrongCode:
        note_failure(work, user)
        raise
    if kind == "recovery_code":
        work.did_by(by_user(user.id), "user.recovery_code_used", f"user:{user.id}")
    if user.is_given_out and user.owners_factor:
        _note_proved(work, half)
    return user


def _note_proved(work: Work, half: HalfWay) -> None:
    """Note that the owner came in over another way (R22): whoever gave out the password does not have the telephone.

    Raises StepTooLate where the password was given out once more meanwhile.
    """
    user = lock_row(work.session, User, half.user_id)
    if user.session_epoch != half.epoch:
        raise StepTooLate
    user.agreed_at, user.agreed_by = work.now, None
    work.did_by(by_user(user.id), "user.proved", f"user:{user.id}", given_by=user.password_given_by)


@use_case
def let_in(work: Work, user: User, browser: KnownBrowser | None, replaces: str, subject: str = "") -> LetIn:
    """Begin a new session for this login and forget the counted failures.

    The session that this browser had before ends. `subject` is the mark of whom an identity provider vouched for: an
    account that is bound to none is bound to it now. Raises NotKnownHere where it was bound to another meanwhile.
    """
    if subject:
        _bind(work, user.id, subject)
    work.session.execute(
        delete(LoginFailure).where(LoginFailure.bucket == _bucket(work.keyring, user.login, user, browser))
    )
    sessions.forget_over(work.session, user.id, work.now)
    sessions.end_replaced(work.session, replaces, work.now)
    begun, token = sessions.begin(work.session, user, work.now)
    work.did_by(by_user(user.id), "user.logged_in", f"user:{user.id}")
    return LetIn(begun, token)


def _bind(work: Work, user_id: int, subject: str) -> None:
    user = lock_row(work.session, User, user_id)
    if user.provider_subject is None:
        user.provider_subject = subject
        try:
            work.session.flush()
        except IntegrityError:  # this subject opened another account at the same moment
            raise NotKnownHere from None
        work.did_by(by_user(user.id), "user.bound", f"user:{user.id}")
    elif user.provider_subject != subject:
        raise NotKnownHere


def prove_identity(work: Work, user_id: int, password: str) -> None:
    """Check the password of somebody who is logged in, before they change what guards the account.

    Raises WrongPassword, TooManyFailures. Failures count here too: somebody may guess at an unattended screen.
    """
    user = work.session.get_one(User, user_id)
    failure = _count_as_failed(work, keyed_hash(work.keyring.hash_key, "identity-failures", str(user_id)), "password")
    if not passwords.fits(user.password_hash, password):
        with work:
            work.did_by(by_user(user_id), "user.password_refused", user)
        raise WrongPassword
    with work:
        _take_back(work.session, failure)


def _opens(user: User, now: dt.datetime) -> bool:
    """Return whether the account may log in: neither disabled, nor its handed-out password expired."""
    return user.disabled_at is None and (user.password_expires_at is None or now < user.password_expires_at)


def _bucket(keyring: Keyring, login: str, user: User | None, browser: KnownBrowser | None) -> str:
    """Return the key under which failures are counted.

    Each login name has one, whether or not the account exists. A browser that the owner has used has one of its own.
    """
    mark = browser.mark if browser is not None and user is not None and browser.user_id == user.id else ""
    return keyed_hash(keyring.hash_key, "login-failures", f"{mark}\0{login}")


@use_case
def _count_as_failed(work: Work, bucket: str, field: str) -> int:
    """Count one more failure, commit it and return its id.

    While it is too early for another try, counts nothing and raises TooManyFailures for the form's field.
    """
    if work.session.get_bind().dialect.name == "postgresql":  # on SQLite every writer waits for the one before it
        work.session.execute(_LOCK, {"number": int(bucket[:15], 16)})
    work.session.execute(delete(LoginFailure).where(LoginFailure.failed_at <= work.now - FAILURES_COUNT_FOR))
    failures = work.session.scalars(select(LoginFailure.failed_at).where(LoginFailure.bucket == bucket)).all()
    again_at = next_try(failures, work.now)
    if again_at > work.now:
        raise TooManyFailures(again_at, work.now, field)
    failure = LoginFailure(bucket=bucket, failed_at=work.now)
    work.session.add(failure)
    work.session.flush()
    return failure.id


def _take_back(session: Session, failure: int) -> None:
    session.execute(delete(LoginFailure).where(LoginFailure.id == failure))


@use_case
def note_failure(work: Work, user: User | None) -> None:
    """Record a failed login under the account's number, if there is an account.

    The typed name is not recorded: it may be a password.
    """
    subject = f"user:{user.id}" if user is not None else "user:unknown"
    work.did_by(_STRANGER, "user.login_failed", subject)
