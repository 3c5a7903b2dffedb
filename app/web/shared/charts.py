"""Geometry of the charts: numbers for the SVG templates. The pages have every figure as text too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.calendar.workdays import each_day, local_date, midnight
from app.domain.periods.window import Phase
from app.models import Period

_TICKS_AT_MOST = 6


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """A period as two bars: its window, and the time to conclude after it. In hundredths of the width."""

    period: Period
    phase: Phase
    window_x: float
    window_width: float
    handling_width: float

    @property
    def handling_x(self) -> float:
        return round(self.window_x + self.window_width, 2)


@dataclass(frozen=True, slots=True)
class Timeline:
    rows: list[TimelineRow]
    ticks: list[tuple[float, str]]
    today_x: float


def timeline(periods: Sequence[Period], now: dt.datetime) -> Timeline | None:
    """Draw all running periods on one time line. Returns None when there is none."""
    if not periods:
        return None
    start = min(min(period.opens_at for period in periods), now) - dt.timedelta(days=1)
    end = max(max(period.conclude_by for period in periods), now) + dt.timedelta(days=1)
    seconds = (end - start).total_seconds()

    def x(instant: dt.datetime) -> float:
        return round(100 * (instant - start).total_seconds() / seconds, 2)

    rows = [
        TimelineRow(
            period=period,
            phase=period.phase(now),
            window_x=x(period.opens_at),
            window_width=round(x(period.closes_at) - x(period.opens_at), 2),
            handling_width=round(x(period.conclude_by) - x(period.closes_at), 2),
        )
        for period in periods
    ]
    days = list(each_day(local_date(start) + dt.timedelta(days=1), local_date(end)))
    step = -(-len(days) // _TICKS_AT_MOST)
    ticks = [(x(midnight(day)), f"{day.month}/{day.day}") for day in days[::step]]
    return Timeline(rows, ticks, x(now))


@dataclass(frozen=True, slots=True)
class ChartBar:
    """One figure of a chart: its share of the largest, in hundredths."""

    label: str
    count: int
    share: int


def bars(figures: Sequence[tuple[str, int]]) -> list[ChartBar]:
    """Return the figures with their share of the largest."""
    largest = max((count for _, count in figures), default=0) or 1
    return [ChartBar(label, count, round(100 * count / largest)) for label, count in figures]
