"""How pages write instants and days: in Shanghai's time, midnight as 24:00 of the day that ends."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.calendar.workdays import CountedDay, Day, DayKind
from app.domain.shared.wording import coarse, day, day_label, duration, end_moment, full_day, moment, weekday

FRIDAY = dt.date(2026, 9, 18)
MIDNIGHT = dt.datetime(2026, 9, 18, 16, 0, tzinfo=dt.UTC)  # 00:00 of Saturday the 19th in Shanghai


def test_an_instant_is_written_in_shanghais_time() -> None:
    assert moment(dt.datetime(2026, 9, 18, 1, 30, tzinfo=dt.UTC)) == "2026年9月18日 09:30"
    assert moment(MIDNIGHT) == "2026年9月19日 00:00"


def test_an_end_at_midnight_is_24_00_of_the_day_that_ends() -> None:
    assert end_moment(MIDNIGHT) == "2026年9月18日 24:00"
    assert end_moment(MIDNIGHT - dt.timedelta(minutes=1)) == "2026年9月18日 23:59"


def test_a_unit_reads_no_hour_of_an_arrival() -> None:
    assert coarse(MIDNIGHT) == coarse(MIDNIGHT + dt.timedelta(hours=23)) == "2026年9月19日"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "不到1分钟"), (59, "不到1分钟"), (60, "1分钟"), (3599, "59分钟"), (3600, "1小时"), (3900, "1小时5分钟")],
)
def test_a_duration_is_whole_minutes(seconds: int, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("kind", "name", "ordinal", "words"),
    [
        (DayKind.WORKDAY, "", 1, "第1个工作日"),
        (DayKind.WORKDAY, "", None, "工作日"),
        (DayKind.MAKEUP, "", 3, "第3个工作日（调休上班）"),
        (DayKind.WEEKEND, "", None, "周末"),
        (DayKind.HOLIDAY, "国庆节", None, "国庆节"),
    ],
)
def test_a_day_says_what_it_is(kind: DayKind, name: str, ordinal: int | None, words: str) -> None:
    assert day_label(CountedDay(Day(FRIDAY, kind, name), ordinal)) == words


@pytest.mark.parametrize(
    ("date", "short", "full", "name"),
    [
        (dt.date(2026, 9, 14), "9月14日", "2026年9月14日", "星期一"),
        (dt.date(2026, 9, 15), "9月15日", "2026年9月15日", "星期二"),
        (dt.date(2026, 9, 16), "9月16日", "2026年9月16日", "星期三"),
        (dt.date(2026, 9, 17), "9月17日", "2026年9月17日", "星期四"),
        (FRIDAY, "9月18日", "2026年9月18日", "星期五"),
        (dt.date(2026, 9, 19), "9月19日", "2026年9月19日", "星期六"),
        (dt.date(2027, 1, 3), "1月3日", "2027年1月3日", "星期日"),
    ],
)
def test_a_day_and_its_weekday(date: dt.date, short: str, full: str, name: str) -> None:
    assert (day(date), full_day(date), weekday(date)) == (short, full, name)
