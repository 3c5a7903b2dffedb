"""China's calendar against two independent sources, and what an office's notice changes (R2, R3)."""

import datetime as dt
import json
from collections import defaultdict

import chinese_calendar
import pytest

from app.calendars import china
from app.calendars.china import (
    ESTIMATED_NUMBER,
    PACKAGE,
    ChinaCalendar,
    estimated_notice,
    festivals_of,
    package_knows,
    packaged_notice,
)
from app.domain.calendar.notices import Notice, is_weekend, read_notices
from app.domain.calendar.workdays import Day, DayKind, each_day, workdays_between
from app.domain.refusals import BeyondHorizon
from tests.data import STATE_COUNCIL
from tests.days import on

OFFICIAL = read_notices(STATE_COUNCIL.read_text(encoding="utf-8"))
PACKAGE_ALONE = ChinaCalendar()


def notice(year: int, off: str = "", work: str = "", number: str = "国办发明电〔2026〕1号") -> Notice:
    """A notice with the fixed statutory days and those given: `2027-02-05 Fri, 2027-02-08 Mon`."""
    fixed = {dt.date(year, month, day) for month, day in ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))}
    extra, makeup = ({on(day) for day in days.split(", ") if day} for days in (off, work))
    return Notice(year, number, dt.date(year - 1, 11, 4), "", frozenset(fixed | extra), frozenset(makeup))


def whole_year(calendar: ChinaCalendar, year: int) -> list[Day]:
    return [calendar.day(date) for date in each_day(dt.date(year, 1, 1), dt.date(year, 12, 31))]


# --- refused (R3) --------------------------------------------------------------------------------


def test_the_package_answers_for_a_year_nobody_has_announced() -> None:
    """The reason for the horizon: in the package 2027 has statutory days and no make-up day."""
    assert packaged_notice(2027).off
    assert not packaged_notice(2027).work
    assert [year for year in range(2004, 2040) if package_knows(year)] == list(range(2004, 2027))
    assert PACKAGE_ALONE.horizon == on("2026-12-31 Thu")


@pytest.mark.parametrize(
    ("date", "year"), [("2027-01-01 Fri", 2027), ("2027-06-01 Tue", 2027), ("2031-06-02 Mon", 2031)]
)
def test_past_the_horizon_no_day_is_guessed(date: str, year: int) -> None:
    with pytest.raises(BeyondHorizon, match=f"{year}年的放假调休安排尚未载入（目前只到2026-12-31）") as refused:
        PACKAGE_ALONE.day(on(date))
    assert (refused.value.year, refused.value.horizon) == (year, on("2026-12-31 Thu"))


def test_before_2004_there_is_nothing_to_load() -> None:
    with pytest.raises(BeyondHorizon, match="所查的日子在2003年，日历中没有"):
        PACKAGE_ALONE.day(on("2003-12-31 Wed"))
    assert PACKAGE_ALONE.day(on("2004-01-01 Thu")).name == "元旦"


def test_a_gap_ends_the_horizon_and_is_named() -> None:
    calendar = ChinaCalendar([notice(2028)])
    assert calendar.horizon == on("2026-12-31 Thu")
    with pytest.raises(BeyondHorizon) as refused:
        calendar.day(on("2028-03-01 Wed"))
    assert refused.value.year == 2027  # 2028 is there; this is the one to load
    assert ChinaCalendar([notice(2028), notice(2027)]).horizon == on("2028-12-31 Sun")


# --- right, day by day (R2) ----------------------------------------------------------------------


def test_every_day_since_2004_agrees_with_chinese_calendar() -> None:
    """One known disagreement, and chinese_calendar is the one that lacks a day.

    Both have 2006-01-02 and 2006-01-03 off: the 2nd for 元旦, a Sunday, so the 3rd can only be the exchange
    for a weekend day that works. chinese_calendar lists none; `holidays` has it: Saturday 2005-12-31.
    """
    disagreements = {
        date
        for date in each_day(dt.date(2004, 1, 1), dt.date(2026, 12, 31))
        if PACKAGE_ALONE.day(date).works != chinese_calendar.is_workday(date)
    }
    assert disagreements == {on("2005-12-31 Sat")}
    assert PACKAGE_ALONE.day(on("2005-12-31 Sat")).kind is DayKind.MAKEUP
    assert not chinese_calendar.is_workday(on("2006-01-03 Tue"))


@pytest.mark.parametrize("official", OFFICIAL, ids=lambda official: str(official.year))
@pytest.mark.parametrize("on_top", [(), OFFICIAL], ids=["package", "notices on top"])
def test_2024_to_2026_are_the_state_councils(official: Notice, on_top: tuple[Notice, ...]) -> None:
    by_kind: dict[DayKind, set[dt.date]] = defaultdict(set)
    for day in whole_year(ChinaCalendar(on_top), official.year):
        by_kind[day.kind].add(day.date)
    # 2024 says 端午节 6月10日放假，与周末连休: the weekend joins the holiday but is not listed. Read out of
    # the package it can't be told from one that is, and takes the festival's name; it is off either way.
    unlisted = {on("2024-06-08 Sat"), on("2024-06-09 Sun")} if official.year == 2024 and not on_top else set()
    assert by_kind[DayKind.HOLIDAY] == official.off | unlisted
    assert by_kind[DayKind.MAKEUP] == official.work
    assert all(is_weekend(date) for date in by_kind[DayKind.WEEKEND])
    assert not any(is_weekend(date) for date in by_kind[DayKind.WORKDAY])


@pytest.mark.parametrize(
    "half_day_holiday",
    [
        "2024-03-08 Fri",  # 妇女节
        "2023-05-04 Thu",  # 青年节
        "2026-06-01 Mon",  # 儿童节
        "2025-08-01 Fri",  # 建军节
    ],
)
def test_half_day_holidays_are_working_days(half_day_holiday: str) -> None:
    assert PACKAGE_ALONE.day(on(half_day_holiday)) == Day(on(half_day_holiday), DayKind.WORKDAY)


@pytest.mark.parametrize(
    ("year", "workdays"), [(2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)]
)
def test_working_days_of_whole_years(year: int, workdays: int) -> None:
    assert workdays_between(dt.date(year, 1, 1), dt.date(year, 12, 31), PACKAGE_ALONE) == workdays


# --- named as people name them -------------------------------------------------------------------

NAMED_DAYS = """
2018-12-29 Sat makeup  调休上班      # a December day, by the notice of 2019
2018-12-30 Sun holiday 元旦
2018-12-31 Mon holiday 元旦
2019-01-01 Tue holiday 元旦
2019-01-02 Wed workday

2026-02-13 Fri workday
2026-02-14 Sat makeup  调休上班
2026-02-15 Sun holiday 春节
2026-02-16 Mon holiday 春节          # 除夕
2026-02-17 Tue holiday 春节
2026-02-18 Wed holiday 春节
2026-02-19 Thu holiday 春节
2026-02-20 Fri holiday 春节          # exchanged for the 14th
2026-02-21 Sat holiday 春节
2026-02-22 Sun holiday 春节
2026-02-23 Mon holiday 春节          # exchanged for the 28th
2026-02-24 Tue workday
2026-02-28 Sat makeup  调休上班
2026-03-01 Sun weekend 周末

2025-09-28 Sun makeup  调休上班
2025-10-01 Wed holiday 国庆节
2025-10-02 Thu holiday 国庆节
2025-10-03 Fri holiday 国庆节
2025-10-04 Sat holiday 国庆节
2025-10-05 Sun holiday 国庆节
2025-10-06 Mon holiday 中秋节
2025-10-07 Tue holiday 国庆节
2025-10-08 Wed holiday 国庆节
2025-10-09 Thu workday
2025-10-11 Sat makeup  调休上班
2025-10-12 Sun weekend 周末

2026-09-20 Sun makeup  调休上班
2026-09-25 Fri holiday 中秋节
2026-09-26 Sat holiday 中秋节
2026-09-27 Sun holiday 中秋节
2026-10-01 Thu holiday 国庆节
2026-10-02 Fri holiday 国庆节
2026-10-03 Sat holiday 国庆节
2026-10-04 Sun holiday 国庆节
2026-10-05 Mon holiday 国庆节        # 补假 for the 3rd
2026-10-06 Tue holiday 国庆节
2026-10-07 Wed holiday 国庆节
2026-10-08 Thu workday
2026-10-10 Sat makeup  调休上班

2020-02-01 Sat holiday 春节          # 延长假期
2020-10-01 Thu holiday 国庆节、中秋节
2020-10-02 Fri holiday 国庆节
2015-09-04 Fri holiday 抗战胜利纪念日
"""


@pytest.mark.parametrize("row", [row for row in NAMED_DAYS.splitlines() if row])
@pytest.mark.parametrize("on_top", [(), OFFICIAL], ids=["package", "notices on top"])
def test_days_are_named_as_people_name_them(row: str, on_top: tuple[Notice, ...]) -> None:
    date, weekday, kind, *name = row.partition("#")[0].split()
    day = on(f"{date} {weekday}")
    assert ChinaCalendar(on_top).day(day) == Day(day, DayKind(kind), "".join(name))


def test_no_name_of_the_package_gets_through_unread() -> None:
    """A new kind of name in a later `holidays` shows here first."""
    names: dict[DayKind, set[str]] = defaultdict(set)
    for date in each_day(dt.date(2004, 1, 1), PACKAGE_ALONE.horizon):
        day = PACKAGE_ALONE.day(date)
        names[day.kind].add(day.name)
    festivals = {"元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"}
    assert names == {
        DayKind.HOLIDAY: festivals | {"国庆节、中秋节", "抗战胜利纪念日"},
        DayKind.WEEKEND: {"周末"},
        DayKind.MAKEUP: {"调休上班"},
        DayKind.WORKDAY: {""},
    }


# --- a notice on top (R2) ------------------------------------------------------------------------


def test_a_notice_decides_its_year_completely() -> None:
    """Neither holidays nor make-up days of the package remain in a year with a notice."""
    calendar = ChinaCalendar([notice(2026, off="2026-03-12 Thu", work="2026-10-10 Sat")])
    days = whole_year(calendar, 2026)
    assert {day.date: day.name for day in days if day.kind is DayKind.HOLIDAY} == {
        on("2026-01-01 Thu"): "元旦",
        on("2026-03-12 Thu"): "假日",  # no festival explains it
        on("2026-05-01 Fri"): "劳动节",
        on("2026-10-01 Thu"): "国庆节",
        on("2026-10-02 Fri"): "国庆节",
        on("2026-10-03 Sat"): "国庆节",
    }
    assert {day.date for day in days if day.kind is DayKind.MAKEUP} == {on("2026-10-10 Sat")}
    assert calendar.day(on("2026-02-17 Tue")).kind is DayKind.WORKDAY  # 春节, to the package
    assert calendar.day(on("2026-10-04 Sun")) == Day(on("2026-10-04 Sun"), DayKind.WEEKEND, "周末")


def test_a_later_notice_for_the_same_year_supersedes() -> None:
    first = notice(2027, off="2027-02-04 Thu", number="1号")
    corrected = notice(2027, off="2027-02-11 Thu", number="2号")
    calendar = ChinaCalendar([first, corrected])
    assert calendar.day(on("2027-02-04 Thu")).works
    assert not calendar.day(on("2027-02-11 Thu")).works
    assert calendar.version == f"{PACKAGE} + 2027 2号"


def test_a_notice_changes_the_named_days_of_december_before_and_no_others() -> None:
    # 元旦 with a bridge: Thursday off for a working Sunday
    calendar = ChinaCalendar([notice(2027, off="2026-12-31 Thu", work="2026-12-27 Sun")])
    changed = {
        after.date: (after.kind, after.name)
        for before, after in zip(whole_year(PACKAGE_ALONE, 2026), whole_year(calendar, 2026), strict=True)
        if (before.kind, before.name) != (after.kind, after.name)
    }
    assert changed == {
        on("2026-12-27 Sun"): (DayKind.MAKEUP, "调休上班"),
        on("2026-12-31 Thu"): (DayKind.HOLIDAY, "元旦"),
    }


def test_a_notice_takes_the_packages_december_days_with_it() -> None:
    """The package's make-up day of 2005-12-31 belongs to 2006: who replaces 2006 replaces it."""
    assert ChinaCalendar([notice(2005)]).day(on("2005-12-31 Sat")).kind is DayKind.MAKEUP
    assert ChinaCalendar([notice(2006)]).day(on("2005-12-31 Sat")).kind is DayKind.WEEKEND


def test_the_version_names_everything_the_days_rest_on() -> None:
    assert PACKAGE.startswith("holidays 0.")
    assert PACKAGE_ALONE.version == PACKAGE
    both = ChinaCalendar([notice(2028, number="国办发明电〔2027〕9号"), notice(2027)])
    assert both.version == f"{PACKAGE} + 2027 国办发明电〔2026〕1号 + 2028 国办发明电〔2027〕9号"


# --- provisional until the next notice (R3) ------------------------------------------------------


def provisional_days(calendar: ChinaCalendar, year: int) -> set[dt.date]:
    return {day.date for day in whole_year(calendar, year) if day.provisional}


def test_from_20_december_days_wait_for_the_next_notice() -> None:
    late_december = set(each_day(on("2026-12-20 Sun"), on("2026-12-31 Thu")))
    assert provisional_days(PACKAGE_ALONE, 2026) == late_december
    assert provisional_days(PACKAGE_ALONE, 2025) == set()
    loaded = ChinaCalendar([notice(2027)])
    assert provisional_days(loaded, 2026) == set()
    assert provisional_days(loaded, 2027) == set(each_day(on("2027-12-20 Mon"), on("2027-12-31 Fri")))


def test_an_estimate_does_not_end_the_waiting() -> None:
    """The State Council can still move those days; the demonstration's estimate doesn't decide them."""
    demonstration = ChinaCalendar([estimated_notice(2027)])
    assert provisional_days(demonstration, 2026) == provisional_days(PACKAGE_ALONE, 2026)


# --- the demonstration's own arrangement ---------------------------------------------------------


def test_days_of_an_estimated_year_say_so() -> None:
    calendar = ChinaCalendar([estimated_notice(2027)])
    assert calendar.version == f"{PACKAGE} + 2027 演示用推定日历（非官方）"
    assert calendar.horizon == on("2027-12-31 Fri")
    assert all(day.estimated for day in whole_year(calendar, 2027))
    assert not any(day.estimated for day in whole_year(calendar, 2026))


def test_an_official_notice_replaces_the_estimate() -> None:
    calendar = ChinaCalendar([estimated_notice(2027), notice(2027)])
    assert not any(day.estimated for day in whole_year(calendar, 2027))


def test_the_estimate_of_2027() -> None:
    """Statutory days, 补假 for those on a weekend, the weekends beside them, and nothing exchanged."""
    holidays = [
        (day.date, day.name)
        for day in whole_year(ChinaCalendar([estimated_notice(2027)]), 2027)
        if day.kind is DayKind.HOLIDAY
    ]
    spans = [
        ("元旦", "2027-01-01 Fri", "2027-01-03 Sun"),
        ("春节", "2027-02-05 Fri", "2027-02-10 Wed"),
        ("清明节", "2027-04-03 Sat", "2027-04-05 Mon"),
        ("劳动节", "2027-05-01 Sat", "2027-05-04 Tue"),
        ("端午节", "2027-06-09 Wed", "2027-06-09 Wed"),
        ("中秋节", "2027-09-15 Wed", "2027-09-15 Wed"),
        ("国庆节", "2027-10-01 Fri", "2027-10-05 Tue"),
    ]
    assert holidays == [(date, name) for name, first, last in spans for date in each_day(on(first), on(last))]


def test_an_estimate_exchanges_no_days() -> None:
    """Where the State Council's notice is known, what it exchanged is not part of the estimate."""
    exchanged = packaged_notice(2026).off - estimated_notice(2026).off
    assert {date for date in exchanged if not is_weekend(date)} == {
        on("2026-01-02 Fri"),
        on("2026-02-20 Fri"),
        on("2026-02-23 Mon"),
        on("2026-05-05 Tue"),
        on("2026-10-06 Tue"),
        on("2026-10-07 Wed"),
    }


@pytest.mark.parametrize("year", range(2026, 2051))
def test_an_estimate_passes_the_checks_of_a_notice(year: int) -> None:
    estimate = estimated_notice(year)
    body = {
        "notice": estimate.number,
        "published": str(estimate.published),
        "source": estimate.source,
        "off": sorted(map(str, estimate.off)),
        "work": [],
    }
    (read,) = read_notices(json.dumps({str(year): body}))
    assert (read.off, read.work, read.number) == (estimate.off, estimate.work, ESTIMATED_NUMBER)
    assert estimate.estimated


def test_an_estimate_is_dated_to_when_the_notice_can_be_expected() -> None:
    estimate = estimated_notice(2027)
    assert (estimate.year, estimate.published) == (2027, on("2026-11-01 Sun"))


def test_festivals_are_known_from_2004_to_2100() -> None:
    assert [year for year in (2003, 2004, 2100, 2101) if festivals_of(year)] == [2004, 2100]
    assert festivals_of(2026)[on("2026-09-25 Fri")] == ("中秋节",)


@pytest.mark.parametrize("year", [2003, 2101])
def test_there_is_no_estimate_where_the_package_has_no_festivals(year: int) -> None:
    with pytest.raises(BeyondHorizon) as refused:
        estimated_notice(year)
    assert (refused.value.year, refused.value.horizon) == (year, on("2100-12-31 Fri"))


@pytest.mark.parametrize("year", [2004, 2100])
def test_the_first_and_the_last_year_have_an_estimate(year: int) -> None:
    assert dt.date(year, 10, 1) in estimated_notice(year).off


def test_a_notice_of_the_first_year_counts_and_one_of_the_year_before_does_not() -> None:
    calendar = ChinaCalendar([notice(2003), notice(2004, off="2004-03-01 Mon")])
    assert calendar.version == f"{PACKAGE} + 2004 国办发明电〔2026〕1号"
    assert not calendar.day(on("2004-03-01 Mon")).works


@pytest.mark.parametrize(
    ("knows_2019", "off", "work"),
    [
        # 2018-12-31 was off and Saturday the 29th worked, by the notice of 2019.
        (True, [], []),
        (False, ["2018-12-30 Sun", "2018-12-31 Mon"], ["2018-12-29 Sat"]),
    ],
)
def test_late_december_is_the_next_years_unless_nobody_knows_that_year(
    monkeypatch: pytest.MonkeyPatch, knows_2019: bool, off: list[str], work: list[str]
) -> None:
    monkeypatch.setattr(china, "package_knows", lambda year: knows_2019 or year != 2019)
    notice = china.packaged_notice.__wrapped__(2018)
    late = on("2018-12-20 Thu")
    assert sorted(date for date in notice.off if date >= late) == [on(day) for day in off]
    assert sorted(date for date in notice.work if date >= late) == [on(day) for day in work]
