"""A nominee's page offers only the changes that would not be refused (R9)."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from app.models import Nominee
from app.services.office.nominee_actions import actions_for
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
BEFORE = "2026-09-07 Mon 08:00"
INSIDE = "2026-09-21 Mon 10:00"
AFTER = "2026-09-24 Thu 09:00"


def offered(world: World, nominee: int, login: str, now: str) -> set[str]:
    with world.database.reader() as session:
        actions = actions_for(session, session.get_one(Nominee, nominee), world.actor(login), at(now))
    assert actions.nothing is not any(asdict(actions).values())
    return {name for name, given in asdict(actions).items() if given}


@pytest.mark.parametrize(
    ("login", "never_shown", "on_show", "shown"),
    [
        ("stranger", set(), set(), set()),
        ("auditor", set(), set(), set()),
        ("handler", {"revise", "edit"}, set(), {"revise"}),
        ("head", {"revise", "edit", "withdraw"}, {"withdraw"}, {"revise", "withdraw"}),
        ("office", {"revise", "edit", "withdraw"}, {"correct", "withdraw"}, {"revise", "withdraw"}),
    ],
)
def test_what_is_offered_to_whom_and_when(
    world: World, login: str, never_shown: set[str], on_show: set[str], shown: set[str]
) -> None:
    nominee = world.nominees[2]
    assert offered(world, nominee, login, BEFORE) == never_shown
    world.round_two()
    assert offered(world, nominee, login, INSIDE) == on_show
    assert offered(world, nominee, login, AFTER) == shown
