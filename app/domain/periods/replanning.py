"""The effect of a holiday notice, loaded later, on an open window and a running deadline (R3, 民法典 203).

Nothing moves by itself. These functions say how the notice in force counts the days, until when settlement waits, and
what the office would move.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.calendar.workdays import (
    Calendar,
    CountedDay,
    DayTable,
    end_of,
    last_day_before,
    nth_workday,
    nth_workday_after,
    workdays_between,
)
from app.domain.periods.window import Window, WindowPlan, explain

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StoredDates:
    """A period's dates as they were counted and stored. `promised`: five working days, and those for outages (R7)."""

    window: Window
    conclude_by: dt.datetime
    days: Sequence[CountedDay]
    promised: int


@dataclass(frozen=True, slots=True)
class Recount:
    """The stored dates by the notice in force: every day anew, and until when settlement waits, if it has to."""

    days: tuple[CountedDay, ...]
    waits_until: dt.datetime | None


def recount(stored: StoredDates, calendar: Calendar) -> Recount | None:
    """Return the days as `calendar` counts them; None where each works or not as it was stored. Raises BeyondHorizon.

    A deadline whose last day no longer works waits to 24:00 of the next working day, no longer.
    """
    deadline_day = last_day_before(stored.conclude_by)
    settles_on = nth_workday(deadline_day, 1, calendar)
    days = explain(stored.window.first_day, stored.window.last_day, settles_on, calendar)
    same = all(new.day.works is old.day.works for old, new in zip(stored.days, days, strict=False))
    if same and settles_on == deadline_day:
        return None
    return Recount(days, end_of(settles_on) if settles_on > deadline_day else None)


def replan_dates(stored: StoredDates, calendar: Calendar, now: dt.datetime) -> WindowPlan:
    """Return the window with the working days that were promised, its deadline on a working day. Raises BeyondHorizon.

    A window that is over stays as it was: nobody could have read it (R4). A window that is lengthened keeps the working
    days that there were to conclude after it (R25).
    """
    first, last_day = stored.window.first_day, stored.window.last_day
    deadline_day = last_day_before(stored.conclude_by)
    new_deadline = nth_workday(deadline_day, 1, calendar)
    new_last = last_day
    if now < stored.window.closes_at and workdays_between(first, last_day, calendar) < stored.promised:
        new_last = nth_workday(first, stored.promised, calendar)
        to_conclude = workdays_between(last_day + _ONE_DAY, deadline_day, DayTable([each.day for each in stored.days]))
        new_deadline = max(new_deadline, nth_workday_after(new_last, to_conclude, calendar))
    days = explain(first, new_last, new_deadline, calendar)
    return WindowPlan(
        window=Window(stored.window.opens_at, end_of(new_last)),
        conclude_by=end_of(new_deadline),
        days=days,
        calendar_version=calendar.version,
        provisional=any(counted.day.provisional for counted in days),
        estimated=any(counted.day.estimated for counted in days),
    )


def moves_anything(stored: StoredDates, plan: WindowPlan) -> bool:
    """Tell whether a plan moves the end of the window or the deadline."""
    return (plan.window.closes_at, plan.conclude_by) != (stored.window.closes_at, stored.conclude_by)
