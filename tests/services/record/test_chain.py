"""The record: one row an act, chained, and nobody changes or removes one (R32)."""

import datetime as dt
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.models import ActSeal, PublishedCheckpoint
from app.services.record import chain
from app.services.record.chain import GENESIS, Act, Head, RecordSearch
from app.services.record.sealer import seal_batch
from app.services.record.verifying import Verification, verify
from tests.services.record.tampering import acts_of, remake, unguard
from tests.world import World, at

NOW = at("2026-09-18 Fri 09:00:00.000001")


def five_rows(world: World) -> Verification:
    def write(session: Session) -> None:
        chain.record(session, NOW, [])
        for number in (1, 2):
            details = {"期限": "九月", "b": [number]}
            chain.record(session, NOW, [Act("clock", "case.lapsed", f"case:{number}", details)])
        chain.record(session, NOW, [Act(f"user:{number}", "case.note", "case:1") for number in (3, 4, 5)])
        session.commit()

    world.do(write)
    assert world.seal() == 5
    return world.do(verify)


def test_security_38_the_database_itself_refuses_to_change_a_row(world: World) -> None:
    whole = five_rows(world)
    with world.database.writer() as session:
        session.add(PublishedCheckpoint(size=5, root=whole.root, at=NOW, note=""))
        session.commit()
    for statement in (
        "UPDATE audit_rows SET action = 'x' WHERE id = 2",
        "UPDATE audit_rows SET at = at",
        "DELETE FROM audit_rows WHERE id = 5",
        "DELETE FROM audit_rows",
        "UPDATE seals SET hash = previous_hash WHERE number = 2",
        "DELETE FROM seals",
        "UPDATE checkpoints SET note = ''",
        "DELETE FROM checkpoints",
    ):
        with world.database.writer() as session, pytest.raises(DBAPIError, match="never changed or removed"):
            session.execute(text(statement))
    assert world.do(verify) == whole


def test_security_38_sqlite_refuses_a_replacement_too(world: World) -> None:
    if world.database.engine.dialect.name != "sqlite":
        return  # a PostgreSQL has no INSERT OR REPLACE
    whole = five_rows(world)
    for statement in (
        "INSERT OR REPLACE INTO audit_rows"
        " SELECT id, at, actor, 'x', subject, details, salt, leaf FROM audit_rows WHERE id = 2",
        "REPLACE INTO audit_rows SELECT 2, at, actor, 'x', subject, details, salt, leaf FROM audit_rows WHERE id = 3",
        "UPDATE OR REPLACE audit_rows SET id = 2 WHERE id = 3",
        "REPLACE INTO seals SELECT number, act_id, hash, hash FROM seals WHERE number = 2",
        "REPLACE INTO seals SELECT 9, act_id, hash, hash FROM seals WHERE number = 2",
    ):
        # As the portal opens the database, and as any other program does: its PRAGMA is SQLite's default.
        for recursive_triggers in ("ON", "OFF"):
            with sqlite3.connect(world.database.engine.url.database or "") as connection:
                connection.execute(f"PRAGMA recursive_triggers={recursive_triggers}")
                with pytest.raises(sqlite3.IntegrityError, match="never changed or removed"):
                    connection.execute(statement)
    assert world.do(verify) == whole


def test_security_38_whatever_is_done_behind_the_triggers_is_found(world: World) -> None:
    whole = five_rows(world)
    assert (whole.rows, whole.holds) == (5, True)
    with world.database.reader() as session:
        heads = list(session.scalars(select(ActSeal.hash).order_by(ActSeal.number)))
    edited = [
        (f"UPDATE audit_rows SET {column} = {value} WHERE id = 3", 2, 3, "内容被改动")  # noqa: S608 - written below
        for column, value in {
            "at": "replace(at, '.000001', '.000002')"
            if world.database.engine.dialect.name == "sqlite"
            else "at + interval '1us'",
            "actor": "'user:9'",
            "action": "'case.confirm'",
            "subject": "'case:2'",
            "details": "'{ }'",
            "salt": f"'{'f' * 32}'",
            "leaf": f"'{'f' * 64}'",
        }.items()
    ]
    tamperings: list[tuple[str, int, int, str]] = [
        *edited,
        ("UPDATE seals SET hash = previous_hash WHERE number = 3", 2, 3, "内容被改动"),
        ("UPDATE seals SET previous_hash = hash WHERE number = 3", 2, 3, "与上一行不衔接"),
        ("DELETE FROM audit_rows WHERE id = 1", 0, 1, "缺少一行"),
        ("DELETE FROM audit_rows WHERE id = 3", 2, 3, "缺少一行"),
        ("DELETE FROM seals WHERE number = 3", 2, 3, "缺少一行"),
        ("DELETE FROM seals WHERE number = 3; UPDATE seals SET number = 3 WHERE number = 5", 2, 3, "与上一行不衔接"),
        (
            "UPDATE seals SET act_id = 9 WHERE number = 3; UPDATE seals SET act_id = 3 WHERE number = 4; "
            "UPDATE seals SET act_id = 4 WHERE number = 3",
            2,
            3,
            "内容被改动",
        ),
        # Cut at the end, with an act that is left without a seal, or a tree that is left too large.
        ("DELETE FROM seals WHERE number = 5", 4, 5, "之后有一行没有编号，也不在待编号之列"),
        ("DELETE FROM seals WHERE number = 5; DELETE FROM audit_rows WHERE id = 5", 4, 5, "与校验树的大小不符"),
        ("UPDATE tiles SET hashes = substr(hashes, 1, 80)", 5, 1, "与校验树不符"),
        ("DELETE FROM tiles", 5, 1, "与校验树不符"),
    ]
    for statements, rows, broken_at, problem in tamperings:
        found = tampered(world, statements)
        assert found == Verification(rows, [GENESIS, *heads][rows], broken_at, problem), statements
    assert world.do(verify) == whole  # each tampering above was rolled back


def test_security_38_a_cut_or_remade_end_is_found_against_heads_kept_elsewhere(world: World) -> None:
    whole = five_rows(world)
    with world.database.reader() as session:
        kept = [
            Head(*row)
            for row in session.execute(select(ActSeal.number, ActSeal.hash).order_by(ActSeal.number.desc())).all()
        ]
        assert chain.head(session) == Head(5, whole.head, NOW)
        for heads in ([], kept[:1], kept, [Head(0, GENESIS)]):
            assert verify(session, heads) == whole
        for forged in (Head(5, "f" * 64), Head(5, kept[1].hash), Head(4, kept[0].hash), Head(4, GENESIS)):
            at_fault = forged.number
            expected = Verification(at_fault - 1, kept[6 - at_fault].hash, at_fault, "与另存的校验值不符")
            assert verify(session, [*kept, forged]) == expected
    fifth, fourth, third = kept[:3]

    def cut(session: Session) -> None:
        remake(session, acts_of(session)[:3])

    # The record alone cannot tell: cut at the end it is whole, only shorter.
    assert remade(world, cut) == remade(world, cut, [third]) == Verification(3, third.hash)
    assert remade(world, cut, [fifth, fourth]) == Verification(3, third.hash, 4, "缺失，另存的校验值是第5条的")

    # Nor when the cut rows are replaced by others, each with its right hash.
    def replaced(session: Session) -> None:
        cut(session)
        chain.record(session, NOW, [Act("user:3", "case.note", "case:9"), Act("user:4", "case.note", "case:1")])
        seal_batch(session)

    assert remade(world, replaced).holds
    found = remade(world, replaced, [fifth])
    assert (found.rows, found.broken_at, found.problem) == (4, 5, "与另存的校验值不符")
    nothing = remade(world, lambda session: remake(session, []), [third])
    assert nothing == Verification(0, GENESIS, 1, "缺失，另存的校验值是第3条的")


def test_heads_are_found_in_whatever_they_were_kept_in() -> None:
    one, two = Head(7, "0123456789abcdef" * 4), Head(12, "f" * 64)
    assert chain.heads_in(f'{one}\n2026-09-18 第12条 {two}。{{"audit_head": "{one}"}}') == [one, two, one]
    for other in ("", "7", f"0:{GENESIS}", f"7:{'f' * 63}", f"7:{'f' * 65}", f"7:{'g' * 64}", f"x7:{'f' * 64}"):
        assert chain.heads_in(other) == []


def tampered(world: World, statements: str) -> Verification:
    def change(session: Session) -> None:
        for statement in statements.split("; "):
            session.execute(text(statement))

    return remade(world, change)


def remade(world: World, change: Callable[[Session], None], kept: Sequence[Head] = ()) -> Verification:
    """What is found after a change that nothing guards against; it is rolled back."""
    with world.database.writer() as session:
        unguard(session)
        change(session)
        found = verify(session, kept)
        session.rollback()
        session.execute(text("SELECT 1"))
        return found


def test_an_empty_record_holds_and_rows_are_found_by_what_they_are_about(world: World) -> None:
    assert world.do(verify) == Verification(0, GENESIS)
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
