"""The record: one row an act, chained, and nobody changes or removes one (R32)."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.services import record
from app.services.record import GENESIS, Act, Verification
from tests.world import World, at

NOW = at("2026-09-18 Fri 09:00:00.000001")
DROP = {
    "sqlite": ["DROP TRIGGER audit_rows_no_update", "DROP TRIGGER audit_rows_no_delete"],
    "postgresql": ["DROP TRIGGER audit_rows_no_change ON audit_rows"],
}


def five_rows(world: World) -> Verification:
    def write(session: Session) -> None:
        record.record(session, NOW, [])
        for number in (1, 2):
            details = {"期限": "九月", "b": [number]}
            record.record(session, NOW, [Act("clock", "case.lapsed", f"case:{number}", details)])
        record.record(session, NOW, [Act(f"user:{number}", "case.note", "case:1") for number in (3, 4, 5)])
        session.commit()

    world.do(write)
    return world.do(record.verify)


def test_the_database_itself_refuses_to_change_a_row(world: World) -> None:
    whole = five_rows(world)
    for statement in (
        "UPDATE audit_rows SET action = 'x' WHERE id = 2",
        "UPDATE audit_rows SET at = at",
        "DELETE FROM audit_rows WHERE id = 5",
        "DELETE FROM audit_rows",
    ):
        with world.database.writer() as session, pytest.raises(DBAPIError, match="never changed or removed"):
            session.execute(text(statement))
    assert world.do(record.verify) == whole


def test_sqlite_refuses_a_replacement_too(world: World) -> None:
    if world.database.engine.dialect.name != "sqlite":
        return  # a PostgreSQL has no INSERT OR REPLACE
    whole = five_rows(world)
    with world.database.writer() as session, pytest.raises(DBAPIError, match="never changed or removed"):
        session.execute(
            text(
                "INSERT OR REPLACE INTO audit_rows"
                " SELECT id, at, actor, 'x', subject, details, previous_hash, hash FROM audit_rows WHERE id = 2"
            )
        )
    assert world.do(record.verify) == whole


def test_whatever_is_done_behind_the_triggers_is_found(world: World) -> None:
    whole = five_rows(world)
    assert (whole.rows, whole.holds) == (5, True)
    with world.database.reader() as session:
        heads = [row.hash for row in record.page_of_rows(session, 1, 5)[0]][::-1]
    edited = [
        (f"UPDATE audit_rows SET {column} = {value} WHERE id = 3", 3, "内容被改动")  # noqa: S608 - written below
        for column, value in {
            "at": "replace(at, '.000001', '.000002')"
            if world.database.engine.dialect.name == "sqlite"
            else "at + interval '1us'",
            "actor": "'user:9'",
            "action": "'case.confirm'",
            "subject": "'case:2'",
            "details": "'{ }'",
            "hash": f"'{'f' * 64}'",
        }.items()
    ]
    tamperings: list[tuple[str, int, str]] = [
        *edited,
        ("UPDATE audit_rows SET previous_hash = hash WHERE id = 3", 3, "与上一行不衔接"),
        ("DELETE FROM audit_rows WHERE id = 1", 1, "缺少一行"),
        ("DELETE FROM audit_rows WHERE id = 3", 3, "缺少一行"),
        ("DELETE FROM audit_rows WHERE id = 3; UPDATE audit_rows SET id = 3 WHERE id = 5", 3, "与上一行不衔接"),
        (
            "UPDATE audit_rows SET id = 9 WHERE id = 3; UPDATE audit_rows SET id = 3 WHERE id = 4; "
            "UPDATE audit_rows SET id = 4 WHERE id = 9",
            3,
            "与上一行不衔接",
        ),
    ]
    for statements, broken_at, problem in tamperings:
        found = tampered(world, statements)
        assert found == Verification(broken_at - 1, ([GENESIS, *heads])[broken_at - 1], broken_at, problem), statements
    # What no chain alone can tell: its end cut off. The head differs from one kept elsewhere.
    cut = tampered(world, "DELETE FROM audit_rows WHERE id > 3")
    assert cut == Verification(3, heads[2])
    assert cut.head != whole.head
    assert world.do(record.verify) == whole  # each tampering above was rolled back


def tampered(world: World, statements: str) -> Verification:
    with world.database.writer() as session:
        for statement in (*DROP[session.get_bind().dialect.name], *statements.split("; ")):
            session.execute(text(statement))
        return record.verify(session)


def test_an_empty_record_holds_and_rows_are_found_by_what_they_are_about(world: World) -> None:
    assert world.do(record.verify) == Verification(0, GENESIS)
    five_rows(world)

    def page(number: int, **wanted: Any) -> tuple[list[int], int]:
        with world.database.reader() as session:
            rows, total = record.page_of_rows(session, number, 2, **wanted)
            return [row.id for row in rows], total

    assert [page(number) for number in (1, 2, 3, 4)] == [([5, 4], 5), ([3, 2], 5), ([1], 5), ([], 5)]
    assert page(1, actor="clock") == ([2, 1], 2)
    assert page(1, subject="case:1", action="case.note") == ([5, 4], 3)
    assert page(1, actor="nobody") == ([], 0)
    with world.database.reader() as session:
        assert [(row.id, row.details) for row in record.rows_about(session, "case:2")] == [
            (2, '{"b":[2],"期限":"九月"}')
        ]
        assert [row.at for row in record.rows_about(session, "case:1")] == [NOW] * 4
