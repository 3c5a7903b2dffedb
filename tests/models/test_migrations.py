"""A migration finds the rows of the version before as that version left them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, inspect, select, text
from sqlalchemy.exc import IntegrityError

from app.database import Database
from app.models import AuditRow, Evidence, Import, ImportRow, Period, User
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


BLANK = {datetime: at("2026-09-01 Tue 09:00"), date: date(2026, 9, 1)}


def insert(database: Database, table: str, *rows: dict[str, Any]) -> None:
    """Rows in the columns that the table has at this migration. What has no default and is not given is empty."""
    metadata = MetaData()
    metadata.reflect(database.engine, only=[table])
    needed = [column for column in metadata.tables[table].columns if not column.nullable and not column.server_default]
    blank = {
        column.name: BLANK.get(column.type.python_type) or column.type.python_type()
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


AUTHORITIES = ("discipline", "personnel", "police", "audit")


def with_opinions(database: Database) -> None:
    """A programme with one nominee and an opinion of each of the four authorities, as version 0009 kept them."""
    database.migrate(revision="0009")
    insert(database, "units", {"id": 1, "kind": "office", "parent_id": None})
    insert(database, "units", {"id": 2, "kind": "recommender", "parent_id": 1})
    insert(database, "users", {"id": 1, "role": "office", "unit_id": 1})
    insert(database, "programmes", {"id": 7})
    nominee = {"id": 3, "programme_id": 7, "kind": "individual", "unit_id": 2, "recommender_id": 2, "position": 1}
    insert(database, "nominees", nominee | {"name": "张三", "deeds": "事迹"})
    opinion = {"nominee_id": 3, "outcome": "not_asked", "text": "不涉及", "dated": date(2026, 9, 18), "recorded_by": 1}
    insert(database, "opinions", *[opinion | {"authority": authority} for authority in AUTHORITIES])


def test_0010_programmes_follow_the_notice_that_stood_in_the_code_and_opinions_stay(empty: Database) -> None:
    with_opinions(empty)
    before = constraints_of(empty)
    empty.migrate(revision="0010")
    with empty.reader() as session:
        assert session.scalars(text("SELECT notice FROM programmes")).all() == ["qujing-2025"]
        kept = session.execute(text("SELECT id, authority, text FROM opinions ORDER BY id")).all()
    assert [tuple(row) for row in kept] == [(n, name, "不涉及") for n, name in enumerate(AUTHORITIES, start=1)]
    assert before - constraints_of(empty) == {"ck_opinions_authority"}
    assert constraints_of(empty) <= before
    assert [index["name"] for index in inspect(empty.engine).get_indexes("opinions")] == ["ix_opinions_nominee_id"]


def constraints_of(database: Database) -> set[str | None]:
    looked = inspect(database.engine)
    found = [*looked.get_check_constraints("opinions"), *looked.get_foreign_keys("opinions")]
    return {each["name"] for each in found} | {looked.get_pk_constraint("opinions")["name"]}


@pytest.mark.parametrize(
    "wrong", [{"outcome": "perhaps"}, {"text": ""}, {"outcome": "favourable"}, {"nominee_id": 99}, {"recorded_by": 99}]
)
def test_0010_what_else_an_opinion_must_hold_is_still_held(empty: Database, wrong: dict[str, Any]) -> None:
    with_opinions(empty)
    empty.migrate(revision="0010")
    water = {"nominee_id": 3, "authority": "water", "outcome": "not_asked", "text": "不涉及", "recorded_by": 1}
    insert(empty, "opinions", water)
    with pytest.raises(IntegrityError):
        insert(empty, "opinions", water | wrong)


def test_0012_a_record_that_is_there_is_not_replaced_from_then_on(empty: Database) -> None:
    empty.migrate(revision="0011")
    insert(empty, "audit_rows", {"id": 1, "action": "as it was"})
    empty.migrate()
    with empty.reader() as session:
        assert session.scalars(select(AuditRow.action)).all() == ["as it was"]
    if empty.engine.dialect.name == "sqlite":
        connection = sqlite3.connect(empty.engine.url.database or "")  # its recursive_triggers is off
        with pytest.raises(sqlite3.IntegrityError, match="never changed or removed"):
            connection.execute("REPLACE INTO audit_rows SELECT * FROM audit_rows")
        connection.close()


def test_0013_a_period_under_way_keeps_its_days_and_its_deadline(empty: Database) -> None:
    empty.migrate(revision="0012")
    insert(empty, "units", {"id": 1, "kind": "office"})
    insert(empty, "users", {"id": 1, "role": "office", "unit_id": 1})
    insert(empty, "programmes", {"id": 1})
    days = {"opens_at": at("2026-09-18 Fri 00:00"), "closes_at": at("2026-09-24 Thu 00:00")}
    row = {"id": 1, "programme_id": 1, "round_number": 2, "organiser_id": 1, "scheduled_by": 1, "days": [], **days}
    insert(empty, "periods", row | {"conclude_by": at("2026-09-30 Wed 00:00"), "recommenders": []})
    empty.migrate()
    with empty.reader() as session:
        period = session.scalars(select(Period)).one()
        assert (period.recount, period.waits_until, period.replannings) == (None, None, [])
        assert period.set_deadline == period.conclude_by == at("2026-09-30 Wed 00:00")


def test_0014_of_files_that_are_there_nothing_says_whether_they_are_a_letter(empty: Database) -> None:
    empty.migrate(revision="0013")
    file = {"form_hash": "f", "kind": "pdf", "cipher": "aes-256-gcm", "scan": "unscanned", "size": 1, "stored_size": 1}
    insert(empty, "evidence", *[file | {"name": f"{n:032}", "sha256": f"{n:064}"} for n in range(2)])
    empty.migrate()
    with empty.reader() as session:
        assert session.scalars(select(Evidence.letter)).all() == [None, None]


def test_0017_nothing_was_checked_before_the_first_night_and_then_it_is(empty: Database) -> None:
    empty.migrate(revision="0016")
    insert(empty, "units", {"id": 1, "kind": "office"})
    insert(empty, "users", {"id": 1, "role": "office", "unit_id": 1})
    empty.migrate()
    with empty.reader() as session:
        assert checking.latest(session) is None
        assert session.scalars(select(User.id)).all() == [1]
    run = checking.check_by_night(empty, at("2026-09-18 Fri 09:00"))
    assert run is not None
    assert run.findings == []


def case_of(database: Database) -> None:
    """One received case, with what it refers to, as version 0017 had them."""
    opens, closes, by = at("2026-09-18 Fri 00:00"), at("2026-09-24 Thu 00:00"), at("2026-09-30 Wed 00:00")
    insert(database, "units", {"id": 1, "kind": "office"})
    insert(database, "users", {"id": 1, "role": "office", "unit_id": 1})
    insert(database, "programmes", {"id": 1})
    period = {"id": 1, "programme_id": 1, "round_number": 2, "organiser_id": 1, "scheduled_by": 1, "days": []}
    insert(
        database, "periods", period | {"opens_at": opens, "closes_at": closes, "conclude_by": by, "recommenders": []}
    )
    of = {"unit_id": 1, "recommender_id": 1, "programme_id": 1}
    insert(database, "nominees", of | {"id": 1, "kind": "collective", "rank": "none", "position": 1})
    insert(database, "entries", {"id": 1, "period_id": 1, "nominee_id": 1, "kind": "collective", "position": 1})
    case = {"id": 1, "entry_id": 1, "state": "received", "handler_unit_id": 1}
    insert(database, "cases", case | {"received_at": opens, "escalates_at": by})


def test_0050_what_was_told_before_is_not_sent_now_and_two_occasions_are_new(empty: Database) -> None:
    empty.migrate(revision="0017")
    written = at("2026-09-18 Fri 09:00")
    case_of(empty)
    row = {"created_at": written, "deadline": at("2026-09-30 Wed 00:00"), "unit_id": 1}
    insert(empty, "outbox", row | {"case_id": 1, "reminder": "arrival"})
    empty.migrate()
    with empty.reader() as session:
        assert session.execute(text("SELECT count(*) FROM outbox WHERE planned_at = created_at")).scalar_one() == 1
    insert(empty, "outbox", row | {"case_id": 1, "reminder": "supplement"}, row | {"case_id": 1, "reminder": "lapsed"})
    with pytest.raises(IntegrityError):
        insert(empty, "outbox", row | {"case_id": 1, "reminder": "gossip"})
