"""Where the files of imports lie, and a world with room for whoever they name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lists import room_for
from tests.world import World


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


@pytest.fixture
def roomy(world: World) -> World:
    room_for(world)
    return world
