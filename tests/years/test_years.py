"""In a simulated year no invariant breaks, and where the office works nobody falls by silence (R20-R29, R37)."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from app.database import Database
from tests.years.faults import FAULTS, Fault, put_back
from tests.years.year import Year, drawn_from

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
DILIGENT = pytest.mark.parametrize("diligent", [True, False], ids=["a diligent office", "an office that waits"])
# `make test` puts two of them back, `make walks` all.
SOME_IN_SHORT = [
    pytest.param(fault, marks=() if number in (6, 10) else pytest.mark.soak) for number, fault in enumerate(FAULTS)
]
TRIED = 12  # years with a fault, before it counts as not found


@pytest.fixture
def begins(request: pytest.FixtureRequest) -> str:
    """Where the years begin: the same each time, or anywhere."""
    given: int = request.config.getoption("--years-seed")
    return str(random.random() if given < 0 else given)


@DILIGENT
def test_security_08_in_a_simulated_year_nobody_falls_by_silence(
    database: Database, begins: str, number: int, diligent: bool
) -> None:
    live(database, f"{begins} {number} {diligent}", diligent=diligent)


@pytest.mark.parametrize("fault", SOME_IN_SHORT, ids=lambda fault: fault.__name__.replace("_", " "))
def test_each_fault_that_is_put_back_is_found(
    database: Database, sqlite_template: Path, tmp_path: Path, fault: Fault
) -> None:
    for number in range(TRIED):
        try:
            with put_back(fault):
                database = anew(sqlite_template, tmp_path, str(number))
                live(database, f"with a fault {number}", diligent=number % 2 == 0)
        except (AssertionError, IntegrityError):  # a check of the year, or one of the database's own
            return
    pytest.fail(f"{TRIED} years with this fault, and nothing was wrong in any of them")


@pytest.mark.parametrize("seed", ["7 11 False", pytest.param("7 37 False", marks=pytest.mark.soak)])
def test_what_follows_a_clock_that_ran_ahead_is_dated_no_earlier(database: Database, seed: str) -> None:
    """In these years a letter was issued before it was made, a reversal proposed before what it reverses."""
    live(database, seed, diligent=False)


def test_a_diligent_office_has_an_account_agreed_to_before_it_confirms_what_it_said(database: Database) -> None:
    """In this year the office gave out the password of whoever's conclusion it was to look at."""
    live(database, "7 36 True", diligent=True)


@pytest.mark.soak
@pytest.mark.usefixtures("database")
def test_a_seed_replays_to_the_last_byte(sqlite_template: Path, tmp_path: Path) -> None:
    first, second = (live(anew(sqlite_template, tmp_path, name), "again", diligent=True) for name in ("1", "2"))
    assert first.log == second.log
    assert first.world.everything() == second.world.everything()


def live(database: Database, seed: str, *, diligent: bool) -> Year:
    with drawn_from(seed):
        year = Year(database, seed, diligent=diligent)
        year.run()
    return year


def anew(template: Path, folder: Path, name: str) -> Database:
    path = folder / f"{name}.sqlite"
    shutil.copy(template, path)
    return Database(f"sqlite:///{path}")
