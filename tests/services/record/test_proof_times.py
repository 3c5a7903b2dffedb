"""What checkpoints lack for long (R38)."""

from __future__ import annotations

import datetime as dt

from app.models import CheckpointStamp, Cosignature
from app.services.record.checkpoints import log_keys_of, publish
from app.services.record.proof_times import PATIENCE, find_late, last_cosignature
from tests.world import World, at

FIRST = at("2026-09-18 09:00")
SECOND = dt.timedelta(seconds=1)


def late(world: World, now: dt.datetime, stamped: bool = True, witnesses: tuple[str, ...] = ("a", "b")) -> list[str]:
    with world.database.reader() as session:
        return list(find_late(session, stamped, witnesses, now))


def test_what_is_asked_for_and_does_not_come_is_named_after_three_hours(world: World) -> None:
    world.round_two()
    assert late(world, FIRST) == []
    checkpoint = publish(world.database, log_keys_of(world.keyring, "https://gongshi.example"), FIRST)
    assert checkpoint is not None
    assert late(world, FIRST + PATIENCE) == []
    assert late(world, FIRST + PATIENCE + SECOND) == ["stamp", "witness"]
    assert late(world, FIRST + PATIENCE + SECOND, stamped=False, witnesses=()) == []
    with world.database.writer() as session:
        session.add(CheckpointStamp(checkpoint_id=checkpoint.id, asked_at=FIRST, stamped_at=FIRST + SECOND, token=b"t"))
        for name, seconds in (("a", 1), ("b", 2)):
            cosigned_at = FIRST + seconds * SECOND
            session.add(Cosignature(checkpoint_id=checkpoint.id, witness=name, line="-", cosigned_at=cosigned_at))
        session.commit()
    assert late(world, FIRST + PATIENCE + SECOND) == []
    assert late(world, FIRST + PATIENCE + 2 * SECOND) == ["stamp", "witness"]
    assert late(world, FIRST + PATIENCE + 2 * SECOND, witnesses=("b",)) == ["stamp"]
    with world.database.reader() as session:
        assert last_cosignature(session) == FIRST + 2 * SECOND
