"""A newer notice marks the periods that it counts otherwise, once, and moves no date (R3)."""

from __future__ import annotations

import pytest

from tests.services.calendar.test_calendars import load, of_2026
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
NOW = "2026-09-17 Thu 12:00"


def recounts(world: World) -> list[str]:
    return [subject for _, action, subject in world.acts() if action == "period.recounted"]


def test_a_period_under_way_is_marked_and_its_dates_stay(world: World) -> None:
    period = world.round_two()
    before = world.period(period)
    load(world, of_2026("补充通知", without="2026-09-20"), NOW)
    after = world.period(period)
    assert before.recount is None
    assert after.recount is not None
    assert (after.days, after.closes_at, after.conclude_by) == (before.days, before.closes_at, before.conclude_by)
    assert recounts(world) == [f"period:{period}"]
    load(world, of_2026("再次通知", without="2026-09-20"), NOW)  # counts the same: nothing new for the record
    assert recounts(world) == [f"period:{period}"]
    load(world, of_2026("最后通知"), NOW)  # as it was scheduled: the mark goes
    assert world.period(period).recount is None
    assert recounts(world) == [f"period:{period}"] * 2


def test_a_deadline_that_becomes_a_day_off_waits_for_the_next_working_day(world: World) -> None:
    period = world.round_two()
    load(world, of_2026("补充通知", with_off="2026-09-29"), NOW)
    after = world.period(period)
    assert (after.waits_until, after.conclude_by) == (at("2026-10-01 Thu 00:00"), at("2026-10-01 Thu 00:00"))


def test_a_period_that_is_over_is_left_alone(world: World) -> None:
    period = world.round_two()
    load(world, of_2026("补充通知", without="2026-09-20"), "2026-09-30 Wed 00:00")
    assert world.period(period).recount is None
    assert recounts(world) == []
