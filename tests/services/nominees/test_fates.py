"""A nominee is out from the deadline on, also before anything settles it (R26)."""

from __future__ import annotations

import pytest

from app.services.cases import settlement
from app.services.nominees.fates import fates_of
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
DEADLINE = "2026-09-30 Wed 00:00"


def read(world: World, now: str, login: str = "office") -> tuple[set[int], set[int], set[int]]:
    """Who is out, who was ever disqualified, and both together."""
    with world.database.reader() as session:
        fates = fates_of(session, world.programme, world.actor(login), at(now))
        return fates.out, set(fates.disqualifications), fates.touched


def test_who_is_out_before_and_after_the_settlement(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    world.file(period, nominee, "2026-09-18 Fri 09:00")
    assert read(world, "2026-09-29 Tue 23:59:59.999999") == (set(), set(), set())
    assert read(world, DEADLINE) == ({nominee}, set(), {nominee})
    world.run(settlement.settle_due, now=at(DEADLINE))
    assert read(world, DEADLINE) == ({nominee}, {nominee}, {nominee})
    assert read(world, DEADLINE, "head") == ({nominee}, {nominee}, {nominee})
    assert read(world, DEADLINE, "stranger") == (set(), set(), set())
