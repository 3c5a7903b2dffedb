"""After a holiday notice loaded later: one act of the office for all periods concerned (R3, 民法典 203)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.calendar.workdays import Calendar
from app.domain.cases.states import require_office
from app.domain.periods.replanning import moves_anything, replan_dates
from app.domain.periods.window import WindowPlan
from app.domain.refusals import ChangedMeanwhile, EstimatedCalendar, NothingChosen, Refusal
from app.models import Period, Replanning
from app.models.periods import days_to_json
from app.services.calendar.calendars import calendar_of
from app.services.periods.scheduling import REASON
from app.services.shared.locks import lock_row
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case


@dataclass(frozen=True, slots=True)
class Move:
    """A period that a notice shortened or whose deadline it made a day off, and where its dates would go.

    `obstacle` says why it cannot be moved in the one act, "" where it can; then there is a `plan`.
    """

    period: Period
    plan: WindowPlan | None
    obstacle: str = ""

    @property
    def window_moves(self) -> bool:
        return self.plan is not None and self.plan.window.closes_at > self.period.closes_at

    @property
    def deadline_moves(self) -> bool:
        return self.plan is not None and self.plan.conclude_by > self.period.set_deadline


def list_moves_due(session: Session, now: dt.datetime) -> list[Move]:
    """List the periods to be moved because of the notice in force, the one that ends first on top.

    The first thing on the office's page while there is one (R3).
    """
    marked = session.scalars(
        select(Period)
        .where(
            or_(Period.recount.is_not(None), Period.window_extensions.any()),
            Period.conclude_by > now,
            Period.settled_at.is_(None),
            Period.closed_at.is_(None),
            Period.cancelled_at.is_(None),
        )
        .order_by(Period.conclude_by, Period.id)
        .options(joinedload(Period.organiser), joinedload(Period.programme), selectinload(Period.window_extensions))
    ).all()
    calendars: dict[bool, Calendar] = {}
    found = []
    for period in marked:
        demonstration = period.programme.demonstration
        if demonstration not in calendars:
            calendars[demonstration] = calendar_of(session, demonstration)
        move = _move(period, calendars[demonstration], now)
        if move is not None:
            found.append(move)
    return found


def _move(period: Period, calendar: Calendar, now: dt.datetime) -> Move | None:
    if period.recount is None and not period.lacking_workdays:
        return None
    try:
        first = calendar.day(period.window.first_day)
        if now < period.opens_at and not first.works:
            return Move(period, None, f"开始的那一天改为{first.name or '休息日'}，请撤回后重新安排。")
        plan = replan_dates(period.stored, calendar, now)
    except Refusal as refusal:
        return Move(period, None, str(refusal))
    if not moves_anything(period.stored, plan):
        return None
    if plan.estimated and not period.programme.demonstration:
        return Move(period, None, str(EstimatedCalendar()))
    return Move(period, plan)


@use_case
def replan(work: Work, period_ids: Iterable[int], reason: str) -> list[Period]:
    """Move the windows and deadlines of these periods as `list_moves_due` says at this moment: all of them or none.

    `period_ids` are those that were seen. Raises NothingChosen, MissingText, ChangedMeanwhile where one of them no
    longer moves or cannot be moved.
    """
    require_office(work.actor)
    wanted = sorted(set(period_ids))
    if not wanted:
        raise NothingChosen("请至少选一次公示。")
    reason = checked_text(reason, "调整的理由", REASON)
    return [_replan(work, period_id, reason) for period_id in wanted]


def _replan(work: Work, period_id: int, reason: str) -> Period:
    period = lock_row(work.session, Period, period_id, selectinload(Period.window_extensions))
    over = period.settled_at is not None or period.closed_at is not None or period.cancelled_at is not None
    calendar = calendar_of(work.session, period.programme.demonstration)
    move = None if over or work.now >= period.conclude_by else _move(period, calendar, work.now)
    if move is None or move.plan is None:
        raise ChangedMeanwhile(f"“{period.title}”现在不需要或者不能这样调整，请重新打开页面核对。没有作任何调整。")
    plan = move.plan
    row = Replanning(
        period_id=period.id,
        previous_close=period.closes_at,
        new_close=plan.window.closes_at,
        previous_deadline=period.set_deadline,
        new_deadline=plan.conclude_by,
        calendar_version=plan.calendar_version,
        reason=reason,
        replanned_by=work.actor.user_id,
        replanned_at=work.now,
    )
    work.session.add(row)
    period.closes_at, period.set_deadline, period.waits_until = plan.window.closes_at, plan.conclude_by, None
    period.days, period.recount = days_to_json(plan.days), None
    if plan.calendar_version not in period.calendar_version:
        period.calendar_version = f"{period.calendar_version}；调整时 {plan.calendar_version}"
    period.provisional, period.estimated = plan.provisional, plan.estimated
    details = {
        "from": row.previous_close.isoformat(),
        "to": row.new_close.isoformat(),
        "previous_deadline": row.previous_deadline.isoformat(),
        "deadline": row.new_deadline.isoformat(),
        "reason": reason,
    }
    work.did("period.replanned", period, **details)
    return period


def can_be_moved(moves: Sequence[Move]) -> list[int]:
    """Return the ids of the periods that the one act can move."""
    return [move.period.id for move in moves if move.plan is not None]
