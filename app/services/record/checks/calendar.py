"""Invariants of holiday notices, of stored days and of the portal's own uptime (R1-R3, R7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import Select, select

from app.calendars.china import ChinaCalendar
from app.domain.calendar.notices import Notice, eve_of, is_weekend
from app.domain.calendar.workdays import Calendar, local_date
from app.domain.refusals import BeyondHorizon
from app.models import AvailabilitySpan, Base, CalendarNotice, Period
from app.services.record.checks.registry import Days, LiveData, invariant

Found = Iterator[tuple[type[Base], int]]


def _notices(live: LiveData) -> list[tuple[int, Notice]]:
    """Every notice with its id."""
    rows = live.session.scalars(select(CalendarNotice).order_by(CalendarNotice.id))
    return [(row.id, row.notice) for row in rows]


def _calendar(live: LiveData, *, demonstration: bool) -> Calendar:
    """Return the calendar in force. Estimated notices count for the demonstration alone."""
    return ChinaCalendar([notice for _, notice in _notices(live) if demonstration or not notice.estimated])


def _to_come(live: LiveData) -> Iterator[tuple[Days, Calendar]]:
    """Every period that has not opened, with the calendar it is planned by."""
    calendars = {kind: _calendar(live, demonstration=kind) for kind in (True, False)}
    for period in live.periods:
        if period.opens_at > live.now:
            yield period, calendars[period.demonstration]


@invariant("R2", "放假通知的放假和上班日期都在它那一年（含上年12月20日以后）")
def notice_days_lie_in_its_year(live: LiveData) -> Found:
    for row_id, notice in _notices(live):
        first, last = eve_of(notice.year), dt.date(notice.year, 12, 31)
        if not all(first <= date <= last for date in notice.off | notice.work):
            yield CalendarNotice, row_id


@invariant("R2", "放假通知里同一天不会既放假又上班")
def notice_day_is_off_or_works(live: LiveData) -> Found:
    for row_id, notice in _notices(live):
        if notice.off & notice.work:
            yield CalendarNotice, row_id


@invariant("R2", "调休上班的日子是星期六或者星期日")
def makeup_day_is_on_a_weekend(live: LiveData) -> Found:
    for row_id, notice in _notices(live):
        if not all(map(is_weekend, notice.work)):
            yield CalendarNotice, row_id


@invariant("R3", "演示用的估计日历只用在演示活动里")
def estimated_days_are_for_the_demonstration(live: LiveData) -> Found:
    for period in live.periods:
        if not period.demonstration and (period.estimated or any(day["estimated"] for day in period.days)):
            yield Period, period.id


@invariant("R3", "公示上“日期可能调整”的标记，与存下的日子一致")
def provisional_mark_agrees_with_the_days(live: LiveData) -> Found:
    for period in live.periods:
        if period.provisional != any(day["provisional"] for day in period.days):
            yield Period, period.id


@invariant("R3", "还没有开始的公示，不会用到没有放假通知的年份")
def no_day_beyond_the_horizon(live: LiveData) -> Found:
    for period, calendar in _to_come(live):
        try:
            calendar.day(dt.date.fromisoformat(period.days[-1]["date"]))
        except BeyondHorizon:
            yield Period, period.id


@invariant("R3", "下一年的放假通知可能改动的日子，都标明“可能调整”")
def day_that_may_change_is_marked(live: LiveData) -> Found:
    for period, calendar in _to_come(live):
        unmarked = [dt.date.fromisoformat(day["date"]) for day in period.days if not day["provisional"]]
        try:
            days = [calendar.day(date) for date in unmarked]
        except BeyondHorizon:
            continue  # reported by another invariant
        if any(day.provisional for day in days):
            yield Period, period.id


@invariant("R3", "放假通知的发布日期不晚于载入的日期")
def notice_is_published_before_it_is_loaded(live: LiveData) -> Found:
    for row_id, published, loaded_at, estimated in live.session.execute(
        select(CalendarNotice.id, CalendarNotice.published, CalendarNotice.loaded_at, CalendarNotice.estimated)
    ):
        if not estimated and published > local_date(loaded_at):
            yield CalendarNotice, row_id


@invariant("R7", "每段运行记录的结束不早于开始")
def uptime_span_is_in_order(_live: LiveData) -> Select[int]:
    return select(AvailabilitySpan.id).where(AvailabilitySpan.last_seen_at < AvailabilitySpan.started_at)


@invariant("R7", "运行记录没有写到将来")
def uptime_is_not_of_the_future(live: LiveData) -> Select[int]:
    return select(AvailabilitySpan.id).where(AvailabilitySpan.last_seen_at > live.soon)
