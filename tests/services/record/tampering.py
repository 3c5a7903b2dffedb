"""What somebody who owns the database can do to the record, past every guard (SECURITY 38)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import islice
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from app.domain.record.leaves import LeafContent, moment_as_hashed
from app.domain.record.merkle import HASH_LENGTH
from app.models import ActSeal, AuditRow, PublishedCheckpoint, Tile, UnsealedAct
from app.services.record.sealer import seal_batch
from app.services.record.tree import TILE_HEIGHT, TILE_WIDTH

GUARDED = ("audit_rows", "seals", "checkpoints")
_AT_ONCE = 20_000


def unguard(session: Session) -> None:
    """Take the triggers away."""
    if session.get_bind().dialect.name == "postgresql":
        for table in GUARDED:
            session.execute(text(f"DROP TRIGGER {table}_no_change ON {table}"))
        session.execute(text("SET session_replication_role = replica"))  # references too
        return
    session.execute(text("PRAGMA defer_foreign_keys=ON"))
    for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        session.execute(text(f"DROP TRIGGER {name}"))


def acts_of(session: Session, after: int = 0) -> list[dict[str, Any]]:
    """Every act behind the first `after` as a row, in the order of the chain."""
    columns = AuditRow.__table__.columns
    query = select(*columns).join(ActSeal, ActSeal.act_id == AuditRow.id).where(ActSeal.number > after)
    return [dict(row) for row in session.execute(query.order_by(ActSeal.number)).mappings()]


def remake(session: Session, acts: Iterable[dict[str, Any]], *, after: int = 0, checkpoints: bool = False) -> None:
    """Write the record anew from these acts: each with the right leaf, chain and tree, and as if nothing had been.

    The first `after` acts stay as they are: whoever remakes the record from some act on leaves what is before it.
    With `checkpoints` those that the database holds are removed too.
    """
    kept = select(ActSeal.act_id).where(ActSeal.number <= after)
    last = session.scalar(select(func.max(ActSeal.act_id)).where(ActSeal.number <= after)) or 0
    _cut_tree(session, after)
    session.execute(delete(UnsealedAct))
    session.execute(delete(AuditRow).where(AuditRow.id.not_in(kept)))
    session.execute(delete(ActSeal).where(ActSeal.number > after))
    if checkpoints:
        session.execute(delete(PublishedCheckpoint))
    rows = (_as_written(act, number) for number, act in enumerate(acts, start=last + 1))
    while written := list(islice(rows, _AT_ONCE)):
        session.execute(insert(AuditRow), written)
        session.execute(insert(UnsealedAct), [{"act_id": act["id"]} for act in written])
    while seal_batch(session):
        pass
    session.expire_all()


def _as_written(act: dict[str, Any], number: int) -> dict[str, Any]:
    said = [act[name] for name in ("actor", "action", "subject", "details")]
    leaf = LeafContent(act["salt"], moment_as_hashed(act["at"]), *said).hash.hex()
    return act | {"id": number, "leaf": leaf}


def _cut_tree(session: Session, size: int) -> None:
    """Cut the tree down to its first leaves."""
    connection = session.connection()
    tiles = connection.execute(select(Tile.level, Tile.position, Tile.hashes)).all()
    for level, position, hashes in tiles:
        left = (size >> TILE_HEIGHT * level) - position * TILE_WIDTH
        place = Tile.level == level, Tile.position == position
        if left <= 0:
            connection.execute(delete(Tile).where(*place))
        elif left * HASH_LENGTH < len(hashes):
            connection.execute(update(Tile).where(*place).values(hashes=hashes[: left * HASH_LENGTH]))


def an_hour_earlier(act: dict[str, Any]) -> dict[str, Any]:
    return act | {"at": act["at"] - dt.timedelta(hours=1)}
