"""A nominee's path shows each round's step, and a person only the cases that they may see (R8, R21)."""

from __future__ import annotations

import pytest

from app.services.office.nominee_paths import RoundStep, path_of
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FILED = "2026-09-18 Fri 09:00"


def read(world: World, nominee: int, now: str, login: str = "office") -> tuple[list[RoundStep], list[int], bool]:
    """The steps of the three rounds, the cases, and whether the nominee is out."""
    with world.database.reader() as session:
        path = path_of(session, world.keyring, nominee, at(now), world.actor(login))
        assert path.readable == {case.id for stage in path.stages for case in stage.cases}
        return [each.step for each in path.rounds], sorted(path.readable), path.out


def test_the_steps_follow_the_windows_and_a_lapse_ends_the_way(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    world.file(period, nominee, FILED)
    passed, ahead = RoundStep.PASSED, RoundStep.AHEAD
    assert read(world, nominee, "2026-09-21 Mon 10:00")[::2] == ([passed, RoundStep.UNDER_WAY, ahead], False)
    assert read(world, nominee, "2026-09-30 Wed 00:00")[::2] == ([passed, RoundStep.ENDED, ahead], True)


def test_cases_are_shown_to_those_who_may_see_them(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    case, _ = world.file(period, nominee, FILED)
    for login, now, cases in (
        ("stranger", "2026-09-21 Mon 10:00", []),
        ("head", "2026-09-18 Fri 10:00", []),  # the day of its arrival is not over
        ("head", "2026-09-21 Mon 10:00", [case]),
        ("office", "2026-09-18 Fri 10:00", [case]),
    ):
        assert read(world, nominee, now, login)[1] == cases, (login, now)
