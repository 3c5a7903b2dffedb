"""Databases without any table, which a test brings to an older version first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.database import Database
from tests.databases import Server
from tests.models import versions
from tests.models.versions import Versions


@pytest.fixture(scope="session")
def versions_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    return versions.on_sqlite(tmp_path_factory.mktemp("versions"))


@pytest.fixture(scope="session")
def versions_on_postgresql(postgresql_server: Server) -> Versions:
    return versions.on_postgresql(postgresql_server)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database without any table."""
    made = request.getfixturevalue(f"versions_on_{request.param}").empty()
    yield made
    made.dispose()
