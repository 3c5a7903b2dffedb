"""Evidence on its way in: received for a form, removed again, claimed when the form is filed (R14, R16).

A file lies in the store, whole and on disk, before its row is committed: no row ever names a file that is not there.
A kill in between leaves a file without a row, which `gongshi evidence check` lists.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, text, update
from sqlalchemy.orm import Session

from app.domain.errors import FilesChanged, FormAlreadyUsed, Refusal, TooManyFiles
from app.evidence.inspection import FILES_PER_OBJECTION, Inspected, inspect
from app.evidence.kinds import FileKind
from app.evidence.sealed_file import sealed
from app.evidence.store import Store, StoreDown, new_name, store_of
from app.models import Evidence, Objection, ScanState
from app.sealing import Keyring, SealBroken, new_key
from app.services.record import OBJECTOR, Act, record
from config import Settings

_PIECE = 64 * 1024
# One of a crowd's statements (services/intake.py): built once, executed only for a form that has files.
_CLAIM = (
    update(Evidence)
    .where(Evidence.form_hash == bindparam("form"), Evidence.objection_id.is_(None))
    .values(objection_id=bindparam("objection"))
)


@dataclass(frozen=True, slots=True)
class Vault:
    """Where the files lie, what opens them, and whether a scanner looks at each before it is given out."""

    store: Store
    keyring: Keyring
    scanned: bool = False


def vault_of(settings: Settings, keyring: Keyring) -> Vault:
    return Vault(store_of(settings), keyring, scanned=bool(settings.clamd))


@dataclass(frozen=True, slots=True)
class Attached:
    """A file as whoever sent it sees it: under their own name for it, with the hash of what they sent."""

    id: int
    title: str
    kind: FileKind
    size: int
    sha256: str
    scan: ScanState


def title_bound_to(name: str) -> str:
    """What a file's title is sealed to."""
    return f"evidence-title:{name}"


def key_bound_to(name: str) -> str:
    """What a file's own key is sealed to."""
    return f"evidence-key:{name}"


def receive(
    session: Session,
    vault: Vault,
    form_hash: str,
    title: str,
    upload: BinaryIO,
    now: dt.datetime,
    *,
    objection_id: int | None = None,
) -> Attached:
    """Take one file for a form that is not filed yet: for an objection, or for a supplement to `objection_id`.

    The same file twice is one. Raises FileRefused for what it is, TooManyFiles, FormAlreadyUsed for a form that
    was filed without it, StoreDown. On return file and row are on disk.
    """
    session.rollback()  # nobody waits for the database while a file is looked through and stored
    inspected = inspect(upload)
    with closing(inspected.content):
        row = _put(vault, form_hash, title, inspected, now)
    try:
        _lock(session.connection(), form_hash)
        if (same := _same(session, row)) is not None:
            answer = attached(vault.keyring, same)
            session.rollback()
            _discard(vault, row.name)
            return answer
        _room(session, form_hash, objection_id)
        session.add(row)
        session.flush()
        details = {"size": row.size, "sha256": row.sha256}
        record(session, now, [Act(OBJECTOR, "evidence.received", _on_evidence(row.id), details)])
        session.commit()
    except Refusal:
        session.rollback()
        _discard(vault, row.name)
        raise
    return attached(vault.keyring, row)


def remove(session: Session, vault: Vault, form_hash: str, evidence_id: int, now: dt.datetime) -> None:
    """Take a file of a form back before it is filed; one that is not there, or filed, stays as it is."""
    mine = (Evidence.id == evidence_id, Evidence.form_hash == form_hash, Evidence.objection_id.is_(None))
    name = session.scalar(delete(Evidence).where(*mine).returning(Evidence.name))
    if name is None:
        session.rollback()
        return
    record(session, now, [Act(OBJECTOR, "evidence.removed", _on_evidence(evidence_id))])
    session.commit()
    _discard(vault, name)


def unfiled(session: Session, keyring: Keyring, form_hash: str) -> list[Attached]:
    """The files of a form that is not filed yet, in the order they came."""
    return _listed(session, keyring, Evidence.form_hash == form_hash, Evidence.objection_id.is_(None))


def of_objection(session: Session, keyring: Keyring, objection_id: int) -> list[Attached]:
    """The files of an objection and of its supplements, for whoever filed it."""
    return _listed(session, keyring, Evidence.objection_id == objection_id)


def claim(connection: Connection, form_hash: str, objection_id: int, seen: int) -> None:
    """Give a form's files to the objection just filed with it, in the caller's transaction.

    `seen` is how many were shown when the form was checked. Raises FilesChanged for any other number.
    """
    _lock(connection, form_hash)
    found = connection.execute(_CLAIM, {"form": form_hash, "objection": objection_id}).rowcount
    if found != seen:
        raise FilesChanged(seen, found)


def claim_for_supplement(session: Session, form_hash: str, objection_id: int, message_id: int) -> int:
    """Give a form's files to a supplement, in the caller's transaction. Returns how many. Raises TooManyFiles."""
    _lock(session.connection(), form_hash)
    _room(session, form_hash, objection_id, more=0)
    mine = (Evidence.form_hash == form_hash, Evidence.objection_id.is_(None))
    found = session.execute(
        update(Evidence).where(*mine).values(objection_id=objection_id, message_id=message_id).returning(Evidence.id)
    )
    return len(found.all())


def _put(vault: Vault, form_hash: str, title: str, inspected: Inspected, now: dt.datetime) -> Evidence:
    """Seal a file into the store under a fresh name and key. Returns the row that will name it, not added yet."""
    name, cipher = new_name(), vault.keyring.cipher
    key = new_key(cipher)
    vault.store.put(name, sealed(pieces(inspected.content), cipher, key, name))
    return Evidence(
        name=name,
        form_hash=form_hash,
        kind=inspected.kind,
        size=inspected.size,
        sha256=inspected.sha256,
        stored_size=inspected.stored_size,
        stored_sha256=inspected.stored_sha256,
        sealed_title=vault.keyring.seal(title, title_bound_to(name)),
        sealed_key=vault.keyring.seal(key, key_bound_to(name)),
        cipher=cipher,
        received_at=now,
        scan=ScanState.WAITING if vault.scanned else ScanState.UNSCANNED,
    )


def _discard(vault: Vault, name: str) -> None:
    """Delete a file that no row names. Should that fail, it is a file without a row: listed, and harmless."""
    with suppress(StoreDown):
        vault.store.delete(name)


def pieces(content: BinaryIO) -> Iterator[bytes]:
    while piece := content.read(_PIECE):
        yield piece


def _lock(connection: Connection, form_hash: str) -> None:
    """One at a time for a form, or two files at once would each find room for the last one.

    On SQLite every writer waits since BEGIN IMMEDIATE; on PostgreSQL those of one form from here on.
    """
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(bytes.fromhex(form_hash[:16]), signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:form)"), {"form": number})


def _same(session: Session, row: Evidence) -> Evidence | None:
    """The very same file, sent with this form before."""
    return session.scalar(select(Evidence).where(Evidence.form_hash == row.form_hash, Evidence.sha256 == row.sha256))


def _room(session: Session, form_hash: str, objection_id: int | None, more: int = 1) -> None:
    """Raises TooManyFiles unless `more` files fit, FormAlreadyUsed where the form has become an objection."""
    wanted: ColumnElement[bool] = (Evidence.form_hash == form_hash) & Evidence.objection_id.is_(None)
    if objection_id is not None:
        wanted |= (Evidence.objection_id == objection_id) & Evidence.message_id.is_not(None)
    elif session.scalar(select(Objection.id).where(Objection.form_hash == form_hash)) is not None:
        raise FormAlreadyUsed
    there = session.scalar(select(func.count()).select_from(Evidence).where(wanted)) or 0
    if there + more > FILES_PER_OBJECTION:
        raise TooManyFiles(FILES_PER_OBJECTION)


def _listed(session: Session, keyring: Keyring, *wanted: ColumnElement[bool]) -> list[Attached]:
    rows = session.scalars(select(Evidence).where(*wanted).order_by(Evidence.id))
    return [attached(keyring, row) for row in rows]


def attached(keyring: Keyring, row: Evidence) -> Attached:
    try:
        title = keyring.unseal_text(row.sealed_title, title_bound_to(row.name))
    except SealBroken:  # the list is still good for its hashes
        title = f"（名称无法显示）{row.kind.extension}"
    return Attached(row.id, title, row.kind, row.size, row.sha256, row.scan)


def _on_evidence(evidence_id: int) -> str:
    return f"evidence:{evidence_id}"
