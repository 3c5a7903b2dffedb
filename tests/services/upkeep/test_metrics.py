"""The figures for monitoring follow a case from its filing to a settlement that is late (R21, R26)."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.cases.states import State
from app.services.cases import settlement
from app.services.upkeep.metrics import Readings, take_readings
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def readings(world: World, now: str) -> Readings:
    return world.do(take_readings, at(now))


def test_without_periods_there_is_nothing_to_measure_from(world: World) -> None:
    found = readings(world, "2026-09-01 Tue 09:00")
    assert (found.until_next_deadline, found.since_last_tick, found.since_last_check) == (None, None, None)
    assert (found.open_periods, found.unsettled_due_periods, sum(found.open_cases.values())) == (0, 0, 0)


def test_a_case_from_its_filing_to_its_late_settlement(world: World) -> None:
    period = world.round_two()
    world.run(settlement.settle_due, now=at("2026-09-18 Fri 08:00"))  # the periods of round 1
    world.file(period, world.nominees[2], "2026-09-18 Fri 09:00")
    fresh = readings(world, "2026-09-18 Fri 10:00")
    assert (fresh.open_cases[State.RECEIVED], fresh.open_periods, fresh.escalated_cases) == (1, 1, 0)
    assert fresh.oldest_unaccepted == dt.timedelta(hours=1)
    assert fresh.until_next_deadline == at("2026-09-30 Wed 00:00") - at("2026-09-18 Fri 10:00")
    assert (fresh.open_cases_at_next_deadline, fresh.cases_without_two_people) == (1, 0)
    waiting = readings(world, "2026-09-29 Tue 09:00")
    assert (waiting.escalated_cases, waiting.open_periods, waiting.unsettled_due_periods) == (1, 0, 0)
    late = readings(world, "2026-09-30 Wed 00:07")
    assert (late.unsettled_due_periods, late.settlement_lag) == (1, dt.timedelta(minutes=7))
    assert sum(late.open_cases.values()) == 0  # lapsed, settled or not
    assert late.until_next_deadline is None
