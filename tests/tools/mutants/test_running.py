"""The runner on a project of one module: what its tests notice and what they do not."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

MODULE = """
from functools import cache

LIMIT = 3
FREE = frozenset({"a"})

@cache
def double(n):
    return n * 2

def countdown(n):
    while n > 0:
        n -= 1
    return n

def price(n, kind):
    if kind in FREE:
        return 0
    return 2 if n > LIMIT else 1

def unused(n):
    return n + n
"""
RATES = """
HIGH = 5
DEAR = 7

def is_high(n):
    return n > HIGH

def half(n):
    return n // 2
"""
BILLS = """
from app.domain.rates import DEAR

def is_dear(n):
    return n >= DEAR
"""
TESTS = """
import pytest
from app.domain.price import LIMIT, countdown, double, price

SIX = double(3)  # kept from before any test

def test_double():
    assert SIX == 6

def test_countdown():
    assert countdown(3) == 0

@pytest.mark.parametrize("n", range(LIMIT, LIMIT + 1))
def test_cheap(n):
    assert price(n, "b") == 1

def test_dear():
    assert price(9, "b") == 2

def test_free():
    assert price(9, "a") == 0
"""
# The rates have one test of their own. What else they hold is noticed by the tests of a module that uses it.
TESTS_OF_RATES = """
from app.domain.rates import is_high

def test_high():
    assert (is_high(5), is_high(6)) == (False, True)
"""
TESTS_OF_BILLS = """
import pytest
from app.domain.bills import is_dear
from app.domain.rates import half

@pytest.mark.parametrize(("n", "dear"), [(6, False), (7, True)])
def test_dear(n, dear):
    assert is_dear(n) is dear

@pytest.mark.parametrize("found", [half(9)])  # called while the table is made
def test_half(found):
    assert found == 4
"""
# Nothing tries 4, and nothing calls `unused`.
SURVIVORS = {
    ("LIMIT = 3", "LIMIT = 4"),
    ("LIMIT = 3", "LIMIT = 2"),
    ("return n + n", "return None"),
    ("return n + n", "return n - n"),
}


@pytest.mark.soak
def test_survivors_are_what_no_test_notices(tmp_path: Path) -> None:
    """A loop that never ends is noticed, and what ran before any test."""
    (tmp_path / "app/domain").mkdir(parents=True)
    (tmp_path / "app/calendars").mkdir()
    (tmp_path / "tests/domain/prices").mkdir(parents=True)
    (tmp_path / "tests/calendars").mkdir()
    (tmp_path / "app/__init__.py").touch()
    for name, module, tests in (
        ("price", MODULE, TESTS),
        ("rates", RATES, TESTS_OF_RATES),
        ("bills", BILLS, TESTS_OF_BILLS),
    ):
        (tmp_path / f"app/domain/{name}.py").write_text(module, "utf-8")
        (tmp_path / f"tests/domain/prices/test_{name}.py").write_text(tests, "utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\npythonpath = ['.']\n", "utf-8")
    (tmp_path / "same.toml").write_text("equivalent = []\n", "utf-8")
    command = (sys.executable, "-m", "tools.mutants", "--equivalents", "same.toml")
    environment = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240)
    lines = done.stdout.splitlines()
    found = {
        (before.removeprefix("  - "), after.removeprefix("  + "))
        for before, after in pairwise(lines)
        if before.startswith("  - ")
    }
    assert (done.returncode, found) == (1, SURVIVORS), done.stdout + done.stderr
    assert lines[-1].split() == ["all", "37", "0", "33", "4", "89.2%"]
