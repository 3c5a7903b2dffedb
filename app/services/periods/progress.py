"""How far periods are: which run, what is still open in each, and which can be closed (R30)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import OPEN_STATES, State
from app.domain.cases.verdict import effective_state
from app.models import Case, Entry, Objection, Period
from app.services.cases.second_looks import list_holding_up


def running_periods(session: Session) -> Sequence[Period]:
    """Every period that is neither closed nor taken back, in the order they open."""
    return session.scalars(
        select(Period)
        .where(Period.closed_at.is_(None), Period.cancelled_at.is_(None))
        .order_by(Period.opens_at, Period.id)
        .options(joinedload(Period.organiser), joinedload(Period.programme))
    ).all()


def all_periods(session: Session) -> list[Period]:
    """List every period: the running ones in the order they open, then the others, the latest first."""
    over = Period.closed_at.is_not(None) | Period.cancelled_at.is_not(None)
    query = (
        select(Period)
        .where(over)
        .order_by(Period.closes_at.desc(), Period.id.desc())
        .options(joinedload(Period.organiser), joinedload(Period.programme))
    )
    return [*running_periods(session), *session.scalars(query)]


def open_case_counts(session: Session, period_ids: Sequence[int], now: dt.datetime) -> Counter[int]:
    """Open cases of each period at `now`: none from the deadline on."""
    rows = session.execute(
        select(Entry.period_id, func.count(Case.id))
        .join(Case, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(Entry.period_id.in_(period_ids), Case.state.in_(OPEN_STATES), Period.conclude_by > now)
        .group_by(Entry.period_id)
    )
    return Counter(dict(rows.all()))


def case_counts(session: Session, now: dt.datetime, period_id: int | None = None) -> dict[State, int]:
    """How many cases stand in each state at `now`: of one period, or of all that are not closed."""
    query = (
        select(Case.state, Period.conclude_by, func.count(Case.id))
        .join(Entry, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .group_by(Case.state, Period.conclude_by)
    )
    query = query.where(Period.id == period_id) if period_id else query.where(Period.closed_at.is_(None))
    counts: Counter[State] = Counter()
    for state, conclude_by, count in session.execute(query):
        counts[effective_state(state, conclude_by, now)] += count
    return {state: counts[state] for state in State}


def ready_to_close(session: Session, periods: Sequence[Period], now: dt.datetime) -> set[int]:
    """Return those of these periods that can be closed, by id: what `close_period` would not refuse (R30, R35).

    The window is over, and either the deadline has passed, or no case is open and none waits for a second look.
    """
    over = [period for period in periods if period.closed_at is None and period.cancelled_at is None]
    over = [period for period in over if now >= period.closes_at]
    open_cases = open_case_counts(session, [period.id for period in over], now)
    held_up = list_holding_up(session, over, now)
    return {period.id for period in over if not open_cases[period.id] and period.id not in held_up}


def settlement_is_late(session: Session, now: dt.datetime, tolerance: dt.timedelta) -> bool:
    """Whether a deadline passed longer than `tolerance` ago and nothing settled it."""
    return (
        session.scalar(
            select(Period.id)
            .where(
                Period.conclude_by <= now - tolerance,
                Period.settled_at.is_(None),
                Period.cancelled_at.is_(None),
            )
            .limit(1)
        )
        is not None
    )


def filed_instants(session: Session, since: dt.datetime) -> Sequence[dt.datetime]:
    """List when objections came in, from `since` on."""
    return session.scalars(
        select(Objection.filed_at).where(Objection.filed_at >= since).order_by(Objection.filed_at)
    ).all()
