"""The picture of a programme's timetable: stages, last openings and windows on one line of time.

Returns numbers for the SVG of templates/office/_gantt.html, in hundredths of the width. The page has every figure as
text too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domain.calendar.workdays import Calendar, each_day, end_of, local_date, midnight, nth_workday
from app.domain.periods.backward_planning import BackwardStep
from app.domain.periods.window import WINDOW_WORKDAYS, PhaseDates
from app.domain.programmes.notice import AwardNotice
from app.domain.shared.wording import day, end_moment, full_day, weekday
from app.models import Stage
from app.services.office.planning import BackwardPlan

_TICKS_AT_MOST = 6
X = Callable[[dt.datetime], float]


@dataclass(frozen=True, slots=True)
class GanttBar:
    """A stretch of time. `kind` is its class in staff.css."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class GanttLine:
    """One row of the chart: its label, its bars, the marks of its last openings, and the same in words."""

    name: str
    bars: list[GanttBar]
    marks: list[float]
    words: list[str]


@dataclass(frozen=True, slots=True)
class Gantt:
    """The chart: rows in three groups, days along the top, vertical lines for the ends of the stages and for now."""

    groups: list[tuple[str, list[GanttLine]]]
    ticks: list[tuple[float, str]]
    dues: list[float]
    now: float


def gantt(timetable: BackwardPlan, conclude_workdays: int, calendar: Calendar, now: dt.datetime) -> Gantt | None:
    """Draw a programme planned backwards as a Gantt chart; None while it has no timetable."""
    if not timetable.steps:
        return None
    periods = [dates for row in timetable.rows for dates in row.periods]
    first = min([stage.starts_on for stage in timetable.stages] + [step.last for step in timetable.steps if step.last])
    start = min([midnight(first), now, *(dates.window.opens_at for dates in periods)]) - dt.timedelta(days=1)
    last = max(step.leg.due for step in timetable.steps)
    end = max([end_of(last), now, *(dates.conclude_by for dates in periods)]) + dt.timedelta(days=2)

    def x(instant: dt.datetime) -> float:
        return round(100 * (min(max(instant, start), end) - start).total_seconds() / (end - start).total_seconds(), 2)

    notice = timetable.programme.rules
    groups = [
        ("时间安排", [_stage_line(stage, notice, x) for stage in timetable.stages if midnight(stage.starts_on) < end]),
        ("倒排", [_step_line(step, notice, conclude_workdays, calendar, x) for step in timetable.steps]),
        ("已经安排的公示", [_unit_line(timetable, unit.id, x) for unit in timetable.units]),
    ]
    days = list(each_day(local_date(start) + dt.timedelta(days=1), local_date(end)))
    step = -(-len(days) // _TICKS_AT_MOST)
    ticks = [(x(midnight(date)), f"{date.month}/{date.day}") for date in days[step // 2 :: step]]
    dues = [x(end_of(step.leg.due)) for step in timetable.steps]
    return Gantt([(name, lines) for name, lines in groups if lines], ticks, dues, x(now))


def day_words(date: dt.date) -> str:
    """11月5日（星期三）"""
    return f"{day(date)}（{weekday(date)}）"


def _bar(kind: str, start: dt.datetime, end: dt.datetime, x: X) -> GanttBar:
    return GanttBar(kind, x(start), round(x(end) - x(start), 2))


def _stage_line(stage: Stage, notice: AwardNotice, x: X) -> GanttLine:
    about = notice.stages[stage.number]
    words = f"{day(stage.starts_on)}至{day(stage.ends_on)}，到时{about.due}"
    return GanttLine(about.name, [_bar("stage", midnight(stage.starts_on), end_of(stage.ends_on), x)], [], [words])


def _step_line(step: BackwardStep, notice: AwardNotice, conclude_workdays: int, calendar: Calendar, x: X) -> GanttLine:
    """Draw the last window that fits and the time to conclude after it. Each ends right before the day it is due."""
    name = f"第{step.leg.round}轮 {notice.rounds[step.leg.round].name}"
    if step.last is None:
        return GanttLine(name, [], [], [step.unknown])
    last_day = nth_workday(step.last, WINDOW_WORKDAYS, calendar)
    ends = nth_workday(step.last, WINDOW_WORKDAYS + conclude_workdays, calendar)
    bars = [
        _bar("window", midnight(step.last), end_of(last_day), x),
        _bar("handling", end_of(last_day), end_of(ends), x),
    ]
    words = [f"最迟{day_words(step.last)}开始", f"公示到{day(last_day)}，最迟{full_day(ends)} 24:00 作出结论"]
    return GanttLine(name, bars, [x(midnight(step.last))], words)


def _unit_line(timetable: BackwardPlan, unit_id: int, x: X) -> GanttLine:
    rows = [row for row in timetable.rows if row.unit.id == unit_id]
    bars, words = [], []
    for row in rows:
        for dates in _distinct(row.periods):
            bars.append(_bar("window", dates.window.opens_at, dates.window.closes_at, x))
            bars.append(_bar("handling", dates.window.closes_at, dates.conclude_by, x))
        words.append(f"第{row.round.number}轮：{periods_words(row.periods)}")
    marks = [x(midnight(row.step.last)) for row in rows if row.step.last]
    return GanttLine(rows[0].unit.name, bars, marks, words)


def _distinct(periods: Sequence[PhaseDates]) -> list[PhaseDates]:
    """Return the dates once for all periods that run over the same days, closed or not."""
    return list({(dates.window, dates.conclude_by): dates for dates in periods}.values())


def periods_words(periods: Sequence[PhaseDates]) -> str:
    """Return the periods in words, one after another: 9月18日至9月23日，办结期限9月29日24:00."""
    spans = [
        f"{day(dates.window.first_day)}至{day(dates.window.last_day)}，办结期限{end_moment(dates.conclude_by)}"
        for dates in _distinct(periods)
    ]
    return "；".join(spans) or "还没有安排"
