"""The office's holiday notices: loading them, the calendar they make, and what a new one would change (R2, R3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.calendars.china import ChinaCalendar, festivals_of
from app.domain.calendar.notices import Notice, read_notices, require_plausible
from app.domain.calendar.workdays import Calendar, local_date
from app.domain.periods.window import Phase, explain
from app.domain.refusals import Refusal
from app.models import CalendarNotice, Period
from app.services.calendar.recounting import recount_periods
from app.services.shared.work import Work, use_case


def calendar_of(session: Session, demonstration: bool = False) -> ChinaCalendar:
    """Return the calendar in force. Estimated arrangements are for the demonstration alone."""
    rows = session.scalars(select(CalendarNotice).order_by(CalendarNotice.id)).all()
    return ChinaCalendar([row.notice for row in rows if demonstration or not row.estimated])


@dataclass(frozen=True, slots=True)
class Affected:
    """A period whose stored days a newer notice would count otherwise. Nothing moves by itself (R3)."""

    period_id: int
    title: str
    why: str


@use_case
def load_notices(work: Work, text: str, looked_twice: bool = False) -> list[Notice]:
    """Load a document of notices whole, or not at all, and mark the periods that it counts otherwise (R3).

    Raises BadNotice with line or field named, HolidayTooLong unless somebody `looked_twice`.
    """
    notices = read_notices(text)
    require_plausible(notices, local_date(work.now), festivals_of, looked_twice)
    store_notices(work, notices)
    work.session.flush()
    recount_periods(work, cache(lambda demonstration: calendar_of(work.session, demonstration)))
    return list(notices)


def store_notices(work: Work, notices: tuple[Notice, ...]) -> None:
    """Add notices and their record to the caller's transaction."""
    for notice in notices:
        work.session.add(
            CalendarNotice(
                year=notice.year,
                number=notice.number,
                published=notice.published,
                source=notice.source,
                off=sorted(date.isoformat() for date in notice.off),
                work=sorted(date.isoformat() for date in notice.work),
                estimated=notice.estimated,
                loaded_at=work.now,
            )
        )
        work.did("calendar.loaded", f"calendar:{notice.year}", number=notice.number)


def affected_periods(session: Session, calendar: Calendar, now: dt.datetime) -> list[Affected]:
    """List the periods not over yet whose days `calendar` would count differently from how they were stored."""
    affected = []
    query = select(Period).where(Period.conclude_by > now, Period.cancelled_at.is_(None)).order_by(Period.id)
    for period in session.scalars(query):
        if period.phase(now) is Phase.CLOSED:
            continue
        stored = period.stored.days
        try:
            recounted = explain(stored[0].day.date, period.window.last_day, stored[-1].day.date, calendar)
        except Refusal as refusal:
            affected.append(Affected(period.id, period.title, str(refusal)))
            continue
        changed = [
            old.day.date for old, new in zip(stored, recounted, strict=True) if old.day.works is not new.day.works
        ]
        if changed:
            days = "、".join(date.isoformat() for date in changed)
            affected.append(Affected(period.id, period.title, f"{days} 的上班安排变了"))
    return affected
