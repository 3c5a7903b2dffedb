"""Who stands in for whom at a moment (代理). The end of the last day is written nowhere: it is a function of `now`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import OPEN_STATES
from app.models import Case, Deputy, Entry, Period, User
from app.services.shared.work import Work


@dataclass(frozen=True, slots=True)
class StandingIn:
    """Somebody this person stands in for today, and how many open cases are in that one's hands."""

    row: Deputy
    cases: int


def _in_force(now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    today = local_date(now)
    return Deputy.ended_at.is_(None), Deputy.first_day <= today, Deputy.last_day >= today


def list_absent(session: Session, user_ids: Collection[int], now: dt.datetime) -> dict[int, list[User]]:
    """Return the people for whom each of these stands in at `now`, by the deputy's id.

    A deputy stands in within one unit: whoever was moved since does so no longer.
    """
    query = select(Deputy).where(Deputy.deputy_id.in_(user_ids), *_in_force(now)).order_by(Deputy.id)
    found: dict[int, list[User]] = {}
    for row in session.scalars(query.options(joinedload(Deputy.absent), joinedload(Deputy.deputy))):
        if row.absent.unit_id == row.deputy.unit_id and row.absent.disabled_at is None:
            found.setdefault(row.deputy_id, []).append(row.absent)
    return found


def list_standing_in(session: Session, user_id: int, now: dt.datetime) -> list[StandingIn]:
    """List for whom this person stands in today, with the open cases in their hands."""
    absent = {user.id for user in list_absent(session, [user_id], now).get(user_id, ())}
    query = select(Deputy).where(Deputy.deputy_id == user_id, Deputy.absent_id.in_(absent), *_in_force(now))
    counted = (
        select(Case.assignee_id, func.count(Case.id))
        .join(Entry, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(Case.assignee_id.in_(absent), Case.state.in_(OPEN_STATES), Period.conclude_by > now)
        .group_by(Case.assignee_id)
    )
    cases = {user_id: count for user_id, count in session.execute(counted)}  # noqa: C416 - rows are no tuples
    rows = session.scalars(query.order_by(Deputy.last_day, Deputy.id).options(joinedload(Deputy.absent)))
    return [StandingIn(row, cases.get(row.absent_id, 0)) for row in rows]


def list_coming(session: Session, user_id: int, now: dt.datetime) -> Sequence[Deputy]:
    """List the deputies of this person, and those whose deputy they are, whose last day has not passed."""
    theirs = or_(Deputy.absent_id == user_id, Deputy.deputy_id == user_id)
    query = select(Deputy).where(theirs, Deputy.ended_at.is_(None), Deputy.last_day >= local_date(now))
    return session.scalars(
        query.order_by(Deputy.first_day, Deputy.id).options(joinedload(Deputy.absent), joinedload(Deputy.deputy))
    ).all()


def end_all(work: Work, user: User) -> list[int]:
    """End what this person has to do with deputies, because the account ends. Returns the ids."""
    ended = list_coming(work.session, user.id, work.now)
    for row in ended:
        end(work, row)
    return [row.id for row in ended]


def end(work: Work, row: Deputy) -> None:
    """End a deputy now, in the caller's transaction."""
    actor = work.actor_if_any
    row.ended_by, row.ended_at = actor.user_id if actor else None, work.now
    work.did("deputy.ended", f"user:{row.absent_id}", deputy=row.deputy_id)
