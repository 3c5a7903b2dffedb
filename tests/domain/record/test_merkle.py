"""The Merkle tree of the record (R38), against the vectors of certificate-transparency and RFC 6962 told again."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.record.merkle import (
    EMPTY_ROOT,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)

MOST = 300
# The leaves and roots of certificate-transparency's merkle_tree_test.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {  # (index, size)
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
GROWTHS = {
    (1, 1): [],
    (1, 8): PATHS[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


class Store(dict[tuple[int, int], bytes]):
    """The stored nodes of a tree; a node that is written twice would have changed."""

    def grow(self, leaves: list[bytes]) -> list[bytes]:
        """Append the leaves. Return the root at each size from 0 on."""
        tree, roots = CompactRange(), [EMPTY_ROOT]
        for leaf in leaves:
            for node in tree.append(leaf):
                assert (node.level, node.index) not in self
                self[node.level, node.index] = node.hash
            roots.append(tree.root())
        return roots

    def read(self, level: int, index: int) -> bytes:
        return self[level, index]


def told_again(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(told_again(leaves[:split]), told_again(leaves[split:]))


@pytest.fixture(scope="module")
def grown() -> tuple[Store, list[bytes], list[bytes]]:
    store, leaves = Store(), [leaf_hash(str(number).encode()) for number in range(MOST)]
    return store, leaves, store.grow(leaves)


def test_roots_and_proofs_are_those_of_certificate_transparency() -> None:
    store = Store()
    roots = store.grow([leaf_hash(each) for each in LEAVES])
    assert [each.hex() for each in roots[1:]] == ROOTS
    for (index, size), path in PATHS.items():
        assert [each.hex() for each in inclusion_proof(index, size, store.read)] == path
    for (old, new), path in GROWTHS.items():
        assert [each.hex() for each in consistency_proof(old, new, store.read)] == path


def test_every_size_has_the_root_that_the_rfc_defines(grown: tuple[Store, list[bytes], list[bytes]]) -> None:
    store, leaves, roots = grown
    for size in range(MOST + 1):
        assert roots[size] == told_again(leaves[:size]) == root_at(size, store.read)
        assert CompactRange.at(size, store.read).root() == roots[size]
    assert root_of(leaves) == roots[-1]


@pytest.mark.walk
def test_every_leaf_is_proven_in_every_size(grown: tuple[Store, list[bytes], list[bytes]]) -> None:
    store, leaves, roots = grown
    for size in range(1, MOST + 1):
        for index in range(size):
            path = inclusion_proof(index, size, store.read)
            assert verify_inclusion(leaves[index], index, size, path, roots[size])


@pytest.mark.walk
def test_every_size_is_proven_to_grow_into_every_later_one(grown: tuple[Store, list[bytes], list[bytes]]) -> None:
    store, _, roots = grown
    for new in range(MOST + 1):
        for old in range(new + 1):
            path = consistency_proof(old, new, store.read)
            assert verify_consistency(old, new, roots[old], roots[new], path)


@given(st.data())
def test_one_changed_bit_fails_an_inclusion(grown: tuple[Store, list[bytes], list[bytes]], data: st.DataObject) -> None:
    store, leaves, roots = grown
    size = data.draw(st.integers(1, MOST))
    index = data.draw(st.integers(0, size - 1))
    parts = [leaves[index], roots[size], *inclusion_proof(index, size, store.read)]
    which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    leaf, root, *path = _with_a_bit_changed(parts, which, bit)
    assert not verify_inclusion(leaf, index, size, path, root)
    elsewhere = data.draw(st.integers(-1, MOST))
    path = inclusion_proof(index, size, store.read)
    assert verify_inclusion(leaves[index], elsewhere, size, path, roots[size]) == (elsewhere == index)
    assert not verify_inclusion(leaves[index], index, size, [*path, leaves[0]], roots[size])
    assert not path or not verify_inclusion(leaves[index], index, size, path[:-1], roots[size])


@given(st.data())
def test_one_changed_bit_fails_a_growth(grown: tuple[Store, list[bytes], list[bytes]], data: st.DataObject) -> None:
    store, leaves, roots = grown
    new = data.draw(st.integers(2, MOST))
    old = data.draw(st.integers(1, new - 1))
    path = consistency_proof(old, new, store.read)
    parts = [roots[old], roots[new], *path]
    which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    old_root, new_root, *changed = _with_a_bit_changed(parts, which, bit)
    assert not verify_consistency(old, new, old_root, new_root, changed)
    assert not verify_consistency(old, new, roots[old], roots[new], [*path, leaves[0]])
    assert not verify_consistency(old, new, roots[old], roots[new], path[:-1])
    other = data.draw(st.integers(1, new - 1).filter(lambda size: size != old))
    assert not verify_consistency(other, new, roots[old], roots[new], path)


def test_every_single_bit_of_one_proof_counts(grown: tuple[Store, list[bytes], list[bytes]]) -> None:
    store, leaves, roots = grown
    parts = [leaves[76], roots[MOST], *inclusion_proof(76, MOST, store.read)]
    for bit in range(256 * len(parts)):
        leaf, root, *path = _with_a_bit_changed(parts, bit // 256, bit % 256)
        assert not verify_inclusion(leaf, 76, MOST, path, root)
    parts = [roots[77], roots[MOST], *consistency_proof(77, MOST, store.read)]
    for bit in range(256 * len(parts)):
        old_root, new_root, *path = _with_a_bit_changed(parts, bit // 256, bit % 256)
        assert not verify_consistency(77, MOST, old_root, new_root, path)


def test_what_is_out_of_range_is_refused(grown: tuple[Store, list[bytes], list[bytes]]) -> None:
    store, leaves, roots = grown
    for index, size in ((-1, 5), (5, 5), (0, 0)):
        with pytest.raises(ValueError, match="no leaf"):
            inclusion_proof(index, size, store.read)
        assert not verify_inclusion(leaves[0], index, size, [], roots[1])
    for old, new in ((-1, 5), (6, 5)):
        with pytest.raises(ValueError, match="does not grow"):
            consistency_proof(old, new, store.read)
        assert not verify_consistency(old, new, roots[5], roots[5], [])
    assert not verify_consistency(5, 5, roots[5], roots[4], [])
    assert not verify_consistency(5, 5, roots[5], roots[5], [leaves[0]])
    assert not verify_consistency(0, 5, roots[1], roots[5], [])
    assert not verify_consistency(4, 5, roots[4], roots[5], [])
    # Nobody stands before the first: the last leaf's own path does not prove it there.
    assert verify_inclusion(leaves[7], 7, 8, inclusion_proof(7, 8, store.read), roots[8])
    assert not verify_inclusion(leaves[7], -1, 8, inclusion_proof(7, 8, store.read), roots[8])
    assert not verify_inclusion(leaves[0], 0, 1, [b""], roots[1])
    assert not verify_inclusion(leaves[0][:-1], 0, 1, [], leaves[0][:-1])


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (1, 2), (2, 3), (4, 5), (5, 8), (299, 300)])
def test_a_path_that_is_longer_than_the_tree_is_high_proves_nothing(
    grown: tuple[Store, list[bytes], list[bytes]], index: int, size: int
) -> None:
    """Not even under a root that was made for it: nobody else has that root."""
    store, leaves, roots = grown
    path, more = inclusion_proof(index, size, store.read), leaf_hash(b"one more")
    for root in (node_hash(more, roots[size]), node_hash(roots[size], more)):
        assert not verify_inclusion(leaves[index], index, size, [*path, more], root)
    assert path == [] or not verify_inclusion(leaves[index], index, size, path[:-1], node_hash(leaves[index], more))


@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 3), (3, 4), (3, 7), (4, 8), (6, 8), (299, 300)])
def test_a_growth_that_is_longer_than_the_tree_is_high_proves_nothing(
    grown: tuple[Store, list[bytes], list[bytes]], old: int, new: int
) -> None:
    store, _, roots = grown
    path, more = consistency_proof(old, new, store.read), leaf_hash(b"one more")
    assert verify_consistency(old, new, roots[old], roots[new], path)
    for one, other in ((roots[old], roots[new]), (node_hash(more, roots[old]), node_hash(more, roots[new]))):
        assert not verify_consistency(old, new, one, other, [*path, more])
        assert not verify_consistency(old, new, one, node_hash(other, more), [*path, more])


@pytest.mark.parametrize("length", [0, 31, 33])
def test_what_is_no_hash_proves_nothing(length: int) -> None:
    """Whatever root is made for it: a text of another length could be cut in two at another place."""
    leaf, odd = leaf_hash(b"leaf"), bytes(length)
    assert verify_inclusion(leaf, 0, 2, [bytes(32)], node_hash(leaf, bytes(32)))
    assert not verify_inclusion(leaf, 0, 2, [odd], node_hash(leaf, odd))
    assert not verify_inclusion(odd, 0, 2, [leaf], node_hash(odd, leaf))
    assert not verify_consistency(-1, 2, leaf, node_hash(leaf, bytes(32)), [leaf, bytes(32)])  # no tree is so small
    assert verify_consistency(1, 2, leaf, node_hash(leaf, bytes(32)), [bytes(32)])
    assert not verify_consistency(1, 2, leaf, node_hash(leaf, odd), [odd])


def _with_a_bit_changed(parts: list[bytes], which: int, bit: int) -> list[bytes]:
    changed = bytearray(parts[which])
    changed[bit // 8] ^= 1 << bit % 8
    return [*parts[:which], bytes(changed), *parts[which + 1 :]]
