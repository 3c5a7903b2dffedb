"""Every invariant finds what breaks it, and nothing in a sound world or in the demonstration (R37)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Connection, event, inspect, select
from sqlalchemy.orm import Session

from app.database import Database
from app.demo.build import build
from app.models import Base
from app.sealing import Keyring
from app.services.nominees.marks import wrong_marks_by
from app.services.record.checks.registry import INVARIANTS, Invariant, LiveData, places
from app.services.record.checks.run import MOST_NAMED, Finding, all_invariants, check, check_database
from tests.busy import OPEN
from tests.conftest import KEY
from tests.files import vault_in
from tests.invariants import Reads, noted, reads_of, touched_by
from tests.services.record.corruptions import CORRUPTIONS, DEMONSTRATION, WORLD, Corruption
from tests.sound import eventful
from tests.world import World, at

# What holds a rule in the database itself, and would refuse a corruption.
_UNIQUE = (
    "uq_nominees_one_replacement",
    "uq_outbox_once",
    "uq_proceedings_one_decision",
    "uq_disqualifications_one_lapse",
)
DERIVED = "marks-are-what-the-rules-say"  # they no longer are, once a corruption has changed what they follow from
WRONG_MARKS = wrong_marks_by(Keyring(KEY.decode()))


@dataclass
class SoundBase:
    """A sound database in which nothing but the invariants is left to notice anything."""

    connection: Connection

    @cached_property
    def reads(self) -> Reads:
        return reads_of(self.connection, at(OPEN), WRONG_MARKS)


Bases = Callable[[str], SoundBase]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)])
def bases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Bases]:
    """A sound database by its name, made once, in which nothing but the invariants is left to notice anything."""
    opened: dict[str, tuple[Database, SoundBase]] = {}

    def base(name: str) -> SoundBase:
        if name not in opened:
            folder = tmp_path_factory.mktemp(name)
            if request.param == "sqlite":
                database = _on_sqlite(sqlite_template, folder, name)
            else:
                database = Database(request.getfixturevalue("postgresql_server").copy())
                if name == DEMONSTRATION:  # which takes half a minute to make
                    _copy(_on_sqlite(sqlite_template, folder, name), database)
                else:
                    _fill(database, name, folder)
            assert check_database(database, at(OPEN)) == []
            opened[name] = (database, SoundBase(_disarmed(database)))
        return opened[name][1]

    yield base
    for database, made in opened.values():
        made.connection.close()
        database.dispose()


def _on_sqlite(template: Path, folder: Path, name: str) -> Database:
    path = shutil.copy(template, folder / "gongshi.sqlite")
    database = Database(f"sqlite:///{path}")
    _fill(database, name, folder)
    return database


def _copy(made: Database, database: Database) -> None:
    """Write all that one database holds into another, of another kind."""
    with made.engine.connect() as reading, database.engine.begin() as writing:
        writing.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in Base.metadata.sorted_tables:
            writing.execute(table.delete())
            if rows := [dict(row) for row in reading.execute(select(table)).mappings()]:
                writing.execute(table.insert(), rows)
                if (column := table.autoincrement_column) is not None:
                    ahead = "SELECT setval(pg_get_serial_sequence(%(table)s, %(column)s), %(last)s)"
                    last = max(row[column.name] for row in rows)
                    writing.exec_driver_sql(ahead, {"table": table.name, "column": column.name, "last": last})
    made.dispose()


def _fill(database: Database, name: str, folder: Path) -> None:
    if name == WORLD:
        eventful(World.build(database, KEY, now=at("2026-09-01 Tue 09:00")), folder / "evidence")
        return
    build(database, Keyring(KEY.decode()), at(OPEN), vault_in(folder / "evidence", KEY))


def _disarmed(database: Database) -> Connection:
    """A connection past triggers, CHECKs, references and unique indexes."""
    connection = database.engine.connect()
    raw = connection.connection.dbapi_connection
    if database.engine.dialect.name == "sqlite":
        raw.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr] # before the transaction begins
        raw.execute("PRAGMA ignore_check_constraints=ON")  # type: ignore[union-attr]
        triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars()
        drop = tuple(f"DROP TRIGGER {name}" for name in triggers)
    else:
        checks = [
            f"ALTER TABLE {table} DROP CONSTRAINT {check['name']}"
            for table in inspect(connection).get_table_names()
            for check in inspect(connection).get_check_constraints(table)
        ]
        drop = (*checks, "SET session_replication_role = replica")
    for sentence in (*drop, *(f"DROP INDEX {name}" for name in _UNIQUE)):
        connection.exec_driver_sql(sentence)
    connection.commit()
    return connection


def found(connection: Connection, invariants: Sequence[Invariant]) -> list[Finding]:
    with Session(connection) as session:
        return check(session, at(OPEN), WRONG_MARKS, invariants)


@pytest.mark.walk
@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda corruption: cast(Corruption, corruption).name)
@pytest.mark.parametrize("asked", ["whoever reads it", pytest.param("everybody", marks=pytest.mark.soak)])
def test_a_corruption_is_found_by_its_name_and_by_no_other(bases: Bases, corruption: Corruption, asked: str) -> None:
    base = bases(corruption.base)
    reads = base.reads  # while it is sound
    with base.connection.begin() as transaction:  # which no commit of a session inside it ends
        with noted(base.connection) as statements:
            corruption.carry_out(base.connection)
        named = found(base.connection, list(reads) if asked == "everybody" else touched_by(statements, reads))
        transaction.rollback()
    names = {finding.name for finding in named}
    assert names - ({DERIVED} - {corruption.name}) == {corruption.name}
    assert INVARIANTS[corruption.name].rule in {finding.rule for finding in named}


def test_every_invariant_has_a_corruption_that_it_finds() -> None:
    assert sorted(each.name for each in CORRUPTIONS) == sorted(INVARIANTS)


@pytest.mark.walk
@pytest.mark.parametrize("name", [WORLD, DEMONSTRATION])
def test_nothing_is_found_in_what_the_services_made(bases: Bases, name: str) -> None:
    assert found(bases(name).connection, all_invariants()) == []


@pytest.mark.walk
def test_of_one_invariant_the_first_hundred_rows_are_named(bases: Bases) -> None:
    connection = bases(DEMONSTRATION).connection
    with connection.begin() as transaction:
        connection.exec_driver_sql("UPDATE entries SET name = ''")
        named = found(connection, all_invariants())
        transaction.rollback()
    assert len(named) == MOST_NAMED
    assert {finding.name for finding in named} == {"entry-shows-its-rounds-fields"}


def test_checking_changes_nothing(world: World) -> None:
    world.file(world.round_two(), world.nominees[0], "2026-09-18 Fri 09:00")
    before = world.everything()
    assert check_database(world.database, at(OPEN)) == []
    assert world.everything() == before


def test_an_invariant_has_a_name_a_rule_and_a_sentence() -> None:
    for name, each in INVARIANTS.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name), name
        assert re.fullmatch(r"R([1-9]|[12]\d|3[0-8])", each.rule), name
        assert each.says.strip(), name
        assert not each.says.endswith("。"), name
    assert len({each.says for each in INVARIANTS.values()}) == len(INVARIANTS) >= 60


def test_a_condition_within_a_condition_asks_about_the_row_outside(world: World) -> None:
    """By itself SQLAlchemy ties a subquery to the one around it and no further: a table of the statement outside would
    be read anew, all of it, and any row of it would do."""
    said: list[str] = []
    found: list[tuple[str, set[str]]] = []

    def keep(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", keep)
    with world.database.reader() as session:
        live = LiveData(session, at(OPEN))
        for name, each in INVARIANTS.items():
            begun = len(said)
            list(places(live, each.wrong(live)))
            found += [(name, again) for statement in said[begun:] if (again := read_anew(statement))]
    event.remove(world.database.engine, "before_cursor_execute", keep)
    assert len(said) > 100
    assert found == []


def test_a_table_that_is_read_anew_is_seen() -> None:
    assert read_anew("SELECT a.id FROM a JOIN b ON 1 WHERE EXISTS (SELECT * FROM c, b WHERE c.id = b.id)") == {"b"}
    assert read_anew("SELECT a.id FROM a WHERE EXISTS (SELECT * FROM c WHERE EXISTS (SELECT * FROM d, a))") == {"a"}
    assert read_anew("SELECT a.id FROM a WHERE a.id IN (SELECT c.id FROM c, b AS a_1) AND (SELECT 1 FROM a)") == set()


_PARTS = re.compile(r"[()]|FROM [^()]*?(?= WHERE | GROUP | ORDER | LIMIT |[()]|$)")


def read_anew(statement: str) -> set[str]:
    """Return the tables that a subquery lists beside another one, although a statement around it has them."""
    found: set[str] = set()
    outside: list[set[str]] = [set()]
    for token in _PARTS.findall(" ".join(statement.split())):
        if token == "(":
            outside.append(set())
        elif token == ")":
            outside.pop()
        else:
            listed = re.sub(r" (LEFT OUTER )?JOIN ", ", ", token.removeprefix("FROM ")).split(", ")
            tables = {each.split(" ON ")[0].strip() for each in listed}
            if ", " in token:
                found |= tables.intersection(*[set().union(*outside[:-1])])
            outside[-1] |= tables
    return found
