"""The one clock: aware and in UTC, whatever the machine's own zone is (R1)."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from app import clock


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_the_clock_is_in_utc_on_a_machine_of_any_zone(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        now = clock.now()
        assert now.utcoffset() == dt.timedelta(0)
        assert abs(now.timestamp() - time.time()) < 5
    finally:
        monkeypatch.undo()
        time.tzset()
