"""Migration 0032 takes the chain of the version before along: old heads still verify, and the tree is over its acts."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import inspect, select, text

from app.database import Database
from app.models import ActSeal, AuditRow, Tile, UnsealedAct
from app.services.record import chain
from app.services.record.chain import Act, Head
from app.services.record.sealer import seal_all
from app.services.record.tree import StoredTree
from app.services.record.verifying import verify
from tests.world import at

BEGAN = at("2026-09-01 Tue 09:00")


@pytest.fixture
def before(empty: Database) -> Database:
    """A database as version 0031 left it."""
    empty.migrate(revision="0031")
    return empty


def rows_as_before(count: int) -> Iterator[dict[str, object]]:
    """A chain as version 0031 wrote it, told again: the hash over seven fields, the first of them the hash before."""
    previous = "0" * 64
    for number in range(1, count + 1):
        moment = BEGAN + dt.timedelta(seconds=number, microseconds=number % 3)
        said = {"actor": f"user:{number % 7}", "action": "case.note", "subject": f"case:{number % 50}"}
        details = json.dumps({"期限": "九月", "n": number}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        stamp = moment.astimezone(dt.UTC).isoformat(timespec="microseconds")
        content = [previous, number, stamp, *said.values(), details]
        hash_ = hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
        yield {"id": number, "at": moment, **said, "details": details, "previous_hash": previous, "hash": hash_}
        previous = hash_


def fill(database: Database, count: int) -> list[Head]:
    """Write the chain of so many acts; return some of its heads."""
    insert = text(
        "INSERT INTO audit_rows (id, at, actor, action, subject, details, previous_hash, hash) "
        "VALUES (:id, :at, :actor, :action, :subject, :details, :previous_hash, :hash)"
    )
    heads, piece = [], []
    sqlite = database.engine.dialect.name == "sqlite"
    with database.writer() as session:
        for row in rows_as_before(count):
            number, hash_ = int(str(row["id"])), str(row["hash"])
            if number in {1, 256, 257, count}:
                heads.append(Head(number, hash_))
            if sqlite:
                assert isinstance(row["at"], dt.datetime)
                row["at"] = row["at"].strftime("%Y-%m-%d %H:%M:%S.%f")
            piece.append(row)
            if len(piece) == 10_000 or number == count:
                session.execute(insert, piece)
                piece = []
        session.commit()
    return heads


def test_0032_an_old_chain_keeps_its_heads_and_becomes_a_tree(
    before: Database, acts_in_the_record: int, record_property: Callable[[str, object], None]
) -> None:
    heads = fill(before, acts_in_the_record)
    began = time.monotonic()
    before.migrate()
    took = time.monotonic() - began
    with before.reader() as session:
        began = time.monotonic()
        found = verify(session, heads)
        walked = time.monotonic() - began
        assert (found.holds, found.rows, found.head) == (True, acts_in_the_record, heads[-1].hash)
        assert StoredTree.of(session).root(found.rows).hex() == found.root
        assert session.scalars(select(UnsealedAct.act_id)).all() == []
        salts = session.scalars(select(AuditRow.salt)).all()
        assert len(set(salts)) == len(salts)
        forged = Head(heads[1].number, heads[0].hash)
        assert verify(session, [forged]).problem == "与另存的校验值不符"
    record_property(
        "figure",
        f"{before.engine.dialect.name}: {acts_in_the_record} acts migrated in {took:.1f} s, verified in {walked:.1f} s",
    )
    with before.writer() as session:
        chain.record(session, at("2026-10-01 09:00"), [Act("clock", "case.lapsed", "case:1")])
        session.commit()
    assert seal_all(before) == 1
    with before.reader() as session:
        assert chain.head(session).number == acts_in_the_record + 1
        assert verify(session, heads).holds


def test_0032_an_empty_record_stays_empty_and_begins_at_one(before: Database) -> None:
    before.migrate()
    with before.writer() as session:
        assert session.scalars(select(Tile.level)).all() == []
        chain.record(session, BEGAN, [Act("clock", "case.lapsed", "case:1")])
        session.commit()
    assert seal_all(before) == 1
    with before.reader() as session:
        assert session.scalars(select(ActSeal.number)).all() == [1]
        assert verify(session).holds


def test_0032_a_chain_that_lacked_an_act_lacks_it_still_and_goes_on(before: Database) -> None:
    heads = fill(before, 9)
    with before.writer() as session:
        for statement in (
            ["DROP TRIGGER audit_rows_no_delete"]
            if before.engine.dialect.name == "sqlite"
            else ["ALTER TABLE audit_rows DISABLE TRIGGER ALL"]
        ):
            session.execute(text(statement))
        session.execute(text("DELETE FROM audit_rows WHERE id = 4"))
        session.commit()
    before.migrate()
    with before.writer() as session:
        found = verify(session, heads)
        assert (found.rows, found.broken_at, found.problem) == (3, 4, "缺少一行")
        chain.record(session, BEGAN, [Act("clock", "case.lapsed", "case:1")])
        session.commit()
    assert seal_all(before) == 1
    with before.reader() as session:
        assert chain.head(session).number == 10


def test_0032_seals_acts_and_checkpoints_are_guarded(before: Database) -> None:
    fill(before, 3)
    before.migrate()
    if before.engine.dialect.name == "sqlite":
        with before.reader() as session:
            names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        guarded = ("audit_rows", "seals", "checkpoints")
        assert set(names) >= {f"{table}_no_{verb}" for table in guarded for verb in ("update", "delete", "replace")}
    tables = inspect(before.engine).get_table_names()
    assert "audit_rows_before" not in tables
