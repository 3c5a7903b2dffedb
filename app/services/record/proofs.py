"""Proofs for strangers, from the stored tree: of an objection, of a period's lists, between two checkpoints (R38)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.record import proof_files
from app.domain.record.listings import LISTED_ACTS
from app.domain.record.merkle import consistency_proof, inclusion_proof
from app.domain.record.notes import Note, parse_signatures
from app.domain.record.proof_files import ProvenLeaf, SignedTree
from app.models import ActSeal, AuditRow, CheckpointStamp, Cosignature, Objection, PublishedCheckpoint, StatedList
from app.services.record import checkpoints
from app.services.record.chain import content_of, on_case, on_period
from app.services.record.tree import StoredTree


@dataclass(frozen=True, slots=True)
class FiledAct:
    """The act of a filing: its leaf (64 hexadecimal digits), and the size of the tree that first holds it, if any."""

    row: AuditRow
    number: int | None

    @property
    def leaf(self) -> str:
        return self.row.leaf


def filed_act(session: Session, objection: Objection) -> FiledAct | None:
    """Return the act of this objection's filing. None where the record has none."""
    query = (
        select(AuditRow, ActSeal.number)
        .outerjoin(ActSeal, ActSeal.act_id == AuditRow.id)
        .where(AuditRow.subject == on_case(objection.case_id), AuditRow.action == "objection.filed")
        .order_by(AuditRow.id)
    )
    wanted = f'"objection":{objection.id}'
    found = [FiledAct(row, number) for row, number in session.execute(query) if _names(row.details, wanted)]
    return found[0] if found else None


def covering(session: Session, number: int | None) -> PublishedCheckpoint | None:
    """Return the newest checkpoint, if it holds the act of this number. None where the next one will."""
    newest = newest_checkpoint(session)
    return newest if newest is not None and number is not None and newest.size >= number else None


def newest_checkpoint(session: Session) -> PublishedCheckpoint | None:
    return next(iter(checkpoints.newest(session)), None)


def cosigned_note(session: Session, checkpoint: PublishedCheckpoint) -> str:
    """Return the note of a checkpoint with the lines of the witnesses that cosigned it."""
    query = select(Cosignature.line).where(Cosignature.checkpoint_id == checkpoint.id).order_by(Cosignature.cosigned_at)
    lines = "".join(session.scalars(query))
    note = Note.parse(checkpoint.note)
    return str(note.with_signatures(parse_signatures(lines)) if lines else note)


def stamped(session: Session, checkpoint_ids: Sequence[int]) -> set[int]:
    """Return which of these checkpoints an authority stamped."""
    query = select(CheckpointStamp.checkpoint_id).where(CheckpointStamp.checkpoint_id.in_(checkpoint_ids))
    return set(session.scalars(query))


def prove_receipt(session: Session, objection: Objection, salt: bytes | None, key: str) -> bytes | None:
    """Return the proof file of an objection, with its salt. None before the first checkpoint that holds it.

    It is for the objector alone: the place and the moment of the leaf tell others when it came (R19).
    """
    act = filed_act(session, objection)
    checkpoint = covering(session, act.number) if act else None
    if act is None or checkpoint is None:
        return None
    tree = SignedTree(cosigned_note(session, checkpoint), key)
    return proof_files.receipt_file(tree, _proven(session, act.row, act.number, checkpoint.size), salt)


def prove_period(session: Session, period_id: int, key: str) -> bytes | None:
    """Return the proof file of a period's lists. None before the first checkpoint that holds one. It names nobody."""
    checkpoint = newest_checkpoint(session)
    if checkpoint is None:
        return None
    acts = session.execute(
        select(AuditRow, ActSeal.number)
        .join(ActSeal, ActSeal.act_id == AuditRow.id)
        .where(AuditRow.subject == on_period(period_id), AuditRow.action.in_(LISTED_ACTS.values()))
        .order_by(ActSeal.number)
    ).all()
    stated = session.scalars(select(StatedList).where(StatedList.period_id == period_id).order_by(StatedList.ordinal))
    lists = [
        (_proven(session, row, number, checkpoint.size), each.digests)
        for (row, number), each in zip(acts, stated, strict=False)
        if number <= checkpoint.size
    ]
    if not lists:
        return None
    return proof_files.period_file(SignedTree(cosigned_note(session, checkpoint), key), period_id, lists)


def prove_growth(session: Session, old: int, new: int, key: str) -> bytes | None:
    """Return the proof that the checkpoint of one size grew into that of another. None where one of them is not there.

    Only sizes that were published have one.
    """
    before, after = checkpoints.of_size(session, old), checkpoints.of_size(session, new)
    if before is None or after is None or before.size > after.size:
        return None
    path = growth_path(session, old, new)
    return proof_files.growth_file(cosigned_note(session, before), SignedTree(cosigned_note(session, after), key), path)


def growth_path(session: Session, old: int, new: int) -> list[bytes]:
    return consistency_proof(old, new, StoredTree.of(session))


def sizes(session: Session) -> Sequence[int]:
    """Return the sizes of all checkpoints, the newest first."""
    query = select(PublishedCheckpoint.size).group_by(PublishedCheckpoint.size)
    return session.scalars(query.order_by(func.max(PublishedCheckpoint.id).desc())).all()


def _proven(session: Session, row: AuditRow, number: int | None, size: int) -> ProvenLeaf:
    index = (number or 0) - 1
    return ProvenLeaf(content_of(row), index, inclusion_proof(index, size, StoredTree.of(session)))


def _names(details: str, wanted: str) -> bool:
    """Tell whether canonical JSON holds this pair: no longer number begins with it."""
    return f"{wanted}," in details or f"{wanted}}}" in details
