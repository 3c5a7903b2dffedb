"""The two kinds of session: a writer of SQLite holds the lock from its first statement, a reader holds up nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.database import Database


@pytest.fixture
def two(tmp_path: Path) -> list[Database]:
    """One file opened twice, as two processes do."""
    opened = [Database(f"sqlite:///{tmp_path}/shared.sqlite") for _ in range(2)]
    opened[0].migrate()
    return opened


def test_a_second_writer_waits_from_the_first_statement_on_and_a_reader_does_not(two: list[Database]) -> None:
    first, second = two
    with first.writer() as writing, second.reader() as reading:
        writing.execute(text("SELECT 1"))  # nothing is written yet, and the lock is taken
        assert reading.scalar(text("SELECT count(*) FROM units")) == 0
        with pytest.raises(OperationalError, match="locked"):
            _write_without_patience(second)


def _write_without_patience(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
        connection.exec_driver_sql("INSERT INTO units (kind, name) VALUES ('office', '办公室')")


def test_a_database_knows_whether_its_schema_is_the_newest(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/old.sqlite")
    assert (database.revision(), database.is_migrated()) == (None, False)
    database.migrate(revision="0001")
    assert (database.revision(), database.is_migrated()) == ("0001", False)
    database.migrate()
    assert database.is_migrated()
