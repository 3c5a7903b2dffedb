"""The record: one row an act, chained, and nobody changes or removes one (R32)."""

import datetime as dt
import sqlite3
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.services.record import chain
from app.services.record.chain import GENESIS, Act, Head, RecordSearch, Verification
from tests.world import World, at

NOW = at("2026-09-18 Fri 09:00:00.000001")
DROP = {
    "sqlite": ["DROP TRIGGER audit_rows_no_update", "DROP TRIGGER audit_rows_no_delete"],
    "postgresql": ["DROP TRIGGER audit_rows_no_change ON audit_rows"],
}


def five_rows(world: World) -> Verification:
    def write(session: Session) -> None:
        chain.record(session, NOW, [])
        for number in (1, 2):
            details = {"期限": "九月", "b": [number]}
            chain.record(session, NOW, [Act("clock", "case.lapsed", f"case:{number}", details)])
        chain.record(session, NOW, [Act(f"user:{number}", "case.note", "case:1") for number in (3, 4, 5)])
        session.commit()

    world.do(write)
    return world.do(chain.verify)


def test_security_38_the_database_itself_refuses_to_change_a_row(world: World) -> None:
    whole = five_rows(world)
    for statement in (
        "UPDATE audit_rows SET action = 'x' WHERE id = 2",
        "UPDATE audit_rows SET at = at",
        "DELETE FROM audit_rows WHERE id = 5",
        "DELETE FROM audit_rows",
    ):
        with world.database.writer() as session, pytest.raises(DBAPIError, match="never changed or removed"):
            session.execute(text(statement))
    assert world.do(chain.verify) == whole


def test_security_38_sqlite_refuses_a_replacement_too(world: World) -> None:
    if world.database.engine.dialect.name != "sqlite":
        return  # a PostgreSQL has no INSERT OR REPLACE
    whole = five_rows(world)
    for statement in (
        "INSERT OR REPLACE INTO audit_rows"
        " SELECT id, at, actor, 'x', subject, details, previous_hash, hash FROM audit_rows WHERE id = 2",
        "REPLACE INTO audit_rows"
        " SELECT 2, at, actor, 'x', subject, details, previous_hash, hash FROM audit_rows WHERE id = 3",
        "UPDATE OR REPLACE audit_rows SET id = 2 WHERE id = 3",
    ):
        # As the portal opens the database, and as any other program does: its PRAGMA is SQLite's default.
        for recursive_triggers in ("ON", "OFF"):
            with sqlite3.connect(world.database.engine.url.database or "") as connection:
                connection.execute(f"PRAGMA recursive_triggers={recursive_triggers}")
                with pytest.raises(sqlite3.IntegrityError, match="never changed or removed"):
                    connection.execute(statement)
    assert world.do(chain.verify) == whole


def test_security_38_whatever_is_done_behind_the_triggers_is_found(world: World) -> None:
    whole = five_rows(world)
    assert (whole.rows, whole.holds) == (5, True)
    with world.database.reader() as session:
        heads = [row.hash for row in chain.page_of_rows(session, RecordSearch(), 1, 5)[0]][::-1]
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
    assert world.do(chain.verify) == whole  # each tampering above was rolled back


def test_security_38_a_cut_or_remade_end_is_found_against_heads_kept_elsewhere(world: World) -> None:
    whole = five_rows(world)
    with world.database.reader() as session:
        kept = [Head(row.id, row.hash) for row in chain.page_of_rows(session, RecordSearch(), 1, 5)[0]]
        assert chain.head(session) == Head(5, whole.head, NOW)
        for heads in ([], kept[:1], kept, [Head(0, GENESIS)]):
            assert chain.verify(session, heads) == whole
        for forged in (Head(5, "f" * 64), Head(5, kept[1].hash), Head(4, kept[0].hash), Head(4, GENESIS)):
            at_fault = forged.number
            expected = Verification(at_fault - 1, kept[6 - at_fault].hash, at_fault, "与另存的校验值不符")
            assert chain.verify(session, [*kept, forged]) == expected
    fifth, fourth, third = kept[:3]
    # The chain alone cannot tell: cut at the end it is whole, only shorter.
    cut = "DELETE FROM audit_rows WHERE id > 3"
    assert tampered(world, cut) == tampered(world, cut, [third]) == Verification(3, third.hash)
    assert tampered(world, cut, [fifth, fourth]) == Verification(3, third.hash, 4, "缺失，另存的校验值是第5条的")
    # Nor when the cut rows are replaced by others, each with its right hash.
    with world.database.writer() as session:
        for statement in (*DROP[session.get_bind().dialect.name], cut):
            session.execute(text(statement))
        chain.record(session, NOW, [Act("user:3", "case.note", "case:9"), Act("user:4", "case.note", "case:1")])
        assert chain.verify(session).holds
        assert chain.verify(session, [fifth]) == Verification(
            4, chain.page_of_rows(session, RecordSearch(), 1, 2)[0][1].hash, 5, "与另存的校验值不符"
        )
    everything = "DELETE FROM audit_rows"
    assert tampered(world, everything, [third]) == Verification(0, GENESIS, 1, "缺失，另存的校验值是第3条的")


def test_heads_are_found_in_whatever_they_were_kept_in() -> None:
    one, two = Head(7, "0123456789abcdef" * 4), Head(12, "f" * 64)
    assert chain.heads_in(f'{one}\n2026-09-18 第12条 {two}。{{"audit_head": "{one}"}}') == [one, two, one]
    for other in ("", "7", f"0:{GENESIS}", f"7:{'f' * 63}", f"7:{'f' * 65}", f"7:{'g' * 64}", f"x7:{'f' * 64}"):
        assert chain.heads_in(other) == []


def tampered(world: World, statements: str, kept: Sequence[Head] = ()) -> Verification:
    with world.database.writer() as session:
        for statement in (*DROP[session.get_bind().dialect.name], *statements.split("; ")):
            session.execute(text(statement))
        return chain.verify(session, kept)


def test_an_empty_record_holds_and_rows_are_found_by_what_they_are_about(world: World) -> None:
    assert world.do(chain.verify) == Verification(0, GENESIS)
    five_rows(world)

    def page(number: int, **wanted: Any) -> tuple[list[int], int]:
        with world.database.reader() as session:
            rows, total = chain.page_of_rows(session, RecordSearch(**wanted), number, 2)
            return [row.id for row in rows], total

    assert [page(number) for number in (1, 2, 3, 4)] == [([5, 4], 5), ([3, 2], 5), ([1], 5), ([], 5)]
    assert page(1, actors={"clock"}) == ([2, 1], 2)
    assert page(1, subject="case:1", action="case.note") == ([5, 4], 3)
    assert page(1, actors={"nobody"}) == page(1, actors=frozenset()) == ([], 0)
    assert page(1, words="九月") == ([2, 1], 2)
    assert page(1, words="%") == ([], 0)  # what is looked for is a text, not a pattern
    assert page(1, oldest_first=True) == ([1, 2], 5)
    assert page(1, since=NOW) == page(1) == page(1, before=NOW + dt.timedelta(seconds=1))
    assert page(1, since=NOW + dt.timedelta(microseconds=1)) == page(1, before=NOW) == ([], 0)
    with world.database.reader() as session:
        assert [(row.id, row.details) for row in chain.rows_about(session, "case:2")] == [
            (2, '{"b":[2],"期限":"九月"}')
        ]
        assert [row.at for row in chain.rows_about(session, "case:1")] == [NOW] * 4
