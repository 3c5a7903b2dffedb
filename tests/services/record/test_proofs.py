"""Proofs for strangers (R38): each is checked by the program that strangers have, and tells nothing of anybody else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.record.notes import KnownKey
from app.domain.record.proof_files import filed_file
from app.models import Objection
from app.services.objections.binding import filed_content, open_salt
from app.services.record import proofs
from app.services.record.checkpoints import LogKeys, log_keys_of, publish
from app.services.record.sealer import seal_all
from tests.verifying import verified
from tests.world import World, at

MARK = "种下的记号七三九一"
FILED = "2026-09-21 10:00"


@pytest.fixture
def keys(world: World) -> LogKeys:
    return log_keys_of(world.keyring, "https://gongshi.example")


@pytest.fixture
def key(keys: LogKeys) -> KnownKey:
    return keys.known[0]


def objection_of(world: World, objection_id: int) -> Objection:
    with world.database.reader() as session:
        return session.get_one(Objection, objection_id)


def filed(world: World, period_id: int, nominee_id: int, now: str = FILED, **changes: object) -> Objection:
    case_id, _ = world.file(period_id, nominee_id, now, **changes)
    with world.database.reader() as session:
        return session.scalars(select(Objection).where(Objection.case_id == case_id)).one()


def receipt(world: World, objection: Objection, key: KnownKey) -> bytes | None:
    with world.database.reader() as session:
        salt = open_salt(session, world.keyring, objection.id)
        return proofs.prove_receipt(session, objection, salt, str(key))


def test_a_receipt_is_proven_from_the_next_checkpoint_on(
    world: World, keys: LogKeys, key: KnownKey, tmp_path: Path
) -> None:
    period_id = world.round_two()
    objection = filed(world, period_id, 1)
    others = [filed(world, period_id, 2, f"2026-09-21 10:{minute}", facts=MARK * 5) for minute in range(10, 40)]
    assert receipt(world, objection, key) is None
    seal_all(world.database)
    assert receipt(world, objection, key) is None
    publish(world.database, keys, at("2026-09-21 11:00"))
    proof = receipt(world, objection, key)
    assert proof is not None
    assert len(proof) <= 2048
    with world.database.reader() as session:
        content = filed_file(filed_content(session, objection.id))
        act = proofs.filed_act(session, objection)
        salts = [open_salt(session, world.keyring, other.id) for other in others]
    code, said = verified(tmp_path, "receipt", proof, content, keys=("--key", key))
    assert code == 0, said
    assert act is not None
    assert act.leaf in said
    text = (proof + content).decode()
    assert MARK not in text
    assert not any(salt is not None and salt.hex() in text for salt in salts)
    assert not any(f'"case:{other.case_id}"' in text or other.content_hash in text for other in others)
    assert "name" not in json.loads(proof)["leaf"][5]
    # What somebody else filed does not fit this proof.
    with world.database.reader() as session:
        wrong = filed_file(filed_content(session, others[0].id))
    assert verified(tmp_path, "receipt", proof, wrong, keys=("--key", key))[0] == 1


def test_the_record_binds_to_what_was_filed(world: World, keys: LogKeys, key: KnownKey, tmp_path: Path) -> None:
    """Whoever changes the text in the database has a proof that no longer fits."""
    objection = filed(world, world.round_two(), 1)
    publish(world.database, keys, at("2026-09-21 11:00"))
    with world.database.writer() as session:
        session.get_one(Objection, objection.id).facts = "后来在数据库里改过的事实，说的是另一回事。" * 2
        session.commit()
    proof = receipt(world, objection, key)
    assert proof is not None
    with world.database.reader() as session:
        content = filed_file(filed_content(session, objection.id))
    code, said = verified(tmp_path, "receipt", proof, content)
    assert (code, "内容被改动过" in said) == (1, True)


def test_a_salt_is_sealed_and_purged_with_the_text(world: World) -> None:
    objection = filed(world, world.round_two(), 1)
    assert objection.sealed_salt is not None
    with world.database.writer() as session:
        assert len(open_salt(session, world.keyring, objection.id) or b"") == 16
        session.get_one(Objection, objection.id).sealed_salt = None
        session.commit()
        assert open_salt(session, world.keyring, objection.id) is None


def test_checkpoints_are_proven_to_grow(world: World, keys: LogKeys, key: KnownKey, tmp_path: Path) -> None:
    period_id = world.round_two()
    first = publish(world.database, keys, at("2026-09-18 00:00"))
    for minute in range(10, 30):
        filed(
            world,
            period_id,
            1,
            f"2026-09-21 10:{minute}",
            facts=f"这是第{minute}件异议的事实和理由，共计二十个字以上。",
        )
    second = publish(world.database, keys, at("2026-09-21 11:00"))
    assert first is not None
    assert second is not None
    with world.database.reader() as session:
        proof = proofs.prove_growth(session, first.size, second.size, str(key))
        assert proofs.prove_growth(session, first.size + 1, second.size, str(key)) is None
        assert proofs.prove_growth(session, second.size, first.size, str(key)) is None
        assert list(proofs.sizes(session)) == [second.size, first.size]
    assert proof is not None
    assert verified(tmp_path, "checkpoints", first.note.encode(), proof, keys=("--key", key))[0] == 0
