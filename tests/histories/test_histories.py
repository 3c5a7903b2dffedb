"""Random histories against the reference of R3 and R20-R29, on both databases, under three time zones of the host.

`make histories` runs more and longer ones. A failure shows every move up to the one that differs.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest

from tests.histories.history import History
from tests.invariants import broken
from tests.world import World

ZONES = ["Asia/Shanghai", "America/St_Johns", "Pacific/Kiritimati"]  # UTC+8, a half hour west, UTC+14


@pytest.fixture(autouse=True, params=ZONES)
def host_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The host and the sessions of PostgreSQL reckon in this zone."""
    monkeypatch.setenv("TZ", request.param)
    monkeypatch.setenv("PGTZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_security_08_every_history_is_what_the_reference_says(
    host_zone: str, number: int, world: World, request: pytest.FixtureRequest, record_property: pytest.RecordProperty
) -> None:
    begins = request.config.getoption("--histories-seed")
    seed = f"{request.node.name} {random.random() if begins < 0 else begins}"
    history = History(world, seed)
    passed = history.run(request.config.getoption("--histories-moves"))
    assert sum(passed.values()) > 5, history.log  # something happened
    assert broken(world.database, history.now) == [], "\n".join(history.log)
