"""The files of proofs (R38): what stands in them, and how large they are. tests/test_verifier.py checks them."""

from __future__ import annotations

import json

from app.domain.record.leaves import LeafContent
from app.domain.record.proof_files import ProvenLeaf, SignedTree, growth_file, list_file, period_file, receipt_file

TREE = SignedTree("note", "key")
LEAF = ProvenLeaf(
    LeafContent("0" * 32, "2026-09-18T01:00:00.000000+00:00", "objector", "objection.filed", "case:1", "{}"),
    5,
    [bytes(32)],
)


def test_a_receipt_of_a_million_acts_takes_two_kilobytes() -> None:
    details = json.dumps(
        {"commitment": "0" * 64, "entry": 1234567890, "files": 10, "handler_unit": 1234567890, "objection": 1234567890}
    )
    leaf = ProvenLeaf(LeafContent(*LEAF.content[:5], details), 999_999, [bytes(range(32))] * 20)
    note = (
        "gongshi.example.gov.cn/log\n1000000\n"
        + "A" * 44
        + "\ntime 2026-09-18T01:00:00Z\n\n"
        + "\u2014 gongshi.example.gov.cn/log "
        + "A" * 92
        + "\n"
    )
    content = receipt_file(SignedTree(note, "gongshi.example.gov.cn/log+00000000+" + "A" * 44), leaf, bytes(16))
    assert len(content) <= 2048


def test_what_each_file_holds() -> None:
    assert json.loads(receipt_file(TREE, LEAF, None)).keys() == {
        "format",
        "checkpoint",
        "key",
        "leaf",
        "index",
        "path",
        "salt",
    }
    assert json.loads(period_file(TREE, 6, [(LEAF, [[0, "aa"]])]))["lists"][0].keys() == {
        "leaf",
        "index",
        "path",
        "digests",
    }
    assert json.loads(growth_file("old", TREE, []))["old"] == "old"
    texts = dict.fromkeys(
        ("position", "kind", "name", "unit", "recommender", "post", "category", "trade", "deeds"), "x"
    )
    (entry,) = json.loads(list_file(6, [(texts | {"nominee_id": 5}, bytes(16))]))["entries"]
    assert entry.keys() == texts.keys() | {"salt"}
