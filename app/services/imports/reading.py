"""Reads an import and checks it: in the request that hands it in, or in the tick when a scanner held it back.

The files are read outside of any transaction. The rows are then written with their problems in one transaction, whose
first statement claims the import: a reader that dies leaves nothing behind, and of two readers one writes.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.domain.refusals import FileDamaged, HeldBack, TooManyRows, UnreadableForm
from app.evidence.names import StoreDown
from app.models import Import, ImportRow, ImportState
from app.services.imports import checks
from app.services.imports.content import Content
from app.services.imports.receiving import on_import
from app.services.imports.sealed_rows import HEAD, columns_of
from app.services.imports.waiting import due
from app.services.record.chain import CLOCK
from app.services.shared.files import Vault
from app.services.shared.work import Work, use_case

_log = logging.getLogger("gongshi.imports")
# A list whose reading kills the process is given up after so many attempts.
ATTEMPTS = 3
# Rows wait in memory for their transaction: 2,000 with deeds of 400 characters come to 3 MB.
_MOST_BYTES = 64 * 1024 * 1024
_AS_THEY_STAND = {"synchronize_session": False}
_TOO_MUCH_TEXT = ("文字太多，超出一份名单的需要。", "请删去多余的文字，或者分成几份，分别上传。")
_FAULT = "系统在读取时出了问题，已经记录。请过一会儿重新上传；还是不行，请与市级专班联系。"


def read(work: Work, vault: Vault, import_id: int) -> bool:
    """Read a waiting import and check it, up to the preview. False where it does not wait, or waits for the scanner.

    What can't be read is said on its page. Raises StoreDown and what the database raises: the import goes on waiting,
    and the tick reads it. One that was begun ATTEMPTS times and never ended is given up.
    """
    attempt = _begin(work.session, import_id)
    if attempt is None:
        return False
    if attempt > ATTEMPTS:
        _fail(work, import_id, _FAULT)
        return True
    try:
        _write(work, vault, import_id, _columns(work.session, vault, import_id, work.now))
    except StoreDown:
        _take_back_attempt(work.session, import_id)
        raise
    except SQLAlchemyError:
        raise
    except (UnreadableForm, TooManyRows, FileDamaged, HeldBack) as refusal:
        _fail(work, import_id, str(refusal))
    except Exception as fault:  # any fault: another try would fail in the same way, and somebody waits for the answer
        _log.error("an import could not be read", exc_info=fault, extra={"file": on_import(import_id)})
        _fail(work, import_id, _FAULT)
    return True


def _begin(session: Session, import_id: int) -> int | None:
    """Count an attempt, on disk before anything is read. None where nothing is to be read."""
    begun = update(Import).where(Import.id == import_id, due()).values(attempts=Import.attempts + 1)
    attempt = session.scalar(begun.returning(Import.attempts), execution_options=_AS_THEY_STAND)
    session.commit()
    return attempt


def _take_back_attempt(session: Session, import_id: int) -> None:
    session.rollback()
    undone = update(Import).where(Import.id == import_id).values(attempts=Import.attempts - 1)
    session.execute(undone, execution_options=_AS_THEY_STAND)
    session.commit()


def _columns(session: Session, vault: Vault, import_id: int, now: dt.datetime) -> list[dict[str, Any]]:
    """Read the import's rows and return them sealed, as the table keeps them.

    Raises what Content.rows raises, UnreadableForm.
    """
    content = Content.of(session, vault, import_id)
    session.rollback()  # no transaction stays open while files are read
    columns, size = [], 0
    for row in content.rows(now):
        columns.append(columns_of(vault.keyring, import_id, row))
        size += len(columns[-1]["sealed"])
        if size > _MOST_BYTES:
            raise UnreadableForm(row.source, *_TOO_MUCH_TEXT)
    return columns


@use_case
def _write(work: Work, vault: Vault, import_id: int, columns: Sequence[dict[str, Any]]) -> None:
    rows = sum(each["number"] != HEAD for each in columns)
    if not _end(work.session, import_id, state=ImportState.CHECKED, rows_total=rows):
        return
    work.session.execute(insert(ImportRow), columns)
    checks.note(work.session, import_id, checks.across(work.session, vault.keyring, import_id))
    work.did_by(CLOCK, "import.checked", on_import(import_id), rows=rows)


@use_case
def _fail(work: Work, import_id: int, why: str) -> None:
    """Record why the import can't be read."""
    if _end(work.session, import_id, state=ImportState.FAILED, failure=why):
        work.did_by(CLOCK, "import.failed", on_import(import_id))


def _end(session: Session, import_id: int, **changes: object) -> bool:
    """Claim a waiting import with what became of it. False when it was dropped meanwhile, or another was quicker."""
    waits = (Import.id == import_id, Import.state == ImportState.WAITING)
    claim = update(Import).where(*waits).values(**changes).returning(Import.id)
    return session.scalar(claim, execution_options=_AS_THEY_STAND) is not None
