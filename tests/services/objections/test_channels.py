"""Objections are counted by the channel they came by, and a unit lists them when their day is over (R19, R33)."""

from __future__ import annotations

import pytest

from app.domain.objections.arrival import Channel
from app.services.objections import channels
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FILED = "2026-09-18 Fri 09:00"


def listed(world: World, login: str, now: str) -> list[int]:
    with world.database.reader() as session:
        return [row.case.id for row in channels.came_in(session, world.actor(login), at(now)) if row.readable]


def test_every_channel_is_counted_with_a_zero_where_there_is_none(world: World) -> None:
    period = world.round_two()
    none = dict.fromkeys(Channel, 0)
    assert world.do(channels.counts_of_period, period) == none
    world.file(period, world.nominees[2], FILED)
    one = none | {Channel.WEB: 1}
    assert world.do(channels.counts_of_period, period) == one
    assert world.do(channels.counts_of_period, 999) == none
    assert world.do(channels.counts_under_way) == one
    with world.database.reader() as session:
        rows = channels.came_in(session, world.actor("office"), at(FILED))
        assert channels.counts_in(rows) == one


def test_a_unit_lists_its_own_when_the_day_is_over(world: World) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], FILED)
    complaint, _ = world.file(period, world.nominees[3], FILED, contact="13000000002", against_handler=True)
    assert listed(world, "head", "2026-09-18 Fri 23:59:59.999999") == []
    assert listed(world, "head", "2026-09-19 Sat 00:00") == [case]
    assert listed(world, "stranger", "2026-09-19 Sat 00:00") == []
    assert set(listed(world, "office", FILED)) == {case, complaint}
