"""Which period each unit of the demonstration has today, and which cases are filed in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from app.domain.calendar.workdays import Calendar, local_date, nth_workday_after, nth_workday_before
from app.domain.periods.window import count_window

SEED = 20251016  # the seed of the made-up nominees; the year before and the year after have other seeds
EARLIER_START = dt.timedelta(days=330)
# How far the calendar must reach for every deadline shown: nine working days, the longest festival among them.
LOOK_AHEAD = dt.timedelta(days=25)


@dataclass(frozen=True, slots=True)
class Shape:
    """A period to create: its first day, working days to conclude, whether it is closed, its cases."""

    opening: dt.date
    conclude: int
    closes: bool = False
    plot: tuple[str, ...] = ()


# Indexes in the quota table. 麒麟区, whose logins are printed, has the cases to work on. 沾益区 let a case lapse. Three
# units are ahead: their nominees are in round 3.
_ENDED_UNIT, _LAPSED_UNIT = 4, 5
QUICK_UNITS = (10, 11, 12)
# Working days from the opening of round 2 to that of round 3: the window, late cases, 复审.
_TO_ROUND_3 = 11
# The plots of cases; app.demo.cases has their steps.
_ENDED = (
    "investigating",
    "awaiting",
    "proposed",
    "dismissed",
    "sat on",
    "accepted",
    "with a statement",
    "asked again",
    "looked at",
    "urged",
)
_LAPSED = ("let lapse", "upheld", "declined")
_OPEN_PLOTS = (
    ("received", "to the office"),
    ("accepted", "joined"),
    ("received", "a visit"),
    ("withdrawn", "a letter"),
    ("partly upheld",),
)


def shapes(now: dt.datetime, calendar: Calendar, count: int) -> list[Shape]:
    """Return the shapes of round 2, one a unit.

    One window ended and has open cases, one period is past its deadline, three are closed, the last is not open yet.
    All others are open, since different days.
    """
    today = local_date(now)
    openings = open_today(now, calendar)
    quick = nth_workday_before(city_opening(now, calendar), _TO_ROUND_3, calendar)
    result = []
    for place in range(count):
        if place == _ENDED_UNIT:
            result.append(Shape(nth_workday_before(today, 7, calendar), 8, plot=_ENDED))
        elif place == _LAPSED_UNIT:
            result.append(Shape(nth_workday_before(today, 12, calendar), 3, plot=_LAPSED))
        elif place in QUICK_UNITS:
            result.append(Shape(quick, 3, closes=True))
        elif place == count - 1:
            result.append(Shape(nth_workday_after(today, 2, calendar), 3))
        else:
            plot = _OPEN_PLOTS[place] if place < len(_OPEN_PLOTS) else ()
            result.append(Shape(openings[place % len(openings)], 3, plot=plot))
    return result


def city_opening(now: dt.datetime, calendar: Calendar) -> dt.date:
    """Return the opening day of a window that is public now, has been for some working days and stays so for some."""
    openings = open_today(now, calendar)
    return openings[len(openings) // 2]


def open_today(now: dt.datetime, calendar: Calendar) -> list[dt.date]:
    """Return every opening day whose window is public now, four or five, the earliest first."""
    today = local_date(now)
    days = [nth_workday_before(today, back, calendar) for back in range(5, 0, -1)]
    if calendar.day(today).works:
        days.append(today)
    return [day for day in days if count_window(day, 3, calendar).window.contains(now)]
