"""How pages and papers write instants and days, in Shanghai's time."""

from __future__ import annotations

import datetime as dt

from app.domain.calendar.workdays import CountedDay, DayKind, local_date
from app.domain.shared.instants import day_and_time, end_day_and_time, written

_WEEKDAYS = "一二三四五六日"


def day(date: dt.date) -> str:
    """Write a day as 9月18日."""
    return f"{date.month}月{date.day}日"


def full_day(date: dt.date) -> str:
    """2026年9月18日"""
    return f"{date.year}年{day(date)}"


def weekday(date: dt.date) -> str:
    """星期五"""
    return f"星期{_WEEKDAYS[date.weekday()]}"


def moment(instant: dt.datetime) -> str:
    """2026年9月18日 09:30"""
    return written(*day_and_time(instant))


def end_moment(instant: dt.datetime) -> str:
    """Return the end of something: midnight is written as 24:00 of the day that ends, as notices do."""
    return written(*end_day_and_time(instant))


def duration(seconds: int) -> str:
    """1小时5分钟; anything below a minute is called so."""
    hours, minutes = divmod(seconds // 60, 60)
    if not hours:
        return f"{minutes}分钟" if minutes else "不到1分钟"
    return f"{hours}小时{minutes}分钟" if minutes else f"{hours}小时"


def coarse(instant: dt.datetime) -> str:
    """Return a day without its hour: what a unit may know of when an objection came (R19)."""
    return full_day(local_date(instant))


def day_label(counted: CountedDay) -> str:
    """Return what a day is in words: 第1个工作日, 周末, 国庆节, 调休上班."""
    if counted.day.kind is DayKind.HOLIDAY:
        return counted.day.name
    if counted.day.kind is DayKind.WEEKEND:
        return "周末"
    worded = f"第{counted.ordinal}个工作日" if counted.ordinal else "工作日"
    return f"{worded}（调休上班）" if counted.day.kind is DayKind.MAKEUP else worded
