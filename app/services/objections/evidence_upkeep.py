"""Upkeep of stored files by the tick and the console: forget, scan, compare (SECURITY 5, 34).

Evidence comes from objectors, documents and the files of a case from staff: three tables, one store, looked after
alike. A row is named as the record names it, `evidence:3`, `document:4` or `casefile:5`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, null, select, update
from sqlalchemy.orm import Session

from app.domain.refusals import FileRefused
from app.evidence.kinds import FileKind
from app.evidence.names import FileMissing, StoreDown
from app.evidence.scanner import Verdict
from app.evidence.spool import SealedSpool
from app.evidence.store import Store
from app.models import CaseFile, Document, Evidence, Objection, ScanState, StoredFile
from app.services.record.chain import CLOCK, on_case
from app.services.shared import files
from app.services.shared.files import Stored, Vault
from app.services.shared.work import Work, use_case

KEPT_UNFILED = dt.timedelta(hours=24)
_COPIED_A_TICK = 20
_STATES = {Verdict.CLEAN: ScanState.CLEAN, Verdict.INFECTED: ScanState.INFECTED}
_TABLES: dict[str, type[Evidence] | type[Document] | type[CaseFile]] = {
    "evidence": Evidence,
    "document": Document,
    "casefile": CaseFile,
}


def forget_unfiled(work: Work, vault: Vault) -> int:
    """Delete what was uploaded more than a day ago and never filed: rows first, then files. Returns how many."""
    before = work.now - KEPT_UNFILED
    unclaimed = CaseFile.note_id.is_(None), CaseFile.proposal_version.is_(None), CaseFile.received_at <= before
    unfiled = {
        "evidence": delete(Evidence)
        .where(Evidence.objection_id.is_(None), Evidence.received_at <= before)
        .returning(Evidence.name, Evidence.stored_size, Evidence.copy_name),
        "casefile": delete(CaseFile)
        .where(*unclaimed)
        .returning(CaseFile.name, CaseFile.stored_size, null().label("copy_name")),
    }
    names: list[str] = []
    forgotten = 0
    with work:
        for kind, old in unfiled.items():
            gone = work.session.execute(old).all()
            if gone:
                size = sum(row.stored_size for row in gone)
                work.did_by(CLOCK, f"{kind}.expired", kind, files=len(gone), size=size)
            names += [name for row in gone for name in (row.name, row.copy_name) if name is not None]
            forgotten += len(gone)
    for name in names:
        with suppress(StoreDown):  # then a file without a row, which `compare` lists
            vault.store.delete(name)
    return forgotten


def waiting(session: Session) -> list[Stored]:
    """List the files that the scanner has not judged, the earliest first."""
    rows = _rows(session, waiting=True)
    return [Stored.of(row) for row in sorted(rows, key=lambda row: row.received_at)]


def _rows(session: Session, *, waiting: bool = False) -> list[StoredFile]:
    """Return the rows of every table of stored files, `waiting` those that the scanner has not judged."""
    found: list[StoredFile] = []
    for table in _TABLES.values():
        query: Select[Any] = select(table).order_by(table.id)
        found += session.scalars(query.where(table.scan == ScanState.WAITING) if waiting else query)
    return found


def without_copy(session: Session) -> list[tuple[int, Stored, FileKind]]:
    """List the documents of objectors that handlers have no copy of yet: those that came before there were copies."""
    waits = Evidence.copy_name.is_(None), Evidence.copy_refused.is_(False), Evidence.objection_id.is_not(None)
    kinds = [kind for kind in FileKind if kind.copied]
    rows = session.scalars(
        select(Evidence).where(*waits, Evidence.kind.in_(kinds)).order_by(Evidence.received_at).limit(_COPIED_A_TICK)
    )
    return [(row.id, Stored.of(row), row.kind) for row in rows]


def make_copy(work: Work, vault: Vault, evidence_id: int, stored: Stored, kind: FileKind) -> None:
    """Make the copy of one document that handlers read, or note that none can be made.

    Raises StoreDown, SealBroken, FileMissing.
    """
    with SealedSpool() as original:
        for piece in stored.content(vault.store, vault.keyring):
            original.write(piece)
        try:
            columns = files.seal_copy(vault, original, kind, stored.cipher)
        except FileRefused:
            columns = {"copy_refused": True}
    with work:
        unmade = Evidence.id == evidence_id, Evidence.copy_name.is_(None)
        made = work.session.execute(update(Evidence).where(*unmade).values(columns).returning(Evidence.id)).first()
        if made is not None:
            work.did_by(CLOCK, "evidence.copied", f"evidence:{evidence_id}", made="copy_name" in columns)
    if made is None and "copy_name" in columns:  # another machine was quicker
        files.discard(vault, str(columns["copy_name"]))


@use_case
def judge(work: Work, subject: str, verdict: Verdict) -> None:
    """Write down what the scanner said of a file, once."""
    kind, _, number = subject.partition(":")
    table, row_id = _TABLES[kind], int(number)
    unjudged = (table.id == row_id, table.scan == ScanState.WAITING)
    marked = update(table).where(*unjudged).values(scan=_STATES[verdict], scanned_at=work.now)
    if work.session.execute(marked.returning(table.id)).first() is None:
        return  # another machine was quicker, or it was removed meanwhile
    about = _case_of(work.session, table, row_id) or subject
    work.did_by(CLOCK, f"{kind}.{verdict}", about, **{kind: row_id})


def _case_of(session: Session, table: type[StoredFile], row_id: int) -> str | None:
    """Return the case whose history names a file; None where it is of none, or evidence that is not filed."""
    if table is CaseFile:
        case_id = session.scalar(select(CaseFile.case_id).where(CaseFile.id == row_id))
    elif table is Evidence:
        of_objection = select(Objection.case_id).join(Evidence, Evidence.objection_id == Objection.id)
        case_id = session.scalar(of_objection.where(Evidence.id == row_id))
    else:
        case_id = None
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
    rows = _rows(session)
    stored: dict[str, Stored] = {}
    for row in rows:
        stored[row.name] = Stored.of(row)
        if isinstance(row, Evidence) and (copy := Stored.copy_of(row)) is not None:
            stored[copy.name] = copy
    session.rollback()
    strays = [name for name in sorted(names - stored.keys()) if _there(vault.store, name)]
    known = {
        name
        for column in (*(table.name for table in _TABLES.values()), Evidence.copy_name)
        for name in session.scalars(select(column).where(column.in_(strays)))
    }
    missing = {name for name in stored.keys() - names if not _there(vault.store, name)}
    return Comparison(
        rows=len(rows),
        files_without_row=[name for name in strays if name not in known],
        rows_without_file=_once(each.subject for name, each in stored.items() if name in missing),
        unfinished=sorted(vault.store.unfinished()),
        damaged=_once(
            each.subject for name, each in stored.items() if deep and name not in missing and not each.is_whole(vault)
        ),
    )


def _once(subjects: Iterable[str]) -> list[str]:
    """List each row once, also where both its file and its copy are meant."""
    return list(dict.fromkeys(subjects))


def _there(store: Store, name: str) -> bool:
    try:
        for _piece in store.get(name):
            break
    except FileMissing:
        return False
    return True
