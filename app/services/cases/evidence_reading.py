"""Reading evidence: only by whoever may see it, whole or not at all, every opening by staff on the record."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.objections.letters import KeptAs, kept_as
from app.domain.refusals import CopyMissing, NotYourCase
from app.evidence.kinds import FileKind
from app.models import READABLE, Evidence, Objection, ObjectorKind, ScanState
from app.services.cases.investigation import visible_case
from app.services.record.chain import on_case
from app.services.shared import files
from app.services.shared.files import OpenedFile, Stored, Vault
from app.services.shared.work import Work, use_case


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A file as handlers see it: by number, never by the name its owner gave it (R19)."""

    id: int
    number: int  # from 1, in the order in which the objection's files came
    kind: FileKind
    size: int
    sha256: str
    scan: ScanState
    supplement: bool
    copied: bool = True  # False: what handlers read is not made yet, or can't be made (`refused`)
    refused: bool = False

    @property
    def file_name(self) -> str:
        return f"证据{self.number}{self.kind.extension}"

    @property
    def readable(self) -> bool:
        return self.scan in READABLE and self.copied


@dataclass(frozen=True, slots=True)
class Sealed:
    """The files that may show who filed: a handler learns only that they exist (R14)."""

    letter: bool
    unsorted: bool


def list_exhibits(session: Session, case_id: int) -> dict[int, list[Exhibit]]:
    """Return the files of a case's objections that handlers read, by objection. Sealed letters are not among them."""
    found: defaultdict[int, list[Exhibit]] = defaultdict(list)
    for row, what in _files_of(session, case_id):
        if what is KeptAs.EVIDENCE:
            of_this = found[row.objection_id or 0]
            of_this.append(_exhibit(row, len(of_this) + 1))
    return dict(found)


def find_sealed(session: Session, case_id: int) -> dict[int, Sealed]:
    """Return, by objection, that files lie sealed; an objection without any is not in it."""
    found: defaultdict[int, set[KeptAs]] = defaultdict(set)
    for row, what in _files_of(session, case_id):
        if what is not KeptAs.EVIDENCE:
            found[row.objection_id or 0].add(what)
    return {id_: Sealed(KeptAs.LETTER in these, KeptAs.UNSORTED in these) for id_, these in found.items()}


def _files_of(session: Session, case_id: int) -> list[tuple[Evidence, KeptAs]]:
    """Return every file of a case's objections with what it is kept as, in the order in which they came."""
    query = (
        select(Evidence, Objection.objector_kind)
        .join(Objection, Evidence.objection_id == Objection.id)
        .where(Objection.case_id == case_id)
        .order_by(Evidence.received_at, Evidence.id)
    )
    return [(row, kept_as(row.letter, of_unit=kind is ObjectorKind.UNIT)) for row, kind in session.execute(query).all()]


@use_case
def open_for_handler(work: Work, vault: Vault, case_id: int, evidence_id: int) -> OpenedFile:
    """Open a file of a case, for somebody who may see the case: of a document the copy without its author's marks.

    The opening is on the record before a byte of the file goes out. Raises NotYourCase, HeldBack, FileDamaged,
    StoreDown, CopyMissing.
    """
    visible_case(work.session, case_id, work.actor, work.now)
    of_case = (exhibit for each in list_exhibits(work.session, case_id).values() for exhibit in each)
    exhibit = next((exhibit for exhibit in of_case if exhibit.id == evidence_id), None)
    if exhibit is None:
        raise NotYourCase
    if (stored := Stored.copy_of(work.session.get_one(Evidence, exhibit.id))) is None:
        raise CopyMissing(exhibit.refused)
    opened = _opened(work.session, vault, exhibit, stored)
    details = {"evidence": evidence_id, "number": exhibit.number}
    work.did("evidence.opened", on_case(case_id), **details)
    return opened


def open_for_objector(session: Session, vault: Vault, objection_id: int, evidence_id: int) -> OpenedFile:
    """Open one of the objector's own files as it was sent. Raises as `open_for_handler` does."""
    row = session.get(Evidence, evidence_id)
    if row is None or row.objection_id != objection_id:
        raise NotYourCase
    theirs = select(Evidence.id).where(Evidence.objection_id == objection_id)
    ids = list(session.scalars(theirs.order_by(Evidence.received_at, Evidence.id)))
    return _opened(session, vault, _exhibit(row, ids.index(evidence_id) + 1), Stored.of(row))


def _opened(session: Session, vault: Vault, exhibit: Exhibit, stored: Stored) -> OpenedFile:
    session.rollback()  # no transaction stays open while a file is read
    return files.open_stored_file(vault, stored, exhibit.scan, exhibit.kind, exhibit.file_name)


def _exhibit(row: Evidence, number: int) -> Exhibit:
    read = Stored.copy_of(row)
    return Exhibit(
        id=row.id,
        number=number,
        kind=row.kind,
        size=read.size if read else 0,
        sha256=read.sha256 if read else "",
        copied=read is not None,
        refused=row.copy_refused,
        scan=row.scan,
        supplement=row.message_id is not None,
    )
