"""The store that is backed up, and the database that a backup is put back into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.database import Database
from app.evidence.store import Folder


@pytest.fixture
def store(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "evidence")


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Another database, without any table."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path}/elsewhere/gongshi.sqlite")
    else:
        made = Database(request.getfixturevalue("postgresql_server").copy("template0"))
    yield made
    made.dispose()
