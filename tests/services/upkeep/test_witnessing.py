"""An installation as a witness (C2SP tlog-witness, R38): a fork, a roll-back, two at once, and strangers."""

from __future__ import annotations

import datetime as dt

from app import signing
from app.domain.record.merkle import CompactRange, consistency_proof, leaf_hash
from app.domain.record.notes import (
    COSIGNATURE,
    Checkpoint,
    KnownKey,
    Note,
    parse_signatures,
    sign_checkpoint,
)
from app.domain.record.witness import WitnessAnswer, WitnessRequest
from app.models import WitnessedLog
from app.services.shared.work import Work
from app.services.upkeep import witnessing
from app.services.upkeep.witnessing import Cosigned, CosigningKey
from app.signing import SigningKey
from tests.world import World, at, at_once

LOG, STRANGER, OWN = (SigningKey(bytes([number]) * 32) for number in (1, 2, 3))
LOG_KEY = KnownKey("gongshi.example/log", LOG.public)
OWN_KEY = CosigningKey(KnownKey("witness.example/witness", OWN.public, COSIGNATURE), OWN.sign)
NOW = at("2026-09-21 11:00")


class History:
    """A tree of its own: two histories with other salts fork from the first leaf on that differs."""

    def __init__(self, *leaves: str) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.tree = CompactRange()
        self.roots = [self.tree.root()]
        for leaf in leaves:
            self.nodes |= {(node.level, node.index): node.hash for node in self.tree.append(leaf_hash(leaf.encode()))}
            self.roots.append(self.tree.root())

    def request(self, old: int, new: int, key: SigningKey = LOG, name: str = LOG_KEY.name) -> str:
        stated = Checkpoint(name, new, self.roots[new], NOW - dt.timedelta(minutes=1))
        note = sign_checkpoint(stated, KnownKey(name, key.public), key.sign)
        return str(WitnessRequest(old, consistency_proof(old, new, lambda *node: self.nodes[node]), str(note)))


ONE = History(*"abcdefghijk")
FORK = History(*"abcdefgXYZ-")


def show(world: World, body: str) -> Cosigned:
    with world.database.writer() as session:
        return witnessing.cosign_checkpoint(Work(session, NOW), [LOG_KEY], OWN_KEY, signing.verify, body)


def known(world: World) -> int | None:
    with world.database.reader() as session:
        row = session.get(WitnessedLog, LOG_KEY.name)
        return None if row is None else row.size


def test_a_log_that_grows_is_cosigned(world: World) -> None:
    for old, new in ((0, 3), (3, 3), (3, 8), (8, 11)):
        body = ONE.request(old, new)
        cosigned = show(world, body)
        assert cosigned.answer is WitnessAnswer.COSIGNED
        (line,) = parse_signatures(cosigned.line)
        assert line.cosigned_at == NOW
        note = Note(Note.parse(WitnessRequest.parse(body).note).text, (line,))
        assert set(note.verified([OWN_KEY.key], signing.verify)) == {OWN_KEY.key}
        assert known(world) == new


def test_a_fork_is_refused_and_told(world: World) -> None:
    assert show(world, ONE.request(0, 9)).answer is WitnessAnswer.COSIGNED
    assert show(world, FORK.request(9, 11)).answer is WitnessAnswer.NOT_GROWN
    assert show(world, FORK.request(9, 9)) == Cosigned(WitnessAnswer.OTHER_SIZE, "9\n")
    assert show(world, FORK.request(7, 11)) == Cosigned(WitnessAnswer.OTHER_SIZE, "9\n")
    assert [act for _, act, _ in world.acts()].count("witness.refused") == 2
    assert known(world) == 9
    assert show(world, ONE.request(9, 11)).answer is WitnessAnswer.COSIGNED


def test_a_roll_back_is_refused(world: World) -> None:
    assert show(world, ONE.request(0, 9)).answer is WitnessAnswer.COSIGNED
    assert show(world, ONE.request(0, 5)) == Cosigned(WitnessAnswer.OTHER_SIZE, "9\n")
    assert show(world, ONE.request(5, 5)) == Cosigned(WitnessAnswer.OTHER_SIZE, "9\n")
    assert known(world) == 9


def test_of_two_at_once_one_is_cosigned(world: World) -> None:
    for old, bodies in ((0, (ONE.request(0, 8), FORK.request(0, 9))), (8, (ONE.request(8, 9), ONE.request(8, 11)))):
        del old
        answers = at_once([lambda body=body: show(world, body).answer for body in bodies])  # type: ignore[misc]
        assert sorted(answer for answer in answers if isinstance(answer, WitnessAnswer)) in (
            [WitnessAnswer.COSIGNED, WitnessAnswer.OTHER_SIZE],
        ), answers
        with world.database.writer() as session:
            # Whoever won, the next pair begins from the first history.
            row = session.get_one(WitnessedLog, LOG_KEY.name)
            row.size, row.root = 8, ONE.roots[8].hex()
            session.commit()


def test_strangers_are_refused(world: World) -> None:
    assert show(world, ONE.request(0, 9, STRANGER)).answer is WitnessAnswer.NOT_SIGNED
    assert show(world, ONE.request(0, 9, name="elsewhere/log")).answer is WitnessAnswer.UNKNOWN_LOG
    for body in ("", "old 0\n\n", ONE.request(0, 9)[:-9], ONE.request(0, 9) + "x"):
        assert show(world, body).answer is WitnessAnswer.MALFORMED
    assert known(world) is None
    signed = ONE.request(0, 9)
    tampered = signed.replace("\n9\n", "\n8\n")
    assert show(world, tampered).answer is WitnessAnswer.NOT_SIGNED
