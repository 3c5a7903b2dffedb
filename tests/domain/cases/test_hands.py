"""To whom a case goes when it comes in, and when it falls to the office (R21)."""

import pytest

from app.domain.calendar.workdays import end_of
from app.domain.cases.hands import UnitStaffing, choose_first_handler, find_escalation, lacks_hands
from tests.days import CHINA, at, clock, on, stored

OWN, RECOMMENDER, OFFICE = 3, 2, 1


def staffed(unit: int, people: int) -> UnitStaffing:
    return UnitStaffing(unit, frozenset(range(10 * unit, 10 * unit + people)))


@pytest.mark.parametrize(
    ("own", "recommender", "office", "first"),
    [
        (0, 2, 2, RECOMMENDER),  # as all 179 own units of the demonstration were
        (1, 2, 2, RECOMMENDER),  # one person can't conclude alone
        (2, 2, 2, OWN),
        (3, 0, 2, OWN),
        (1, 1, 2, OFFICE),
        (0, 0, 0, OFFICE),
    ],
)
def test_a_case_goes_to_the_first_unit_with_two_people(own: int, recommender: int, office: int, first: int) -> None:
    assert (
        choose_first_handler([staffed(OWN, own), staffed(RECOMMENDER, recommender), staffed(OFFICE, office)]) == first
    )


@pytest.mark.parametrize(
    ("untouched_since", "falls"),
    [
        ("2026-09-18 Fri 00:00", "09-22 Tue 00:00"),  # Sunday the 20th and Monday; that day itself is not counted
        ("2026-09-18 Fri 23:59:59.999999", "09-22 Tue 00:00"),
        ("2026-09-19 Sat 12:00", "09-22 Tue 00:00"),
        ("2026-09-20 Sun 12:00", "09-23 Wed 00:00"),
        ("2026-09-23 Wed 12:00", "09-29 Tue 00:00"),  # over 中秋节: Thursday, then Monday
        ("2026-09-25 Fri 12:00", "09-30 Wed 00:00"),  # on a holiday
        ("2026-09-29 Tue 12:00", "10-09 Fri 00:00"),  # over the October week
        ("2026-10-08 Thu 12:00", "10-11 Sun 00:00"),  # Friday and the Saturday that works
    ],
)
def test_two_working_days_without_an_act(untouched_since: str, falls: str) -> None:
    assert clock(find_escalation(at(untouched_since), at("2026-12-01 Tue 00:00"), CHINA)) == falls


@pytest.mark.parametrize(
    ("untouched_since", "last_day", "falls"),
    [
        ("2026-09-23 Wed 12:00", "2026-09-29 Tue", "09-28 Mon 00:00"),  # the last moment of a window, N = 3
        ("2026-09-23 Wed 12:00", "2026-09-28 Mon", "09-24 Thu 00:00"),
        ("2026-09-23 Wed 12:00", "2026-09-24 Thu", "09-23 Wed 00:00"),  # N = 1, as it was once scheduled: at once
        ("2026-09-28 Mon 12:00", "2026-09-29 Tue", "09-28 Mon 00:00"),
        ("2026-10-09 Fri 12:00", "2026-10-12 Mon", "10-10 Sat 00:00"),  # the Saturday works
    ],
)
def test_never_later_than_the_opening_of_the_last_working_day_but_one(
    untouched_since: str, last_day: str, falls: str
) -> None:
    """Whether the days are those stored with the period, which end there, or a calendar's."""
    for days in (stored("2026-09-17 Thu", last_day), CHINA):
        assert clock(find_escalation(at(untouched_since), end_of(on(last_day)), days)) == falls


@pytest.mark.parametrize(
    ("unit", "office", "handler", "lacks"),
    [
        (2, 2, RECOMMENDER, False),
        (2, 0, RECOMMENDER, False),  # the two of the unit end it
        (1, 1, RECOMMENDER, False),  # one of each, together
        (1, 0, RECOMMENDER, True),
        (0, 1, RECOMMENDER, True),
        (0, 2, RECOMMENDER, False),  # it falls to the office
        (3, 2, OFFICE, False),
        (3, 1, OFFICE, True),  # whatever the unit has: the case is not its own
        (3, 0, OFFICE, True),
    ],
)
def test_a_registration_that_would_leave_too_few_people_is_told(
    unit: int, office: int, handler: int, lacks: bool
) -> None:
    """Counted without whoever registers, who has no hand in it (R33)."""
    assert lacks_hands(handler, [staffed(RECOMMENDER, unit), staffed(OFFICE, office)]) is lacks


def test_the_one_person_of_the_office_who_made_the_units_accounts_is_not_another() -> None:
    one = frozenset({12})
    assert lacks_hands(RECOMMENDER, [UnitStaffing(RECOMMENDER, one), UnitStaffing(OFFICE, one)])
    assert not lacks_hands(RECOMMENDER, [UnitStaffing(RECOMMENDER, frozenset({13})), UnitStaffing(OFFICE, one)])


@pytest.mark.parametrize(
    ("untouched_since", "last_day", "falls"),
    [
        ("2026-12-24 Thu 12:00", "2026-12-31 Thu", "12-29 Tue 00:00"),
        ("2026-12-30 Wed 12:00", "2026-12-31 Thu", "12-30 Wed 00:00"),  # its second idle day is in 2027
        ("2026-12-24 Thu 12:00", "2027-01-06 Wed", "01-07 Thu 00:00"),  # nobody knows the days before its deadline
    ],
)
def test_what_no_calendar_covers_holds_no_objection_back(untouched_since: str, last_day: str, falls: str) -> None:
    assert clock(find_escalation(at(untouched_since), end_of(on(last_day)), CHINA)) == falls
