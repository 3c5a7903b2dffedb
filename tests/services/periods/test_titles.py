"""The titles of periods by id, as filters of lists offer them."""

from __future__ import annotations

from app.services.periods.titles import titles_of
from tests.world import World


def test_titles_are_those_of_the_periods_themselves(world: World) -> None:
    period = world.round_two()
    with world.database.reader() as session:
        assert titles_of(session, []) == {}
        assert titles_of(session, {period}) == {period: "麒麟区拟推荐对象公示"}
