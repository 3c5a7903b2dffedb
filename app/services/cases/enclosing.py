"""Files of the handlers: stored for a form, removed, opened on the record (R22, R24)."""

from __future__ import annotations

from typing import BinaryIO

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.domain.cases.states import Action, check_action
from app.domain.refusals import NotYourCase, TooManyFiles
from app.evidence.inspection import FILES_PER_OBJECTION
from app.models import Case, CaseFile
from app.services.cases.enclosures import of_form
from app.services.cases.investigation import visible_case
from app.services.record.chain import on_case
from app.services.shared import files
from app.services.shared.files import OpenedFile, Stored, Vault
from app.services.shared.locks import lock_row
from app.services.shared.work import Work, use_case


def receive(
    work: Work, vault: Vault, case_id: int, action: Action, form_hash: str, title: str, upload: BinaryIO
) -> None:
    """Store one file for a form of this case, from somebody who may do the form's action now.

    The same file sent twice is stored once. Raises NotYourCase and what `check_action` raises, FileRefused,
    TooManyFiles, StoreDown. On return file and row are on disk.
    """
    case = visible_case(work.session, case_id, work.actor, work.now)
    check_action(work.actor, action, case.facts(work.now), work.now)
    work.session.rollback()  # no transaction stays open while a file is inspected and stored
    with files.store_incoming(vault, title, upload, work.now) as file, work:
        lock_row(work.session, Case, case_id)  # two files at once would each find room for the last one
        row = CaseFile(case_id=case_id, form_hash=form_hash, received_by=work.actor.user_id, **file.columns)
        same = CaseFile.form_hash == form_hash, CaseFile.sha256 == row.sha256
        if work.session.scalar(select(CaseFile.id).where(*same)) is None:
            _require_room(work.session, form_hash)
            work.session.add(row)
            work.session.flush()
            work.did("casefile.received", on_case(case_id), file=row.id, size=row.size, sha256=row.sha256)
            file.named = True


def remove(work: Work, vault: Vault, case_id: int, form_hash: str, file_id: int) -> None:
    """Remove a file of one's form before the form is accepted. Any other file stays as it is."""
    mine = (*of_form(work.actor, case_id, form_hash), CaseFile.id == file_id)
    with work:
        name = work.session.scalar(delete(CaseFile).where(*mine).returning(CaseFile.name))
        if name is not None:
            work.did("casefile.removed", on_case(case_id), file=file_id)
    if name is not None:  # the row is gone for good: now the file may go
        files.discard(vault, name)


@use_case
def open_file(work: Work, vault: Vault, case_id: int, file_id: int) -> OpenedFile:
    """Open a file of a case, for somebody who may see the case. The opening is on the record before a byte goes out.

    Raises NotYourCase, HeldBack, FileDamaged, StoreDown.
    """
    visible_case(work.session, case_id, work.actor, work.now)
    row = work.session.get(CaseFile, file_id)
    if row is None or row.case_id != case_id or not row.belongs:
        raise NotYourCase
    stored, scan, kind = Stored.of(row), row.scan, row.kind
    title = files.title_of(vault.keyring, row)
    work.session.rollback()  # no transaction stays open while a file is read
    opened = files.open_stored_file(vault, stored, scan, kind, title)
    work.did("casefile.opened", on_case(case_id), file=file_id)
    return opened


def _require_room(session: Session, form_hash: str) -> None:
    already = session.scalar(select(func.count()).select_from(CaseFile).where(CaseFile.form_hash == form_hash)) or 0
    if already >= FILES_PER_OBJECTION:
        raise TooManyFiles(FILES_PER_OBJECTION)
