"""Who is out at a deadline, and why (R25-R27)."""

import datetime as dt

import pytest

from app.domain.cases.states import Conclusion, State
from app.domain.cases.verdict import (
    CaseOutcome,
    Departure,
    Ground,
    Lapse,
    Left,
    departure,
    effective_state,
    grounds_against,
    lapses,
)
from tests.days import at

DEADLINE = at("2026-09-30 Wed 00:00")
JUST_BEFORE = DEADLINE - dt.timedelta(microseconds=1)
MUCH_LATER = at("2027-03-01 Mon 09:00")

OPEN = ("received", "accepted", "investigating", "awaiting_supplement", "proposed")
DONE = ("concluded", "declined", "lapsed", "joined")


def case(number: int, nominee: int, state: str, conclusion: str | None = None) -> CaseOutcome:
    return CaseOutcome(number, nominee, State(state), Conclusion(conclusion) if conclusion else None)


@pytest.mark.parametrize("state", OPEN + DONE)
def test_an_open_case_has_lapsed_from_the_deadline_on(state: str) -> None:
    afterwards = "lapsed" if state in OPEN else state
    shown = [effective_state(State(state), DEADLINE, now) for now in (JUST_BEFORE, DEADLINE, MUCH_LATER)]
    assert shown == [state, afterwards, afterwards]


def test_nobody_is_out_before_the_deadline() -> None:
    assert lapses([case(1, 7, state) for state in OPEN], DEADLINE, JUST_BEFORE) == ()


def test_each_nominee_goes_out_once_in_order_led_by_its_earliest_case() -> None:
    cases = [
        case(9, 5, "proposed"),
        case(4, 8, "investigating"),
        case(3, 5, "received"),
        case(6, 5, "accepted"),
        case(2, 6, "concluded", "dismissed"),
        case(1, 6, "declined"),
        case(5, 4, "awaiting_supplement"),
        case(7, 4, "joined"),
        case(8, 3, "lapsed"),  # settled before: not again
        case(10, 2, "concluded", "upheld"),  # out on its own ground, at confirmation
    ]
    expected = (Lapse(4, (5,)), Lapse(5, (3, 6, 9)), Lapse(8, (4,)))
    assert lapses(cases, DEADLINE, DEADLINE) == lapses(reversed(cases), DEADLINE, MUCH_LATER) == expected
    assert [lapse.leading_case_id for lapse in expected] == [5, 3, 4]


def test_who_left_before_does_not_go_out_a_second_time() -> None:
    cases = [case(1, 7, "accepted"), case(2, 8, "accepted"), case(3, 7, "received"), case(4, 9, "received")]
    assert lapses(cases, DEADLINE, DEADLINE, {7, 9}) == (Lapse(8, (2,)),)


EARLY, LATE = at("2026-09-21 Mon 10:00"), at("2026-09-22 Tue 10:00")


@pytest.mark.parametrize(
    ("standing", "withdrawn_at", "passed_deadlines", "left"),
    [
        ([], None, [], None),
        ([(LATE, Ground.UPHELD)], None, [], Departure(Left.DISQUALIFIED, LATE, Ground.UPHELD, settled=True)),
        ([(LATE, Ground.UPHELD), (EARLY, Ground.LAPSED)], None, [], Departure(Left.DISQUALIFIED, EARLY, Ground.LAPSED)),
        ([], EARLY, [], Departure(Left.WITHDRAWN, EARLY, None)),
        # no second stain on who withdrew before a deadline; one that is written stands
        ([], EARLY, [DEADLINE], Departure(Left.WITHDRAWN, EARLY)),
        ([(LATE, Ground.UPHELD)], EARLY, [], Departure(Left.DISQUALIFIED, LATE, Ground.UPHELD)),
        # from the deadline on it is out, before anything is written
        ([], None, [DEADLINE], Departure(Left.DISQUALIFIED, DEADLINE, Ground.LAPSED, settled=False)),
        ([], None, [MUCH_LATER, DEADLINE], Departure(Left.DISQUALIFIED, DEADLINE, Ground.LAPSED, settled=False)),
    ],
)
def test_a_nominee_leaves_once_by_what_came_first(
    standing: list[tuple[dt.datetime, Ground]],
    withdrawn_at: dt.datetime | None,
    passed_deadlines: list[dt.datetime],
    left: Departure | None,
) -> None:
    assert departure(withdrawn_at, standing, passed_deadlines) == left


@pytest.mark.parametrize(
    ("cases", "before", "after"),
    [
        ([], "", ""),
        ([case(1, 7, "concluded", "dismissed")], "", ""),
        ([case(1, 7, "concluded", "partly_upheld")], "", ""),
        ([case(1, 7, "concluded", "withdrawn")], "", ""),
        ([case(1, 7, "declined")], "", ""),
        ([case(1, 7, "joined")], "", ""),
        ([case(1, 7, "received")], "", "lapsed"),
        ([case(1, 7, "proposed")], "", "lapsed"),  # proposed is not concluded
        ([case(1, 7, "lapsed")], "lapsed", "lapsed"),
        ([case(1, 7, "concluded", "upheld")], "upheld", "upheld"),
        ([case(1, 7, "concluded", "upheld"), case(2, 7, "accepted")], "upheld", "upheld lapsed"),
        ([case(1, 7, "concluded", "dismissed"), case(2, 7, "accepted")], "", "lapsed"),
    ],
)
def test_the_two_grounds_are_kept_apart(cases: list[CaseOutcome], before: str, after: str) -> None:
    expected = [frozenset(map(Ground, grounds.split())) for grounds in (before, after)]
    assert [grounds_against(cases, DEADLINE, now) for now in (JUST_BEFORE, DEADLINE)] == expected
