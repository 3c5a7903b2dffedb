"""From when on a unit is shown a case that came in: one batch a day, at its end (R19, R21)."""

import pytest

from app.domain.calendar.workdays import DayTable, each_day, end_of, local_date
from app.domain.cases.arrivals import shown_to_units, shown_to_units_from
from app.domain.cases.hands import find_escalation
from app.domain.cases.states import Actor, CaseFacts, Role, State, concerns, may_see
from tests.days import at
from tests.domain.cases.test_hands import CHINA, clock, on

DEADLINE = end_of(on("2026-09-29 Tue"))


@pytest.mark.parametrize(
    ("received_at", "shown_from"),
    [
        ("2026-09-18 Fri 00:00", "09-19 Sat 00:00"),
        ("2026-09-18 Fri 09:17", "09-19 Sat 00:00"),
        ("2026-09-18 Fri 23:59:59.999999", "09-19 Sat 00:00"),  # the same for everything of one day
        ("2026-09-19 Sat 12:00", "09-20 Sun 00:00"),
        ("2026-09-28 Mon 12:00", "09-29 Tue 00:00"),  # the deadline's day: a whole one is left
        ("2026-09-29 Tue 12:00", "09-29 Tue 12:00"),  # tomorrow would leave no whole working day
    ],
)
def test_it_is_shown_when_its_day_is_over(received_at: str, shown_from: str) -> None:
    assert clock(shown_to_units_from(at(received_at), DEADLINE)) == shown_from


@pytest.mark.parametrize(
    ("state", "now", "shown"),
    [
        (State.RECEIVED, "2026-09-18 Fri 23:59:59.999999", False),
        (State.RECEIVED, "2026-09-19 Sat 00:00", True),
        (State.ACCEPTED, "2026-09-18 Fri 10:00", True),  # whoever accepted it has seen it
    ],
)
def test_held_back_is_what_nobody_has_touched(state: State, now: str, shown: bool) -> None:
    assert shown_to_units(state, at("2026-09-18 Fri 09:17"), DEADLINE, at(now)) == shown


@pytest.mark.parametrize("now", ["2026-09-18 Fri 09:17", "2026-09-18 Fri 23:59:59", "2026-09-19 Sat 00:00"])
def test_what_the_unit_registered_itself_is_not_held_back_from_it(now: str) -> None:
    received_at = at("2026-09-18 Fri 09:17")
    assert shown_to_units(State.RECEIVED, received_at, DEADLINE, at(now), registered_by_handler=True)


@pytest.mark.parametrize("received_at", ["2026-09-18 Fri 00:00", "2026-09-23 Wed 23:59", "2026-09-19 Sat 12:00"])
def test_it_costs_the_unit_none_of_its_working_days(received_at: str) -> None:
    """It is shown before the first working day begins that is counted against the unit, and before it falls."""
    shown_from = shown_to_units_from(at(received_at), DEADLINE)
    days = DayTable([CHINA.day(date) for date in each_day(on("2026-09-17 Thu"), on("2026-09-29 Tue"))])
    assert local_date(shown_from) <= min(
        date
        for date in each_day(local_date(at(received_at)), on("2026-09-29 Tue"))
        if date > local_date(at(received_at)) and CHINA.day(date).works
    )
    assert shown_from < find_escalation(at(received_at), DEADLINE, days) < DEADLINE


def test_the_office_sees_it_at_once_and_the_superior_as_the_unit() -> None:
    case = CaseFacts(
        State.RECEIVED,
        handler_unit_id=3,
        handled_by_office=False,
        superior_unit_id=2,
        escalates_at=DEADLINE,
        hands=frozenset({31, 32}),
        office_hands=frozenset({11, 12}),
        shown_to_units=False,
    )
    people = [Actor(11, Role.OFFICE, 1), Actor(21, Role.HEAD, 2), Actor(31, Role.HEAD, 3), Actor(32, Role.HANDLER, 3)]
    assert [may_see(actor, case) for actor in people] == [True, False, False, False]
    assert all(concerns(actor, case) for actor in people)
