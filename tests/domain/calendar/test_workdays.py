"""Counting working days, on a calendar small enough to check by eye (R1, R2)."""

import datetime as dt

import pytest

from app.domain.calendar.workdays import (
    Day,
    DayKind,
    DayTable,
    each_day,
    end_of,
    last_day_before,
    local_date,
    midnight,
    nth_workday,
    nth_workday_after,
    nth_workday_before,
    workdays_between,
)
from app.domain.refusals import BeyondHorizon
from tests.days import on


def table(rows: str) -> DayTable:
    """One day a line: `2026-09-18 Fri workday`, then a name if it has one."""
    days = []
    for row in rows.strip().splitlines():
        date, weekday, kind, *name = row.split()
        days.append(Day(on(f"{date} {weekday}"), DayKind(kind), "".join(name)))
    return DayTable(days)


# Mid-Autumn 2026 with the make-up Sunday before it.
SEPTEMBER = table(
    """
    2026-09-17 Thu workday
    2026-09-18 Fri workday
    2026-09-19 Sat weekend 周末
    2026-09-20 Sun makeup  调休上班
    2026-09-21 Mon workday
    2026-09-22 Tue workday
    2026-09-23 Wed workday
    2026-09-24 Thu workday
    2026-09-25 Fri holiday 中秋节
    2026-09-26 Sat holiday 中秋节
    2026-09-27 Sun holiday 中秋节
    2026-09-28 Mon workday
    """
)


# --- refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outside", "message"),
    [
        ("2026-09-16 Wed", "所查的日子在2026年，日历中没有（日历最后一天是2026-09-28），无法计算工作日。"),
        ("2026-09-29 Tue", "所查的日子在2026年，日历中没有（日历最后一天是2026-09-28），无法计算工作日。"),
        (
            "2027-01-04 Mon",
            "2027年的放假调休安排尚未载入（目前只到2026-09-28），无法计算工作日。"
            "请在国务院办公厅发布2027年通知后，在“工作日历”页面载入，再作安排。",
        ),
    ],
)
def test_a_table_answers_for_its_own_days_only(outside: str, message: str) -> None:
    with pytest.raises(BeyondHorizon) as refused:
        SEPTEMBER.day(on(outside))
    assert (refused.value.year, refused.value.horizon) == (on(outside).year, on("2026-09-28 Mon"))
    assert str(refused.value) == message


@pytest.mark.parametrize("n", [0, -1])
def test_a_count_of_working_days_starts_at_one(n: int) -> None:
    with pytest.raises(ValueError, match="starts at 1"):
        nth_workday(on("2026-09-18 Fri"), n, SEPTEMBER)


def test_a_count_that_runs_off_the_table_is_refused() -> None:
    with pytest.raises(BeyondHorizon):
        nth_workday(on("2026-09-24 Thu"), 3, SEPTEMBER)
    with pytest.raises(BeyondHorizon):
        nth_workday_before(on("2026-09-18 Fri"), 2, SEPTEMBER)
    with pytest.raises(BeyondHorizon):
        workdays_between(on("2026-09-24 Thu"), on("2026-09-29 Tue"), SEPTEMBER)


# --- counted -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "n", "nth"),
    [
        ("2026-09-18 Fri", 1, "2026-09-18 Fri"),  # counts itself
        ("2026-09-19 Sat", 1, "2026-09-20 Sun"),  # the make-up Sunday works
        ("2026-09-18 Fri", 2, "2026-09-20 Sun"),
        ("2026-09-18 Fri", 5, "2026-09-23 Wed"),
        ("2026-09-18 Fri", 6, "2026-09-24 Thu"),
        ("2026-09-18 Fri", 7, "2026-09-28 Mon"),  # over Mid-Autumn
        ("2026-09-25 Fri", 1, "2026-09-28 Mon"),
    ],
)
def test_nth_workday_counts_the_first_day_when_it_works(first: str, n: int, nth: str) -> None:
    assert nth_workday(on(first), n, SEPTEMBER) == on(nth)


@pytest.mark.parametrize(
    ("date", "n", "nth"),
    [
        ("2026-09-18 Fri", 1, "2026-09-20 Sun"),
        ("2026-09-23 Wed", 1, "2026-09-24 Thu"),
        ("2026-09-24 Thu", 1, "2026-09-28 Mon"),
        ("2026-09-26 Sat", 1, "2026-09-28 Mon"),
    ],
)
def test_nth_workday_after_does_not_count_the_day_itself(date: str, n: int, nth: str) -> None:
    assert nth_workday_after(on(date), n, SEPTEMBER) == on(nth)


@pytest.mark.parametrize(
    ("date", "n", "nth"),
    [
        ("2026-09-28 Mon", 0, "2026-09-28 Mon"),
        ("2026-09-28 Mon", 1, "2026-09-24 Thu"),
        ("2026-09-28 Mon", 2, "2026-09-23 Wed"),
        ("2026-09-21 Mon", 1, "2026-09-20 Sun"),
        ("2026-09-21 Mon", 2, "2026-09-18 Fri"),
        ("2026-09-26 Sat", 1, "2026-09-24 Thu"),
    ],
)
def test_nth_workday_before_does_not_count_the_day_itself(date: str, n: int, nth: str) -> None:
    assert nth_workday_before(on(date), n, SEPTEMBER) == on(nth)


@pytest.mark.parametrize(
    ("first", "last", "workdays"),
    [
        ("2026-09-17 Thu", "2026-09-28 Mon", 8),
        ("2026-09-18 Fri", "2026-09-18 Fri", 1),
        ("2026-09-19 Sat", "2026-09-20 Sun", 1),
        ("2026-09-25 Fri", "2026-09-27 Sun", 0),
        ("2026-09-28 Mon", "2026-09-17 Thu", 0),  # nothing lies between
    ],
)
def test_workdays_between_includes_both_ends(first: str, last: str, workdays: int) -> None:
    assert workdays_between(on(first), on(last), SEPTEMBER) == workdays


def test_which_kinds_of_day_work() -> None:
    works = {kind for kind in DayKind if Day(on("2026-09-20 Sun"), kind).works}
    assert works == {DayKind.WORKDAY, DayKind.MAKEUP}


def test_each_day_includes_both_ends() -> None:
    assert list(each_day(on("2026-02-28 Sat"), on("2026-03-02 Mon"))) == [
        on("2026-02-28 Sat"),
        on("2026-03-01 Sun"),
        on("2026-03-02 Mon"),
    ]
    assert list(each_day(on("2026-03-02 Mon"), on("2026-03-01 Sun"))) == []


# --- instants ------------------------------------------------------------------------------------


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def test_a_shanghai_day_begins_at_16_utc_of_the_day_before() -> None:
    assert midnight(on("2026-09-18 Fri")) == utc("2026-09-17 16:00")
    assert end_of(on("2026-09-18 Fri")) == utc("2026-09-18 16:00") == midnight(on("2026-09-19 Sat"))
    assert midnight(on("2026-09-18 Fri")).tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("instant", "day", "over_by_then"),
    [
        ("2026-09-17 15:59:59.999999", "2026-09-17 Thu", "2026-09-17 Thu"),
        ("2026-09-17 16:00:00", "2026-09-18 Fri", "2026-09-17 Thu"),  # UTC still says the 17th
        ("2026-09-17 16:00:00.000001", "2026-09-18 Fri", "2026-09-18 Fri"),
        ("2026-09-18 16:00:00", "2026-09-19 Sat", "2026-09-18 Fri"),
    ],
)
def test_the_day_of_an_instant_is_shanghais(instant: str, day: str, over_by_then: str) -> None:
    assert local_date(utc(instant)) == on(day)
    assert last_day_before(utc(instant)) == on(over_by_then)
