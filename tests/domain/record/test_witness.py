"""What a witness answers (C2SP tlog-witness; R38): every pair of sizes, and requests that are none."""

from __future__ import annotations

import pytest

from app.domain.record.merkle import EMPTY_ROOT, CompactRange, consistency_proof, leaf_hash
from app.domain.record.notes import BadNote, Checkpoint
from app.domain.record.witness import NOTHING_YET, WitnessAnswer, WitnessRequest, judge

SIZES = range(12)
TOO_MANY = "old 1" + f"\n{'A' * 43}=" * 64 + "\n\nx"
_TREE, _NODES, ROOTS = CompactRange(), {}, [EMPTY_ROOT]
for _number in SIZES[1:]:
    for _node in _TREE.append(leaf_hash(bytes([_number]))):
        _NODES[_node.level, _node.index] = _node.hash
    ROOTS.append(_TREE.root())


def path(old: int, new: int) -> list[bytes]:
    return consistency_proof(old, new, lambda level, index: _NODES[level, index])


def asked(old: int, new: int, known: int, root: bytes | None = None) -> WitnessAnswer:
    request = WitnessRequest(old, path(old, new) if old <= new else [], "")
    return judge(request, Checkpoint("log", new, root or ROOTS[new]), known, ROOTS[known])


def test_answers_are_statuses_that_witnesses_know() -> None:
    assert {answer.name: answer.value for answer in WitnessAnswer} == {
        "COSIGNED": 200, "MALFORMED": 400, "NOT_SIGNED": 403, "UNKNOWN_LOG": 404, "OTHER_SIZE": 409, "NOT_GROWN": 422
    }  # fmt: skip


def test_a_proof_has_at_most_63_hashes() -> None:
    assert len(WitnessRequest.parse(TOO_MANY.replace(f"\n{'A' * 43}=", "", 1)).path) == 63


def test_what_grew_from_the_size_known_is_cosigned_and_nothing_else() -> None:
    for known in SIZES:
        for old in SIZES:
            for new in SIZES:
                answer = asked(old, new, known)
                if old > new:
                    assert answer is WitnessAnswer.MALFORMED
                elif old != known:
                    assert answer is WitnessAnswer.OTHER_SIZE
                else:
                    assert answer is WitnessAnswer.COSIGNED


def test_a_fork_is_refused() -> None:
    for known in SIZES[1:]:
        for new in SIZES[known:]:
            answer = asked(known, new, known, root=leaf_hash(b"another history"))
            assert answer is (WitnessAnswer.OTHER_SIZE if new == known else WitnessAnswer.NOT_GROWN)


def test_a_request_is_read_as_it_was_written() -> None:
    request = WitnessRequest(5, path(5, 11), "log\n11\nroot\n\n\u2014 log AAAA\n")
    assert WitnessRequest.parse(str(request)) == request
    first = WitnessRequest(0, [], "log\n11\nroot\n\n\u2014 log AAAA\n")
    assert str(first).startswith("old 0\n\nlog\n")
    assert WitnessRequest.parse(str(first)) == first


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old 5",
        "old 05\n\nx",
        "old -1\n\nx",
        "new 5\n\nx",
        "old 5\nAAAA\n\nx",
        "old 5\n!\n\nx",
        TOO_MANY,
        "old 1" + "\n" + "A" * 43 + "=\n" * 64,
    ],
)
def test_what_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        WitnessRequest.parse(text)


@pytest.mark.parametrize(
    ("old", "answer"), [(0, WitnessAnswer.COSIGNED), (1, WitnessAnswer.OTHER_SIZE), (5, WitnessAnswer.OTHER_SIZE)]
)
def test_of_a_log_that_is_new_a_witness_knows_the_empty_tree(old: int, answer: WitnessAnswer) -> None:
    request = WitnessRequest(old, path(old, 5), "")
    assert judge(request, Checkpoint("log", 5, ROOTS[5]), *NOTHING_YET) is answer
