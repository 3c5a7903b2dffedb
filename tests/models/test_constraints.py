"""The database enforces the rules by itself, on both kinds."""

import datetime as dt
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text
from sqlalchemy.exc import IntegrityError, StatementError

from app.database import Database
from app.domain.cases.states import State
from app.models import AvailabilitySpan, Base, Unit, UnitKind
from app.services.cases import investigation
from tests import disk
from tests.world import World, at

NAIVE = dt.datetime(2026, 9, 18, 9, 0)  # noqa: DTZ001 - what is refused

# The CHECK that stops each statement. Case 1 is received, case 2 proposed.
BROKEN_RULES = [
    ("cases_concluded_has_conclusion", "UPDATE cases SET conclusion = 'upheld' WHERE id = 1"),
    ("cases_concluded_is_confirmed", "UPDATE cases SET confirmed_by = 4, confirmed_at = received_at WHERE id = 1"),
    (
        "cases_confirmed_by_and_at",
        "UPDATE cases SET state = 'concluded', conclusion = 'dismissed', confirmed_by = 4 WHERE id = 2",
    ),
    (
        "cases_two_people",
        "UPDATE cases SET state = 'concluded', conclusion = 'dismissed', confirmed_by = proposed_by, "
        "confirmed_at = received_at WHERE id = 2",
    ),
    ("cases_lapsed_is_dated", "UPDATE cases SET state = 'lapsed' WHERE id = 1"),
    ("cases_lapsed_is_dated", "UPDATE cases SET lapsed_at = received_at WHERE id = 1"),
    ("cases_declined_has_ground", "UPDATE cases SET state = 'declined' WHERE id = 1"),
    ("cases_declined_has_ground", "UPDATE cases SET state = 'declined', decline_ground = 'no_facts' WHERE id = 1"),
    ("cases_joined_has_lead", "UPDATE cases SET state = 'joined' WHERE id = 1"),
    ("cases_joined_has_lead", "UPDATE cases SET joined_into_id = 2 WHERE id = 1"),
    ("cases_not_into_itself", "UPDATE cases SET state = 'joined', joined_into_id = id WHERE id = 1"),
    ("cases_proposal_is_complete", "UPDATE cases SET state = 'proposed' WHERE id = 1"),
    ("cases_proposal_is_complete", "UPDATE cases SET grounds = NULL WHERE id = 2"),
    ("cases_state", "UPDATE cases SET state = 'forgotten' WHERE id = 1"),
    ("objections_facts_length", "UPDATE objections SET facts = '太短'"),
    ("objections_withdrawn_with_reason", "UPDATE objections SET withdrawn_at = filed_at"),
    ("periods_three_rounds", "UPDATE periods SET round_number = 4"),
    ("periods_in_order", "UPDATE periods SET closes_at = opens_at"),
    ("periods_in_order", "UPDATE periods SET conclude_by = closes_at"),
    ("periods_never_back_dated", "UPDATE periods SET scheduled_at = opens_at"),
    ("periods_settled_after_deadline", "UPDATE periods SET settled_at = closes_at"),
    ("periods_closed_after_window", "UPDATE periods SET closed_at = opens_at"),
    ("periods_cancelled_before_opening", "UPDATE periods SET cancelled_at = opens_at"),
    ("nominees_deeds_at_most_800", "UPDATE nominees SET deeds = :long"),
    ("quotas_not_negative", "UPDATE quotas SET individuals = -1"),
    ("units_only_office_is_root", "UPDATE units SET parent_id = NULL WHERE id = 2"),
    ("users_role", "UPDATE users SET role = 'king'"),
]


def test_the_migrated_schema_is_that_of_the_models(database: Database) -> None:
    assert database.is_migrated()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        found = {
            table: {check["name"] for check in inspect(connection).get_check_constraints(table)}
            for table in Base.metadata.tables
        }
    assert found == {
        name: {str(check.name) for check in table.constraints if isinstance(check, CheckConstraint)}
        for name, table in Base.metadata.tables.items()
    }


# Values that no code writes any more. To take them out of the CHECK, SQLite would have to build the table anew, while
# other tables refer to it (migration 0009).
STILL_ALLOWED = {("imports", "ck_imports_state"): {"reading"}}


def test_a_check_of_the_schema_names_the_values_that_the_models_name(database: Database) -> None:
    """An enumeration with a new value needs a migration: compare_metadata does not compare CHECKs."""
    with database.engine.connect() as connection:
        found = {
            (table, check["name"]): quoted(check["sqltext"])
            for table in Base.metadata.tables
            for check in inspect(connection).get_check_constraints(table)
        }
    for check, values in STILL_ALLOWED.items():
        assert values < found[check]
        found[check] -= values
    assert found == {
        (name, str(check.name)): quoted(str(check.sqltext.compile(compile_kwargs={"literal_binds": True})))
        for name, table in Base.metadata.tables.items()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }


def quoted(sql: str) -> set[str]:
    return set(re.findall(r"'([^']*)'", sql))


def test_the_database_refuses_what_the_rules_refuse(world: World) -> None:
    period = world.round_two()
    world.file(period, world.nominees[0], "2026-09-18 Fri 09:00")
    proposed, _ = world.file(period, world.nominees[1], "2026-09-18 Fri 09:00")
    world.bring(proposed, State.PROPOSED, "2026-09-18 Fri 10:00")
    before = world.everything()
    for rule, sentence in BROKEN_RULES:
        with world.database.writer() as session, pytest.raises(IntegrityError, match=f"ck_{rule}\\b"):
            session.execute(text(sentence), {"long": "字" * 801} if ":long" in sentence else {})
    for sentence in (
        "DELETE FROM units WHERE id = 2",
        "UPDATE cases SET entry_id = 999",
        "INSERT INTO recusals (case_id, user_id, reason, recused_at) VALUES (1, 999, 'x', '2026-09-18 00:00:00')",
    ):
        with world.database.writer() as session, pytest.raises(IntegrityError, match=r"(?i)foreign key"):
            session.execute(text(sentence))
    assert world.everything() == before
    # One recusal a person and case.
    world.act(investigation.recuse, 1, "handler", world.people["handler"], "亲属", now="2026-09-18 Fri 10:00")
    with world.database.writer() as session, pytest.raises(IntegrityError, match=r"(?i)unique"):
        session.execute(
            text(
                "INSERT INTO recusals (case_id, user_id, reason, recused_at) "
                "SELECT case_id, user_id, reason, recused_at FROM recusals"
            )
        )


def test_an_instant_carries_its_zone_in_and_out(database: Database) -> None:
    with database.writer() as session:
        with pytest.raises(StatementError, match="naive datetime"):
            session.execute(AvailabilitySpan.__table__.insert().values(started_at=NAIVE, last_seen_at=NAIVE))
        session.rollback()
        # Midnight in Shanghai is yesterday in UTC; a microsecond survives.
        instants = [at("2026-09-18 Fri 00:00"), at("2026-09-18 Fri 00:00:00.000001")]
        session.add(AvailabilitySpan(started_at=instants[0], last_seen_at=instants[1]))
        session.commit()
    with database.reader() as session:
        span = session.get_one(AvailabilitySpan, 1)
        assert [span.started_at, span.last_seen_at] == instants
        assert span.started_at.isoformat() == "2026-09-17T16:00:00+00:00"


@pytest.fixture
def on_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr("app.database._sqlite", disk.OF_THE_PORTAL)
    database = Database(f"sqlite:///{tmp_path}/below/gongshi.sqlite")
    database.migrate()
    yield database
    database.dispose()


def test_sqlite_keeps_what_it_has_confirmed(on_sqlite: Database) -> None:
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    for sessions in (on_sqlite.reader, on_sqlite.writer):
        with sessions() as session:
            found = {pragma: session.execute(text(f"PRAGMA {pragma}")).scalar() for pragma in pragmas}
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15_000}


def test_what_one_process_committed_another_sees_and_nothing_before(on_sqlite: Database) -> None:
    def seen_elsewhere() -> int:
        program = (
            "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM units').fetchone())"
        )
        command = [sys.executable, "-c", program, str(on_sqlite.engine.url.database)]
        return int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)

    with on_sqlite.writer() as session:
        session.add(Unit(kind=UnitKind.OFFICE, name="市评选工作组办公室"))
        session.flush()
        assert seen_elsewhere() == 0
        session.commit()
        assert seen_elsewhere() == 1
