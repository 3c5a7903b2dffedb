"""Two installations: one publishes checkpoints, the other cosigns them over HTTP; and an authority stamps (R38)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from app import signing
from app.channels.timestamps import TimeAuthority
from app.channels.witnesses import Witness
from app.database import Database
from app.domain.record.notes import KnownKey, Note
from app.models import CheckpointStamp, Cosignature, PublishedCheckpoint
from app.services.record import proof_times, proofs
from app.services.record.chain import Act, record
from app.services.record.checkpoints import LogKeys, log_keys_of, publish
from app.services.upkeep import proving
from app.web.record import log_key
from tests.channels.authority import Authority, serving
from tests.verifying import verified
from tests.world import World, at, at_once

NOON = at("2026-09-21 12:00")
HERE = "https://gongshi.example"


@pytest.fixture
def keys(world: World) -> LogKeys:
    return log_keys_of(world.keyring, HERE)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/log"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def witness(make_app: Callable[..., Flask], sqlite_template: Path, tmp_path: Path, keys: LogKeys) -> Iterator[Witness]:
    """Another installation with a database of its own, which knows the first one's key."""
    path = tmp_path / "witness.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    app = make_app(
        database_url=f"sqlite:///{path}",
        public_url="https://witness.example",
        identity_key="another installation's key, of thirty-two bytes",
        witnessed_logs=str(keys.known[0]),
    )
    with app.test_request_context():
        key = log_key.witness_key().key
    with served(app) as url:
        yield Witness(key, url)


def more(world: World, keys: LogKeys, now: str, acts: int) -> PublishedCheckpoint:
    """Let the record grow, and publish a checkpoint of it."""
    with world.database.writer() as session:
        record(session, at(now), [Act("cli", "backup.made", "portal") for _ in range(acts)])
        session.commit()
    published = publish(world.database, keys, at(now))
    assert published is not None
    return published


def note(world: World) -> str:
    with world.database.reader() as session:
        checkpoint = proofs.newest_checkpoint(session)
        assert checkpoint is not None
        return proofs.cosigned_note(session, checkpoint)


def test_another_installation_cosigns_each_checkpoint(
    world: World, keys: LogKeys, witness: Witness, tmp_path: Path
) -> None:
    assert proving.cosign_newest(world.database, [witness], NOON) == 0
    first = more(world, keys, "2026-09-21 12:00", 5)
    assert proving.cosign_newest(world.database, [witness], NOON) == 1
    assert proving.cosign_newest(world.database, [witness], NOON) == 0
    more(world, keys, "2026-09-21 13:00", 40)  # nobody asked for this one
    second = more(world, keys, "2026-09-21 14:00", 300)
    assert proving.cosign_newest(world.database, [witness], NOON) == 1
    known = [keys.known[0], witness.key]
    assert set(Note.parse(note(world)).verified(known, signing.verify)) == set(known)
    with world.database.reader() as session:
        assert session.scalars(select(Cosignature.checkpoint_id)).all() == [first.id, second.id]
        grown = proofs.prove_growth(session, first.size, second.size, str(known[0]))
    assert grown is not None
    options = ("--key", known[0], "--witness", witness.key)
    code, said = verified(tmp_path, "checkpoints", first.note.encode(), grown, keys=options)
    assert (code, "见证：witness.example/witness" in said) == (0, True), said


def test_a_witness_that_knows_more_than_we_do_is_asked_from_there(
    world: World, keys: LogKeys, witness: Witness
) -> None:
    more(world, keys, "2026-09-21 12:00", 5)
    assert proving.cosign_newest(world.database, [witness], NOON) == 1
    with world.database.writer() as session:
        session.query(Cosignature).delete()  # as after a restore
        session.commit()
    more(world, keys, "2026-09-21 13:00", 5)
    assert proving.cosign_newest(world.database, [witness], NOON) == 1


def test_a_record_that_was_remade_is_not_cosigned(
    world: World, keys: LogKeys, witness: Witness, sqlite_template: Path, tmp_path: Path
) -> None:
    more(world, keys, "2026-09-21 12:00", 7)
    assert proving.cosign_newest(world.database, [witness], NOON) == 1
    path = tmp_path / "remade.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    remade = World.build(Database(f"sqlite:///{path}"), world.key, at("2026-09-01 09:00"))
    for acts in (3, 4, 20):  # shorter, as long, longer
        more(remade, keys, f"2026-09-21 13:{acts:02d}", acts)
        assert proving.cosign_newest(remade.database, [witness], NOON) == 0
    assert witness.key.name not in note(remade)
    remade.database.dispose()


def test_a_witness_that_is_down_or_lies_is_passed_over(world: World, keys: LogKeys, witness: Witness) -> None:
    more(world, keys, "2026-09-21 12:00", 5)
    nobody = Witness(witness.key, "http://127.0.0.1:9")
    other = Witness(KnownKey(witness.key.name, bytes(32), witness.key.algorithm), witness.url)
    with serving(lambda _body: b"no signature\n") as url:
        liar = Witness(witness.key, url)
        assert proving.cosign_newest(world.database, [nobody, other, liar], NOON) == 0
    assert proving.cosign_newest(world.database, [nobody, witness], NOON) == 1


def test_of_two_servers_that_ask_at_once_one_keeps_the_line(world: World, keys: LogKeys, witness: Witness) -> None:
    checkpoint = more(world, keys, "2026-09-21 12:00", 5)
    done = at_once([lambda: proving.cosign_newest(world.database, [witness], NOON)] * 2)
    assert sorted(done) in ([0, 1],), done
    with world.database.reader() as session:
        assert session.scalars(select(Cosignature.checkpoint_id)).all() == [checkpoint.id]


def test_an_authority_stamps_the_newest_checkpoint_once(world: World, keys: LogKeys, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    with serving(authority.answer) as url:
        asked = TimeAuthority(url, authority.certificate)
        assert not proving.stamp_newest(world.database, asked, NOON)
        checkpoint = more(world, keys, "2026-09-21 12:00", 5)
        assert proving.stamp_newest(world.database, asked, NOON)
        assert not proving.stamp_newest(world.database, asked, NOON)
    more(world, keys, "2026-09-21 13:00", 5)
    assert not proving.stamp_newest(world.database, asked, NOON)  # nobody answers: it is asked again
    with world.database.reader() as session:
        (stamp,) = session.scalars(select(CheckpointStamp)).all()
        assert stamp.checkpoint_id == checkpoint.id
        assert proof_times.last_stamp(session) == stamp.stamped_at
