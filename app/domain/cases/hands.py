"""Who handles a case: the unit it goes to when it is filed, and when it falls to the office (R21).

Everything is a function of facts and the clock. What time alone changes is stored nowhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.calendar.workdays import (
    Calendar,
    end_of,
    last_day_before,
    local_date,
    midnight,
    nth_workday_after,
    nth_workday_before,
)
from app.domain.cases.states import PEOPLE_TO_CONCLUDE
from app.domain.refusals import BeyondHorizon

IDLE_WORKDAYS = 2
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class UnitStaffing:
    """A unit of the chain own unit → recommending unit → office, and how many of its people can log in."""

    unit_id: int
    people: int


def choose_first_handler(chain: Sequence[UnitStaffing]) -> int:
    """Return the unit to which a new case goes: the first with two people, the office where there is none (R21)."""
    return next((unit.unit_id for unit in chain if unit.people >= PEOPLE_TO_CONCLUDE), chain[-1].unit_id)


def lacks_hands(handler: int, chain: Sequence[UnitStaffing]) -> bool:
    """Tell whether a new case with this unit would lack the two people needed to conclude it (R21)."""
    people = {unit.unit_id: unit.people for unit in chain}
    office = chain[-1]
    if office.people >= PEOPLE_TO_CONCLUDE or handler == office.unit_id:
        return office.people < PEOPLE_TO_CONCLUDE
    return not people[handler] or people[handler] + office.people < PEOPLE_TO_CONCLUDE


def find_escalation(untouched_since: dt.datetime, conclude_by: dt.datetime, calendar: Calendar) -> dt.datetime:
    """Return when a case falls to the office if nothing more is done to it (R21).

    That is 24:00 of the second working day after it came in or was last worked on, and in any case the opening of the
    last working day but one before its deadline.
    """
    try:
        latest = min(conclude_by, midnight(nth_workday_before(last_day_before(conclude_by) + _ONE_DAY, 2, calendar)))
    except BeyondHorizon:
        return conclude_by  # an objection is accepted even if the calendar does not reach this day
    try:
        idle = end_of(nth_workday_after(local_date(untouched_since), IDLE_WORKDAYS, calendar))
    except BeyondHorizon:
        return latest
    return min(idle, latest)
