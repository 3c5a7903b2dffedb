"""Files of the handlers in a case: those of an open form, and those of a note or a proposal (R22, R24)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from app.domain.cases.states import Actor
from app.evidence.kinds import FileKind
from app.models import READABLE, CaseFile, ScanState
from app.sealing import Keyring
from app.services.shared import files
from app.services.shared.work import Work


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file for whoever may see the case, with its sender's name for it."""

    id: int
    title: str
    kind: FileKind
    size: int
    sha256: str
    scan: ScanState

    @property
    def readable(self) -> bool:
        return self.scan in READABLE


@dataclass(frozen=True, slots=True)
class Enclosures:
    """The files of a case, by note and by version of the proposal."""

    of_notes: dict[int, list[Enclosed]]
    of_proposals: dict[int, list[Enclosed]]


def list_waiting(session: Session, keyring: Keyring, actor: Actor, case_id: int, form_hash: str) -> list[Enclosed]:
    """List the files that lie with a form of this person, in the order in which they came."""
    mine = select(CaseFile).where(*of_form(actor, case_id, form_hash))
    rows = session.scalars(mine.order_by(CaseFile.received_at, CaseFile.id))
    return [_enclosed(keyring, row) for row in rows]


def claim(work: Work, case_id: int, form_hash: str, *, note_id: int | None = None, version: int | None = None) -> int:
    """Give the files of a form to the note or the proposal that it became, in the caller's transaction.

    Returns how many.
    """
    if not form_hash:
        return 0
    mine = update(CaseFile).where(*of_form(work.actor, case_id, form_hash))
    found = work.session.execute(mine.values(note_id=note_id, proposal_version=version).returning(CaseFile.id))
    return len(found.all())


def list_enclosures(session: Session, keyring: Keyring, case_id: int) -> Enclosures:
    """Return the files that are part of a case. The caller has checked that the case may be seen."""
    rows = session.scalars(
        select(CaseFile).where(CaseFile.case_id == case_id).order_by(CaseFile.received_at, CaseFile.id)
    )
    of_notes: defaultdict[int, list[Enclosed]] = defaultdict(list)
    of_proposals: defaultdict[int, list[Enclosed]] = defaultdict(list)
    for row in rows:
        if row.note_id is not None:
            of_notes[row.note_id].append(_enclosed(keyring, row))
        elif row.proposal_version is not None:
            of_proposals[row.proposal_version].append(_enclosed(keyring, row))
    return Enclosures(dict(of_notes), dict(of_proposals))


def of_form(actor: Actor, case_id: int, form_hash: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on the files that lie with a form of this person's."""
    return (
        CaseFile.form_hash == form_hash,
        CaseFile.case_id == case_id,
        CaseFile.received_by == actor.user_id,
        CaseFile.note_id.is_(None),
        CaseFile.proposal_version.is_(None),
    )


def _enclosed(keyring: Keyring, row: CaseFile) -> Enclosed:
    title = files.title_of(keyring, row)
    return Enclosed(row.id, title, row.kind, row.stored_size, row.stored_sha256, row.scan)
