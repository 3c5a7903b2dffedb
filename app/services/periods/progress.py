"""How far periods are: which run, what is still open in each, and which can be closed (R30)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import OPEN_STATES, State
from app.domain.cases.verdict import effective_state
from app.domain.periods.window import Phase
from app.models import Case, Entry, Objection, Period, Programme, Unit
from app.models.expressions import LocalDay
from app.services.cases.second_looks import list_holding_up
from app.services.shared.stored_rows import Selection, StoredRows


def running_periods(session: Session) -> Sequence[Period]:
    """Every period that is neither closed nor taken back, in the order they open."""
    return session.scalars(
        select(Period)
        .where(Period.closed_at.is_(None), Period.cancelled_at.is_(None))
        .order_by(Period.opens_at, Period.id)
        .options(joinedload(Period.organiser), joinedload(Period.programme))
    ).all()


def stored_periods(session: Session) -> StoredRows[Period]:
    """Return every period: the running ones in the order they open, then the others, the latest first."""
    source = (
        select(Period.id)
        .join(Unit, Period.organiser_id == Unit.id)
        .join(Programme, Period.programme_id == Programme.id)
    )
    over = Period.closed_at.is_not(None) | Period.cancelled_at.is_not(None)
    order = (
        case((over, 1), else_=0),
        case((over, None), else_=Period.opens_at),
        case((over, None), else_=Period.id),
        Period.closes_at.desc(),
        Period.id.desc(),
    )

    def load(ids: Sequence[int]) -> Sequence[Period]:
        with_more = joinedload(Period.organiser), joinedload(Period.programme)
        return session.scalars(select(Period).where(Period.id.in_(ids)).options(*with_more)).all()

    return StoredRows(session, Period.id, source, order, load, lambda period: period.id)


def phase_in_sql(now: dt.datetime) -> ColumnElement[str]:
    """Return the phase of a Period; the counterpart of `PhaseDates.phase`."""
    return case(
        (Period.cancelled_at.is_not(None), Phase.CANCELLED.value),
        (Period.closed_at.is_not(None), Phase.CLOSED.value),
        (Period.opens_at > now, Phase.SCHEDULED.value),
        (Period.closes_at > now, Phase.OPEN.value),
        (Period.conclude_by <= now, Phase.DUE.value),
        else_=Phase.HANDLING.value,
    )


def count_open_cases(now: dt.datetime) -> ColumnElement[int]:
    """Count the open cases of a Period: none from the deadline on."""
    query = select(func.count(Case.id)).join(Entry, Case.entry_id == Entry.id).where(Entry.period_id == Period.id)
    counted = query.where(Case.state.in_(OPEN_STATES)).correlate(Period).scalar_subquery()
    return case((and_(Period.conclude_by > now, Period.closed_at.is_(None)), counted), else_=0)


def all_periods(session: Session) -> list[Period]:
    """List every period; see `stored_periods`."""
    return list(stored_periods(session).every(Selection()))


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


def count_filed(session: Session, since: dt.datetime) -> dict[dt.date, int]:
    """Count the objections that came in from `since` on, by day."""
    return _by_day(session, Objection.filed_at >= since)


def count_filed_in(session: Session, period: Period) -> dict[dt.date, int]:
    """Count the objections of a period by the day on which they came in."""
    return _by_day(session, Objection.entry_id.in_(select(Entry.id).where(Entry.period_id == period.id)))


def _by_day(session: Session, which: ColumnElement[bool]) -> dict[dt.date, int]:
    day = LocalDay(Objection.filed_at)
    return dict(session.execute(select(day, func.count()).where(which).group_by(day)).all())
