"""Planning backwards from the notice's own days (notice, part 六; R3, R4, R25)."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.calendar.workdays import each_day, end_of, nth_workday_after
from app.domain.periods.backward_planning import (
    BackwardStep,
    Misfit,
    RoundToPlan,
    count_most_workdays,
    find_last_opening,
    find_misfit,
    plan_backwards,
)
from app.domain.periods.window import CONCLUDE_WORKDAYS, count_window
from app.domain.refusals import BadValue, BeyondHorizon
from tests.days import CHINA, on

# --- refused -------------------------------------------------------------------------------------


def test_what_no_calendar_covers_is_not_guessed() -> None:
    for due, year in (("2027-01-04 Mon", 2027), ("2028-02-01 Tue", 2028), ("2004-01-07 Wed", 2003)):
        with pytest.raises(BeyondHorizon) as refused:
            find_last_opening(on(due), 3, CHINA)
        assert refused.value.year == year
    for conclude in (0, 1, 2, 31, -1):
        with pytest.raises(BadValue, match="核查期限应在3到30之间"):
            find_last_opening(on("2025-11-14 Fri"), conclude, CHINA)


def test_an_opening_too_late_says_by_how_much_and_what_would_still_do() -> None:
    """11 月 14 日 with three working days to conclude: 5, 6, 7, 10, 11 November public, 12, 13, 14 to conclude."""
    due = on("2025-11-14 Fri")
    table = [
        ("2025-11-05 Wed", None),
        ("2025-11-06 Thu", (1, None)),  # two working days to conclude would fit, and are too few
        ("2025-11-07 Fri", (2, None)),
        ("2025-11-10 Mon", (3, None)),  # its window ends on the due day itself: no day is left to conclude
        ("2025-11-14 Fri", (7, None)),
        ("2025-11-17 Mon", (8, None)),
    ]
    for opening, expected in table:
        found = find_misfit(on(opening), 3, due, CHINA)
        wanted = expected and Misfit(on(opening), 3, due, on("2025-11-05 Wed"), *expected)
        assert found == wanted, opening


@pytest.mark.parametrize(
    ("due", "conclude"),
    [
        # 9 to 13 March public; what is left of working days until the day it is due; 清明节 is 4 to 6 April
        ("2026-03-06 Fri", None),
        ("2026-03-13 Fri", None),
        ("2026-03-17 Tue", None),  # two days to conclude are too few
        ("2026-03-18 Wed", 3),
        ("2026-03-19 Thu", 4),
        ("2026-04-24 Fri", 29),
        ("2026-04-27 Mon", 30),
        ("2026-04-28 Tue", 30),  # more than thirty are not given
        ("2026-06-30 Tue", 30),
    ],
)
def test_the_longest_time_to_conclude_that_still_fits(due: str, conclude: int | None) -> None:
    assert count_most_workdays(on("2026-03-09 Mon"), on(due), CHINA) == conclude


# --- the notice, and around holidays ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "conclude", "opening"),
    [
        # The notice: 1 November is a Saturday, what is due then is done by Friday the 31st.
        ("2025-11-01 Sat", 3, "2025-10-22 Wed"),
        ("2025-11-14 Fri", 3, "2025-11-05 Wed"),
        ("2025-11-14 Fri", 4, "2025-11-04 Tue"),
        ("2025-11-14 Fri", 5, "2025-11-03 Mon"),
        ("2025-11-30 Sun", 3, "2025-11-19 Wed"),
        # 国庆 and 中秋 2025: 1-8 October off; Sunday 28 September and Saturday 11 October work.
        ("2025-10-11 Sat", 3, "2025-09-25 Thu"),  # 25, 26, 28, 29, 30 public; 9, 10, 11 to conclude
        ("2025-10-10 Fri", 3, "2025-09-24 Wed"),  # 24, 25, 26, 28, 29 public; 30, 9, 10 to conclude
        # 2026: 中秋节 25-27 September; 1-7 October off; Sunday 20 September and Saturday 10 October work.
        ("2026-09-29 Tue", 3, "2026-09-18 Fri"),  # as tests/world.py plays it
        ("2026-10-10 Sat", 3, "2026-09-23 Wed"),  # 23, 24, 28, 29, 30 public; 8, 9, 10 to conclude
        ("2026-10-07 Wed", 3, "2026-09-20 Sun"),  # a holiday itself: over by 30 September
        ("2026-09-30 Wed", 3, "2026-09-20 Sun"),
        ("2026-12-31 Thu", 30, "2026-11-13 Fri"),
    ],
)
def test_the_last_day_on_which_a_window_can_open(due: str, conclude: int, opening: str) -> None:
    assert find_last_opening(on(due), conclude, CHINA) == on(opening)


DUES = st.sampled_from(list(each_day(on("2004-03-01 Mon"), on("2026-11-06 Fri"))))


@settings(max_examples=150, deadline=None, database=None)
@given(DUES, st.sampled_from(CONCLUDE_WORKDAYS))
def test_the_last_opening_fits_and_the_next_working_day_does_not(due: dt.date, conclude: int) -> None:
    opening = find_last_opening(due, conclude, CHINA)
    assert count_window(opening, conclude, CHINA).conclude_by <= end_of(due)
    assert find_misfit(opening, conclude, due, CHINA) is None
    assert count_most_workdays(opening, due, CHINA) == conclude
    late = nth_workday_after(opening, 1, CHINA)
    assert count_window(late, conclude, CHINA).conclude_by > end_of(due)
    found = find_misfit(late, conclude, due, CHINA)
    assert found is not None
    assert (found.late_by, found.fitting) == (1, conclude - 1 if conclude - 1 in CONCLUDE_WORKDAYS else None)


# --- three rounds one after another ----------------------------------------------------------------

NOTICE = [
    RoundToPlan(1, on("2025-10-16 Thu"), on("2025-11-01 Sat")),
    RoundToPlan(2, on("2025-11-02 Sun"), on("2025-11-14 Fri")),
    RoundToPlan(3, on("2025-11-15 Sat"), on("2025-11-30 Sun")),
]


def told(steps: list[BackwardStep]) -> list[tuple[str, str, int | None]]:
    """Each round as (earliest, last, slack)."""
    return [
        (
            f"{step.earliest:%m-%d %a}" if step.earliest else "-",
            f"{step.last:%m-%d %a}" if step.last else "-",
            step.slack,
        )
        for step in steps
    ]


@pytest.mark.parametrize(
    ("today", "conclude", "rounds"),
    [
        # The day the notice came out: every round begins with its stage.
        (
            "2025-10-14 Tue",
            3,
            [("10-16 Thu", "10-22 Wed", 4), ("11-03 Mon", "11-05 Wed", 2), ("11-17 Mon", "11-19 Wed", 2)],
        ),
        # The last day on which round 1 can be arranged for the last day that fits.
        (
            "2025-10-21 Tue",
            3,
            [("10-22 Wed", "10-22 Wed", 0), ("11-03 Mon", "11-05 Wed", 2), ("11-17 Mon", "11-19 Wed", 2)],
        ),
        # A week late: round 1 is over on 7 November only, and pushes round 2 past its day; round 3 still has room.
        (
            "2025-10-28 Tue",
            3,
            [("10-29 Wed", "10-22 Wed", -5), ("11-10 Mon", "11-05 Wed", -3), ("11-20 Thu", "11-19 Wed", -1)],
        ),
    ],
)
def test_no_round_opens_before_the_one_before_is_concluded(
    today: str, conclude: int, rounds: list[tuple[str, str, int]]
) -> None:
    assert told(plan_backwards(NOTICE, conclude, CHINA, on(today))) == rounds


def test_what_is_arranged_already_is_what_the_next_round_waits_for() -> None:
    first, second, third = NOTICE
    done = RoundToPlan(1, first.starts, first.due, waiting=False, over=on("2025-11-06 Thu"))
    partly = RoundToPlan(1, first.starts, first.due, waiting=True, over=on("2025-11-12 Wed"))
    today = on("2025-10-20 Mon")
    assert told(plan_backwards([done, second, third], 3, CHINA, today)) == [
        ("-", "10-22 Wed", None),
        ("11-07 Fri", "11-05 Wed", -2),
        ("11-19 Wed", "11-19 Wed", 0),
    ]
    assert told(plan_backwards([partly, second], 3, CHINA, today)) == [
        ("10-21 Tue", "10-22 Wed", 1),
        ("11-13 Thu", "11-05 Wed", -6),
    ]


def test_beyond_the_horizon_a_round_says_which_year_is_missing() -> None:
    legs = [
        RoundToPlan(1, on("2026-12-01 Tue"), on("2026-12-25 Fri")),
        RoundToPlan(2, on("2026-12-26 Sat"), on("2027-01-10 Sun")),
        RoundToPlan(3, on("2027-01-11 Mon"), on("2027-01-31 Sun")),
    ]
    steps = plan_backwards(legs, 3, CHINA, on("2026-12-18 Fri"))
    assert told(steps) == [("12-21 Mon", "12-16 Wed", -3), ("12-31 Thu", "-", None), ("-", "-", None)]
    assert ["2027年的放假调休安排尚未载入" in step.unknown for step in steps] == [False, True, True]
    assert [step.provisional for step in steps] == [True, False, False]  # late December may still change


@pytest.mark.parametrize(
    ("today", "due", "step", "year"),
    [
        # The last opening is known, the first day that is left is not: it is that one which is told.
        ("2026-12-31 Thu", "2026-12-25 Fri", ("-", "12-16 Wed", None), "2027"),
        # Neither is known: what is due comes first.
        ("2026-12-31 Thu", "2028-01-31 Mon", ("-", "-", None), "2028"),
        # The first day is known, the last opening is not.
        ("2026-12-30 Wed", "2027-01-29 Fri", ("12-31 Thu", "-", None), "2027"),
        ("2026-09-17 Thu", "2026-09-29 Tue", ("09-18 Fri", "09-18 Fri", 0), ""),
    ],
)
def test_what_is_unknown_of_a_round_is_told_once(
    today: str, due: str, step: tuple[str, str, int | None], year: str
) -> None:
    [found] = plan_backwards([RoundToPlan(1, on("2026-09-01 Tue"), on(due))], 3, CHINA, on(today))
    assert told([found]) == [step]
    assert found.unknown[:4] == year


@pytest.mark.parametrize(
    ("due", "provisional"),
    [
        ("2026-12-18 Fri", False),
        ("2026-12-19 Sat", False),
        ("2026-12-20 Sun", True),  # from 20 December on the next notice may still change a day
        ("2026-12-21 Mon", True),
    ],
)
def test_days_that_may_still_change_make_a_round_provisional(due: str, provisional: bool) -> None:
    [found] = plan_backwards([RoundToPlan(1, on("2026-11-02 Mon"), on(due))], 3, CHINA, on("2026-11-01 Sun"))
    assert found.provisional is provisional


@pytest.mark.parametrize(
    ("waiting", "over", "next_opens"),
    [
        # Nobody waits in round 1: round 2 waits for what there was, or for today.
        (False, None, "10-21 Tue"),
        (False, "2025-10-17 Fri", "10-21 Tue"),  # over long ago
        (False, "2025-10-20 Mon", "10-21 Tue"),
        (False, "2025-10-21 Tue", "10-22 Wed"),
        # Somebody waits, and is through on 30 October at the earliest: 21 to 27 public, 28 to 30 to conclude.
        (True, None, "10-31 Fri"),
        (True, "2025-10-29 Wed", "10-31 Fri"),
        (True, "2025-10-30 Thu", "10-31 Fri"),
        (True, "2025-10-31 Fri", "11-03 Mon"),
    ],
)
def test_a_round_opens_the_working_day_after_the_one_before_is_over(
    waiting: bool, over: str | None, next_opens: str
) -> None:
    early, due = on("2025-10-01 Wed"), on("2025-12-31 Wed")
    legs = [RoundToPlan(1, early, due, waiting, on(over) if over else None), RoundToPlan(2, early, due)]
    assert told(plan_backwards(legs, 3, CHINA, on("2025-10-20 Mon")))[1][0] == next_opens
