"""A burst of objections in the last day of a window: one extension for all periods that it touches (R25).

Whoever floods the last evening leaves the handlers too little time, and at the deadline every nominee with an open case
is out (R26). So the office is offered one act that moves all of their deadlines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.domain.calendar.workdays import Calendar, nth_workday_after
from app.domain.cases.states import OPEN_STATES, require_office
from app.domain.refusals import BadValue, ChangedMeanwhile, NothingChosen
from app.models import Case, DeadlineExtension, Entry, Objection, Period
from app.services.periods.scheduling import extend_deadline
from app.services.shared.locks import lock_row_if_any
from app.services.shared.work import Work, use_case

FROM = 20  # so many objections in a window's last 24 hours, in one period
WORKDAYS = range(1, 11)
_LAST_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Burst:
    """One period that a burst touches: how many came in its last day, and how many cases of it are open."""

    period: Period
    objections: int
    open_cases: int


def find_bursts(session: Session, now: dt.datetime) -> list[Burst]:
    """List the periods with a burst whose deadline is still to come and was not extended since."""
    running = session.scalars(
        select(Period)
        .where(Period.closed_at.is_(None), Period.cancelled_at.is_(None), Period.conclude_by > now)
        .where(Period.closes_at <= now + _LAST_DAY)
        .options(joinedload(Period.organiser))
        .order_by(Period.id)
    ).all()
    found = [_burst(session, period) for period in running]
    return [burst for burst in found if burst.objections >= FROM and burst.open_cases and not _extended(session, burst)]


@use_case
def extend_all(work: Work, period_ids: Collection[int], workdays: int, reason: str, calendar: Calendar) -> int:
    """Move the deadlines of these periods by so many working days, in one act. Returns how many.

    Raises NothingChosen, BadValue, ChangedMeanwhile (one is none of `find_bursts` any more), and what `extend_deadline`
    raises.
    """
    require_office(work.actor)
    if not period_ids:
        raise NothingChosen("请至少选一次公示。")
    if workdays not in WORKDAYS:
        raise BadValue("workdays", f"延长的工作日应在{WORKDAYS[0]}到{WORKDAYS[-1]}之间，现在是{workdays}。")
    for period_id in sorted(set(period_ids)):
        lock_row_if_any(work.session, Period, period_id)  # of two who extend at once, the second is told
    touched = {burst.period.id: burst.period for burst in find_bursts(work.session, work.now)}
    if not set(period_ids) <= touched.keys():
        raise ChangedMeanwhile("有的公示刚才已经延长或者办结，一次都没有延长，请核对后再提交。", "chosen")
    for period_id in sorted(set(period_ids)):
        day = nth_workday_after(touched[period_id].conclude_day, workdays, calendar)
        extend_deadline(work, period_id, day, reason, calendar)
    return len(set(period_ids))


def _burst(session: Session, period: Period) -> Burst:
    of_period = Objection.entry_id.in_(select(Entry.id).where(Entry.period_id == period.id))
    late = Objection.filed_at >= period.closes_at - _LAST_DAY
    objections = session.scalar(select(func.count(Objection.id)).where(of_period, late)) or 0
    of_cases = Case.entry_id.in_(select(Entry.id).where(Entry.period_id == period.id))
    open_cases = session.scalar(select(func.count(Case.id)).where(of_cases, Case.state.in_(OPEN_STATES))) or 0
    return Burst(period, objections, open_cases)


def _extended(session: Session, burst: Burst) -> bool:
    since = burst.period.closes_at - _LAST_DAY
    made = select(DeadlineExtension.id).where(
        DeadlineExtension.period_id == burst.period.id, DeadlineExtension.extended_at >= since
    )
    return session.scalar(made.limit(1)) is not None
