"""Real databases for every test that wants one: SQLite in a file, PostgreSQL from a wheel.

A migrated template of each is made once a run. SQLite's is copied for every test; PostgreSQL's is copied once, and the
copy is emptied for every test.
"""

from __future__ import annotations

import datetime as dt
import gc
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.database import Database
from app.web.factory import create_app
from config import Settings
from tests import copies
from tests.applications import share_compiled_routes, share_compiled_templates
from tests.copies import copy_here
from tests.counting import count
from tests.databases import Server, served
from tests.disk import spare_the_disk
from tests.engines import share_compiled_statements
from tests.hashes import hash_cheaply
from tests.lines import Lines, logged
from tests.rehearsing import Rehearsal
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

gc.disable()  # until all tests are collected, see below
count()
share_compiled_statements()
share_compiled_routes()
spare_the_disk()
hash_cheaply()
copy_here()
KEY = b"a key for tests, thirty-two bytes"
BEGAN = time.monotonic()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="take the manual's pictures anew (docs/pictures)")
    parser.addoption("--fuzz-inputs", type=int, default=300, help="how many inputs tests/fuzz sends")
    parser.addoption("--fuzz-seed", type=int, default=20261016, help="where they begin; -1: anywhere")
    parser.addoption("--histories", type=int, default=2, help="how many histories of each kind tests/histories lives")
    parser.addoption("--histories-moves", type=int, default=80, help="how many moves each of them has")
    parser.addoption("--histories-seed", type=int, default=20261016, help="where they begin; -1: anywhere")
    parser.addoption("--years", type=int, default=1, help="how many years of each kind tests/years lives")
    parser.addoption("--years-seed", type=int, default=20261016, help="where they begin; -1: anywhere")
    parser.addoption(
        "--faults-acknowledged", type=int, default=60, help="objections each scenario of tests/faults has acknowledged"
    )
    parser.addoption("--messages", type=int, default=60, help="how many messages leave while senders are killed")
    parser.addoption("--messages-a-second", type=int, default=40, help="how many of them are committed, in the mean")
    parser.addoption("--minutes", type=float, default=0, help="what has not begun by then is skipped; 0: nothing is")
    parser.addoption("--acts", type=int, default=700, help="how many acts the tests of the record's tree are about")
    parser.addoption("--senders-killed", type=int, default=4, help="how often a sender is killed meanwhile")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long walks to `make soak`, unless they are asked for: by their mark, or by the name of their file."""
    if config.option.markexpr or any(".py" in argument for argument in config.args):
        return
    walks = [item for item in items if item.get_closest_marker("soak")]
    items[:] = [item for item in items if not item.get_closest_marker("soak")]
    config.hook.pytest_deselected(items=walks)


def pytest_collection_finish() -> None:
    """What is there now stays to the end: the collector need not look at thousands of tests again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


@pytest.hookimpl(tryfirst=True)  # before any fixture
def pytest_runtest_setup(item: pytest.Item) -> None:
    minutes = item.config.option.minutes
    if minutes and time.monotonic() > BEGAN + 60 * minutes:
        pytest.skip(f"the {minutes:g} minutes are over")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What a test measured stands at the end of the run."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    figures = [value for report in reports for name, value in report.user_properties if name == "figure"]
    if figures:
        terminalreporter.section("figures")
    for figure in figures:
        terminalreporter.line(str(figure))


@pytest.fixture
def copied_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies of evidence files are made in a process of their own, as the portal makes them."""
    monkeypatch.setattr("app.evidence.copier._run", copies.OF_THE_PORTAL)


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> None:
    """The templates, compiled once a run."""
    own = tmp_path_factory.getbasetemp()
    run = own.parent if hasattr(request.config, "workerinput") else own  # pytest-xdist: of all its processes
    (run / "templates").mkdir(exist_ok=True)
    share_compiled_templates(run / "templates")


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PostgreSQL server of this run's own."""
    with served(tmp_path_factory.mktemp("postgresql")) as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.dispose()
    return path


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever asks for a database runs on both kinds. Tests of pages do not depend on the kind: they run on SQLite,
    except where a test is marked `both_databases`."""
    named = any("database" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize"))
    its_own = hasattr(metafunc.module, "database")  # a fixture of the file's own
    if "database" in metafunc.fixturenames and not named and not its_own:
        page = (
            "web" in metafunc.definition.path.parts and metafunc.definition.get_closest_marker("both_databases") is None
        )
        metafunc.parametrize("database", ["sqlite"] if page else ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database of the kind that the test runs on."""
    if request.param == "sqlite":
        path = tmp_path / "gongshi.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        database = Database(f"sqlite:///{path}")
    else:
        database = Database(request.getfixturevalue("postgresql_server").empty())
    yield database
    database.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writer() as session:
        yield session


@pytest.fixture(scope="session")
def rehearsal_on_postgresql(postgresql_server: Server) -> Rehearsal:
    database = Database(postgresql_server.copy())
    rehearsal = Rehearsal(database, _small_world)
    database.dispose()
    return rehearsal


@pytest.fixture(scope="session")
def rehearsal_on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("rehearsal") / "gongshi.sqlite")
    database = Database(f"sqlite:///{path}")
    rehearsal = Rehearsal(database, _small_world)
    database.dispose()
    return rehearsal


@pytest.fixture
def world(database: Database, request: pytest.FixtureRequest) -> World:
    """A small programme: an office, two recommending units with their own units, people and nominees."""
    rehearsal: Rehearsal = request.getfixturevalue(f"rehearsal_on_{database.engine.dialect.name}")
    return rehearsal.world(database)


@pytest.fixture(scope="session")
def make_world(sqlite_template: Path, rehearsal_on_sqlite: Rehearsal) -> Iterator[Callable[[Path], World]]:
    """Small worlds on SQLite that several tests read, each in a folder: `make_world(folder)`.

    A test that changes something copies it first (tests/rehearsing.py).
    """
    made: list[World] = []

    def make(folder: Path) -> World:
        path = shutil.copy(sqlite_template, folder / "gongshi.sqlite")
        made.append(rehearsal_on_sqlite.world(Database(f"sqlite:///{path}")))
        return made[-1]

    yield make
    for world in made:
        world.database.dispose()


def _small_world(database: Database) -> World:
    return World.build(database, KEY, now=dt.datetime(2026, 9, 1, 1, 0, tzinfo=dt.UTC))


@pytest.fixture
def acts_in_the_record(request: pytest.FixtureRequest) -> int:
    """How large a record is where its size matters: some tiles, or as many acts as were asked for."""
    return int(request.config.getoption("--acts"))


@pytest.fixture
def clock() -> MovingClock:
    """The applications' clock, set to the first morning of `World.round_two` until a test moves it."""
    return MovingClock(at("2026-09-18 Fri 09:00"))


@pytest.fixture
def next_morning(clock: MovingClock) -> None:
    """Moves the clock to the next day, on which a unit sees the cases of the first (R19)."""
    clock.to("2026-09-19 Sat 09:00")


@pytest.fixture
def make_app(database: Database, clock: MovingClock, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Applications over the test's database, with whatever settings a test wants: `make_app(limit_login="2/hour")`."""
    made: list[Flask] = []

    def make(**settings: object) -> Flask:
        keys = {"secret_key": "a secret for tests, thirty-two bytes", "identity_key": KEY.decode()}
        places = {"database_url": database.url, "evidence_dir": tmp_path / "evidence", "soffice": "off"}
        made.append(create_app(Settings(**places | keys | settings), clock))  # type: ignore[arg-type] # each test knows what it sets
        return made[-1]

    yield make
    for app in made:
        app.extensions["portal"].database.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> Browser:
    """A citizen's browser, without JavaScript."""
    return Browser(app)


@pytest.fixture
def staff(app: Flask, world: World) -> Callable[[str], Browser]:
    """Browsers with somebody's session: `staff("handler")`."""
    return lambda login: Browser(app).sign_in(world.people[login])


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Everything this process logs while the test runs, at every level."""
    with logged() as lines:
        yield lines
