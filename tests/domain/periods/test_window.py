"""Windows of exactly five working days and their deadlines, as calendars show them (R3, R4, R25)."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calendars.china import ChinaCalendar, estimated_notice
from app.domain.calendar.notices import Notice
from app.domain.calendar.workdays import DayTable, each_day, end_of, midnight, workdays_between
from app.domain.periods.window import (
    CONCLUDE_WORKDAYS,
    CONCLUDE_WORKDAYS_PROPOSED,
    Phase,
    PhaseDates,
    Window,
    WindowPlan,
    count_window,
    plan_window,
    too_late_to_conclude,
)
from app.domain.refusals import BadValue, BeyondHorizon, NotAWorkday, TooEarly
from app.domain.shared.instants import SHANGHAI
from tests.days import CHINA, on

MICROSECOND = dt.timedelta(microseconds=1)


def at(text: str) -> dt.datetime:
    """`2026-09-18 Fri 09:00` on a clock in Shanghai."""
    return dt.datetime.combine(on(text[:14]), dt.time.fromisoformat(text[15:]), tzinfo=SHANGHAI)


def notice_2027(off: str = "2027-01-01 Fri", work: str = "") -> Notice:
    days_off, days_on = (frozenset(on(day) for day in days.split(", ") if day) for days in (off, work))
    return Notice(2027, "国办发明电〔2026〕1号", on("2026-11-04 Wed"), "", days_off, days_on)


def table_of(plan: WindowPlan) -> list[str]:
    """The plan as a page explains it: the day, its place in the window, its name."""
    return [
        f"{counted.day.date:%m-%d %a} {counted.ordinal or '-'} {counted.day.name}".rstrip() for counted in plan.days
    ]


# --- refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opening", "now"),
    [
        ("2026-09-18 Fri", "2026-09-18 Fri 00:00"),  # today
        ("2026-09-18 Fri", "2026-09-18 Fri 23:59:59.999999"),
        ("2026-09-17 Thu", "2026-09-18 Fri 09:00"),  # yesterday
        ("2025-09-18 Thu", "2026-09-18 Fri 09:00"),
    ],
)
def test_a_window_opens_tomorrow_at_the_earliest(opening: str, now: str) -> None:
    with pytest.raises(TooEarly) as refused:
        plan_window(on(opening), 3, CHINA, at(now))
    assert (refused.value.opening, refused.value.earliest) == (on(opening), on("2026-09-19 Sat"))
    assert str(refused.value) == f"公示最早从2026-09-19开始，不能从{opening[:10]}开始。"


def test_tomorrow_is_shanghais_tomorrow() -> None:
    """17:00 UTC is 01:00 of the next day in Shanghai."""
    late = dt.datetime(2026, 9, 16, 17, 0, tzinfo=dt.UTC)
    assert plan_window(on("2026-09-18 Fri"), 3, CHINA, late).window.first_day == on("2026-09-18 Fri")
    with pytest.raises(TooEarly):
        plan_window(on("2026-09-17 Thu"), 3, CHINA, late)


@pytest.mark.parametrize(
    ("opening", "name", "next_workday"),
    [
        ("2026-09-19 Sat", "周末", "2026-09-20 Sun"),  # the next working day is a Sunday
        ("2026-09-12 Sat", "周末", "2026-09-14 Mon"),
        ("2026-09-25 Fri", "中秋节", "2026-09-28 Mon"),
        ("2026-10-01 Thu", "国庆节", "2026-10-08 Thu"),
        ("2026-10-04 Sun", "国庆节", "2026-10-08 Thu"),
        ("2026-02-15 Sun", "春节", "2026-02-24 Tue"),
        ("2025-10-06 Mon", "中秋节", "2025-10-09 Thu"),
        ("2026-01-02 Fri", "元旦", "2026-01-04 Sun"),
    ],
)
def test_a_window_opens_on_a_working_day(opening: str, name: str, next_workday: str) -> None:
    with pytest.raises(NotAWorkday) as refused:
        count_window(on(opening), 3, CHINA)
    assert (refused.value.date, refused.value.name) == (on(opening), name)
    assert refused.value.next_workday == on(next_workday)
    assert f"{opening[:10]}是{name}，不是工作日" in str(refused.value)
    assert f"最近的一个是{next_workday[:10]}" in str(refused.value)


@pytest.mark.parametrize("conclude_workdays", [-1, 0, 31, 300])
def test_a_deadline_lies_one_to_thirty_working_days_after(conclude_workdays: int) -> None:
    with pytest.raises(BadValue, match=f"核查期限应在3到30之间，现在是{conclude_workdays}。"):
        count_window(on("2026-09-18 Fri"), conclude_workdays, CHINA)


@pytest.mark.parametrize(
    ("opening", "conclude_workdays"),
    [
        ("2027-01-04 Mon", 3),  # all of it
        ("2026-12-28 Mon", 3),  # from its fifth day on
        ("2026-12-25 Fri", 3),  # the window ends with the year, its deadline does not
        ("2026-11-30 Mon", 30),
    ],
)
def test_nothing_is_counted_past_the_horizon(opening: str, conclude_workdays: int) -> None:
    with pytest.raises(BeyondHorizon, match="2027年的放假调休安排尚未载入（目前只到2026-12-31）") as refused:
        count_window(on(opening), conclude_workdays, CHINA)
    assert refused.value.year == 2027


def test_the_year_that_was_refused_counts_once_its_notice_is_loaded() -> None:
    plan = count_window(on("2026-12-25 Fri"), 3, ChinaCalendar([notice_2027()]))
    assert plan.window.last_day == on("2026-12-31 Thu")
    assert plan.conclude_by == end_of(on("2027-01-06 Wed"))  # 元旦 and a weekend, then three days


# --- five working days (R4) ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opens", "last_day", "deadline"),
    [
        ("2026-03-09 Mon", "2026-03-13 Fri", "2026-03-18 Wed"),  # a plain week
        ("2026-03-11 Wed", "2026-03-17 Tue", "2026-03-20 Fri"),  # over a weekend
        ("2026-09-18 Fri", "2026-09-23 Wed", "2026-09-29 Tue"),  # Sunday the 20th works, so not Thursday
        ("2026-09-20 Sun", "2026-09-24 Thu", "2026-09-30 Wed"),  # opens on the Sunday that works
        ("2026-09-28 Mon", "2026-10-09 Fri", "2026-10-13 Tue"),  # the October week; Saturday the 10th works
        ("2026-09-30 Wed", "2026-10-12 Mon", "2026-10-15 Thu"),
        ("2025-09-26 Fri", "2025-10-09 Thu", "2025-10-13 Mon"),  # Sunday the 28th and Saturday the 11th work
        ("2026-02-12 Thu", "2026-02-25 Wed", "2026-02-28 Sat"),  # Spring Festival; both Saturdays work
        ("2026-02-14 Sat", "2026-02-27 Fri", "2026-03-03 Tue"),  # opens on the Saturday that works
        ("2025-12-30 Tue", "2026-01-06 Tue", "2026-01-09 Fri"),  # New Year; Sunday the 4th works
        ("2024-12-30 Mon", "2025-01-06 Mon", "2025-01-09 Thu"),  # New Year without a make-up day
        ("2018-12-27 Thu", "2019-01-03 Thu", "2019-01-08 Tue"),  # Saturday 12-29 works, by the notice of 2019
        ("2026-04-30 Thu", "2026-05-09 Sat", "2026-05-13 Wed"),  # ends on a Saturday that works
        ("2024-03-07 Thu", "2024-03-13 Wed", "2024-03-18 Mon"),  # 妇女节, half a day, counts
    ],
)
def test_windows(opens: str, last_day: str, deadline: str) -> None:
    plan = count_window(on(opens), CONCLUDE_WORKDAYS_PROPOSED, CHINA)
    assert plan.window.first_day == on(opens)
    assert plan.window.last_day == on(last_day)
    assert plan.conclude_by == end_of(on(deadline))


@pytest.mark.parametrize(
    ("conclude_workdays", "deadline"),
    [
        (1, "2026-09-24 Thu"),
        (2, "2026-09-28 Mon"),  # over 中秋节
        (3, "2026-09-29 Tue"),
        (4, "2026-09-30 Wed"),
        (5, "2026-10-08 Thu"),  # over the October week
        (7, "2026-10-10 Sat"),  # works
        (8, "2026-10-12 Mon"),
        (30, "2026-11-11 Wed"),
    ],
)
def test_deadlines_after_the_window_of_18_september_2026(conclude_workdays: int, deadline: str) -> None:
    plan = count_window(on("2026-09-18 Fri"), conclude_workdays, CHINA)
    assert plan.window.last_day == on("2026-09-23 Wed")
    assert plan.conclude_by == end_of(on(deadline))


def test_every_day_of_a_plan_is_explained() -> None:
    assert table_of(count_window(on("2026-09-18 Fri"), 3, CHINA)) == [
        "09-18 Fri 1",
        "09-19 Sat - 周末",
        "09-20 Sun 2 调休上班",
        "09-21 Mon 3",
        "09-22 Tue 4",
        "09-23 Wed 5",
        "09-24 Thu -",  # the window is over: days up to the deadline carry no number
        "09-25 Fri - 中秋节",
        "09-26 Sat - 中秋节",
        "09-27 Sun - 中秋节",
        "09-28 Mon -",
        "09-29 Tue -",
    ]


def test_days_off_inside_a_window_do_not_count() -> None:
    assert table_of(count_window(on("2025-09-29 Mon"), 1, CHINA)) == [
        "09-29 Mon 1",
        "09-30 Tue 2",
        "10-01 Wed - 国庆节",
        "10-02 Thu - 国庆节",
        "10-03 Fri - 国庆节",
        "10-04 Sat - 国庆节",
        "10-05 Sun - 国庆节",
        "10-06 Mon - 中秋节",
        "10-07 Tue - 国庆节",
        "10-08 Wed - 国庆节",
        "10-09 Thu 3",
        "10-10 Fri 4",
        "10-11 Sat 5 调休上班",
        "10-12 Sun - 周末",
        "10-13 Mon -",
    ]


def test_a_window_is_public_from_its_first_instant_to_its_last() -> None:
    window = count_window(on("2026-09-18 Fri"), 3, CHINA).window
    assert (window.opens_at, window.closes_at) == (at("2026-09-18 Fri 00:00"), at("2026-09-24 Thu 00:00"))
    assert {
        instant: window.contains(instant)
        for instant in (
            window.opens_at - MICROSECOND,
            window.opens_at,
            window.closes_at - MICROSECOND,
            window.closes_at,
        )
    } == {
        at("2026-09-17 Thu 23:59:59.999999"): False,
        at("2026-09-18 Fri 00:00"): True,
        at("2026-09-23 Wed 23:59:59.999999"): True,
        at("2026-09-24 Thu 00:00"): False,
    }


def test_scheduling_gives_the_same_plan_as_counting() -> None:
    planned = plan_window(on("2026-09-18 Fri"), 3, CHINA, now=at("2026-09-17 Thu 23:59"))
    assert planned == count_window(on("2026-09-18 Fri"), 3, CHINA)


def test_a_stored_plan_is_counted_again_from_its_own_days() -> None:
    """What was counted holds, whatever the calendar says later (R4)."""
    plan = count_window(on("2026-09-28 Mon"), 3, CHINA)
    again = count_window(on("2026-09-28 Mon"), 3, DayTable([counted.day for counted in plan.days]))
    assert (again.window, again.conclude_by, again.days) == (plan.window, plan.conclude_by, plan.days)


# --- properties ----------------------------------------------------------------------------------

# Any working day from which the longest deadline still lies within the horizon.
OPENINGS = [date for date in each_day(on("2004-01-01 Thu"), on("2026-11-06 Fri")) if CHINA.day(date).works]
openings = st.sampled_from(OPENINGS)
deadlines = st.sampled_from(CONCLUDE_WORKDAYS)
many = settings(max_examples=300, deadline=None, database=None)


@many
@given(openings, deadlines)
def test_every_window_holds_exactly_five_working_days(opening: dt.date, conclude_workdays: int) -> None:
    window = count_window(opening, conclude_workdays, CHINA).window
    assert workdays_between(window.first_day, window.last_day, CHINA) == 5
    assert window.first_day == opening
    assert CHINA.day(window.first_day).works
    assert CHINA.day(window.last_day).works


@many
@given(openings, deadlines)
def test_a_deadline_leaves_exactly_its_working_days(opening: dt.date, conclude_workdays: int) -> None:
    plan = count_window(opening, conclude_workdays, CHINA)
    deadline_day = plan.days[-1].day
    day_after = plan.window.last_day + dt.timedelta(days=1)
    assert workdays_between(day_after, deadline_day.date, CHINA) == conclude_workdays
    assert deadline_day.works
    assert plan.conclude_by == end_of(deadline_day.date)


@many
@given(openings, deadlines)
def test_the_table_has_every_day_and_numbers_five(opening: dt.date, conclude_workdays: int) -> None:
    plan = count_window(opening, conclude_workdays, CHINA)
    last_day = plan.window.last_day
    assert [counted.day.date for counted in plan.days] == list(each_day(opening, plan.days[-1].day.date))
    assert [counted.ordinal for counted in plan.days if counted.ordinal] == [1, 2, 3, 4, 5]
    for counted in plan.days:
        assert (counted.ordinal is not None) == (counted.day.works and counted.day.date <= last_day)


@many
@given(openings, st.integers(min_value=-2, max_value=2))
def test_the_boundaries_hold_to_the_microsecond(opening: dt.date, offset: int) -> None:
    window = count_window(opening, 3, CHINA).window
    assert window.opens_at == midnight(opening)
    assert window.contains(window.opens_at + offset * MICROSECOND) == (offset >= 0)
    assert window.contains(window.closes_at + offset * MICROSECOND) == (offset < 0)


# --- provisional and estimated (R3) --------------------------------------------------------------


@pytest.mark.parametrize(
    ("opening", "conclude_workdays", "provisional"),
    [
        ("2026-12-07 Mon", 5, False),  # deadline Friday the 18th
        ("2026-12-07 Mon", 6, True),  # deadline Monday the 21st
        ("2026-12-14 Mon", 3, True),  # the window is settled, its deadline is not
        ("2026-12-21 Mon", 3, True),
        ("2025-12-22 Mon", 3, False),  # 2026 is known
    ],
)
def test_a_plan_that_touches_late_december_is_provisional(
    opening: str, conclude_workdays: int, provisional: bool
) -> None:
    assert count_window(on(opening), conclude_workdays, CHINA).provisional is provisional
    settled = count_window(on(opening), conclude_workdays, ChinaCalendar([notice_2027()]))
    assert not settled.provisional


def test_next_years_notice_can_change_the_count() -> None:
    """Why such a plan is provisional: 2027 makes the last Sunday of 2026 work and gives its Thursday off."""
    loaded = ChinaCalendar([notice_2027(off="2026-12-31 Thu, 2027-01-01 Fri", work="2026-12-27 Sun")])
    before = count_window(on("2026-12-22 Tue"), 3, CHINA)
    after = count_window(on("2026-12-22 Tue"), 3, loaded)
    assert before.window.last_day == on("2026-12-28 Mon")
    assert after.window.last_day == on("2026-12-27 Sun")
    assert before.conclude_by == end_of(on("2026-12-31 Thu"))
    assert after.conclude_by == end_of(on("2026-12-30 Wed"))
    assert (before.provisional, after.provisional) == (True, False)
    assert after.calendar_version == f"{before.calendar_version} + 2027 国办发明电〔2026〕1号"


def test_a_plan_on_the_demonstrations_calendar_says_so() -> None:
    demonstration = ChinaCalendar([estimated_notice(2027)])
    assert count_window(on("2027-03-01 Mon"), 3, demonstration).estimated
    assert count_window(on("2026-12-25 Fri"), 3, demonstration).estimated  # its deadline is in 2027
    assert not count_window(on("2026-09-18 Fri"), 3, demonstration).estimated


# --- phases --------------------------------------------------------------------------------------

TIMETABLE = PhaseDates(
    Window(at("2026-09-18 Fri 00:00"), at("2026-09-24 Thu 00:00")), conclude_by=at("2026-09-30 Wed 00:00")
)


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        ("2026-09-17 Thu 23:59:59.999999", Phase.SCHEDULED),
        ("2026-09-18 Fri 00:00", Phase.OPEN),
        ("2026-09-19 Sat 12:00", Phase.OPEN),  # weekends stay public
        ("2026-09-23 Wed 23:59:59.999999", Phase.OPEN),
        ("2026-09-24 Thu 00:00", Phase.HANDLING),
        ("2026-09-29 Tue 23:59:59.999999", Phase.HANDLING),
        ("2026-09-30 Wed 00:00", Phase.DUE),
        ("2030-01-01 Tue 00:00", Phase.DUE),  # however late anybody looks
    ],
)
def test_a_phase_follows_from_the_time_alone(now: str, phase: Phase) -> None:
    assert TIMETABLE.phase(at(now)) is phase
    assert too_late_to_conclude(TIMETABLE.conclude_by, at(now)) == (phase is Phase.DUE)


@pytest.mark.parametrize("now", ["2026-09-17 Thu 12:00", "2026-09-20 Sun 12:00", "2026-10-09 Fri 12:00"])
def test_what_a_person_ended_stays_ended(now: str) -> None:
    window, conclude_by, then = TIMETABLE.window, TIMETABLE.conclude_by, at("2026-09-17 Thu 09:00")
    assert PhaseDates(window, conclude_by, closed_at=then).phase(at(now)) is Phase.CLOSED
    assert PhaseDates(window, conclude_by, cancelled_at=then).phase(at(now)) is Phase.CANCELLED
