"""What somebody who owns the database can do to the record, past every guard (SECURITY 38)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from app.domain.record.leaves import LeafContent, moment_as_hashed
from app.models import ActSeal, AuditRow, Base, PublishedCheckpoint, Tile, UnsealedAct
from app.services.record.sealer import seal_batch

GUARDED = ("audit_rows", "seals", "checkpoints")
_RECORD: tuple[type[Base], ...] = (Tile, ActSeal, UnsealedAct)


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


def acts_of(session: Session) -> list[dict[str, Any]]:
    """Every act as a row, in the order of the chain."""
    columns = AuditRow.__table__.columns
    query = select(*columns).join(ActSeal, ActSeal.act_id == AuditRow.id).order_by(ActSeal.number)
    return [dict(row) for row in session.execute(query).mappings()]


def remake(session: Session, acts: Iterable[dict[str, Any]], *, checkpoints: bool = False) -> None:
    """Write the record anew from these acts: each with the right leaf, chain and tree, and as if nothing had been.

    With `checkpoints` those that the database holds are removed too.
    """
    for model in (*_RECORD, AuditRow, *((PublishedCheckpoint,) if checkpoints else ())):
        session.execute(delete(model))
    written = []
    for number, act in enumerate(acts, start=1):
        said = [act[name] for name in ("actor", "action", "subject", "details")]
        leaf = LeafContent(act["salt"], moment_as_hashed(act["at"]), *said).hash.hex()
        written.append(act | {"id": number, "leaf": leaf})
    if written:
        session.execute(insert(AuditRow), written)
        session.execute(insert(UnsealedAct), [{"act_id": act["id"]} for act in written])
    while seal_batch(session):
        pass
    session.expire_all()


def an_hour_earlier(act: dict[str, Any]) -> dict[str, Any]:
    return act | {"at": act["at"] - dt.timedelta(hours=1)}
