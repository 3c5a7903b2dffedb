"""The portal's own user of PostgreSQL: everything the portal does goes, nothing else does (SECURITY 38)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.database import Database
from app.domain.refusals import BadValue
from app.evidence.store import Folder
from app.models import Base
from app.processes import ticking
from app.services.record.verifying import verify
from app.services.upkeep.backup import back_up
from app.services.upkeep.grants import grant
from app.web.factory import create_app
from config import Settings
from tests import lists
from tests.busy import DUE, OPEN, busy, changed, closed
from tests.files import vault_in
from tests.invariants import broken
from tests.web.browsing import Browser, MovingClock
from tests.web.walking import read_by
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
ROLE, GROUP = "gongshi_attacked", "gongshi_group"
DENIED = ("42501",)  # insufficient_privilege


def as_owner(database: Database, *statements: str) -> None:
    with database.writer() as session:
        for statement in statements:
            session.execute(text(statement))
        session.commit()


@pytest.fixture
def own(database: Database) -> Iterator[Database]:
    """The database as the portal's own user sees it."""
    as_owner(database, f"DROP ROLE IF EXISTS {ROLE}", f"CREATE ROLE {ROLE} LOGIN")
    with database.writer() as session:
        grant(session, ROLE)
    own = Database(make_url(database.url).set(username=ROLE).render_as_string(hide_password=False))
    yield own
    own.dispose()
    as_owner(database, f"DROP OWNED BY {ROLE}", f"DROP ROLE {ROLE}")


def record_tables(session: Session) -> list[str]:
    """Every table whose rows a trigger keeps from being changed."""
    query = "SELECT DISTINCT event_object_table FROM information_schema.triggers WHERE event_manipulation = 'UPDATE'"
    return list(session.scalars(text(query)))


# --- what it cannot do ---------------------------------------------------------------------------

OF_A_RECORD = (
    "UPDATE {table} SET {key} = {key}",
    "UPDATE {table} SET {key} = {key} WHERE false",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "TRUNCATE {table} RESTART IDENTITY CASCADE",
    "SELECT * FROM {table} FOR UPDATE",
    "LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
    "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) DO UPDATE SET {key} = EXCLUDED.{key}",
    "MERGE INTO {table} USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} ADD COLUMN more int",
    "ALTER TABLE {table} RENAME TO another",
    "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "DROP TABLE {table} CASCADE",
    "CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "CREATE POLICY mine ON {table}",
    "CREATE INDEX mine ON {table} ({key})",
    "CREATE TEMPORARY TABLE {table} (id int)",
    "COPY {table} TO '/tmp/record.csv'",
    "COPY {table} FROM '/etc/passwd'",
    "COPY {table} TO PROGRAM 'true'",
)
OF_THE_DATABASE = (
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE users (id int)",
    "CREATE SCHEMA mine",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION file_fdw",
    "CREATE SERVER mine FOREIGN DATA WRAPPER postgres_fdw",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "CREATE PUBLICATION mine FOR ALL TABLES",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE postgres PASSWORD 'x'",
    "ALTER SYSTEM SET fsync = off",
    "ALTER DATABASE {database} SET search_path = mine",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "SET session_replication_role = replica",
    "UPDATE alembic_version SET version_num = 'x'",
    "DELETE FROM alembic_version",
    "TRUNCATE users CASCADE",
    "ALTER TABLE users DISABLE TRIGGER ALL",
    "SELECT * FROM secret_of_others.notes",
    "SELECT * FROM pg_authid",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_read_binary_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/x')",
    "SELECT pg_reload_conf()",
    "COPY (SELECT 1) TO '/tmp/x'",
    "COPY (SELECT 1) TO PROGRAM 'true'",
)
# PostgreSQL words these two another way: no such thing for this user, or not at all inside of a transaction.
_OTHER_WORDS = {"25001", "42704", "0A000", "58P01", "42P17", "42809"}


def test_security_38_no_statement_gets_past_the_grants(own: Database, world: World) -> None:
    as_owner(
        world.database,
        "CREATE SCHEMA secret_of_others",
        "CREATE TABLE secret_of_others.notes (id int)",
        "GRANT SELECT ON secret_of_others.notes TO PUBLIC",  # the schema itself is closed
    )
    world.round_two()
    before = world.everything()
    with world.database.reader() as session:
        records = record_tables(session)
        name = str(session.scalar(text("SELECT current_database()")))
    assert "audit_rows" in records
    key = {table.name: next(iter(table.primary_key)).name for table in Base.metadata.sorted_tables}
    statements = [each.format(table=table, key=key[table]) for table in records for each in OF_A_RECORD]
    statements += [each.format(database=name) for each in OF_THE_DATABASE]
    passed = {}
    for statement in statements:
        with own.writer() as session:
            try:
                session.execute(text(statement))
                passed[statement] = "it was carried out"
            except DBAPIError as refused:
                code = getattr(refused.orig, "sqlstate", "")
                if code not in (*DENIED, *_OTHER_WORDS):
                    passed[statement] = f"{code} {refused.orig}"
    assert passed == {}
    assert world.everything() == before
    assert world.do(verify).holds


MIGHTY = (
    "ALTER ROLE {role} CREATEROLE",
    "ALTER ROLE {role} CREATEDB",
    "ALTER ROLE {role} REPLICATION",
    "ALTER ROLE {role} BYPASSRLS",
    "GRANT pg_write_all_data TO {role}",
    "GRANT pg_execute_server_program TO {role}",
    "GRANT pg_write_server_files TO {group}; GRANT {group} TO {role}",
    "GRANT UPDATE ON audit_rows TO PUBLIC",
    "GRANT UPDATE (at) ON audit_rows TO PUBLIC",
    "GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {group}; GRANT {group} TO {role}",
    "GRANT CREATE ON SCHEMA public TO {group}; GRANT {group} TO {role}",
)


def test_security_38_who_may_more_by_another_way_is_no_user_for_the_portal(database: Database) -> None:
    as_owner(database, f"DROP ROLE IF EXISTS {ROLE}", f"DROP ROLE IF EXISTS {GROUP}")
    taken = []
    for mighty in MIGHTY:
        as_owner(database, f"CREATE ROLE {ROLE} LOGIN", f"CREATE ROLE {GROUP}")
        as_owner(database, *mighty.format(role=ROLE, group=GROUP).split("; "))
        with database.writer() as session:
            try:
                grant(session, ROLE)
                taken.append(mighty)
            except BadValue:
                may = "SELECT count(*) FROM information_schema.role_table_grants WHERE grantee = :role"
                assert session.scalar(text(may), {"role": ROLE}) == 0
        as_owner(
            database,
            "REVOKE UPDATE ON audit_rows FROM PUBLIC",
            f"DROP OWNED BY {ROLE}, {GROUP}",
            f"DROP ROLE {ROLE}",
            f"DROP ROLE {GROUP}",
        )
    assert taken == []


# --- what it can do ------------------------------------------------------------------------------


@pytest.mark.soak
def test_security_38_the_whole_portal_works_as_its_own_user(own: Database, world: World, tmp_path: Path) -> None:
    """What people do and what the clock does, then every page of everybody, then a backup."""
    owner, world.database = world.database, own
    there = busy(world, tmp_path / "evidence")
    changed(world)
    lists.checked(world, tmp_path / "evidence", {"a.xlsx": lists.sheet([lists.person()])})
    settings = Settings(
        database_url=own.url,
        secret_key="a secret for tests, thirty-two bytes",
        identity_key=world.key.decode(),
        evidence_dir=tmp_path / "evidence",
        soffice="off",
        limits_enabled=False,
    )
    clock = MovingClock(at(OPEN))
    app = create_app(settings, clock)
    try:
        faults = []
        for login in ("office", "head", "handler", "auditor"):
            browser = Browser(app).sign_in(world.people[login])
            found = read_by(app, own, browser, login, public=login == "office", few=1)
            faults += [address for address, answer in found.items() if answer[:1] == b"5"]
        assert faults == []
        vault = vault_in(tmp_path / "evidence", world.key)
        ticking.tick(own, at(OPEN), settings, answers=True)
        ticking.forget_drafts(own, at(OPEN))
        ticking.look_after_evidence(own, vault, at(OPEN), "")
        ticking.read_imports(own, vault, at(OPEN))
        ticking.check_data(own, at(OPEN))
        closed(world, there.period)
        with own.reader() as session:
            for table in Base.metadata.sorted_tables:
                session.execute(table.select().limit(1))
        made = back_up(own, Folder(tmp_path / "evidence"), world.keyring, tmp_path / "backups", at(DUE))
        assert made.rows > 300
        assert world.do(verify).holds
        assert broken(owner, at(DUE)) == broken(own, at(DUE))
    finally:
        app.extensions["portal"].database.dispose()
