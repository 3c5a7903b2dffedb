"""The small world and its second round, made once a process through the services, and written again for each test.

What is written again are the very statements. A test that changed anything before its second round has it made anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from app.database import Database
from tests.world import World


@dataclass
class Score:
    """The statements that wrote something, with their parameters, in order."""

    lines: list[tuple[str, Any, bool]] = field(default_factory=list)
    script: str = ""  # PostgreSQL's, to be sent at once

    def note(self, _c: object, cursor: Any, statement: str, parameters: Any, _x: object, many: bool) -> None:
        if statement.startswith(("SELECT", "BEGIN")) and "nextval" not in statement:
            return
        many = many and isinstance(parameters, list)  # rows inserted at once have their values in one tuple
        self.lines.append((statement, parameters, many))
        if hasattr(cursor.connection, "pgconn"):
            from psycopg import ClientCursor

            written = ClientCursor(cursor.connection).mogrify
            for row in parameters if many else [parameters]:
                self.script += written(statement, row) + ";\n"

    def play(self, database: Database) -> None:
        """Write it all in one transaction."""
        with database.writer() as session:
            cursor: Any = session.connection().connection.cursor()
            if self.script:
                cursor.execute(self.script)
            else:
                for statement, parameters, many in self.lines:
                    (cursor.executemany if many else cursor.execute)(statement, parameters)
            cursor.close()
            session.commit()


class Rehearsal:
    """What `World.build` and `World.round_two` write into the empty database of one kind."""

    def __init__(self, database: Database, world: Any) -> None:
        """Make both in `database`, an empty one. `world` builds the world there."""
        with _noted(database) as self._building:
            self._world: World = world(database)
        with _noted(database) as self._second:
            self._period = self._world.round_two()

    def world(self, database: Database) -> World:
        """Write the world into another empty database."""
        self._building.play(database)
        built = _mark(database)

        def round_two() -> int | None:
            if _mark(database) != built:
                return None
            self._second.play(database)
            return self._period

        return _apart(self._world, database, round_two)


def copy_world(world: World, path: Path) -> World:
    """Copy a world on SQLite, and all that happened in it, to a file of its own. Whoever asks disposes of it."""
    world.database.dispose()  # its last connection folds the log into the file
    shutil.copy(str(world.database.engine.url.database), path)
    return _apart(world, Database(f"sqlite:///{path}"), lambda: None)


def _apart(world: World, database: Database, round_two: Callable[[], int | None]) -> World:
    return replace(
        world,
        database=database,
        people=dict(world.people),  # what a test adds to these is of that test alone
        nominees=list(world.nominees),
        others=list(world.others),
        rehearsed=round_two,
    )


@contextmanager
def _noted(database: Database) -> Iterator[Score]:
    score = Score()
    event.listen(database.engine, "before_cursor_execute", score.note)
    yield score
    event.remove(database.engine, "before_cursor_execute", score.note)


def _mark(database: Database) -> object:
    """Return what changes with every commit, whoever made it."""
    if database.engine.dialect.name == "postgresql":
        with database.reader() as session:
            return session.scalar(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text"))
    path = Path(str(database.engine.url.database))
    files = [file.stat() for file in (path, path.with_name(f"{path.name}-wal")) if file.exists()]
    return [(file.st_size, file.st_mtime_ns) for file in files]
