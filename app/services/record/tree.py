"""The stored tree of the record: tiles of 256 hashes, read and grown (R38; C2SP tlog-tiles)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import Session

from app.domain.record.merkle import HASH_LENGTH, CompactRange, Node, root_at, root_of
from app.models import Tile

TILE_HEIGHT = 8  # levels of the tree in a tile
TILE_WIDTH = 1 << TILE_HEIGHT  # hashes in a full tile


class StoredTree:
    """Reads nodes of the tree from its tiles. A tile is read once, so an object is used within one transaction.

    Call it as a `ReadNode` of `app.domain.record.merkle`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tiles: dict[tuple[int, int], bytes] = {}

    @classmethod
    def of(cls, session: Session) -> StoredTree:
        return cls(session.connection())

    def __call__(self, level: int, index: int) -> bytes:
        """Return the hash of a full subtree. Raises LookupError for one that is not stored."""
        tiles, within = divmod(level, TILE_HEIGHT)
        first = index << within
        offset = first % TILE_WIDTH * HASH_LENGTH
        hashes = self.tile(tiles, first // TILE_WIDTH)[offset : offset + (HASH_LENGTH << within)]
        if len(hashes) != HASH_LENGTH << within:
            raise LookupError(f"no node {index} at level {level} of the tree")
        return root_of(hashes_in(hashes))

    def tile(self, level: int, position: int) -> bytes:
        """Return the hashes of a tile one after the other, empty where there is none."""
        if (level, position) not in self._tiles:
            query = select(Tile.hashes).where(Tile.level == level, Tile.position == position)
            self._tiles[level, position] = self._connection.scalar(query) or b""
        return self._tiles[level, position]

    def root(self, size: int) -> bytes:
        """Return the root over the first `size` leaves. Raises LookupError where they are not all stored."""
        return root_at(size, self)

    def grow(self, size: int, leaves: Iterable[bytes]) -> None:
        """Append leaves to the tree of this size: write new tiles, and the rightmost ones anew."""
        tree = CompactRange.at(size, self)
        more = TileHashes()
        for leaf in leaves:
            more.add(tree.append(leaf))
        for (level, position), hashes in more:
            before = self.tile(level, position)
            after = self._tiles[level, position] = before + hashes
            if before:
                place = Tile.level == level, Tile.position == position
                self._connection.execute(update(Tile).where(*place).values(hashes=after))
            else:
                self._connection.execute(insert(Tile).values(level=level, position=position, hashes=after))


class TileHashes:
    """Collects nodes that are stored, tile by tile. Nodes between the levels of tiles are left out."""

    def __init__(self) -> None:
        self._hashes: dict[tuple[int, int], bytearray] = defaultdict(bytearray)

    def add(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            if node.level % TILE_HEIGHT == 0:
                self._hashes[node.level // TILE_HEIGHT, node.index // TILE_WIDTH] += node.hash

    def __iter__(self) -> Iterator[tuple[tuple[int, int], bytes]]:
        for place, hashes in self._hashes.items():
            yield place, bytes(hashes)

    def take_full(self) -> Iterator[tuple[tuple[int, int], bytes]]:
        """Yield the full tiles and forget them."""
        full = [place for place, hashes in self._hashes.items() if len(hashes) == TILE_WIDTH * HASH_LENGTH]
        for place in full:
            yield place, bytes(self._hashes.pop(place))


def hashes_in(tile: bytes) -> list[bytes]:
    """Split the hashes that stand one after the other."""
    return [tile[start : start + HASH_LENGTH] for start in range(0, len(tile), HASH_LENGTH)]
