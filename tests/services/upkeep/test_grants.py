"""The portal's own user on PostgreSQL has every right it needs, and cannot change the record (R32)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from app.database import Database
from app.domain.cases.states import Conclusion, State
from app.domain.refusals import BadValue, WrongState
from app.evidence.store import Folder
from app.models import Base
from app.services.cases import settlement
from app.services.objections import following
from app.services.record import chain
from app.services.record.sealer import seal_all
from app.services.record.verifying import verify
from app.services.shared.work import Work
from app.services.upkeep import retention
from app.services.upkeep.backup import back_up
from app.services.upkeep.grants import grant, grants_for
from tests.world import World, at

ROLE = "gongshi app"  # a name that must be quoted
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
FILED = "2026-09-18 Fri 09:00"


def owned_by_another(session: Session) -> None:
    session.execute(text(f'DROP ROLE IF EXISTS "{ROLE}"'))
    session.execute(text(f'CREATE ROLE "{ROLE}" LOGIN'))
    session.commit()


@pytest.fixture
def as_the_app(database: Database) -> Iterator[Database]:
    """The test's database as the portal's own user sees it."""
    with database.writer() as session:
        owned_by_another(session)
        grant(session, ROLE)
    limited = Database(make_url(database.url).set(username=ROLE).render_as_string(hide_password=False))
    yield limited
    limited.dispose()
    with database.writer() as session:
        for statement in (f'DROP OWNED BY "{ROLE}"', f'DROP ROLE "{ROLE}"'):
            session.execute(text(statement))
        session.commit()


@on_postgresql
def test_security_38_the_apps_user_may_add_to_the_record_and_nothing_else(as_the_app: Database, world: World) -> None:
    world.round_two()
    before = world.acts()
    for statement in (
        "UPDATE audit_rows SET action = 'x' WHERE id = 2",
        "UPDATE audit_rows SET at = at",
        "DELETE FROM audit_rows WHERE id = 2",
        "TRUNCATE audit_rows",
        "SELECT * FROM audit_rows FOR UPDATE",
        "ALTER TABLE audit_rows DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_rows_no_change ON audit_rows",
        "CREATE OR REPLACE FUNCTION audit_rows_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DROP TABLE audit_rows CASCADE",
        "UPDATE seals SET hash = previous_hash",
        "DELETE FROM seals WHERE number = 2",
        "UPDATE checkpoints SET at = at",
        "DELETE FROM checkpoints",
        "TRUNCATE messages",
        "UPDATE alembic_version SET version_num = 'x'",
        "CREATE TABLE audit_rows_too (id int)",
        "SET session_replication_role = replica",
        "SET ROLE postgres",
    ):
        with as_the_app.writer() as session, pytest.raises(ProgrammingError) as refused:
            session.execute(text(statement))
        # By privilege (42501), before any trigger is asked.
        assert getattr(refused.value.orig, "sqlstate", "") == "42501", statement
    assert world.acts() == before
    with as_the_app.writer() as session:
        chain.record(session, at(FILED), [chain.Act("clock", "case.lapsed", "case:1")])
        session.commit()
    assert seal_all(as_the_app) == len(before) + 1
    with as_the_app.reader() as session:
        assert verify(session).rows == len(before) + 1


@on_postgresql
def test_security_38_the_portal_works_as_its_own_user(as_the_app: Database, world: World, tmp_path: Path) -> None:
    assert as_the_app.is_migrated()
    world.database = as_the_app  # from here on every use case is that user's
    period = world.round_two()
    case, receipt = world.file(period, world.nominees[0], FILED)
    world.file(period, world.nominees[1], FILED)
    world.bring(case, State.CONCLUDED, FILED, Conclusion.UPHELD)
    assert world.do(following.find_by_receipt, world.keyring, receipt) == 1
    [settled] = [
        one for one in world.run(settlement.settle_due, now=at("2026-09-30 Wed 00:00")) if one.period_id == period
    ]
    assert (settled.lapsed_cases, settled.disqualified) == (1, 1)
    with as_the_app.writer() as session:
        for table in Base.metadata.sorted_tables:
            session.execute(table.select().limit(1))
        assert verify(session).holds
        assert retention.purge_due(Work(session, at("2046-01-01 00:00")), Folder(tmp_path / "evidence"), 1) == []
    assert back_up(as_the_app, Folder(tmp_path / "evidence"), world.keyring, tmp_path / "backups", at(FILED)).rows > 0


@on_postgresql
def test_a_role_that_is_not_there_or_that_no_grant_would_bind_is_refused(as_the_app: Database, world: World) -> None:
    with world.database.writer() as session:
        for role, why in (("postgres", "所有者或者超级用户"), ("nobody; --", "没有这个用户")):
            with pytest.raises(BadValue, match=why):
                grant(session, role)
        session.execute(text(f'GRANT postgres TO "{ROLE}"'))
        with pytest.raises(BadValue, match="所有者或者超级用户"):
            grant(session, ROLE)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_has_no_users_to_grant_to(session: Session) -> None:
    with pytest.raises(WrongState, match="只用于 PostgreSQL"):
        grants_for(session, ROLE)
