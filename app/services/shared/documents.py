"""Files that staff hand in: photos, scans, lists. Stored first, named by a row in the use case's own transaction."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases.states import Actor
from app.domain.refusals import NotYourCase
from app.evidence.inspection import inspect
from app.models import Document, Import, Nominee, Opinion, Purpose
from app.services.record.chain import Act, by_user, record
from app.services.shared import files
from app.services.shared.files import Opened, Stored, Vault


def stored(
    vault: Vault,
    purpose: Purpose,
    programme_id: int,
    title: str,
    upload: BinaryIO,
    actor: Actor,
    now: dt.datetime,
    *,
    nominee_id: int | None = None,
) -> Document:
    """Look through a file and store it as it came. Returns the row that will name it, for the caller to add and commit.

    No session is needed, and none should be in a write meanwhile. Where the use case is refused afterwards, hand the
    row to `discard`. Raises FileRefused, StoreDown.
    """
    inspected = inspect(upload, as_it_came=True)
    with closing(inspected.content):
        columns = files.put(vault, title, inspected, now)
    return Document(
        purpose=purpose, programme_id=programme_id, nominee_id=nominee_id, received_by=actor.user_id, **columns
    )


def discard(vault: Vault, document: Document | None) -> None:
    """The use case was refused: nothing names the file."""
    if document is not None:
        files.discard(vault, document.name)


def open_document(session: Session, vault: Vault, document_id: int, actor: Actor, now: dt.datetime) -> Opened:
    """A file for whoever may see what it is about; on the record before a byte of it goes out.

    Raises NotYourCase, HeldBack, FileDamaged, StoreDown.
    """
    document = session.get(Document, document_id)
    if document is None or not _may_open(session, document, actor):
        raise NotYourCase
    name, row = files.title_of(vault.keyring, document), Stored.of(document)
    scan, kind = document.scan, document.kind
    session.rollback()  # nobody waits for the database while a file is read
    opened = files.opened(vault, row, scan, kind, name)
    record(session, now, [Act(by_user(actor.user_id), "document.opened", f"document:{document_id}")])
    session.commit()
    return opened


def _may_open(session: Session, document: Document, actor: Actor) -> bool:
    """The office opens everything; a unit what is about those it recommends, and the lists that it handed in itself.

    As with the dossier: neither a photo nor what the authorities say is for the unit that somebody only works in.
    """
    if actor.is_office:
        return True
    if document.purpose is Purpose.OPINION:
        about = select(Opinion.id).join(Nominee).where(Opinion.document_id == document.id)
        return session.scalar(about.where(Nominee.recommender_id == actor.unit_id).limit(1)) is not None
    if document.nominee_id is not None:
        recommender = select(Nominee.recommender_id).where(Nominee.id == document.nominee_id)
        return session.scalar(recommender) == actor.unit_id
    if document.import_id is not None:
        unit = select(Import.unit_id).where(Import.id == document.import_id)
        return session.scalar(unit) == actor.unit_id
    return False
