"""Has the newest checkpoint stamped and cosigned by others, and keeps what they answer (R38).

Nothing waits for them: a checkpoint counts without. What is missing is asked for again each minute, of the newest
checkpoint alone, since it proves the older ones too.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import signing
from app.channels.timestamps import NoStamp, TimeAuthority
from app.channels.witnesses import Witness, WitnessDown
from app.database import Database
from app.domain.record.notes import BadNote, Note, parse_signatures
from app.domain.record.witness import WitnessAnswer, WitnessRequest
from app.models import CheckpointStamp, Cosignature, PublishedCheckpoint
from app.services.record.proofs import growth_path, newest_checkpoint
from app.services.shared.work import Work, use_case

_log = logging.getLogger("gongshi.record")
_DIGITS = 18  # of the largest size that a checkpoint states


def stamp_newest(database: Database, authority: TimeAuthority, now: dt.datetime) -> bool:
    """Have the newest checkpoint stamped where it is not. Returns whether a stamp was added."""
    with database.reader() as session:
        checkpoint = newest_checkpoint(session)
        if checkpoint is None or session.get(CheckpointStamp, checkpoint.id) is not None:
            return False
        text = Note.parse(checkpoint.note).text
    try:
        stamp = authority.stamp(text.encode())
    except NoStamp as error:
        _log.warning("no time stamp of a checkpoint", exc_info=error)
        return False
    row = CheckpointStamp(checkpoint_id=checkpoint.id, asked_at=now, stamped_at=stamp.at, token=stamp.token)
    return _kept(database, row, now)


def cosign_newest(database: Database, witnesses: Sequence[Witness], now: dt.datetime) -> int:
    """Have the newest checkpoint cosigned by each witness that has not. Returns how many did."""
    return sum(_cosigned(database, witness, now) for witness in witnesses)


def _cosigned(database: Database, witness: Witness, now: dt.datetime) -> bool:
    with database.reader() as session:
        checkpoint = newest_checkpoint(session)
        if checkpoint is None or session.get(Cosignature, (checkpoint.id, witness.key.name)) is not None:
            return False
        known = session.scalar(
            select(func.max(PublishedCheckpoint.size))
            .join(Cosignature, Cosignature.checkpoint_id == PublishedCheckpoint.id)
            .where(Cosignature.witness == witness.key.name)
        )
        asked = _request(session, known or 0, checkpoint)
    try:
        status, body = witness.ask(asked)
        if status == WitnessAnswer.OTHER_SIZE and (known_there := _size_in(body)) is not None:
            # It cosigned one that we do not know of, or lost what it knew: the proof begins where it stands.
            with database.reader() as session:
                asked = _request(session, min(known_there, checkpoint.size), checkpoint)
            status, body = witness.ask(asked)
    except WitnessDown as error:
        _log.warning("a witness does not answer", exc_info=error, extra={"witness": witness.key.name})
        return False
    if status != WitnessAnswer.COSIGNED:
        _log.error("a witness refuses a checkpoint", extra={"witness": witness.key.name, "status": status})
        return False
    try:
        lines = parse_signatures(body)
        note = Note(Note.parse(checkpoint.note).text, lines)
        line = note.verified([witness.key], signing.verify)[witness.key]
        cosigned_at = line.cosigned_at
    except (BadNote, KeyError) as error:
        _log.error("a witness's answer does not fit", exc_info=error, extra={"witness": witness.key.name})
        return False
    row = Cosignature(checkpoint_id=checkpoint.id, witness=witness.key.name, line=str(line), cosigned_at=cosigned_at)
    return _kept(database, row, now)


def _size_in(body: str) -> int | None:
    text = body.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def _request(session: Session, old: int, checkpoint: PublishedCheckpoint) -> WitnessRequest:
    return WitnessRequest(old, growth_path(session, old, checkpoint.size), checkpoint.note)


def _kept(database: Database, row: CheckpointStamp | Cosignature, now: dt.datetime) -> bool:
    try:
        with database.writer() as session:
            _keep(Work(session, now), row)
    except IntegrityError:  # another server was quicker
        return False
    return True


@use_case
def _keep(work: Work, row: CheckpointStamp | Cosignature) -> None:
    work.session.add(row)
