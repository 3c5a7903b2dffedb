"""The engine and its two kinds of session: readers, and writers that take SQLite's write lock at BEGIN."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from app.models.expressions import SQLITE_FUNCTIONS
from app.sealing import Keyring

if TYPE_CHECKING:  # Alembic is imported where it is used: only the start and the console migrate
    from alembic.config import Config

ROOT = Path(__file__).resolve().parent.parent
_BUSY_TIMEOUT_MS = 15_000
# Waits in seconds, tcp_user_timeout in milliseconds; the address of the database may name others.
_POSTGRESQL_SETTINGS = {
    "connect_timeout": 3,
    # A line whose other end has vanished is found within 25 s even while it waits for an answer.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "tcp_user_timeout": 20_000,
    # Any page of a database of this size is in memory, or on a disk without a head that moves: an index is no detour.
    # The server finds a vanished line as fast, and lets go of its locks: its own default is two hours.
    "options": "-c random_page_cost=1.1"
    " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_user_timeout=20000",
    # Of several servers the one that is no standby: a window is never judged, and no page made, by a lagging copy.
    "target_session_attrs": "primary",
}

# Of one process to PostgreSQL. They stay open: a pool that closes what a crowd opened opens it anew for each request.
_CONNECTIONS = 15


class Database:
    """One database, opened once a process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _sqlite(url) if url.startswith("sqlite") else _postgresql(url)
        writing = self.engine.execution_options(gongshi_writes=True)
        self.reader: sessionmaker[Session] = sessionmaker(self.engine, autoflush=False)
        self.writer: sessionmaker[Session] = sessionmaker(writing, expire_on_commit=False)

    def migrate(self, keyring: Keyring | None = None, revision: str = "head") -> None:
        """Bring the schema to the newest migration, or to the one that a backup was made at; forwards only.

        `keyring` seals what older versions kept plain.
        """
        from alembic import command

        if self.engine.dialect.name == "sqlite" and (path := self.engine.url.database):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        with self.engine.execution_options(gongshi_writes=True).connect() as connection:
            config = alembic_config()
            config.attributes.update(connection=connection, keyring=keyring)
            command.upgrade(config, revision)
            connection.commit()

    def is_migrated(self) -> bool:
        """Tell whether the schema is at the newest migration this code knows."""
        return self.revision() == _newest_migration()

    def revision(self) -> str | None:
        """Return the migration the schema stands at; None before the first."""
        from alembic.runtime.migration import MigrationContext

        with self.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a consistent snapshot of the database for reading, however long that takes. Writers are not blocked."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():  # on SQLite the first statement fixes the moment
                yield connection

    def dispose(self) -> None:
        self.engine.dispose()


def knows_revision(revision: str) -> bool:
    """Tell whether this code has that migration. It has not if a newer version made it."""
    from alembic.script import ScriptDirectory

    return revision in {script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()}


def alembic_config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


@cache
def _newest_migration() -> str | None:
    """Read once: the migrations of a running server are those it was started with."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def _postgresql(url: str) -> Engine:
    """Limit every wait: a server that does not answer is a fault within seconds, not a page that never comes."""
    given = make_url(url).query
    settings = {name: value for name, value in _POSTGRESQL_SETTINGS.items() if name not in given}
    return create_engine(url, pool_pre_ping=True, connect_args=settings, pool_size=_CONNECTIONS, max_overflow=0)


def _sqlite(url: str) -> Engine:
    """SQLite so that a receipt shown is a receipt kept: WAL, every commit on disk, writers one by one."""
    if database := make_url(url).database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000}, pool_size=20)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # BEGIN is issued below instead
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "wal_autocheckpoint=10000",  # 40 MB: the log is on disk at every commit, it need not be folded in as often
            "secure_delete=ON",  # what is purged is overwritten, not just forgotten
            "cache_size=-16000",  # 16 MB a connection: the pages of lists read indexes again and again
            "recursive_triggers=ON",  # or INSERT OR REPLACE would get past the record's guard
            f"busy_timeout={_BUSY_TIMEOUT_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        for name, (arguments, function) in SQLITE_FUNCTIONS.items():
            connection.create_function(name, arguments, function, deterministic=True)

    # The writers of one process queue here: SQLite itself has them ask again after ever longer sleeps.
    turn = threading.Lock()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that began as a reader and upgrades later fails at once instead of waiting its turn.
        writes = connection.get_execution_options().get("gongshi_writes")
        if writes and not connection.info.get("has_turn"):
            connection.info["has_turn"] = turn.acquire(timeout=_BUSY_TIMEOUT_MS / 1000)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "checkin")
    def leave(_connection: sqlite3.Connection | None, record: ConnectionPoolEntry) -> None:
        # Committed, rolled back or broken: a connection that is returned has no writes left.
        if record.info.pop("has_turn", False):
            turn.release()

    return engine
