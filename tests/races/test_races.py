"""Each act that changes something runs at one moment with itself and related acts, on PostgreSQL (R22, SECURITY 52).

SQLite has one writer at a time. On PostgreSQL the two wait for each other's locks, or miss them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from app.database import Database
from app.domain.refusals import Refusal
from app.sealing import Keyring
from app.services.nominees.marks import wrong_marks_by
from tests.busy import OPEN
from tests.conftest import KEY
from tests.databases import Server
from tests.invariants import Reads, broken, noted, reads_of, touched_by
from tests.races import others, table
from tests.races.table import Race
from tests.rehearsing import Rehearsal
from tests.sound import eventful
from tests.world import World, at, at_once

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ROOT / "app" / "services"
RACES = table.RACES | others.OTHERS
ELSEWHERE = table.ELSEWHERE | others.OTHERS_ELSEWHERE
ALONE = table.ALONE | others.OTHERS_ALONE
# What writes in a transaction of its own without being marked: these receive files, which lie in the store first.
UNMARKED = {
    "intake.file_objection",
    "confirming.confirm",
    "receiving.drop",
    "evidence.receive",
    "reading.read",
}
LATER = at("2027-03-02 Tue 10:00")


@pytest.fixture(scope="module")
def reads(
    postgresql_server: Server, rehearsal_on_postgresql: Rehearsal, tmp_path_factory: pytest.TempPathFactory
) -> Reads:
    """Which tables each invariant reads, in a world in which a lot has happened."""
    database = Database(postgresql_server.copy())
    eventful(rehearsal_on_postgresql.world(database), tmp_path_factory.mktemp("eventful"))
    with database.snapshot() as connection:
        found = reads_of(connection, at(OPEN), wrong_marks_by(Keyring(KEY.decode())))
    database.dispose()
    return found


@pytest.fixture
def before_the_race(
    postgresql_server: Server, rehearsal_on_postgresql: Rehearsal, tmp_path: Path
) -> Callable[[Race], set[str]]:
    """What is broken before two meet, in a world of its own: a few rows of some races no service wrote."""

    def found(race: Race) -> set[str]:
        database = Database(postgresql_server.copy())
        race.meet(rehearsal_on_postgresql.world(database), tmp_path / "before")
        wrong = set(broken(database, LATER))
        database.dispose()
        return wrong

    return found


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("name", RACES)
@pytest.mark.parametrize("asked", ["whoever reads it", pytest.param("everybody", marks=pytest.mark.soak)])
def test_security_52_of_two_who_meet_each_is_done_or_refused_by_name(
    world: World, tmp_path: Path, before_the_race: Callable[[Race], set[str]], reads: Reads, name: str, asked: str
) -> None:
    race = RACES[name]
    with noted(world.database.engine) as statements:  # the rehearsed world, which is sound, is not among them
        outcomes = at_once(race.meet(world, tmp_path / "evidence"))
    refused = [each for each in outcomes if isinstance(each, Exception)]
    assert all(isinstance(each, Refusal) for each in refused), outcomes
    assert len(outcomes) - len(refused) in race.passes, outcomes
    invariants = None if asked == "everybody" else touched_by(statements, reads)
    if wrong := set(broken(world.database, LATER, asked=invariants)):
        assert wrong <= before_the_race(race), name
    race.after(world)


def _use_cases() -> set[str]:
    """Every function of the services that is marked as a use case, as `module.function`, and what is not marked."""
    found = set(UNMARKED)
    for path in SERVICES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                ast.unparse(mark) == "use_case" for mark in node.decorator_list
            ):
                found.add(f"{path.stem}.{node.name}")
    return found


def test_every_use_case_is_raced_or_says_why_not() -> None:
    raced = {each for race in RACES.values() for each in race.of}
    assert raced | ELSEWHERE.keys() | ALONE.keys() == _use_cases()
    assert not ALONE.keys() & (raced | ELSEWHERE.keys())
    assert all(ALONE.values())


def test_what_is_raced_elsewhere_is_raced_there() -> None:
    for place in set(ELSEWHERE.values()):
        path, test = place.split("::")
        source = (ROOT / path).read_text("utf-8")
        found = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == test]
        assert len(found) == 1, place
        assert "at_once(" in (ast.get_source_segment(source, found[0]) or ""), place
