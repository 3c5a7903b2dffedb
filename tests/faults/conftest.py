"""What the scenarios share: how long they are, where their figures go, a database of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.hosts import Hosts
from tests.world import World

_LIMITS = "address", "contact", "nominee", "site", "receipt", "upload"
_UNLIMITED = {f"limit_{name}": "1000000/hour" for name in _LIMITS} | {"challenge_at": "100"}


@pytest.fixture
def hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosts]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "")  # so that what the hosts set goes with the test
    hosts = Hosts(tmp_path, settings=_UNLIMITED)
    try:
        yield hosts
    finally:
        hosts.close()


@pytest.fixture
def forms(pytestconfig: pytest.Config) -> int:
    """How many objections have to be acknowledged in each scenario."""
    number: int = pytestconfig.getoption("--faults-acknowledged")
    return number


@pytest.fixture
def figure(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Callable[[object], None]:
    """Says a figure at the end of the run, under the test's name."""
    return lambda text: record_property("figure", f"{request.node.name}: {text}")


@pytest.fixture
def small_sqlite(sqlite_template: Path, tmp_path: Path) -> Path:
    path = tmp_path / "gongshi.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    return path


@pytest.fixture
def here(world: World) -> str:
    return f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"
