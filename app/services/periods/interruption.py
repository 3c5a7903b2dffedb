"""After an outage in working hours: the office may extend an open window by whole working days (R7)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session, selectinload

from app.domain.calendar.workdays import Calendar
from app.domain.cases.states import require_office
from app.domain.periods.window import Phase, WindowPlan, extend_plan
from app.domain.refusals import AlreadyClosed, DeadlineSettled, EstimatedCalendar, WrongState
from app.models import Period, WindowExtension
from app.models.periods import days_to_json
from app.services.calendar.availability import availability
from app.services.periods.scheduling import REASON
from app.services.shared.locks import lock_row
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case


@dataclass(frozen=True, slots=True)
class CompensationOffer:
    """The days that lost an hour or more and were not compensated yet, and the plan that compensates them."""

    outage_days: tuple[dt.date, ...]
    plan: WindowPlan


def offer_compensation(session: Session, period: Period, calendar: Calendar, now: dt.datetime) -> CompensationOffer:
    """Offer one working day for each working day with an outage.

    Raises WrongState outside of the window, since a window that is over stays over (R4), and without an outage;
    EstimatedCalendar, BeyondHorizon.
    """
    if not period.window.contains(now):
        raise WrongState("公示时间不能延长：只有在公示期间才能延长，开始以前可以撤回重排，结束以后不再公开。")
    made_good = {date for extension in period.window_extensions for date in extension.outage_days}
    lost = tuple(date for date in availability(session, period, now).outage_days if date.isoformat() not in made_good)
    if not lost:
        raise WrongState(
            "公示时间不能延长：这次公示的工作时间里，没有哪一天有一小时以上缺少运行记录，或者已经为此延长过。"
        )
    plan = extend_plan(period.timetable, period.conclude_workdays, period.counted_days, len(lost), calendar)
    if plan.estimated and not period.programme.demonstration:
        raise EstimatedCalendar
    return CompensationOffer(lost, plan)


@use_case
def extend_window(work: Work, period_id: int, reason: str, calendar: Calendar) -> None:
    """Extend the window as `offer_compensation` says now. The reason is shown on the page.

    Raises AlreadyClosed, DeadlineSettled, MissingText and what `offer_compensation` raises.
    """
    require_office(work.actor)
    period = lock_row(work.session, Period, period_id, selectinload(Period.window_extensions))
    if period.phase(work.now) in (Phase.CLOSED, Phase.CANCELLED):
        raise AlreadyClosed
    if period.settled_at is not None:
        raise DeadlineSettled(period.settled_at)
    made = offer_compensation(work.session, period, calendar, work.now)
    reason = checked_text(reason, "延长公示的理由", REASON)
    days = [date.isoformat() for date in made.outage_days]
    extension = WindowExtension(
        period_id=period.id,
        previous=period.closes_at,
        extended_to=made.plan.window.closes_at,
        previous_deadline=period.conclude_by,
        new_deadline=made.plan.conclude_by,
        outage_days=days,
        reason=reason,
        extended_by=work.actor.user_id,
        extended_at=work.now,
    )
    work.session.add(extension)
    period.closes_at, period.conclude_by = extension.extended_to, extension.new_deadline
    period.days, period.recount = days_to_json(made.plan.days), None
    if calendar.version not in period.calendar_version:
        period.calendar_version = f"{period.calendar_version}；延长时 {calendar.version}"
    period.provisional = period.provisional or made.plan.provisional
    period.estimated = period.estimated or made.plan.estimated
    details = {
        "from": extension.previous.isoformat(),
        "to": extension.extended_to.isoformat(),
        "deadline": extension.new_deadline.isoformat(),
        "outage_days": days,
        "reason": reason,
    }
    work.did("period.window_extended", period, **details)
