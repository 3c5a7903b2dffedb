"""Every invariant finds what breaks it, and nothing in a sound world or in the demonstration (R37)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Connection, inspect
from sqlalchemy.orm import Session

from app.database import Database
from app.demo.build import build
from app.sealing import Keyring
from app.services.nominees.marks import wrong_marks_by
from app.services.record.checks.registry import INVARIANTS
from app.services.record.checks.run import MOST_NAMED, Finding, check, check_database
from tests.busy import OPEN
from tests.conftest import KEY
from tests.files import vault_in
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
Bases = Callable[[str], Connection]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def bases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Bases]:
    """A sound database by its name, made once, in which nothing but the invariants is left to notice anything."""
    opened: dict[str, tuple[Database, Connection]] = {}

    def base(name: str) -> Connection:
        if name not in opened:
            folder = tmp_path_factory.mktemp(name)
            if request.param == "sqlite":
                shutil.copy(sqlite_template, folder / "gongshi.sqlite")
                database = Database(f"sqlite:///{folder / 'gongshi.sqlite'}")
            else:
                database = Database(request.getfixturevalue("postgresql_server").copy())
            _fill(database, name, folder)
            assert check_database(database, at(OPEN)) == []
            opened[name] = (database, _disarmed(database))
        return opened[name][1]

    yield base
    for database, connection in opened.values():
        connection.close()
        database.dispose()


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


def found(connection: Connection) -> list[Finding]:
    with Session(connection) as session:
        return check(session, at(OPEN), wrong_marks_by(Keyring(KEY.decode())))


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda corruption: cast(Corruption, corruption).name)
def test_a_corruption_is_found_by_its_name_and_by_no_other(bases: Bases, corruption: Corruption) -> None:
    connection = bases(corruption.base)
    with connection.begin() as transaction:  # which no commit of a session inside it ends
        corruption.carry_out(connection)
        named = found(connection)
        transaction.rollback()
    assert {finding.name for finding in named} == {corruption.name}
    assert {finding.rule for finding in named} == {INVARIANTS[corruption.name].rule}


def test_every_invariant_has_a_corruption_that_it_finds() -> None:
    assert sorted(each.name for each in CORRUPTIONS) == sorted(INVARIANTS)


@pytest.mark.parametrize("name", [WORLD, DEMONSTRATION])
def test_nothing_is_found_in_what_the_services_made(bases: Bases, name: str) -> None:
    assert found(bases(name)) == []


def test_of_one_invariant_the_first_hundred_rows_are_named(bases: Bases) -> None:
    connection = bases(DEMONSTRATION)
    with connection.begin() as transaction:
        connection.exec_driver_sql("UPDATE entries SET name = ''")
        named = found(connection)
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
