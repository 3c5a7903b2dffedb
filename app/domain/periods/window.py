"""The window of a period: exactly five working days, half-open, planned once and stored (R4, R25)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.calendar.workdays import (
    Calendar,
    CountedDay,
    Day,
    DayTable,
    each_day,
    end_of,
    last_day_before,
    local_date,
    midnight,
    nth_workday,
    nth_workday_after,
)
from app.domain.refusals import BadValue, NotAWorkday, TooEarly

# A constant, and no part of a notice's description (app/domain/programmes/notice.py). Five working days are the State's
# rule for every commendation, which a notice can only repeat, and they are what the portal exists to guarantee (R4).
# If a file could say four, a typing error or a hurry would make a window that is void.
WINDOW_WORKDAYS = 5
CONCLUDE_WORKDAYS = range(3, 31)  # two working days to decide, one for the office to step in
ONCE_SCHEDULED = range(1, CONCLUDE_WORKDAYS.stop)
CONCLUDE_WORKDAYS_PROPOSED = 3


@dataclass(frozen=True, slots=True)
class Window:
    """`opens_at <= now < closes_at`: the instants at which a period is public (R4-R6)."""

    opens_at: dt.datetime
    closes_at: dt.datetime

    def contains(self, now: dt.datetime) -> bool:
        return self.opens_at <= now < self.closes_at

    @property
    def first_day(self) -> dt.date:
        return local_date(self.opens_at)

    @property
    def last_day(self) -> dt.date:
        return last_day_before(self.closes_at)


class Phase(StrEnum):
    """Where a period stands. Nothing stores it: it follows from instants and `now`."""

    SCHEDULED = "scheduled"  # 未开始
    OPEN = "open"  # 公示中
    HANDLING = "handling"  # 公示已结束，异议办理中
    DUE = "due"  # 已到办结期限，待结束
    CLOSED = "closed"  # 已办结
    CANCELLED = "cancelled"  # 开始前撤回


@dataclass(frozen=True, slots=True)
class PhaseDates:
    """The instants that decide a period's phase."""

    window: Window
    conclude_by: dt.datetime
    closed_at: dt.datetime | None = None
    cancelled_at: dt.datetime | None = None

    @property
    def conclude_day(self) -> dt.date:
        """Return the day at whose 24:00 the deadline is."""
        return last_day_before(self.conclude_by)

    def phase(self, now: dt.datetime) -> Phase:
        if self.cancelled_at is not None:
            return Phase.CANCELLED
        if self.closed_at is not None:
            return Phase.CLOSED
        if now < self.window.opens_at:
            return Phase.SCHEDULED
        if self.window.contains(now):
            return Phase.OPEN
        return Phase.DUE if too_late_to_conclude(self.conclude_by, now) else Phase.HANDLING


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """A window and its deadline as computed, with every day that explains the count.

    `days` runs from the opening day to the deadline's day. `provisional` and `estimated` say whether
    one of them may still change (R3) or rests on the demonstration's own arrangement.
    """

    window: Window
    conclude_by: dt.datetime
    days: tuple[CountedDay, ...]
    calendar_version: str
    provisional: bool
    estimated: bool


def too_late_to_conclude(conclude_by: dt.datetime, now: dt.datetime) -> bool:
    """Tell whether the deadline has come. From then on no conclusion is accepted, settled or not (R26)."""
    return now >= conclude_by


def plan_window(opening: dt.date, conclude_workdays: int, calendar: Calendar, now: dt.datetime) -> WindowPlan:
    """Return the window that opens on `opening` and its deadline, explained day by day (R4, R25).

    Raises TooEarly (before tomorrow), NotAWorkday, BadValue (deadline not 3-30 working days),
    BeyondHorizon (a day that no notice covers).
    """
    require_time_to_conclude(conclude_workdays)
    earliest = local_date(now) + dt.timedelta(days=1)
    if opening < earliest:
        raise TooEarly(opening, earliest)
    return count_window(opening, conclude_workdays, calendar)


def require_time_to_conclude(workdays: int) -> None:
    """Raise BadValue unless there are 3 to 30 working days to conclude (R25)."""
    low, high = CONCLUDE_WORKDAYS[0], CONCLUDE_WORKDAYS[-1]
    if workdays not in CONCLUDE_WORKDAYS:
        raise BadValue("conclude", f"核查期限应在{low}到{high}之间，现在是{workdays}。")


def count_window(opening: dt.date, conclude_workdays: int, calendar: Calendar) -> WindowPlan:
    """Count a window as plan_window does, for any day: for tables of a year and for past periods.

    Accepts one working day to conclude, with which older periods were scheduled.
    """
    if conclude_workdays not in ONCE_SCHEDULED:
        require_time_to_conclude(conclude_workdays)
    first = calendar.day(opening)
    if not first.works:
        raise NotAWorkday(opening, first.name or "周末", nth_workday(opening, 1, calendar))
    last_day = nth_workday(opening, WINDOW_WORKDAYS, calendar)
    deadline_day = nth_workday_after(last_day, conclude_workdays, calendar)
    days = explain(opening, last_day, deadline_day, calendar)
    return WindowPlan(
        window=Window(midnight(opening), end_of(last_day)),
        conclude_by=end_of(deadline_day),
        days=days,
        calendar_version=calendar.version,
        provisional=any(counted.day.provisional for counted in days),
        estimated=any(counted.day.estimated for counted in days),
    )


def explain(opening: dt.date, last_day: dt.date, until: dt.date, calendar: Calendar) -> tuple[CountedDay, ...]:
    """Return every day from `opening` to `until`; the window's working days carry their ordinal."""
    counted: list[CountedDay] = []
    ordinal = 0
    for date in each_day(opening, until):
        day = calendar.day(date)
        counts = day.works and date <= last_day
        ordinal += counts
        counted.append(CountedDay(day, ordinal if counts else None))
    return tuple(counted)


class _StoredThen:
    """The days stored with a period as they were counted (R4), and after them the calendar in force."""

    def __init__(self, stored: DayTable, calendar: Calendar) -> None:
        self._stored, self._calendar = stored, calendar
        self.version = calendar.version

    def day(self, date: dt.date) -> Day:
        return self._stored.day(date) if date <= self._stored.last else self._calendar.day(date)


def extend_plan(
    dates: PhaseDates, conclude_workdays: int, days: Sequence[CountedDay], workdays: int, calendar: Calendar
) -> WindowPlan:
    """Return a window and its deadline, both so many working days later (R7). Raises BeyondHorizon.

    The deadline leaves the working days to conclude that there are by R25, also where a notice that was loaded later
    had taken one of them.
    """
    window, conclude_by = dates.window, dates.conclude_by
    counting = _StoredThen(DayTable([counted.day for counted in days]), calendar)
    last_day = nth_workday_after(window.last_day, workdays, counting)
    later = nth_workday_after(last_day_before(conclude_by), workdays, counting)
    deadline_day = max(later, nth_workday_after(last_day, conclude_workdays, counting))
    explained = explain(window.first_day, last_day, deadline_day, counting)
    added = [counted.day for counted in explained[len(days) :]]
    return WindowPlan(
        window=Window(window.opens_at, end_of(last_day)),
        conclude_by=end_of(deadline_day),
        days=explained,
        calendar_version=counting.version,
        provisional=any(day.provisional for day in added),
        estimated=any(day.estimated for day in added),
    )
