"""The salt that binds an objection to its act in the record, sealed to its row (R18, R38)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.record.filings import FiledContent
from app.models import Entry, Objection
from app.sealing import Keyring
from app.services.objections.evidence import hashes_of


def place(form_hash: str) -> str:
    """Return what a sealed salt is bound to: known before its row has an id."""
    return f"objection-salt:{form_hash}"


def seal_salt(keyring: Keyring, form_hash: str, salt: bytes) -> bytes:
    return keyring.seal(salt.hex(), place(form_hash))


def open_salt(session: Session, keyring: Keyring, objection_id: int) -> bytes | None:
    """Return the salt of an objection. None where it was purged, or filed before there were salts."""
    row = session.execute(select(Objection.form_hash, Objection.sealed_salt).where(Objection.id == objection_id)).one()
    if row.sealed_salt is None:
        return None
    return bytes.fromhex(keyring.unseal_text(row.sealed_salt, place(row.form_hash)))


def filed_content(session: Session, objection_id: int) -> FiledContent:
    """Return what was filed, as the commitment in the record binds to it."""
    row = session.execute(
        select(Entry.period_id, Entry.nominee_id, Entry.name, Objection.category, Objection.facts)
        .join(Entry, Objection.entry_id == Entry.id)
        .where(Objection.id == objection_id)
    ).one()
    files = hashes_of(session.connection(), objection_id)
    return FiledContent(row.period_id, row.nominee_id, row.name, row.category.value, row.facts, files)
