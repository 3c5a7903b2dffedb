"""The files of proofs (R38): what stands in them, and how large they are. tests/test_verifier.py checks them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from app.domain.record.filings import FiledContent
from app.domain.record.leaves import LeafContent
from app.domain.record.proof_files import (
    ProvenLeaf,
    SignedTree,
    filed_file,
    growth_file,
    list_file,
    period_file,
    receipt_file,
)

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


PROVEN = {
    "leaf": ["0" * 32, "2026-09-18T01:00:00.000000+00:00", "objector", "objection.filed", "case:1", "{}"],
    "index": 5,
    "path": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
}
SIGNED = {"checkpoint": "note", "key": "key"}
TEXTS = {"position": 1, "kind": "individual", "name": "张三"}
TEXTS |= dict.fromkeys(("unit", "recommender", "post", "category", "trade", "deeds"))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (lambda: receipt_file(TREE, LEAF, None), {"format": "gongshi-receipt-v1", **SIGNED, **PROVEN, "salt": None}),
        (
            lambda: receipt_file(TREE, LEAF, bytes(16)),
            {"format": "gongshi-receipt-v1", **SIGNED, **PROVEN, "salt": "0" * 32},
        ),
        (
            lambda: filed_file(FiledContent(6, 3, "张三", "deeds", "事实", ["b", "a"])),
            {"format": "gongshi-filed-v1", "period": 6, "nominee": 3, "name": "张三", "category": "deeds"}
            | {"facts": "事实", "files": ["a", "b"]},
        ),
        (
            lambda: period_file(TREE, 6, [(LEAF, [[0, "aa"]])]),
            {"format": "gongshi-period-v1", **SIGNED, "period": 6, "lists": [{**PROVEN, "digests": [[0, "aa"]]}]},
        ),
        (
            lambda: list_file(6, [(TEXTS | {"nominee_id": 5}, bytes(16))]),
            {"format": "gongshi-list-v1", "period": 6, "entries": [{**TEXTS, "salt": "0" * 32}]},
        ),
        (
            lambda: growth_file("old", TREE, [bytes(32)]),
            {"format": "gongshi-growth-v1", "old": "old", **SIGNED, "path": PROVEN["path"]},
        ),
    ],
)
def test_a_file_in_full(written: Callable[[], bytes], expected: dict[str, object]) -> None:
    assert json.loads(written()) == expected
    assert written().endswith(b"}\n")


def test_a_file_to_read_has_one_part_a_line_and_a_file_to_check_has_one_line() -> None:
    """Letters stand as they are."""
    lines = filed_file(FiledContent(6, 3, "张三", "deeds", "事实", [])).decode().splitlines()
    assert lines[:4] == ["{", ' "format": "gongshi-filed-v1",', ' "period": 6,', ' "nominee": 3,']
    assert ' "name": "张三",' in lines
    assert list_file(6, []).decode().splitlines()[1] == ' "format": "gongshi-list-v1",'
    for file in (receipt_file(TREE, LEAF, None), period_file(TREE, 6, []), growth_file("old", TREE, [])):
        assert (file.count(b"\n"), b": " in file) == (1, False)
