"""Upkeep of stored files by the tick and the console: forget, scan, compare (SECURITY 5, 34).

Evidence comes from objectors, documents from staff: two tables, one store, looked after alike. A row is named as the
record names it, `evidence:3` or `document:4`.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.evidence.names import FileMissing, StoreDown
from app.evidence.scanner import Verdict
from app.evidence.store import Store
from app.models import Document, Evidence, Objection, ScanState, StoredFile
from app.services.record.chain import CLOCK, on_case
from app.services.shared.files import Stored, Vault
from app.services.shared.work import Work, use_case

KEPT_UNFILED = dt.timedelta(hours=24)
_STATES = {Verdict.CLEAN: ScanState.CLEAN, Verdict.INFECTED: ScanState.INFECTED}
_TABLES: dict[str, type[Evidence] | type[Document]] = {"evidence": Evidence, "document": Document}


def forget_unfiled(work: Work, vault: Vault) -> int:
    """Delete what was uploaded more than a day ago and never filed: rows first, then files. Returns how many."""
    old = (Evidence.objection_id.is_(None), Evidence.received_at <= work.now - KEPT_UNFILED)
    with work:
        gone = work.session.execute(delete(Evidence).where(*old).returning(Evidence.name, Evidence.stored_size)).all()
        if gone:
            size = sum(row.stored_size for row in gone)
            work.did_by(CLOCK, "evidence.expired", "evidence", files=len(gone), size=size)
    for row in gone:
        with suppress(StoreDown):  # then a file without a row, which `compare` lists
            vault.store.delete(row.name)
    return len(gone)


def waiting(session: Session) -> list[Stored]:
    """List the files that the scanner has not judged, the earliest first."""
    rows: list[StoredFile] = [
        *session.scalars(select(Evidence).where(Evidence.scan == ScanState.WAITING).order_by(Evidence.id)),
        *session.scalars(select(Document).where(Document.scan == ScanState.WAITING).order_by(Document.id)),
    ]
    return [Stored.of(row) for row in sorted(rows, key=lambda row: row.received_at)]


@use_case
def judge(work: Work, subject: str, verdict: Verdict) -> None:
    """Write down what the scanner said of a file, once."""
    kind, _, number = subject.partition(":")
    table, row_id = _TABLES[kind], int(number)
    unjudged = (table.id == row_id, table.scan == ScanState.WAITING)
    marked = update(table).where(*unjudged).values(scan=_STATES[verdict], scanned_at=work.now)
    if work.session.execute(marked.returning(table.id)).first() is None:
        return  # another machine was quicker, or it was removed meanwhile
    about = (_case_of(work.session, row_id) if table is Evidence else None) or subject
    work.did_by(CLOCK, f"{kind}.{verdict}", about, **{kind: row_id})


def _case_of(session: Session, evidence_id: int) -> str | None:
    """Return the case whose history names a piece of evidence; None where it is not filed."""
    case_id = session.scalar(
        select(Objection.case_id)
        .join(Evidence, Evidence.objection_id == Objection.id)
        .where(Evidence.id == evidence_id)
    )
    return on_case(case_id) if case_id is not None else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences between store and database. They are listed, and nothing is deleted."""

    rows: int
    files_without_row: list[str]
    rows_without_file: list[str]
    unfinished: list[str]
    damaged: list[str]

    @property
    def agree(self) -> bool:
        return not (self.files_without_row or self.rows_without_file or self.unfinished or self.damaged)


def compare(session: Session, vault: Vault, *, deep: bool = False) -> Comparison:
    """Find stored files without rows and rows without files; `deep` reads every file and checks its hash.

    An upload under way right now may show as a file without a row, or as unfinished: look again a little later.
    """
    names = set(vault.store.names())  # first: what comes after this is found on its own below
    rows: list[StoredFile] = [
        *session.scalars(select(Evidence).order_by(Evidence.id)),
        *session.scalars(select(Document).order_by(Document.id)),
    ]
    stored = {row.name: Stored.of(row) for row in rows}
    session.rollback()
    strays = [name for name in sorted(names - stored.keys()) if _there(vault.store, name)]
    known = {
        name for table in _TABLES.values() for name in session.scalars(select(table.name).where(table.name.in_(strays)))
    }
    missing = {name for name in stored.keys() - names if not _there(vault.store, name)}
    return Comparison(
        rows=len(stored),
        files_without_row=[name for name in strays if name not in known],
        rows_without_file=[each.subject for name, each in stored.items() if name in missing],
        unfinished=sorted(vault.store.unfinished()),
        damaged=[
            each.subject for name, each in stored.items() if deep and name not in missing and not each.is_whole(vault)
        ],
    )


def _there(store: Store, name: str) -> bool:
    try:
        for _piece in store.get(name):
            break
    except FileMissing:
        return False
    return True
