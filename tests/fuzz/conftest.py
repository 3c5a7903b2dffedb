"""A portal in which everything there is has happened, as a target."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import update

from app.models import User
from tests import lists
from tests.busy import OPEN, busy, changed
from tests.fuzz.target import Target
from tests.web.browsing import MovingClock
from tests.world import World

LONG = 1000  # inputs


@pytest.fixture
def target(
    world: World, make_app: Callable[..., Flask], clock: MovingClock, tmp_path: Path, pytestconfig: pytest.Config
) -> Target:
    clock.to(OPEN)
    there = busy(world, tmp_path / "evidence")
    changed(world)
    lists.checked(world, tmp_path / "evidence", {"a.xlsx": lists.sheet([lists.person()])})
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("whatever it is")
    with world.database.writer() as session:
        session.execute(update(User).values(password_hash=cheap))
        session.commit()
    path = world.database.engine.url.database
    assert path is not None
    few = None if pytestconfig.getoption("--fuzz-inputs") >= LONG else 3
    return Target(make_app(limits_enabled=False), there, Path(path), few)
