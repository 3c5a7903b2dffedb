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


def loaded(module: str) -> tuple[set[str], float]:
    """The modules that a fresh process has after importing one, and the processor's seconds that it took."""
    done = subprocess.run([sys.executable, "-c", _ASK, module], cwd=ROOT, capture_output=True, text=True, check=True)
    modules, seconds = json.loads(done.stdout)
    return set(modules), seconds


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
