"""The Merkle tree of the record, as RFC 6962 (2.1) and RFC 9162 (2.1) define it, with SHA-256 (R38).

A hash is 32 bytes. A node `(level, index)` is the root of the full subtree over the leaves from `index * 2**level` on,
`2**level` of them. Only full subtrees are stored: their hashes never change, whatever is appended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

HASH_LENGTH = 32
EMPTY_ROOT = hashlib.sha256().digest()
ReadNode = Callable[[int, int], bytes]


class Node(NamedTuple):
    """The root of a full subtree."""

    level: int
    index: int  # type: ignore[assignment] # a tuple's method that nobody calls
    hash: bytes


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf. Its first byte differs from that of `node_hash`: no node passes for a leaf."""
    return hashlib.sha256(b"\0" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over hashes of leaves, in their order."""
    tree = CompactRange()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


@dataclass(slots=True)
class CompactRange:
    """The least that is needed to append to a tree: the roots of its largest full subtrees, from the left."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    @classmethod
    def at(cls, size: int, read: ReadNode) -> CompactRange:
        """Return what a tree of this size has, read from its stored nodes."""
        return cls(size, _peaks(0, size, read))

    def append(self, leaf: bytes) -> list[Node]:
        """Append the hash of a leaf. Return the nodes to store: the leaf, and each subtree that became full by it."""
        level, index, last = 0, self.size, leaf
        new = [Node(level, index, last)]
        while index & 1:
            last = node_hash(self.peaks.pop(), last)
            level, index = level + 1, index >> 1
            new.append(Node(level, index, last))
        self.peaks.append(last)
        self.size += 1
        return new

    def root(self) -> bytes:
        return _fold(self.peaks)


def root_at(size: int, read: ReadNode) -> bytes:
    """Return the root of the tree as it was with its first `size` leaves."""
    return _fold(_peaks(0, size, read))


def inclusion_proof(index: int, size: int, read: ReadNode) -> list[bytes]:
    """Return the path from the leaf at `index` (from 0) to the root of the first `size` leaves (RFC 9162, 2.1.3.1).

    Raises ValueError for a leaf that is not among them.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} among the first {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_subtree(middle, end, read))
            end = middle
        else:
            path.append(_subtree(start, middle, read))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, read: ReadNode) -> list[bytes]:
    """Return the proof that the first `old` leaves are the beginning of the first `new` ones (RFC 9162, 2.1.4.1).

    It is empty for two equal sizes, and for an empty tree. Raises ValueError for a size that shrinks.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} does not grow from one of {old}")
    if old in {0, new}:
        return []
    path, start, end, whole = [], 0, new, True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_subtree(middle, end, read))
            end = middle
        else:
            path.append(_subtree(start, middle, read))
            start, whole = middle, False
    if not whole:  # whoever verifies has the old root itself where the old tree is one of the subtrees
        path.append(_subtree(start, end, read))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether the path leads from the hash of a leaf to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or any(len(each) != HASH_LENGTH for each in (leaf, *path)):
        return False
    at, last, so_far = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            so_far = node_hash(sibling, so_far)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            so_far = node_hash(so_far, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and so_far == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Tell whether the tree with the new root grew from the one with the old root (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new or any(len(each) != HASH_LENGTH for each in path):
        return False
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    full = old & (old - 1) == 0
    hashes = [old_root, *path] if full else list(path)
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _split(length: int) -> int:
    """Return the largest power of two below a length of at least 2."""
    return 1 << (length - 1).bit_length() - 1


def _peaks(start: int, end: int, read: ReadNode) -> list[bytes]:
    """Read the full subtrees that make up a range which begins where one as long as the range may begin."""
    peaks = []
    while start < end:
        level = (end - start).bit_length() - 1
        peaks.append(read(level, start >> level))
        start += 1 << level
    return peaks


def _subtree(start: int, end: int, read: ReadNode) -> bytes:
    return _fold(_peaks(start, end, read))


def _fold(peaks: Sequence[bytes]) -> bytes:
    """Return the root over full subtrees, the larger ones to the left."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root
