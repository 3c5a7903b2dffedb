"""Checkpoints: hourly and at what others rest on, once however many publish, and no remade record fits them (R38)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from app.database import Database
from app.domain.record.notes import BadNote, Checkpoint, Note
from app.models import AuditRow, Closing, PublishedCheckpoint, UnsealedAct
from app.sealing import Keyring
from app.services.cases import settlement
from app.services.periods import closing
from app.services.record import chain, checkpoints
from app.services.record.chain import Act
from app.services.record.checkpoints import LogKeys, log_keys_of, publish, publish_due
from app.services.record.sealer import seal_all
from app.services.record.tree import StoredTree
from app.services.record.verifying import Part, verify
from tests.conftest import KEY
from tests.services.record.tampering import acts_of, an_hour_earlier, remake, unguard
from tests.world import World, at, at_once

URL = "https://gongshi.example:8443/x"
KEYS = log_keys_of(Keyring(KEY.decode()), URL)
NOW = at("2026-09-18 Fri 09:00")


def write(database: Database, count: int) -> None:
    """Write so many acts at once, as `record` does."""
    with database.writer() as session:
        acts = [Act(f"user:{number % 9}", "case.note", f"case:{number % 99}", {"n": number}) for number in range(count)]
        chain.record(session, NOW, acts)
        session.commit()


def moments(database: Database) -> list[str]:
    with database.reader() as session:
        rows = session.scalars(select(PublishedCheckpoint.at).order_by(PublishedCheckpoint.id))
        return [f"{row:%d %H:%M:%S}" for row in rows]


def test_a_checkpoint_states_the_tree_and_is_signed_by_every_key_on_the_ring(database: Database) -> None:
    ring = Keyring("the new key of this portal, long enough", [KEY.decode()])
    keys = log_keys_of(ring, URL)
    assert publish(database, keys, NOW) is None  # of an empty record
    write(database, 300)
    made = publish(database, keys, NOW)
    assert made is not None
    stated = keys.read(made.note)
    with database.reader() as session:
        assert stated == Checkpoint("gongshi.example:8443/log", 300, StoredTree.of(session).root(300), NOW)
        assert (made.size, made.root) == (300, stated.root.hex())
    assert len(Note.parse(made.note).signatures) == 2
    assert KEYS.read(made.note) == stated  # whoever knows the old key alone
    elsewhere = log_keys_of(Keyring(KEY.decode()), "https://another.example")
    assert elsewhere.read(made.note) == stated  # the portal moved since
    with pytest.raises(BadNote):
        log_keys_of(Keyring("somebody else's key, long enough too"), URL).read(made.note)


def test_the_first_is_due_at_once_and_then_one_an_hour(database: Database) -> None:
    write(database, 1)
    for moment in ("09:00", "09:00:30", "09:59:59", "10:00", "10:00:01", "12:30", "12:59"):
        publish_due(database, KEYS, at(f"2026-09-18 Fri {moment}"))
    assert moments(database) == ["18 01:00:00", "18 02:00:00", "18 04:30:00"]


def test_one_is_due_at_each_opening_end_settlement_and_closing(world: World) -> None:
    period = world.round_two()
    world.file(period, world.nominees[0], "2026-09-18 Fri 09:00")

    def due_at(moment: str) -> bool:
        return publish_due(world.database, KEYS, at(moment)) is not None

    assert due_at("2026-09-17 Thu 23:59:59")
    assert not due_at("2026-09-17 Thu 23:59:59.5")
    assert due_at("2026-09-18 Fri 00:00")  # it opens
    assert due_at("2026-09-24 Thu 00:00")  # the window is over
    assert due_at("2026-09-30 Wed 00:00")
    world.run(settlement.settle_due, now=at("2026-09-30 Wed 00:00:20"))
    assert due_at("2026-09-30 Wed 00:00:21")  # settled
    assert not due_at("2026-09-30 Wed 00:00:22")
    world.run(closing.close_period, period, by=world.actor("office"), now=at("2026-09-30 Wed 00:30"))
    with world.database.reader() as session:
        assert session.scalar(select(Closing.id).where(Closing.period_id == period)) is not None
    assert due_at("2026-09-30 Wed 00:30:01")  # closed
    with world.database.reader() as session:
        sizes = session.scalars(select(PublishedCheckpoint.size).order_by(PublishedCheckpoint.id)).all()
        assert sizes[-1] == len(world.acts())  # all that was told by then is in it
        assert verify(session, keys=KEYS).holds


def test_several_hosts_publish_one(database: Database) -> None:
    write(database, 3)
    done = at_once([lambda: publish_due(database, KEYS, NOW) for _ in range(6)])
    assert [each for each in done if isinstance(each, Exception)] == []
    assert len(moments(database)) == 1


Acts = list[dict[str, Any]]
# What becomes of the acts from some act on.
CHANGES: dict[str, Callable[[Acts], Acts]] = {
    "changed": lambda acts: [acts[0] | {"details": "{}"}, *acts[1:]],
    "removed": lambda acts: acts[1:],
    "reordered": lambda acts: [acts[1], acts[0], *acts[2:]],
    "back-dated": lambda acts: [an_hour_earlier(acts[0]), *acts[1:]],
    "slipped in": lambda acts: [acts[0] | {"action": "case.accept"}, *acts],
}


def test_security_38_one_act_in_a_record_made_wholly_anew_is_found_by_a_published_checkpoint(
    database: Database, acts_in_the_record: int, record_property: Callable[[str, object], None]
) -> None:
    write_many(database, acts_in_the_record)
    made = publish(database, KEYS, NOW)
    assert made is not None
    write(database, 5)
    seal_all(database)
    kept = [KEYS.read(made.note)]
    took = []
    for change, wrong in CHANGES.items():
        before, began = random.Random(change).randrange(acts_in_the_record - 2), time.monotonic()
        with database.writer() as session:
            unguard(session)
            remake(session, wrong(acts_of(session, before)), after=before)
            found = verify(session, keys=KEYS)
            assert (found.holds, found.part, found.broken_at) == (False, Part.CHECKPOINT, acts_in_the_record), change
            # Who owns the database removes the checkpoints too. The one that somebody kept tells.
            session.execute(text("DELETE FROM checkpoints"))
            assert verify(session, keys=KEYS).holds, change
            assert verify(session, checkpoints=kept).problem == "与公布的存证不符", change
            session.rollback()
        took.append(f"{change} {time.monotonic() - began:.1f} s")
    told = f"one of {acts_in_the_record} acts, the record made anew and the change found: {', '.join(took)}"
    record_property("figure", f"{database.engine.dialect.name}: {told}")
    with database.reader() as session:
        assert verify(session, checkpoints=kept, keys=KEYS).holds


def write_many(database: Database, count: int) -> None:
    for begun in range(0, count, 20_000):
        write(database, min(20_000, count - begun))
    seal_all(database)


def test_security_38_a_record_cut_below_a_checkpoint_is_found(database: Database) -> None:
    write(database, 9)
    publish(database, KEYS, NOW)
    with database.writer() as session:
        unguard(session)
        remake(session, acts_of(session)[:7])
        found = verify(session)
        assert (found.broken_at, found.problem) == (8, "缺失，公布的存证有9条")
        session.rollback()


def test_security_38_a_checkpoint_that_the_portal_did_not_sign_is_found(database: Database) -> None:
    write(database, 9)
    made = publish(database, KEYS, NOW)
    assert made is not None
    stranger = log_keys_of(Keyring("somebody else's key, long enough too"), URL)
    forgeries: dict[str, Callable[[LogKeys], str]] = {
        "another's": lambda _: str(stranger.sign(KEYS.read(made.note))),
        "no note": lambda _: "x",
        "of another size": lambda keys: str(keys.sign(Checkpoint(keys.origin, 8, bytes(32), NOW))),
    }
    for forged in forgeries.values():
        with database.writer() as session:
            unguard(session)
            row = {"size": 9, "root": made.root, "at": at("2026-09-18 Fri 10:00"), "note": forged(KEYS)}
            session.execute(insert(PublishedCheckpoint), row)
            assert verify(session).holds  # the roots fit
            found = verify(session, keys=KEYS)
            assert (found.part, found.problem) == (Part.CHECKPOINT, "处的存证不是本系统签的")
            session.rollback()


def test_the_newest_and_the_first_of_a_size_are_found(database: Database) -> None:
    write(database, 2)
    first, second = publish(database, KEYS, NOW), publish(database, KEYS, at("2026-09-18 Fri 10:00"))
    assert first
    assert second
    with database.reader() as session:
        assert [each.id for each in checkpoints.newest(session, 5)] == [second.id, first.id]
        found = checkpoints.of_size(session, 2)
        assert found is not None
        assert found.id == first.id
        assert checkpoints.of_size(session, 1) is None


def test_an_act_that_waits_is_in_the_checkpoint_of_its_moment(database: Database) -> None:
    write(database, 2)
    made = publish_due(database, KEYS, NOW)
    assert made is not None
    assert made.size == 2
    with database.reader() as session:
        assert session.scalars(select(UnsealedAct.act_id)).all() == []
        assert len(_acts(session)) == 2


def _acts(session: Session) -> list[int]:
    return list(session.scalars(select(AuditRow.id)))
