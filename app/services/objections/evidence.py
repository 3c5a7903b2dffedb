"""Receiving evidence: stored for a form, removed again, claimed when the form is filed (R14, R16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, text, update
from sqlalchemy.orm import Session

from app.domain.refusals import FilesChanged, FormAlreadyUsed, TooManyFiles
from app.evidence.inspection import FILES_PER_OBJECTION
from app.evidence.kinds import FileKind
from app.models import Evidence, Objection, ScanState
from app.sealing import Keyring
from app.services.objections import unfiled
from app.services.record.chain import OBJECTOR
from app.services.shared import files
from app.services.shared.files import Vault
from app.services.shared.work import Work

# One of a crowd's statements (services/objections/intake.py): built once, executed only for a form that has files.
_CLAIM = (
    update(Evidence)
    .where(Evidence.form_hash == bindparam("form"), Evidence.objection_id.is_(None))
    .values(objection_id=bindparam("objection"))
)
_LETTERS = (
    select(func.count())
    .select_from(Evidence)
    .where(Evidence.objection_id == bindparam("objection"), Evidence.letter.is_(True))
)


@dataclass(frozen=True, slots=True)
class Attached:
    """A file for its sender, with the sender's name for it and the hash of what was sent."""

    id: int
    title: str
    kind: FileKind
    size: int
    sha256: str
    scan: ScanState
    letter: bool = False  # a unit's sealed letter (R14)


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was sent: for an objection, or for a supplement to `objection_id`; `by` is who, for the record."""

    title: str
    content: BinaryIO
    objection_id: int | None = None
    letter: bool = False
    by: str = OBJECTOR


def receive(
    work: Work,
    vault: Vault,
    form_hash: str,
    title: str,
    upload: BinaryIO,
    *,
    objection_id: int | None = None,
    letter: bool = False,
) -> Attached:
    """Store one file of an objector for a form that is not filed yet, as `take` does."""
    return take(work, vault, form_hash, SentFile(title, upload, objection_id, letter))


def take(work: Work, vault: Vault, form_hash: str, sent: SentFile) -> Attached:
    """Store one file for a form that is not filed yet.

    The same file sent twice is stored once, as a letter if it was ever sent as one. Raises FileRefused, TooManyFiles,
    FormAlreadyUsed for a form that was filed without it, UnfiledFull, StoreDown. On return file and row are on disk.
    """
    work.session.rollback()  # no transaction stays open while a file is inspected and stored
    displaced: list[str] = []
    with files.store_incoming(vault, sent.title, sent.content, work.now, copied=True) as file, work:
        _lock(work.session.connection(), form_hash)
        row = Evidence(form_hash=form_hash, letter=sent.letter, **file.columns)
        if (same := _same(work.session, row)) is None:
            _room(work.session, form_hash, sent.objection_id)
            displaced = unfiled.make_room(work, row.stored_size + (row.copy_size or 0), vault.unfiled_limit)
            work.session.add(row)
            work.session.flush()
            details = {"size": row.size, "sha256": row.sha256}
            work.did_by(sent.by, "evidence.received", _on_evidence(row.id), **details)
            file.named = True
        elif sent.letter and same.objection_id is None:
            same.letter = True
        taken = attached(vault.keyring, same or row)
    for name in displaced:  # their rows are gone for good
        files.discard(vault, name)
    return taken


def remove(work: Work, vault: Vault, form_hash: str, evidence_id: int, by: str = OBJECTOR) -> None:
    """Remove a file of a form before it is filed. Any other file stays as it is."""
    mine = (Evidence.id == evidence_id, Evidence.form_hash == form_hash, Evidence.objection_id.is_(None))
    with work:
        gone = work.session.execute(delete(Evidence).where(*mine).returning(Evidence.name, Evidence.copy_name)).first()
        if gone is not None:
            work.did_by(by, "evidence.removed", _on_evidence(evidence_id))
    for name in gone or ():  # the row is gone for good: now the files may go
        if name is not None:
            files.discard(vault, name)


def list_unfiled(session: Session, keyring: Keyring, form_hash: str) -> list[Attached]:
    """List the files of a form that is not filed yet, in the order they came."""
    return _listed(session, keyring, Evidence.form_hash == form_hash, Evidence.objection_id.is_(None))


def of_objection(session: Session, keyring: Keyring, objection_id: int) -> list[Attached]:
    """List the files of an objection and of its supplements, for whoever filed it."""
    return _listed(session, keyring, Evidence.objection_id == objection_id)


def claim(connection: Connection, form_hash: str, objection_id: int, seen: int, letters: int = 0) -> None:
    """Give a form's files to the objection just filed with it, in the caller's transaction.

    `seen` is how many were shown when the form was checked, and `letters` how many of these are sealed letters.
    Raises FilesChanged for any other number.
    """
    _lock(connection, form_hash)
    found = connection.execute(_CLAIM, {"form": form_hash, "objection": objection_id}).rowcount
    if found != seen or connection.scalar(_LETTERS, {"objection": objection_id}) != letters:
        raise FilesChanged(seen, found)


def hashes_of(connection: Connection, objection_id: int) -> list[str]:
    """Return the SHA-256 of the files that an objection was filed with, without those of its supplements."""
    query = select(Evidence.sha256).where(Evidence.objection_id == objection_id, Evidence.message_id.is_(None))
    return sorted(connection.scalars(query))


def claim_for_supplement(session: Session, form_hash: str, objection_id: int, message_id: int) -> int:
    """Give a form's files to a supplement, in the caller's transaction. Returns how many. Raises TooManyFiles."""
    _lock(session.connection(), form_hash)
    _room(session, form_hash, objection_id, more=0)
    mine = (Evidence.form_hash == form_hash, Evidence.objection_id.is_(None))
    found = session.execute(
        update(Evidence).where(*mine).values(objection_id=objection_id, message_id=message_id).returning(Evidence.id)
    )
    return len(found.all())


def _lock(connection: Connection, form_hash: str) -> None:
    """Lock a form. Otherwise two files at once would each find room for the last one.

    On SQLite every writer waits since BEGIN IMMEDIATE; on PostgreSQL those of one form from here on.
    """
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(bytes.fromhex(form_hash[:16]), signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:form)"), {"form": number})


def _same(session: Session, row: Evidence) -> Evidence | None:
    """Find the very same file, sent with this form before."""
    return session.scalar(select(Evidence).where(Evidence.form_hash == row.form_hash, Evidence.sha256 == row.sha256))


def _room(session: Session, form_hash: str, objection_id: int | None, more: int = 1) -> None:
    """Raise TooManyFiles unless `more` files fit, FormAlreadyUsed where the form has become an objection."""
    wanted: ColumnElement[bool] = (Evidence.form_hash == form_hash) & Evidence.objection_id.is_(None)
    if objection_id is not None:
        wanted |= (Evidence.objection_id == objection_id) & Evidence.message_id.is_not(None)
    elif session.scalar(select(Objection.id).where(Objection.form_hash == form_hash)) is not None:
        raise FormAlreadyUsed
    already = session.scalar(select(func.count()).select_from(Evidence).where(wanted)) or 0
    if already + more > FILES_PER_OBJECTION:
        raise TooManyFiles(FILES_PER_OBJECTION)


def _listed(session: Session, keyring: Keyring, *wanted: ColumnElement[bool]) -> list[Attached]:
    rows = session.scalars(select(Evidence).where(*wanted).order_by(Evidence.received_at, Evidence.id))
    return [attached(keyring, row) for row in rows]


def attached(keyring: Keyring, row: Evidence) -> Attached:
    title = files.title_of(keyring, row)
    return Attached(row.id, title, row.kind, row.size, row.sha256, row.scan, bool(row.letter))


def _on_evidence(evidence_id: int) -> str:
    return f"evidence:{evidence_id}"
