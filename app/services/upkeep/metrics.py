"""Figures of the database at this moment, for monitoring."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.domain.cases.states import OPEN_STATES, State
from app.models import AvailabilitySpan, Case, Entry, OutboxRow, Period
from app.services.cases import queue
from app.services.periods.progress import case_counts
from app.services.record import checkpoints, proof_times
from app.services.record.verifying import tail
from app.services.upkeep import checking


@dataclass(frozen=True, slots=True)
class Readings:
    """Counts and durations at one moment. None where there is nothing to measure from."""

    open_cases: Mapping[State, int]
    escalated_cases: int  # neither accepted nor declined after two working days (R21)
    cases_without_two_people: int  # that nobody could conclude: the invariant of R21 fails
    oldest_unaccepted: dt.timedelta
    open_periods: int
    until_next_deadline: dt.timedelta | None
    open_cases_at_next_deadline: int
    unsettled_due_periods: int
    settlement_lag: dt.timedelta  # since the oldest deadline that nothing has settled (R26)
    unsent_warnings: int
    since_last_tick: dt.timedelta | None
    since_last_check: dt.timedelta | None
    unsealed_acts: int
    oldest_unsealed: dt.timedelta  # since the first act without a seal was written (R38)
    since_last_checkpoint: dt.timedelta | None
    since_last_stamp: dt.timedelta | None
    since_last_cosignature: dt.timedelta | None
    broken_invariants: int  # rows that last night's check named (R37)


def take_readings(session: Session, now: dt.datetime) -> Readings:
    """Read the figures; write nothing.

    Small queries, and the open cases with whoever may act on them: meant for every half minute, not for every page.
    """
    running, unsettled = Period.cancelled_at.is_(None), Period.settled_at.is_(None)
    open_periods = select(func.count()).where(Period.opens_at <= now, Period.closes_at > now, running)
    next_deadline = select(func.min(Period.conclude_by)).where(Period.conclude_by > now, running, unsettled)
    due = select(func.count(), func.min(Period.conclude_by)).where(Period.conclude_by <= now, running, unsettled)
    unaccepted = _of_cases(func.count().filter(Case.escalates_at <= now), func.min(Case.received_at)).where(
        Case.state == State.RECEIVED, Period.conclude_by > now
    )
    deadline = session.scalar(next_deadline)
    at_deadline = _of_cases(func.count()).where(Case.state.in_(OPEN_STATES), Period.conclude_by == deadline)
    unsettled_due, oldest_due = session.execute(due).one()
    escalated, oldest_unaccepted = session.execute(unaccepted).one()
    counts = case_counts(session, now)
    last_check = checking.latest(session)
    unsealed, newest = tail(session), checkpoints.newest(session)
    last_tick = session.scalar(select(func.max(AvailabilitySpan.last_seen_at)))
    return Readings(
        open_cases={state: counts[state] for state in State if state in OPEN_STATES},
        escalated_cases=escalated,
        cases_without_two_people=len(queue.list_without_hands(session, now)),
        oldest_unaccepted=now - oldest_unaccepted if oldest_unaccepted else dt.timedelta(),
        open_periods=session.scalar(open_periods) or 0,
        until_next_deadline=deadline - now if deadline else None,
        open_cases_at_next_deadline=(session.scalar(at_deadline) or 0) if deadline else 0,
        unsettled_due_periods=unsettled_due,
        settlement_lag=now - oldest_due if oldest_due else dt.timedelta(),
        unsent_warnings=session.scalar(select(func.count()).where(OutboxRow.sent_at.is_(None))) or 0,
        since_last_tick=now - last_tick if last_tick else None,
        since_last_check=now - last_check.began_at if last_check else None,
        unsealed_acts=unsealed.count,
        oldest_unsealed=now - unsealed.oldest_at if unsealed.oldest_at else dt.timedelta(),
        since_last_checkpoint=now - newest[0].at if newest else None,
        since_last_stamp=now - stamped if (stamped := proof_times.last_stamp(session)) else None,
        since_last_cosignature=now - cosigned if (cosigned := proof_times.last_cosignature(session)) else None,
        broken_invariants=len(last_check.findings) if last_check else 0,
    )


def _of_cases(*columns: ColumnElement[Any]) -> Select[Any]:
    """Select from cases, with the period each belongs to."""
    return (
        select(*columns)
        .select_from(Case)
        .join(Entry, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
    )
