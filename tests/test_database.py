"""The two kinds of session: a writer of SQLite holds the lock from its first statement, a reader holds up nobody."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.database import Database
from config import Settings


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


def test_a_line_to_postgresql_that_has_gone_dead_is_found_in_seconds_on_both_ends() -> None:
    asked = connection_options("postgresql+psycopg://gongshi@127.0.0.1:1/gongshi")
    # Where an answer is awaited and nothing is unacknowledged, the second probe finds the line older than the timeout.
    assert asked["keepalives_idle"] + 2 * asked["keepalives_interval"] <= 25
    assert asked["tcp_user_timeout"] == 20_000
    of_the_server = "tcp_keepalives_idle=10", "tcp_keepalives_interval=5", "tcp_user_timeout=20000"
    assert asked["options"].split(" -c ") == ["-c random_page_cost=1.1", *of_the_server]
    given = connection_options("postgresql+psycopg://gongshi@127.0.0.1:1/gongshi?connect_timeout=9&keepalives_idle=99")
    assert (given["connect_timeout"], given["keepalives_idle"]) == ("9", "99")


def test_no_connection_leads_to_a_standby_and_no_setting_names_one_to_read_from() -> None:
    """Nothing is read from a copy that lags: no page, and no window (R5)."""
    for address in ("gongshi@127.0.0.1:1/gongshi", "gongshi@/gongshi?host=127.0.0.1,127.0.0.2&port=1,1"):
        assert connection_options(f"postgresql+psycopg://{address}")["target_session_attrs"] == "primary"
    names = [field.name for field in fields(Settings)]
    assert [name for name in names if re.search("replica|standby|reader|slave|follower", name)] == []
    assert [name for name in names if name.endswith("_url") and "database" in name] == ["database_url"]


def connection_options(url: str) -> dict[str, Any]:
    """Return what psycopg is asked for when a connection is made."""
    asked: dict[str, Any] = {}

    def connect(**options: Any) -> None:
        asked.update(options)
        raise ConnectionError

    with patch("psycopg.connect", connect), pytest.raises(ConnectionError):
        Database(url).revision()
    return asked
