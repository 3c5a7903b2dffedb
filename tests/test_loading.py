"""What a process loads before it does anything: heavy libraries are imported where they are used."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from app.database import ROOT

_READING = {"openpyxl", "docx", "docxtpl", "lxml", "PIL", "pikepdf", "pypinyin"}
_QUEUE = {"huey", "redis"}
_PAGES = {"flask", "wtforms", "zxcvbn", "authlib", "bleach", "markdown", "segno", "icalendar"}
# Days are counted when somebody is told of news, invariants are checked once a night, files are inspected on arrival.
_RARELY = {"holidays", "app.services.record.checks.run", "app.evidence.inspection"}
_OTHERS = {"alembic", "boto3", "numpy", "psycopg", "opencc"}
# Three times what they take on a machine with nothing else to do.
_MOST_SECONDS = 2.5
_ASK = """
import json, sys, time
__import__(sys.argv[1])
print(json.dumps([sorted(sys.modules), time.process_time()]))
"""
# An alias of a class or a loader's option, made while a module is imported, configures them all: a tenth of a second.
_CONFIGURED = """
import sys
__import__(sys.argv[1])
from app.models import Base
print([mapper.class_.__name__ for mapper in Base.registry.mappers if mapper.configured])
"""


def loaded(module: str) -> tuple[set[str], float]:
    """The modules that a fresh process has after importing one, and the processor's seconds that it took."""
    modules, seconds = json.loads(answer(_ASK, module))
    return set(modules), seconds


def answer(question: str, module: str) -> str:
    asked = [sys.executable, "-c", question, module]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("module", "unneeded"),
    [
        ("app", {"sqlalchemy", "structlog", "cryptography"} | _READING | _QUEUE | _PAGES | _OTHERS),
        ("app.processes.ticking", {"requests"} | _RARELY | _READING | _QUEUE | _PAGES | _OTHERS),
        ("app.processes.sending", _READING | _QUEUE | _PAGES | _OTHERS),
        ("app.services.accounts.passwords", {"zxcvbn"} | _READING | _QUEUE),
    ],
)
def test_a_process_loads_what_it_needs_and_no_more(module: str, unneeded: set[str]) -> None:
    modules, seconds = loaded(module)
    assert modules & unneeded == set()
    assert seconds < _MOST_SECONDS


@pytest.mark.parametrize("module", ["app.processes.ticking", "app.processes.sending"])
def test_mappers_are_configured_by_the_first_statement_and_not_by_an_import(module: str) -> None:
    assert answer(_CONFIGURED, module).strip() == "[]"
