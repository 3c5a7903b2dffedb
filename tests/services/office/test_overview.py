"""The overview lists what waits for the office, and a case in one place only (R28)."""

from __future__ import annotations

import pytest

from app.domain.cases.states import State
from app.services.office.overview import list_office_tasks
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FILED = "2026-09-18 Fri 09:00"


def waiting(world: World, now: str) -> dict[str, list[int]]:
    """The cases and periods that wait, by list; empty lists left out."""
    with world.database.reader() as session:
        tasks = list_office_tasks(session, world.actor("office"), at(now))
        cases = {name: [row.case.id for row in getattr(tasks, name)] for name in ("escalated", "urgent", "proposals")}
        found = cases | {"ready_to_close": [period.id for period in tasks.ready_to_close]}
        return {name: ids for name, ids in found.items() if ids}


def test_a_case_that_nobody_accepts_escalates_presses_and_ends(world: World) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], FILED)
    assert waiting(world, "2026-09-18 Fri 10:00") == {}
    assert waiting(world, "2026-09-23 Wed 09:00") == {"escalated": [case]}
    assert waiting(world, "2026-09-29 Tue 09:00") == {"urgent": [case]}
    assert waiting(world, "2026-09-30 Wed 00:00") == {"ready_to_close": [period]}


def test_a_proposal_waits_until_it_is_confirmed(world: World) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], FILED)
    world.bring(case, State.PROPOSED, "2026-09-21 Mon 09:00")
    assert waiting(world, "2026-09-21 Mon 10:00") == {"proposals": [case]}
