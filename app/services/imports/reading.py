"""An import is read row by row, a batch a transaction, by whoever claims it; then looked at as a whole.

A claim is the instant of its last beat: every batch renews it, and a batch that finds another instant there stops.
So a reader that died is taken over, one that only slept finds itself replaced, and no row is written twice.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import ColumnElement, and_, delete, exists, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import Clock
from app.database import Database
from app.domain.refusals import FileDamaged, HeldBack, UnreadableForm
from app.evidence.names import StoreDown
from app.models import Document, Import, ImportRow, ImportState, ScanState
from app.services.imports import checks
from app.services.imports.content import Content
from app.services.imports.receiving import on_import
from app.services.imports.sealed_rows import HEAD, NominationRow, columns_of
from app.services.record.chain import CLOCK, Act, record
from app.services.shared.files import Vault

_log = logging.getLogger("gongshi.imports")
BATCH = 200
# Longer than any batch takes: whoever said nothing for so long is dead.
SILENCE = dt.timedelta(seconds=60)
_AS_THEY_STAND = {"synchronize_session": False}
_FAULT = "系统在读取时出了问题，已经记录。请过一会儿重新上传；还是不行，请与工作专班联系。"


def next_due(session: Session, now: dt.datetime) -> int | None:
    """The import that has waited longest to be read, or whose reader died."""
    return session.scalar(select(Import.id).where(_free(now)).order_by(Import.id).limit(1))


def read(database: Database, vault: Vault, import_id: int, clock: Clock) -> bool:
    """Read an import and check it, up to the preview. False when somebody else does, or nothing is to be read.

    What can't be read is said on its page. Raises StoreDown and what the database raises: then it is tried again.
    """
    reader = _claimed(database, vault, import_id, clock)
    if reader is None:
        return False
    try:
        reader.everything()
    except _Replaced:
        return False
    except (UnreadableForm, FileDamaged, HeldBack) as refusal:
        reader.fail(str(refusal))
    except (StoreDown, SQLAlchemyError):
        raise
    except Exception as fault:  # whatever it was: it would be the same the next time, and somebody waits
        _log.error("an import could not be read", exc_info=fault, extra={"file": f"import:{import_id}"})
        reader.fail(_FAULT)
    return True


class _Replaced(Exception):
    """Somebody else reads it by now, or it was dropped."""


def _free(now: dt.datetime) -> ColumnElement[bool]:
    waits = exists().where(Document.import_id == Import.id, Document.scan == ScanState.WAITING)
    abandoned = and_(Import.state == ImportState.READING, Import.beats_at < now - SILENCE)
    return or_(Import.state == ImportState.WAITING, abandoned) & ~waits


def _claimed(database: Database, vault: Vault, import_id: int, clock: Clock) -> _Reader | None:
    """Begins anew: what a dead reader has written goes."""
    now = clock()
    with database.writer() as session:
        begun = {"state": ImportState.READING, "beats_at": now, "rows_done": 0, "rows_total": None}
        claim = update(Import).where(Import.id == import_id, _free(now)).values(**begun).returning(Import.id)
        if session.scalar(claim, execution_options=_AS_THEY_STAND) is None:
            return None
        session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
        session.commit()
    return _Reader(database, vault, import_id, clock, claim=now)


@dataclass
class _Reader:
    """One import under way. `claim` is the instant that must still stand there."""

    database: Database
    vault: Vault
    import_id: int
    clock: Clock
    claim: dt.datetime
    done: int = 0

    def everything(self) -> None:
        with self.database.reader() as session:
            content = Content.of(session, self.vault, self.import_id)
        rows = content.rows(self.claim)
        while batch := list(islice(rows, BATCH)):
            self._write(batch, content.expected)
        self._finish()

    def fail(self, why: str) -> None:
        """Say why, and keep nothing that was read."""
        with self.database.writer() as session:
            self._beat(session, state=ImportState.FAILED, failure=why, rows_done=0)
            session.execute(delete(ImportRow).where(ImportRow.import_id == self.import_id))
            record(session, self.claim, [Act(CLOCK, "import.failed", on_import(self.import_id))])
            session.commit()

    def _write(self, batch: Sequence[NominationRow], expected: int | None) -> None:
        columns = [columns_of(self.vault.keyring, self.import_id, row) for row in batch]
        done = self.done + sum(row.number != HEAD for row in batch)
        with self.database.writer() as session:
            self._beat(session, rows_done=done, rows_total=max(expected or 0, done))
            session.execute(insert(ImportRow), columns)
            session.commit()
        self.done = done

    def _finish(self) -> None:
        with self.database.reader() as session:
            across = checks.across(session, self.vault.keyring, self.import_id)
        with self.database.writer() as session:
            self._beat(session, state=ImportState.CHECKED, rows_total=self.done)
            checks.note(session, self.import_id, across)
            record(session, self.claim, [Act(CLOCK, "import.checked", on_import(self.import_id), {"rows": self.done})])
            session.commit()

    def _beat(self, session: Session, **changes: object) -> None:
        """Renew the claim, with what else is to be said. Raises _Replaced."""
        now = self.clock()
        still_ours = (Import.id == self.import_id, Import.state == ImportState.READING, Import.beats_at == self.claim)
        beat = update(Import).where(*still_ours).values(beats_at=now, **changes).returning(Import.id)
        if session.scalar(beat, execution_options=_AS_THEY_STAND) is None:
            session.rollback()
            raise _Replaced
        self.claim = now
