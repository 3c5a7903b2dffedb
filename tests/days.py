"""Dates and instants in tables of tests, with their weekday."""

from __future__ import annotations

import datetime as dt

from app.calendars.china import ChinaCalendar
from app.domain.calendar.workdays import DayTable, each_day
from app.domain.shared.instants import SHANGHAI

CHINA = ChinaCalendar()  # 2004-2026


def on(text: str) -> dt.date:
    """Parse `2026-09-18 Fri`. The weekday is checked, so that a table with a wrong one fails."""
    date = dt.date.fromisoformat(text[:10])
    assert f"{date:%Y-%m-%d %a}" == text, f"{text[:10]} is a {date:%a}"
    return date


def stored(first: str, last: str) -> DayTable:
    """Return the days that a period stores."""
    return DayTable([CHINA.day(date) for date in each_day(on(first), on(last))])


def clock(instant: dt.datetime) -> str:
    """Write an instant in Shanghai's time: `09-18 Fri 09:30`."""
    return f"{instant.astimezone(SHANGHAI):%m-%d %a %H:%M}"


def at(text: str) -> dt.datetime:
    """A Shanghai clock time as an instant: "2026-09-18 Fri 09:00" or "2026-09-18 09:00"; a weekday is checked."""
    parts = text.split()
    date = dt.date.fromisoformat(parts[0])
    if len(parts) == 3:
        assert date.strftime("%a") == parts[1], f"{parts[0]} is a {date:%a}"
    return dt.datetime.combine(date, dt.time.fromisoformat(parts[-1]), tzinfo=SHANGHAI).astimezone(dt.UTC)
