"""The stored tree: tiles that grow batch by batch give every root and every node (R38)."""

from __future__ import annotations

import hashlib
import random

import pytest
from sqlalchemy import select

from app.database import Database
from app.domain.record.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from app.models import Tile
from app.services.record.tree import StoredTree, hashes_in

LEAVES = [hashlib.sha256(str(number).encode()).digest() for number in range(66_000)]
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def grown(database: Database, sizes: list[int]) -> None:
    """Grow the tree to one size after the other, each in a transaction of its own."""
    for old, new in zip([0, *sizes], sizes, strict=False):
        with database.writer() as session:
            StoredTree.of(session).grow(old, LEAVES[old:new])
            session.commit()


def test_a_tree_grown_in_batches_is_the_tree_of_all_leaves(database: Database) -> None:
    chance = random.Random(38)
    sizes = sorted({1, 2, 3, 255, 256, 257, 511, 512, 700, *(chance.randrange(1, 700) for _ in range(20))})
    with database.reader() as session:
        assert StoredTree.of(session).root(0) == EMPTY_ROOT
    grown(database, sizes)
    with database.reader() as session:
        tree = StoredTree.of(session)
        for size in sizes:
            assert tree.root(size) == root_of(LEAVES[:size])
        for size in (1, 255, 256, 257, 700):
            for index in {0, size // 2, size - 1}:
                path = inclusion_proof(index, size, tree)
                assert verify_inclusion(LEAVES[index], index, size, path, tree.root(size))
            path = consistency_proof(size, 700, tree)
            assert verify_consistency(size, 700, tree.root(size), tree.root(700), path)
        with pytest.raises(LookupError):
            tree.root(701)
        stored = session.execute(select(Tile.level, Tile.position, Tile.hashes)).all()
    lengths = {(level, position): len(hashes) // 32 for level, position, hashes in stored}
    assert lengths == {(0, 0): 256, (0, 1): 256, (0, 2): 188, (1, 0): 2}
    assert hashes_in({(level, position): hashes for level, position, hashes in stored}[0, 0]) == LEAVES[:256]


@on_sqlite
def test_a_tree_of_three_levels_of_tiles(database: Database) -> None:
    grown(database, [65_535, 65_536, 65_537, 66_000])
    with database.reader() as session:
        tree = StoredTree.of(session)
        for size in (65_535, 65_536, 65_537, 66_000):
            assert tree.root(size) == root_of(LEAVES[:size])
        assert tree.tile(2, 0) == root_of(LEAVES[:65_536])
