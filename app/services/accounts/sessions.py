"""Sessions of staff: kept by the server, so that they end when it says so and not when a cookie does."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session, joinedload

from app.domain.accounts.logins import IDLE, LONGEST, SEEN_EVERY, session_lives
from app.models import StaffSession, User
from app.services.record.chain import by_user
from app.services.shared.work import Work, use_case

_TOKEN_BYTES = 32


def begin(session: Session, user: User, now: dt.datetime) -> tuple[StaffSession, str]:
    """Begin a session, in the caller's transaction, and return it with its token.

    Only the token's hash is stored.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    begun = StaffSession(token_hash=_hash(token), user=user, epoch=user.session_epoch, created_at=now, last_seen_at=now)
    session.add(begun)
    session.flush()
    return begun, token


def find(session: Session, token: str, now: dt.datetime) -> StaffSession | None:
    """Find the live session of a token, with its person.

    Returns None once the session has ended or its account is disabled.
    """
    found = session.scalar(
        select(StaffSession)
        .where(StaffSession.token_hash == _hash(token))
        .options(joinedload(StaffSession.user).joinedload(User.second_factor))
    )
    return found if found is not None and _lives(found, now) else None


@use_case
def note_seen(work: Work, session_id: int) -> None:
    """Note that somebody opened a page: the half hour of idle time begins anew.

    Written once a minute, not for every page.
    """
    work.session.execute(
        update(StaffSession)
        .where(StaffSession.id == session_id, StaffSession.last_seen_at <= work.now - SEEN_EVERY)
        .values(last_seen_at=work.now)
    )


def living(session: Session, user_id: int, now: dt.datetime) -> Sequence[StaffSession]:
    """List the live sessions of a person, the latest seen first."""
    rows = session.scalars(
        select(StaffSession)
        .where(
            StaffSession.user_id == user_id,
            StaffSession.ended_at.is_(None),
            StaffSession.last_seen_at > now - IDLE,
            StaffSession.created_at > now - LONGEST,
        )
        .order_by(StaffSession.last_seen_at.desc(), StaffSession.id.desc())
        .options(joinedload(StaffSession.user))
    ).all()
    return [row for row in rows if _lives(row, now)]


@use_case
def log_out(work: Work, session_id: int, user_id: int) -> None:
    """End one session. Its cookie opens nothing any more."""
    _end(work.session, user_id, work.now, StaffSession.id == session_id)
    work.did_by(by_user(user_id), "user.logged_out", f"user:{user_id}")


@use_case
def log_out_elsewhere(work: Work, session_id: int, user_id: int) -> int:
    """End every session of somebody but this one. Returns how many."""
    ended = _end(work.session, user_id, work.now, StaffSession.id != session_id)
    work.did_by(by_user(user_id), "user.logged_out_elsewhere", f"user:{user_id}", sessions=ended)
    return ended


def end_all(session: Session, user: User, now: dt.datetime) -> None:
    """End every session of a person whose password or rights changed. In the caller's transaction."""
    user.session_epoch = User.session_epoch + 1  # added by the database: somebody else may do the same just now
    _end(session, user.id, now, StaffSession.id.is_not(None))


def end_replaced(session: Session, token: str, now: dt.datetime) -> None:
    """End the session that a browser had before it logged in again. In the caller's transaction."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == _hash(token), StaffSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def forget_over(session: Session, user_id: int, now: dt.datetime) -> None:
    """Delete the rows of sessions that ended long ago, in the caller's transaction.

    The record still shows that the person was logged in.
    """
    session.execute(
        delete(StaffSession).where(StaffSession.user_id == user_id, StaffSession.created_at <= now - LONGEST)
    )


def _end(session: Session, user_id: int, now: dt.datetime, which: ColumnElement[bool]) -> int:
    ended = session.scalars(
        update(StaffSession)
        .where(StaffSession.user_id == user_id, StaffSession.ended_at.is_(None), which)
        .values(ended_at=now)
        .returning(StaffSession.id)
    ).all()
    return len(ended)


def _lives(found: StaffSession, now: dt.datetime) -> bool:
    return (
        found.ended_at is None
        and found.user.disabled_at is None
        and found.epoch == found.user.session_epoch
        and session_lives(found.created_at, found.last_seen_at, now)
    )


def _hash(token: str) -> str:
    # 256 random bits need no salt and no slow hash.
    return hashlib.sha256(token.encode()).hexdigest()
