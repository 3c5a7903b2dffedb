"""Instants as a clock on the wall shows them: Shanghai's zone, and the end of a day (R1)."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_and_time(instant: dt.datetime) -> tuple[dt.date, str]:
    """Return the day and the clock time of an instant: 2026-09-18 and 09:30."""
    local = instant.astimezone(SHANGHAI)
    return local.date(), f"{local:%H:%M}"


def written(date: dt.date, time: str) -> str:
    """Write a day and a clock time the one way that pages, papers and messages have: 2026年9月18日 09:30."""
    return f"{date.year}年{date.month}月{date.day}日 {time}"


def end_day_and_time(instant: dt.datetime) -> tuple[dt.date, str]:
    """Return the day and the clock time at which something ends: midnight is 24:00 of the day that ends."""
    if instant.astimezone(SHANGHAI).time() != dt.time():
        return day_and_time(instant)
    return day_and_time(instant)[0] - dt.timedelta(days=1), "24:00"
