"""PostgreSQL killed under load (SECURITY 3) and while somebody files (SECURITY 4). A server of its own, fsync on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import pytest
from flask import Flask

from app.database import Database
from app.services.cases.settlement import settle_due
from tests.busy import MORNING
from tests.faults.city import fill, sound
from tests.faults.crowd import Crowd
from tests.faults.forms import Forms, assert_not_taken, assert_whole
from tests.faults.test_kills import NO_LIMITS, Figure, settled_once, whole
from tests.running import PostgreSQL, eventually, kept_up, ready, served
from tests.world import World, at


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    server = PostgreSQL(tmp_path_factory.mktemp("killed"))
    yield server
    server.close()


@pytest.mark.soak
def test_security_03_postgresql_killed_under_load_loses_nothing(
    postgresql: PostgreSQL, tmp_path: Path, forms: int, figure: Figure
) -> None:
    database = Database(postgresql.new_database("city"))
    database.migrate()
    paths = fill(database)
    with served(database.url, tmp_path / "1.log", workers="2", **NO_LIMITS) as server, kept_up(server):
        eventually(lambda: ready(server.address), "ready")

        turns = cycle(("server", "backend", "server"))

        def strike() -> None:
            if next(turns) == "backend":
                postgresql.kill_a_backend("city")
            else:
                postgresql.kill()
                postgresql.start()

        crowd = Crowd((server.address,), paths)
        crowd.files(forms, strike, max(3, forms // 60))
        assert crowd.broken != []  # it was felt
        whole(crowd, database, forms, figure)
    assert settled_once(database)
    assert sound(database)
    database.dispose()


@pytest.fixture
def database(postgresql: PostgreSQL) -> Iterator[Database]:
    database = Database(postgresql.new_database("world"))
    database.migrate()
    yield database
    database.dispose()


@pytest.mark.soak
def test_security_04_a_stopped_database_takes_nothing_keeps_the_text_and_heals_by_itself(
    postgresql: PostgreSQL, world: World, make_app: Callable[..., Flask], here: str
) -> None:
    world.run(settle_due, now=at(MORNING))
    forms = Forms(make_app(), here)
    assert forms.send().status == 303
    postgresql.kill()
    refused = forms.send()
    for page in (refused, forms.send()):
        assert_not_taken(page)
    ready = forms.client.get("/readyz")
    assert (ready.status, ready.source.strip()) == (503, '{"ready":false,"why":"database"}')
    assert forms.client.get("/healthz").status == 200
    assert forms.client.get("/").status == 503
    postgresql.start()
    assert forms.again(refused).status == 303
    assert forms.client.get("/readyz").status == 200
    assert_whole(world, 2)
