"""What a person may ask of a window: days to conclude (R25), and days added after an outage (R7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.calendars.china import ChinaCalendar, estimated_notice, packaged_notice
from app.domain.calendar.notices import Notice
from app.domain.calendar.workdays import Calendar, last_day_before
from app.domain.periods.window import PhaseDates, WindowPlan, count_window, explain, extend_plan, plan_window
from app.domain.refusals import BadValue, BeyondHorizon
from tests.days import CHINA, at, clock, on

NOW = at("2026-09-17 Thu 09:00")


@pytest.mark.parametrize("workdays", [0, 1, 2, 31])
def test_a_new_period_has_three_to_thirty_days_to_conclude(workdays: int) -> None:
    """Older periods had one or two: counting takes them, scheduling does not."""
    with pytest.raises(BadValue, match=f"核查期限应在3到30之间，现在是{workdays}。") as refused:
        plan_window(on("2026-09-18 Fri"), workdays, CHINA, NOW)
    assert refused.value.field == "conclude"


@pytest.mark.parametrize(
    ("workdays", "deadline"), [(3, "2026-09-29 Tue"), (4, "2026-09-30 Wed"), (30, "2026-11-11 Wed")]
)
def test_a_new_period_takes_any_time_between(workdays: int, deadline: str) -> None:
    plan = plan_window(on("2026-09-18 Fri"), workdays, CHINA, NOW)
    assert PhaseDates(plan.window, plan.conclude_by).conclude_day == on(deadline)


# --- days added after an outage (R7) -----------------------------------------------------------------


def extended(plan: WindowPlan, workdays: int, calendar: Calendar = CHINA) -> WindowPlan:
    return extend_plan(PhaseDates(plan.window, plan.conclude_by), 3, plan.days, workdays, calendar)


@pytest.mark.parametrize(
    ("opening", "workdays", "closes", "deadline"),
    [
        # 18 Fri, 20 Sun (works), 21, 22, 23 Wed public; 24, 28, 29 September to conclude.
        ("2026-09-18 Fri", 1, "09-25 Fri 00:00", "10-01 Thu 00:00"),
        ("2026-09-18 Fri", 2, "09-29 Tue 00:00", "10-09 Fri 00:00"),  # over 中秋节, the deadline over 国庆节
        ("2026-09-18 Fri", 5, "10-09 Fri 00:00", "10-13 Tue 00:00"),  # Saturday 10 October works
        # 9 to 13 March public, 16 to 18 to conclude.
        ("2026-03-09 Mon", 1, "03-17 Tue 00:00", "03-20 Fri 00:00"),
    ],
)
def test_window_and_deadline_move_by_the_same_working_days(
    opening: str, workdays: int, closes: str, deadline: str
) -> None:
    plan = count_window(on(opening), 3, CHINA)
    longer = extended(plan, workdays)
    assert (longer.window.opens_at, longer.calendar_version) == (plan.window.opens_at, CHINA.version)
    assert (clock(longer.window.closes_at), clock(longer.conclude_by)) == (closes, deadline)
    assert [day.ordinal for day in longer.days if day.ordinal] == list(range(1, 6 + workdays))
    assert [day.day for day in longer.days[: len(plan.days)]] == [day.day for day in plan.days]


def test_days_counted_once_stay_and_those_added_are_as_the_calendar_in_force_has_them() -> None:
    """A notice that came later gives the stored deadline's day off, and the day after it too."""
    plan = count_window(on("2026-12-21 Mon"), 3, CHINA)
    assert plan.conclude_by == at("2026-12-31 Thu 00:00")
    off = frozenset({on("2026-12-30 Wed"), on("2026-12-31 Thu"), on("2027-01-01 Fri")})
    loaded = ChinaCalendar([Notice(2027, "1号", on("2026-11-04 Wed"), "", off, frozenset())])
    longer = extended(plan, 1, loaded)
    assert longer.calendar_version == loaded.version
    assert (clock(longer.window.closes_at), clock(longer.conclude_by)) == ("12-29 Tue 00:00", "01-05 Tue 00:00")
    assert [(f"{each.day.date:%m-%d %a}", each.day.works) for each in longer.days[-6:]] == [
        ("12-30 Wed", True),  # as it was counted when the period was scheduled
        ("12-31 Thu", False),
        ("01-01 Fri", False),
        ("01-02 Sat", False),
        ("01-03 Sun", False),
        ("01-04 Mon", True),
    ]


@pytest.mark.parametrize(
    ("off", "workdays", "closes", "deadline"),
    [
        # 18 Fri, 20 Sun (works), 21, 22, 23 Wed public; 24, 28, 29 September to conclude.
        ("2026-09-24 Thu", 1, "09-29 Tue 00:00", "10-09 Fri 00:00"),  # 28 public; 29, 30 September, 8 October
        ("2026-09-28 Mon", 1, "09-25 Fri 00:00", "10-09 Fri 00:00"),  # 24 public; 29, 30 September, 8 October
        ("2026-09-30 Wed", 1, "09-25 Fri 00:00", "10-09 Fri 00:00"),  # the added day is off: 28, 29, 8 October
        ("2026-10-08 Thu", 1, "09-25 Fri 00:00", "10-01 Thu 00:00"),  # comes after both
    ],
)
def test_a_deadline_leaves_its_days_to_conclude_where_a_later_notice_had_taken_one(
    off: str, workdays: int, closes: str, deadline: str
) -> None:
    plan = count_window(on("2026-09-18 Fri"), 3, CHINA)
    year = packaged_notice(2026)
    more = replace(year, number="特9号", published=on("2026-09-17 Thu"), off=year.off | {on(off)})
    later = ChinaCalendar([more])
    counted = explain(plan.window.first_day, plan.window.last_day, last_day_before(plan.conclude_by), later)
    longer = extended(replace(plan, days=counted), workdays, later)
    assert (clock(longer.window.closes_at), clock(longer.conclude_by)) == (closes, deadline)


@pytest.mark.parametrize(
    ("opening", "workdays", "provisional"),
    [
        ("2026-12-07 Mon", 2, False),  # the deadline moves from the 16th to Friday the 18th
        ("2026-12-07 Mon", 3, True),  # to Monday the 21st
        ("2026-12-10 Thu", 1, True),  # from Monday the 21st to the 22nd
    ],
)
def test_added_days_that_may_still_change_are_told(opening: str, workdays: int, provisional: bool) -> None:
    plan = count_window(on(opening), 3, CHINA)
    assert extended(plan, workdays).provisional is provisional
    settled = ChinaCalendar(
        [Notice(2027, "1号", on("2026-11-04 Wed"), "", frozenset({on("2027-01-01 Fri")}), frozenset())]
    )
    assert not extended(plan, workdays, settled).provisional  # the days that were stored say nothing of those added


@pytest.mark.parametrize(("opening", "estimated"), [("2026-12-10 Thu", False), ("2026-12-21 Mon", True)])
def test_added_days_of_the_demonstrations_calendar_are_told(opening: str, estimated: bool) -> None:
    plan = count_window(on(opening), 3, CHINA)
    assert extended(plan, 2, ChinaCalendar([estimated_notice(2027)])).estimated is estimated


def test_nothing_is_added_past_the_horizon() -> None:
    with pytest.raises(BeyondHorizon) as refused:
        extended(count_window(on("2026-12-21 Mon"), 3, CHINA), 2)
    assert refused.value.year == 2027
