"""Notices of account resets: to the owner at the next login, to the office on its page (R22)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import Actor, require_office
from app.models import AccountReset, User
from app.services.record.chain import by_user
from app.services.shared.locks import lock_row
from app.services.shared.work import Work, use_case

LATEST = 10


def note(work: Work, user: User, *, second_factor: bool) -> None:
    """Note a reset by somebody other than the owner, in the caller's transaction."""
    giver = work.actor_if_any
    work.session.add(
        AccountReset(
            user_id=user.id, given_by=giver.user_id if giver else None, second_factor=second_factor, at=work.now
        )
    )
    user.untold_reset = True


def of_user(session: Session, user_id: int) -> Sequence[AccountReset]:
    """List the latest resets of one account, the last first."""
    query = select(AccountReset).where(AccountReset.user_id == user_id).order_by(AccountReset.id.desc())
    return session.scalars(query.limit(LATEST).options(joinedload(AccountReset.giver))).all()


@use_case
def note_told(work: Work, user_id: int) -> None:
    """Note that the owner of an account knows of its resets so far."""
    user = lock_row(work.session, User, user_id)
    user.untold_reset = False
    untold = AccountReset.user_id == user_id, AccountReset.told_at.is_(None)
    work.session.execute(update(AccountReset).where(*untold).values(told_at=work.now))
    work.did_by(by_user(user_id), "user.reset_known", user)


def unread(session: Session, actor: Actor) -> Sequence[AccountReset]:
    """List the resets that nobody of the office has seen yet, without those by this person."""
    theirs = AccountReset.given_by.is_(None), AccountReset.given_by != actor.user_id
    query = select(AccountReset).where(AccountReset.seen_at.is_(None), or_(*theirs)).order_by(AccountReset.id)
    return session.scalars(
        query.options(joinedload(AccountReset.user).joinedload(User.unit), joinedload(AccountReset.giver))
    ).all()


@use_case
def note_seen(work: Work, reset_ids: Iterable[int]) -> int:
    """Note that somebody of the office has seen these resets. Nobody sees to their own. Returns how many."""
    require_office(work.actor)
    wanted = frozenset(reset_ids)
    seen = [row for row in unread(work.session, work.actor) if row.id in wanted]
    for row in seen:
        row.seen_by, row.seen_at = work.actor.user_id, work.now
    if seen:
        work.did("user.resets_seen", f"user:{work.actor.user_id}", resets=[row.id for row in seen])
    return len(seen)
