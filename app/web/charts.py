"""Geometry of the pictures: plain numbers for the SVG templates, every figure also there as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.window import Phase
from app.domain.workdays import each_day, local_date, midnight
from app.models import Period

_LABEL_WIDTH = 210
_PLOT_WIDTH = 730
_ROW_HEIGHT = 28
_HEAD_HEIGHT = 34
_TICKS_AT_MOST = 12


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """A period as two bars: its window, and the time to conclude after it."""

    period: Period
    phase: Phase
    y: int
    window_x: float
    window_width: float
    handling_width: float

    @property
    def label(self) -> str:
        name = self.period.title
        return name if len(name) <= 15 else name[:14] + "…"

    @property
    def handling_x(self) -> float:
        return self.window_x + self.window_width


@dataclass(frozen=True, slots=True)
class Timeline:
    rows: list[TimelineRow]
    ticks: list[tuple[float, str]]
    today_x: float
    width: int = _LABEL_WIDTH + _PLOT_WIDTH
    label_width: int = _LABEL_WIDTH
    row_height: int = _ROW_HEIGHT
    head_height: int = _HEAD_HEIGHT

    @property
    def height(self) -> int:
        return _HEAD_HEIGHT + _ROW_HEIGHT * len(self.rows) + 6


def timeline(periods: Sequence[Period], now: dt.datetime) -> Timeline | None:
    """All running periods on one line of time; None when there is none."""
    if not periods:
        return None
    start = min(min(period.opens_at for period in periods), now) - dt.timedelta(days=1)
    end = max(max(period.conclude_by for period in periods), now) + dt.timedelta(days=1)
    seconds = (end - start).total_seconds()

    def x(instant: dt.datetime) -> float:
        return round(_LABEL_WIDTH + _PLOT_WIDTH * (instant - start).total_seconds() / seconds, 1)

    rows = [
        TimelineRow(
            period=period,
            phase=period.phase(now),
            y=_HEAD_HEIGHT + index * _ROW_HEIGHT,
            window_x=x(period.opens_at),
            window_width=round(x(period.closes_at) - x(period.opens_at), 1),
            handling_width=round(x(period.conclude_by) - x(period.closes_at), 1),
        )
        for index, period in enumerate(periods)
    ]
    days = list(each_day(local_date(start) + dt.timedelta(days=1), local_date(end)))
    step = -(-len(days) // _TICKS_AT_MOST)
    ticks = [(x(midnight(day)), f"{day.month}/{day.day}") for day in days[::step]]
    return Timeline(rows, ticks, x(now))


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure of a chart: its share of the largest, in hundredths."""

    label: str
    count: int
    share: int


def bars(figures: Sequence[tuple[str, int]]) -> list[Bar]:
    """Figures with their share of the largest."""
    largest = max((count for _, count in figures), default=0) or 1
    return [Bar(label, count, round(100 * count / largest)) for label, count in figures]
