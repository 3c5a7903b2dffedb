"""A period is coming, open or past by its window alone, and never public once it was taken back (R5)."""

from __future__ import annotations

import pytest

from app.services.periods import publication, scheduling
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SCHEDULED = "2026-09-17 Thu 12:00"


def places(world: World, now: str) -> tuple[list[int], list[int], list[int]]:
    """The periods that are coming, open and past at a moment."""
    with world.database.reader() as session:
        past, total = publication.past_periods(session, at(now), 1)
        assert total == len(past)
        coming, public = publication.coming_periods(session, at(now)), publication.open_periods(session, at(now))
        return [row.id for row in coming], [row.id for row in public], [row.id for row in past]


def test_a_period_moves_from_coming_to_open_to_past_at_its_instants(world: World) -> None:
    second = world.round_two()
    *earlier, _ = sorted({*places(world, "2026-09-24 Thu 00:00")[2]})
    _, _, first = places(world, SCHEDULED)
    assert sorted(first) == earlier
    assert places(world, "2026-09-17 Thu 23:59:59.999999") == ([second], [], first)
    assert places(world, "2026-09-18 Fri 00:00") == ([], [second], first)
    assert places(world, "2026-09-23 Wed 23:59:59.999999") == ([], [second], first)
    assert places(world, "2026-09-24 Thu 00:00") == ([], [], [second, *first])


def test_a_period_that_was_taken_back_is_nowhere(world: World) -> None:
    period = world.round_two()
    world.run(scheduling.cancel, period, "改期", by=world.actor("office"), now=at(SCHEDULED))
    for now in ("2026-09-17 Thu 13:00", "2026-09-18 Fri 00:00", "2026-09-24 Thu 00:00"):
        assert all(period not in found for found in places(world, now))
    assert world.do(publication.public_period, period) is None
    assert world.do(publication.public_period, 999) is None
