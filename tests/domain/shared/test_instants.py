"""Instants on Shanghai's clock, and a day's end as notices write it (R1)."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.shared.instants import day_and_time, end_day_and_time
from tests.days import at


@pytest.mark.parametrize(
    ("instant", "begins", "ends"),
    [
        ("2026-09-18 Fri 09:30", ("2026-09-18", "09:30"), ("2026-09-18", "09:30")),
        ("2026-09-23 Wed 23:59:59", ("2026-09-23", "23:59"), ("2026-09-23", "23:59")),
        ("2026-09-24 Thu 00:00", ("2026-09-24", "00:00"), ("2026-09-23", "24:00")),
        ("2026-09-24 Thu 00:00:01", ("2026-09-24", "00:00"), ("2026-09-24", "00:00")),
        ("2027-01-01 Fri 00:00", ("2027-01-01", "00:00"), ("2026-12-31", "24:00")),
    ],
)
def test_midnight_ends_the_day_before(instant: str, begins: tuple[str, str], ends: tuple[str, str]) -> None:
    written = [day_and_time(at(instant)), end_day_and_time(at(instant))]
    assert written == [(dt.date.fromisoformat(day), time) for day, time in (begins, ends)]


def test_it_is_shanghais_day_and_not_that_of_utc() -> None:
    assert day_and_time(dt.datetime(2026, 9, 18, 17, 0, tzinfo=dt.UTC)) == (dt.date(2026, 9, 19), "01:00")
