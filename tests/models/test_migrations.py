"""A migration finds the rows of the version before as that version left them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, select

from app.database import Database
from app.models import Import, ImportRow, User
from app.services.imports import reading
from app.services.upkeep import checking
from tests.conftest import copy_of_template
from tests.world import at


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path}/empty.sqlite")
    else:
        made = Database(copy_of_template(request.getfixturevalue("postgresql_url"), tmp_path, "template0"))
    yield made
    made.dispose()


def insert(database: Database, table: str, *rows: dict[str, Any]) -> None:
    """Rows in the columns that the table has at this migration. What has no default and is not given is empty."""
    metadata = MetaData()
    metadata.reflect(database.engine, only=[table])
    needed = [column for column in metadata.tables[table].columns if not column.nullable and not column.server_default]
    blank = {
        column.name: at("2026-09-01 Tue 09:00") if column.name.endswith("_at") else column.type.python_type()
        for column in needed
        if not column.primary_key
    }
    with database.writer() as session:
        session.execute(metadata.tables[table].insert(), [blank | row for row in rows])
        session.commit()


def test_0009_an_import_being_read_waits_for_the_tick_and_the_others_stay_as_they_are(empty: Database) -> None:
    empty.migrate(revision="0008")
    insert(empty, "units", {"id": 1, "kind": "office"})
    insert(empty, "users", {"id": 1, "role": "office", "unit_id": 1})
    insert(empty, "programmes", {"id": 1})
    of = {"programme_id": 1, "unit_id": 1, "created_by": 1, "form": "individuals", "rows_total": 9, "rows_done": 4}
    states = ("waiting", "reading", "checked", "failed", "dropped")
    imports = [of | {"id": number, "state": state, "failure": ""} for number, state in enumerate(states, start=1)]
    imports[3]["failure"] = "看不懂"
    imports[1]["beats_at"] = at("2026-09-01 Tue 09:00")
    insert(empty, "imports", *[{"beats_at": None} | each for each in imports])
    rows = [{"import_id": each["id"], "number": number, "problems": []} for each in imports for number in range(2)]
    insert(empty, "import_rows", *rows)
    empty.migrate()
    with empty.reader() as session:
        after = session.scalars(select(Import).order_by(Import.id)).all()
        assert [each.state.value for each in after] == ["waiting", "waiting", "checked", "failed", "dropped"]
        assert [each.failure for each in after] == ["", "", "", "看不懂", ""]
        assert [(each.rows_total, each.attempts) for each in after] == [(9, 0), (None, 0), (9, 0), (9, 0), (9, 0)]
        left = select(ImportRow.import_id).order_by(ImportRow.import_id)
        assert session.scalars(left).all() == [1, 1, 3, 3, 4, 4, 5, 5]
        assert reading.find_due(session) == [1, 2]


def test_0010_nothing_was_checked_before_the_first_night_and_then_it_is(empty: Database) -> None:
    empty.migrate(revision="0009")
    insert(empty, "units", {"id": 1, "kind": "office"})
    insert(empty, "users", {"id": 1, "role": "office", "unit_id": 1})
    empty.migrate()
    with empty.reader() as session:
        assert checking.latest(session) is None
        assert session.scalars(select(User.id)).all() == [1]
    run = checking.check_by_night(empty, at("2026-09-18 Fri 09:00"))
    assert run is not None
    assert run.findings == []
