"""Planning backwards: from the day something is handed in to the last day on which a window can open (R4, R25).

Everything is due by 24:00 of its day. A window of five working days and the working days to conclude after it must be
over by then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.calendar.workdays import Calendar, each_day, nth_workday, nth_workday_before, workdays_between
from app.domain.periods.window import CONCLUDE_WORKDAYS, WINDOW_WORKDAYS, require_time_to_conclude
from app.domain.refusals import BeyondHorizon

_ONE_DAY = dt.timedelta(days=1)


def find_last_opening(due: dt.date, conclude_workdays: int, calendar: Calendar) -> dt.date:
    """Return the last working day on which a window can open and still be concluded by 24:00 of `due`.

    Raises BadValue (not 3-30 working days to conclude), BeyondHorizon (R3).
    """
    require_time_to_conclude(conclude_workdays)
    return nth_workday_before(due + _ONE_DAY, WINDOW_WORKDAYS + conclude_workdays, calendar)


def count_most_workdays(opening: dt.date, due: dt.date, calendar: Calendar) -> int | None:
    """Return the longest time to conclude with which a window opened still fits; None when the shortest does not."""
    room = workdays_between(opening, due, calendar) - WINDOW_WORKDAYS
    return min(room, CONCLUDE_WORKDAYS[-1]) if room >= CONCLUDE_WORKDAYS[0] else None


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why an opening does not fit: it is `late_by` working days after the last one that would.

    `fitting` is the longest time to conclude that would still do; None when it is too late for any.
    """

    opening: dt.date
    conclude_workdays: int
    due: dt.date
    last_opening: dt.date
    late_by: int
    fitting: int | None


def find_misfit(opening: dt.date, conclude_workdays: int, due: dt.date, calendar: Calendar) -> Misfit | None:
    """Return what is wrong with a window opened on that working day, None if nothing.

    Raises what `find_last_opening` raises.
    """
    last = find_last_opening(due, conclude_workdays, calendar)
    if opening <= last:
        return None
    late_by = workdays_between(last + _ONE_DAY, opening, calendar)
    return Misfit(opening, conclude_workdays, due, last, late_by, count_most_workdays(opening, due, calendar))


@dataclass(frozen=True, slots=True)
class RoundToPlan:
    """What is known of one round before it is counted.

    It belongs to the stage from `starts` to `due`. `waiting`: somebody has still to be shown in it. `over` is the
    day at whose 24:00 the periods that there are have been concluded; None without any.
    """

    round: int
    starts: dt.date
    due: dt.date
    waiting: bool = True
    over: dt.date | None = None


@dataclass(frozen=True, slots=True)
class BackwardStep:
    """One round counted. `earliest` is the first day on which those still waiting could open, None when nobody waits.

    `slack` is how many working days there are to choose from beyond the first one, negative when it is too late:
    then `find_misfit` says by what. What no calendar covers yet is None, and `unknown` says so in words (R3).
    `provisional`: the days counted may still change.
    """

    leg: RoundToPlan
    earliest: dt.date | None
    last: dt.date | None
    slack: int | None
    misfit: Misfit | None
    unknown: str
    provisional: bool


def plan_backwards(
    legs: Sequence[RoundToPlan], conclude_workdays: int, calendar: Calendar, today: dt.date
) -> list[BackwardStep]:
    """Return the rounds of a programme one after another: none opens before the one before it is concluded.

    Raises BadValue; what lies beyond the horizon is said in the step that it concerns.
    """
    steps = []
    over: dt.date | None = today  # the earliest opening day is tomorrow (R4)
    for leg in legs:
        step = _step(leg, conclude_workdays, calendar, over)
        steps.append(step)
        over = _over(step, conclude_workdays, calendar, over)
    return steps


def _step(leg: RoundToPlan, conclude_workdays: int, calendar: Calendar, over: dt.date | None) -> BackwardStep:
    earliest = last = slack = wrong = None
    unknown = ""
    provisional = False
    try:
        last = find_last_opening(leg.due, conclude_workdays, calendar)
        provisional = any(calendar.day(date).provisional for date in each_day(last, leg.due))
    except BeyondHorizon as refusal:
        unknown = str(refusal)
    try:
        if leg.waiting and over is not None:
            earliest = nth_workday(max(over + _ONE_DAY, leg.starts), 1, calendar)
    except BeyondHorizon as refusal:
        unknown = unknown or str(refusal)
    if earliest is not None and last is not None:
        wrong = find_misfit(earliest, conclude_workdays, leg.due, calendar)
        slack = -wrong.late_by if wrong else workdays_between(earliest, last, calendar) - 1
    return BackwardStep(leg, earliest, last, slack, wrong, unknown, provisional)


def _over(step: BackwardStep, conclude_workdays: int, calendar: Calendar, before: dt.date | None) -> dt.date | None:
    """Return the day by whose end this round is over, None when no calendar reaches it."""
    planned = [day for day in (before, step.leg.over) if day is not None]
    if not step.leg.waiting:
        return max(planned, default=None)
    try:
        if step.earliest is not None:
            return max([*planned, nth_workday(step.earliest, WINDOW_WORKDAYS + conclude_workdays, calendar)])
    except BeyondHorizon:
        pass
    return None
