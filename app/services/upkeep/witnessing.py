"""This installation as a witness: cosigns checkpoints of logs it knows, and never two that do not fit (R38)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.record.notes import BadNote, BadSignature, Checkpoint, KnownKey, Note, Sign, Verify, cosign
from app.domain.record.witness import NOTHING_YET, WitnessAnswer, WitnessRequest, judge
from app.models import WitnessedLog
from app.services.shared.work import Work, use_case


@dataclass(frozen=True, slots=True)
class CosigningKey:
    """What a witness signs with: its public key, and the function that signs."""

    key: KnownKey
    sign: Sign


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The answer to a request: `line` of a cosignature, or of the size that the witness knows."""

    answer: WitnessAnswer
    line: str = ""


def cosign_checkpoint(work: Work, logs: Sequence[KnownKey], own: CosigningKey, verify: Verify, body: str) -> Cosigned:
    """Answer `add-checkpoint`. What is cosigned is remembered on disk before it leaves."""
    try:
        request = WitnessRequest.parse(body)
        note = Note.parse(request.note)
        shown = Checkpoint.parse(note.text)
    except BadNote:
        return Cosigned(WitnessAnswer.MALFORMED)
    keys = [key for key in logs if key.name == shown.origin]
    if not keys:
        return Cosigned(WitnessAnswer.UNKNOWN_LOG)
    try:
        signed = note.verified(keys, verify)
    except BadSignature:
        signed = {}
    if not signed:
        return Cosigned(WitnessAnswer.NOT_SIGNED)
    try:
        answer = _remember(work, request, shown)
    except IntegrityError:  # another request of a log that was new a moment ago
        answer = WitnessAnswer.OTHER_SIZE
    if answer is WitnessAnswer.COSIGNED:
        return Cosigned(answer, str(cosign(note, own.key, own.sign, work.now)))
    if answer is WitnessAnswer.OTHER_SIZE:
        return Cosigned(answer, f"{_known(work.session, shown.origin)[0]}\n")
    return Cosigned(answer)


@use_case
def _remember(work: Work, request: WitnessRequest, shown: Checkpoint) -> WitnessAnswer:
    """Judge a checkpoint, and put it in the place of the one it grew from. Of two at once one finds it moved."""
    size, root = _known(work.session, shown.origin)
    answer = judge(request, shown, size, root)
    if answer is WitnessAnswer.COSIGNED:
        values = {"size": shown.size, "root": shown.root.hex(), "note": request.note, "cosigned_at": work.now}
        if work.session.get(WitnessedLog, shown.origin) is None:
            work.session.execute(insert(WitnessedLog).values(origin=shown.origin, **values))
            return answer
        same = (WitnessedLog.origin == shown.origin, WitnessedLog.size == size, WitnessedLog.root == root.hex())
        moved = work.session.execute(update(WitnessedLog).where(*same).values(**values))
        return answer if moved.rowcount else WitnessAnswer.OTHER_SIZE  # type: ignore[attr-defined] # of an UPDATE
    if answer is WitnessAnswer.NOT_GROWN or (answer is WitnessAnswer.OTHER_SIZE and request.old == size):
        work.did("witness.refused", "portal", origin=shown.origin, rows=shown.size)
    return answer


def _known(session: Session, origin: str) -> tuple[int, bytes]:
    """Return size and root of the newest checkpoint of a log that was cosigned."""
    session.expire_all()
    row = session.get(WitnessedLog, origin)
    return (row.size, bytes.fromhex(row.root)) if row else NOTHING_YET
