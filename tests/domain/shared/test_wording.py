"""How pages write instants and days: in Shanghai's time, midnight as 24:00 of the day that ends."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.calendar.workdays import CountedDay, Day, DayKind
from app.domain.shared.wording import coarse, day_label, duration, end_moment, moment

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
