"""Working days: what a calendar is, and how days are counted (R1-R4).

The calendar is an argument; nothing here depends on where its days come from. Days are local to Asia/Shanghai, instants
are aware datetimes in UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.domain.refusals import BeyondHorizon
from app.domain.shared.instants import SHANGHAI

_ONE_DAY = dt.timedelta(days=1)


class DayKind(StrEnum):
    """Why a day counts or does not (R2)."""

    WORKDAY = "workday"
    MAKEUP = "makeup"  # 调休上班: a Saturday or Sunday that works
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a calendar. `name` is 国庆节, 周末 or 调休上班; an ordinary working day has none.

    `provisional` says that the next year's notice, not loaded yet, may still change it (R3);
    `estimated` that it rests on the demonstration's own arrangement, which is not official.
    """

    date: dt.date
    kind: DayKind
    name: str = ""
    provisional: bool = False
    estimated: bool = False

    @property
    def works(self) -> bool:
        return self.kind in (DayKind.WORKDAY, DayKind.MAKEUP)


class Calendar(Protocol):
    """Where days come from. `day` raises BeyondHorizon for a date no notice covers (R3)."""

    @property
    def version(self) -> str: ...

    def day(self, date: dt.date) -> Day: ...


@dataclass(frozen=True, slots=True)
class CountedDay:
    """A day of a plan. `ordinal` is its place among the window's working days (1-5), or None."""

    day: Day
    ordinal: int | None = None


class DayTable:
    """The days stored with a period, as a calendar: the count made at scheduling stays in force (R4)."""

    version = "stored"

    def __init__(self, days: Sequence[Day]) -> None:
        self._days = {day.date: day for day in days}
        self.first = days[0].date
        self.last = days[-1].date

    def day(self, date: dt.date) -> Day:
        try:
            return self._days[date]
        except KeyError:
            raise BeyondHorizon(date.year, self.last) from None


def midnight(date: dt.date) -> dt.datetime:
    """Return 00:00 of a Shanghai day, as an instant in UTC."""
    return dt.datetime.combine(date, dt.time(), tzinfo=SHANGHAI).astimezone(dt.UTC)


def end_of(date: dt.date) -> dt.datetime:
    """Return 24:00 of a Shanghai day, as an instant in UTC."""
    return midnight(date + _ONE_DAY)


def local_date(instant: dt.datetime) -> dt.date:
    """Return the Shanghai day an instant falls on."""
    return instant.astimezone(SHANGHAI).date()


def last_day_before(instant: dt.datetime) -> dt.date:
    """Return the last Shanghai day that is over by `instant`: the 24th for the 25th, 00:00."""
    return local_date(instant - dt.timedelta(microseconds=1))


def each_day(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Yield every date from `first` to `last`, both included."""
    for offset in range((last - first).days + 1):
        yield first + offset * _ONE_DAY


def nth_workday(first: dt.date, n: int, calendar: Calendar) -> dt.date:
    """Return the nth working day from `first` on, counting `first` itself when it works. `n` >= 1."""
    if n < 1:
        raise ValueError(f"n is {n}; a count of working days starts at 1")
    date = first
    while True:
        n -= calendar.day(date).works
        if n == 0:
            return date
        date += _ONE_DAY


def nth_workday_after(date: dt.date, n: int, calendar: Calendar) -> dt.date:
    """Return the nth working day after `date`, which is not counted itself."""
    return nth_workday(date + _ONE_DAY, n, calendar)


def nth_workday_before(date: dt.date, n: int, calendar: Calendar) -> dt.date:
    """Return the nth working day before `date`, which is not counted itself."""
    while n:
        date -= _ONE_DAY
        n -= calendar.day(date).works
    return date


def workdays_between(first: dt.date, last: dt.date, calendar: Calendar) -> int:
    """Count the working days from `first` to `last`, both included; 0 when last < first."""
    return sum(calendar.day(date).works for date in each_day(first, last))
