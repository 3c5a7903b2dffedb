"""Where each unit of the demonstration stands today, and which cases are played there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from app.domain.calendar.workdays import Calendar, local_date, nth_workday_after, nth_workday_before
from app.domain.periods.window import count_window

SEED = 20251016  # of the made-up nominees; the year before and the year after have their own
EARLIER_START = dt.timedelta(days=330)
# How far the calendar must reach for every deadline shown: nine working days, the longest festival among them.
LOOK_AHEAD = dt.timedelta(days=25)


@dataclass(frozen=True, slots=True)
class Shape:
    """A period to come: its first day, working days to conclude, whether it closes, which cases it sees."""

    opening: dt.date
    conclude: int
    closes: bool = False
    plot: tuple[str, ...] = ()


# Places in the quota table: 麒麟区, whose logins are printed, has the cases to work on; 沾益区 let one lapse; three
# units were quick, and the whole city sees their nominees by now.
_ENDED_UNIT, _LAPSED_UNIT = 4, 5
QUICK_UNITS = (10, 11, 12)
# Working days from the opening of round 2 to that of round 3: the window, whatever comes up after it, 复审.
_TO_ROUND_3 = 11
# What happens to a case; app.demo.cases knows how each is played.
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
    """Round 2, one shape a unit: one ended with cases to work on, one past its deadline, three closed, the last not
    open yet, all others open, on different days.
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
    """Return the opening day of a window that is public now: it opened some working days ago and has some to go."""
    openings = open_today(now, calendar)
    return openings[len(openings) // 2]


def open_today(now: dt.datetime, calendar: Calendar) -> list[dt.date]:
    """Every opening day whose window is public now, the earliest first: four or five."""
    today = local_date(now)
    days = [nth_workday_before(today, back, calendar) for back in range(5, 0, -1)]
    if calendar.day(today).works:
        days.append(today)
    return [day for day in days if count_window(day, 3, calendar).window.contains(now)]
