"""The console, run over the test's database."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import gongshi
from app.database import Database
from tests.cli.console import Run


@pytest.fixture
def run(database: Database) -> Run:
    """Run the console on the test's database: `run("calendar", "table", "2026")`."""

    def run(*arguments: str, **environment: str) -> Result:
        given = {"GONGSHI_DATABASE_URL": database.url} | environment
        return CliRunner().invoke(gongshi, list(arguments), env=given)

    return run


@pytest.fixture
def nowhere(tmp_path: Path) -> Run:
    """Run the console without a database."""

    def run(*arguments: str, **environment: str) -> Result:
        given = {"GONGSHI_INSTANCE_DIR": str(tmp_path / "instance"), "GONGSHI_DATABASE_URL": ""} | environment
        return CliRunner().invoke(gongshi, list(arguments), env=given)

    return run
