"""How far periods are: open cases count until the deadline, and a late settlement is noticed (R26, R30)."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.cases.states import State
from app.services.cases import settlement
from app.services.periods import progress
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FILED = "2026-09-18 Fri 09:00"
END = "2026-09-24 Thu 00:00"
LAST = "2026-09-29 Tue 23:59:59.999999"
DEADLINE = "2026-09-30 Wed 00:00"


def ready(world: World, now: str) -> set[int]:
    with world.database.reader() as session:
        return progress.ready_to_close(session, progress.all_periods(session), at(now))


def test_open_cases_are_counted_until_the_deadline_and_lapsed_from_then_on(world: World) -> None:
    period = world.round_two()
    world.file(period, world.nominees[2], FILED)
    for now, open_cases, state in ((LAST, 1, State.RECEIVED), (DEADLINE, 0, State.LAPSED)):
        assert world.do(progress.open_case_counts, [period], at(now))[period] == open_cases
        counts = world.do(progress.case_counts, at(now), period)
        assert {each: count for each, count in counts.items() if count} == {state: 1}
        assert set(counts) == set(State)


def test_a_period_is_ready_when_its_window_is_over_and_no_case_is_open(world: World) -> None:
    period = world.round_two()
    assert ready(world, "2026-09-23 Wed 23:59:59.999999") == set()
    assert ready(world, END) == {period}
    world.file(period, world.nominees[2], FILED)
    assert ready(world, END) == set()
    assert ready(world, DEADLINE) == {period}


def test_a_settlement_is_late_from_the_tolerance_on_until_somebody_settles(world: World) -> None:
    world.round_two()
    world.run(settlement.settle_due, now=at("2026-09-18 Fri 08:00"))  # the periods of round 1
    tolerance = dt.timedelta(minutes=5)
    assert not world.do(progress.settlement_is_late, at("2026-09-30 Wed 00:04:59"), tolerance)
    assert world.do(progress.settlement_is_late, at("2026-09-30 Wed 00:05"), tolerance)
    world.run(settlement.settle_due, now=at("2026-09-30 Wed 00:05"))
    assert not world.do(progress.settlement_is_late, at("2026-09-30 Wed 00:05"), tolerance)


def test_objections_are_counted_by_their_day_in_shanghai_from_a_moment_on(world: World) -> None:
    period = world.round_two()
    world.file(period, world.nominees[2], FILED)
    world.file(period, world.nominees[3], "2026-09-18 Fri 10:00", contact="13000000002")
    world.file(period, world.nominees[2], "2026-09-19 Sat 00:30", contact="13000000003")
    first, second = dt.date(2026, 9, 18), dt.date(2026, 9, 19)
    assert world.do(progress.count_filed, at("2026-09-18 Fri 09:30")) == {first: 1, second: 1}
    assert world.do(progress.count_filed, at(FILED)) == {first: 2, second: 1}
    assert world.do(progress.count_filed, at("2026-09-20 Sun 00:00")) == {}
