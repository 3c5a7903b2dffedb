"""Walks over the whole record: its acts, chain, tree and checkpoints, all recomputed (SECURITY 38)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.domain.record.merkle import HASH_LENGTH, CompactRange
from app.domain.record.notes import BadNote, Checkpoint
from app.models import ActSeal, AuditRow, PublishedCheckpoint, Tile, UnsealedAct
from app.services.record.chain import GENESIS, Head, chained, content_of
from app.services.record.checkpoints import LogKeys
from app.services.record.sealer import SEALED_WITHIN
from app.services.record.tree import TILE_WIDTH, StoredTree, TileHashes


class Part(StrEnum):
    """What of the record doesn't fit."""

    CHAIN = "chain"
    TREE = "tree"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk over the record found. `broken_at` is the number of the first act that doesn't fit, None if all do.

    `rows` acts are sealed, and `root` is that of their tree. Behind them come `unsealed` ones, the first of
    `unsealed_since`.
    """

    rows: int
    head: str
    broken_at: int | None = None
    problem: str = ""
    part: Part = field(default=Part.CHAIN, compare=False)
    root: str = field(default="", compare=False)
    unsealed: int = field(default=0, compare=False)
    unsealed_since: dt.datetime | None = field(default=None, compare=False)

    @property
    def holds(self) -> bool:
        return self.broken_at is None


class RecordMisfit(Exception):
    """Something of the record that doesn't fit, at an act's number."""

    def __init__(self, number: int, problem: str, part: Part = Part.CHAIN) -> None:
        super().__init__(problem)
        self.number, self.problem, self.part = number, problem, part


def verify(
    session: Session,
    kept: Iterable[Head] = (),
    checkpoints: Iterable[Checkpoint] = (),
    keys: LogKeys | None = None,
) -> Verification:
    """Recompute every hash from the first act on: an edited, removed, moved or back-dated one is found.

    Acts cut off at the end leave a whole shorter chain, and a chain made anew from some act on is whole too. Both are
    found against the checkpoints that stand in the database, against heads that were `kept` elsewhere, and against
    `checkpoints` that were: whoever writes to the database can remake the first, never the others. With `keys` the
    portal must have signed the first.
    """
    walk = _Walk(session, kept, checkpoints, keys)
    try:
        walk.over_everything()
    except RecordMisfit as misfit:
        return walk.result(misfit)
    return walk.result()


@dataclass(frozen=True, slots=True)
class Tail:
    """The acts that are not sealed yet: how many, and the moment of the first."""

    count: int
    oldest_at: dt.datetime | None


def tail(session: Session) -> Tail:
    query = select(func.count(), func.min(AuditRow.at)).select_from(UnsealedAct).join(AuditRow)
    count, oldest_at = session.execute(query).one()
    return Tail(count, oldest_at)


def _is_signed(row: PublishedCheckpoint, keys: LogKeys) -> bool:
    """Tell whether the portal signed what the row says."""
    try:
        stated = keys.read(row.note)
    except BadNote:
        return False
    return (stated.size, stated.root.hex()) == (row.size, row.root)


def find_late(session: Session, by: dt.datetime) -> Tail:
    """Return the acts that were written more than a minute before `by` and have no seal."""
    query = select(func.count(), func.min(AuditRow.at)).select_from(UnsealedAct).join(AuditRow)
    count, oldest_at = session.execute(query.where(AuditRow.at < by - SEALED_WITHIN)).one()
    return Tail(count, oldest_at)


class _Walk:
    def __init__(
        self, session: Session, kept: Iterable[Head], checkpoints: Iterable[Checkpoint], keys: LogKeys | None
    ) -> None:
        self._session, self._stored = session, StoredTree.of(session)
        self._count, self._previous = 0, GENESIS
        self._tree, self._tiles = CompactRange(), TileHashes()
        # Sorted with the lowest number last, so that pop() returns the next one. An empty chain's head proves nothing.
        self._heads = sorted({(one.number, one.hash) for one in kept if one.number}, reverse=True)
        # Read before the walk: one that is published meanwhile may be of acts that are sealed meanwhile.
        published = session.scalars(select(PublishedCheckpoint).order_by(PublishedCheckpoint.id)).all()
        states = {(one.size, one.root.hex()) for one in checkpoints} | {(row.size, row.root) for row in published}
        self._states = sorted(states, reverse=True)
        unsigned = (row for row in published if keys is not None and not _is_signed(row, keys))
        self._wrong_state = next(
            (RecordMisfit(row.size, "处的存证不是本系统签的", Part.CHECKPOINT) for row in unsigned), None
        )
        self._wrong_tile: RecordMisfit | None = None

    def over_everything(self) -> None:
        self._meet_states()
        for seal in self._sealed():
            self._next(seal)
        if self._heads:
            raise RecordMisfit(self._count + 1, f"缺失，另存的校验值是第{self._heads[0][0]}条的")
        self._find_left_out()
        for place, hashes in self._tiles:
            self._compare(place, hashes)
        self._find_tiles_beyond()
        if self._wrong_tile:
            raise self._wrong_tile
        if self._states and not self._wrong_state:
            raise RecordMisfit(self._count + 1, f"缺失，公布的存证有{self._states[0][0]}条", Part.CHECKPOINT)
        if self._wrong_state:
            raise self._wrong_state

    def result(self, misfit: RecordMisfit | None = None) -> Verification:
        behind = tail(self._session)
        return Verification(
            self._count,
            self._previous,
            misfit.number if misfit else None,
            misfit.problem if misfit else "",
            misfit.part if misfit else Part.CHAIN,
            self._tree.root().hex(),
            behind.count,
            behind.oldest_at,
        )

    def _sealed(self) -> Iterator[Row[Any]]:
        """Yield each seal with its act, whose columns are empty where it is gone."""
        acts = [column for column in AuditRow.__table__.columns if column.name != "id"]
        query = select(ActSeal.__table__, AuditRow.id.label("there"), *acts).outerjoin(
            AuditRow, AuditRow.id == ActSeal.act_id
        )
        result = self._session.execute(query.order_by(ActSeal.number), execution_options={"yield_per": 1000})
        yield from result

    def _next(self, seal: Row[Any]) -> None:
        number = self._count + 1
        if seal.number != number or seal.there is None:
            raise RecordMisfit(number, "缺少一行")
        if seal.previous_hash != self._previous:
            raise RecordMisfit(number, "与上一行不衔接")
        content = content_of(seal)
        leaf = content.hash
        if chained(self._previous, number, content) != seal.hash or leaf.hex() != seal.leaf:
            raise RecordMisfit(number, "内容被改动")
        while self._heads and self._heads[-1][0] == number:
            if self._heads.pop()[1] != seal.hash:
                raise RecordMisfit(number, "与另存的校验值不符")
        self._previous, self._count = seal.hash, number
        self._tiles.add(self._tree.append(leaf))
        if number % TILE_WIDTH == 0:
            for place, hashes in self._tiles.take_full():
                self._compare(place, hashes)
        self._meet_states()

    def _meet_states(self) -> None:
        """Compare the root with each checkpoint of this size. The first that differs is told at the end."""
        while self._states and self._states[-1][0] == self._count:
            if self._states.pop()[1] != self._tree.root().hex() and self._wrong_state is None:
                self._wrong_state = RecordMisfit(max(self._count, 1), "与公布的存证不符", Part.CHECKPOINT)

    def _compare(self, place: tuple[int, int], hashes: bytes) -> None:
        """Compare a tile with the stored one, which may have grown since the walk began."""
        level, position = place
        if self._wrong_tile is None and self._stored.tile(level, position)[: len(hashes)] != hashes:
            first = position * TILE_WIDTH ** (level + 1) + 1
            self._wrong_tile = RecordMisfit(first, "与校验树不符", Part.TREE)

    def _find_tiles_beyond(self) -> None:
        """Find a tree that is not as large as the chain, in one statement, since both grow all the time."""
        query = (
            select(select(func.max(ActSeal.number)).scalar_subquery(), Tile.position, func.length(Tile.hashes))
            .where(Tile.level == 0)
            .order_by(Tile.position.desc())
            .limit(1)
        )
        sealed, position, length = self._session.execute(query).first() or (None, 0, 0)
        if (sealed or 0) != position * TILE_WIDTH + length // HASH_LENGTH and self._wrong_tile is None:
            self._wrong_tile = RecordMisfit(self._count + 1, "与校验树的大小不符", Part.TREE)

    def _find_left_out(self) -> None:
        """Find an act that is neither sealed nor left to seal, in one statement: both change all the time."""
        sealed = select(ActSeal.number).where(ActSeal.act_id == AuditRow.id).exists()
        waits = select(UnsealedAct.act_id).where(UnsealedAct.act_id == AuditRow.id).exists()
        left_out = self._session.scalar(select(func.min(AuditRow.id)).where(~sealed, ~waits))
        if left_out is not None:
            raise RecordMisfit(self._count + 1, "之后有一行没有编号，也不在待编号之列")
