"""Files that staff hand in: photos, scans, lists. Stored first, named by a row in the use case's own transaction."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select

from app.domain.cases.states import Actor
from app.domain.refusals import NotYourCase
from app.evidence.inspection import inspect
from app.models import Document, Import, Nominee, Opinion, Purpose
from app.services.shared import files
from app.services.shared.files import OpenedFile, Stored, Vault
from app.services.shared.work import Work, use_case


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent, with its owner's name for it."""

    title: str
    content: BinaryIO


def store_document(
    vault: Vault,
    purpose: Purpose,
    programme_id: int,
    upload: Upload,
    actor: Actor,
    now: dt.datetime,
    *,
    nominee_id: int | None = None,
) -> Document:
    """Look through a file and store it as it came. Returns the row that will name it, for the caller to add and commit.

    No session is needed, and none should be in a write meanwhile. Where the use case is refused afterwards, hand the
    row to `discard`. Raises FileRefused, StoreDown.
    """
    inspected = inspect(upload.content, as_it_came=True)
    with closing(inspected.content):
        columns = files.seal_into_store(vault, upload.title, inspected, now)
    return Document(
        purpose=purpose, programme_id=programme_id, nominee_id=nominee_id, received_by=actor.user_id, **columns
    )


def discard(vault: Vault, document: Document | None) -> None:
    """Delete the file of a document whose use case was refused: nothing names the file."""
    if document is not None:
        files.discard(vault, document.name)


@use_case
def open_document(work: Work, vault: Vault, document_id: int) -> OpenedFile:
    """Open a file, for whoever may see what it is about.

    The opening is on the record before a byte of the file goes out. Raises NotYourCase, HeldBack, FileDamaged,
    StoreDown.
    """
    document = work.session.get(Document, document_id)
    if document is None or not _may_open(work, document):
        raise NotYourCase
    name, row = files.title_of(vault.keyring, document), Stored.of(document)
    scan, kind = document.scan, document.kind
    work.session.rollback()  # no transaction stays open while a file is read
    opened = files.open_stored_file(vault, row, scan, kind, name)
    work.did("document.opened", f"document:{document_id}")
    return opened


def _may_open(work: Work, document: Document) -> bool:
    """Return whether this person may open a document.

    The office opens everything. A unit opens what is about the nominees it recommends, and the lists that it handed in
    itself. As with the dossier, a unit where somebody only works sees neither a photo nor what the authorities say.
    """
    if work.actor.is_office:
        return True
    if document.purpose is Purpose.OPINION:
        about = select(Opinion.id).join(Nominee).where(Opinion.document_id == document.id)
        return work.session.scalar(about.where(Nominee.recommender_id == work.actor.unit_id).limit(1)) is not None
    if document.nominee_id is not None:
        recommender = select(Nominee.recommender_id).where(Nominee.id == document.nominee_id)
        return work.session.scalar(recommender) == work.actor.unit_id
    if document.import_id is not None:
        unit = select(Import.unit_id).where(Import.id == document.import_id)
        return work.session.scalar(unit) == work.actor.unit_id
    return False
