"""An import becomes nominees: the whole of it in one transaction, or nothing (R9).

What may have changed since the list was checked is checked once more, with the programme's row locked: the places
and who stands already. Two who confirm at once make one import.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.domain.imports.lists import KnownNominee, Register
from app.domain.imports.nominations import rank_of
from app.domain.nominees.annexes import Rank
from app.domain.objections.sameness import plain_text
from app.domain.periods.rounds import Kind
from app.domain.refusals import ImportHasProblems, ImportHasQuestions, ImportNotReady
from app.models import (
    Document,
    Dossier,
    Import,
    ImportForm,
    ImportRow,
    ImportState,
    Nominee,
    Purpose,
    Unit,
    UnitKind,
)
from app.services.imports import checks, sealed_rows
from app.services.imports.receiving import STATE_NAMES, on_import, visible
from app.services.imports.sealed_rows import Found, NominationRow, What
from app.services.nominees import dossiers, marks
from app.services.nominees.nominating import list_standing
from app.services.programmes.locking import lock_programme_before_award
from app.services.record.chain import on_nominee
from app.services.shared.locks import lock_row
from app.services.shared.work import Work


def confirm(work: Work, import_id: int, answered: int = 0) -> dict[str, int]:
    """Make nominees of every row, or fill those that the forms are about. Returns how many of each: new, filled.

    `answered` is the number of questions that the page showed to whoever confirms, who answers for them. Raises
    NotYourCase, ImportNotReady, Archived, Awarded, and ImportHasProblems, ImportHasQuestions: the preview says which.
    """
    with work:
        imported = visible(work.session, import_id, work.actor)
        lock_programme_before_award(work.session, imported.programme_id)
        lock_row(work.session, Import, import_id)
        if imported.state is not ImportState.CHECKED:
            raise ImportNotReady(STATE_NAMES[imported.state])
        found = _check_again(work, import_id)
        if not found.problems and found.questions == answered:
            return _become_nominees(work, imported, answered)
    # Nothing is imported, but the problems noted on the rows are kept.
    raise ImportHasProblems(found.problems) if found.problems else ImportHasQuestions(found.questions)


def _check_again(work: Work, import_id: int) -> Found:
    """Count the problems and questions that there are now.

    Notes those that only the whole list shows now and did not before, for the preview.
    """
    before = sealed_rows.found_in(work.session, import_id)
    if before.problems:
        return before
    across = checks.across(work.session, work.keyring, import_id)
    checks.note(work.session, import_id, across)
    return sealed_rows.found_in(work.session, import_id)


def _become_nominees(work: Work, imported: Import, answered: int) -> dict[str, int]:
    making = _Making(work, imported)
    making.everything()
    marks.renew(work.session, work.keyring, making.touched)
    gone = delete(ImportRow).where(ImportRow.import_id == imported.id)
    work.session.execute(gone, execution_options={"synchronize_session": False})
    imported.state, imported.confirmed_by, imported.confirmed_at = ImportState.CONFIRMED, work.actor.user_id, work.now
    work.did("import.confirmed", on_import(imported.id), **making.counts, questions=answered)
    return making.counts


_HEIGHTS = list(Rank).index  # the ranks stand there from the unknown one up


class _Making:
    """The nominees of one import on their way into the session."""

    def __init__(self, work: Work, imported: Import) -> None:
        self.work, self.imported = work, imported
        self.session = session = work.session
        standing = list_standing(session, imported.programme_id, imported.unit_id)
        self._register = Register(standing)
        self._units = _own_units(session, imported.unit_id)
        self._last = _last_positions(session, imported)
        self._by_row: dict[int, int] = {}  # row -> nominee, for the photos
        self.counts = {"rows": 0, "new": 0, "filled": 0}

    @property
    def touched(self) -> set[int]:
        """Return the nominees that were made or filled."""
        return {*self._by_row.values()}

    def everything(self) -> None:
        for row in sealed_rows.each(self.session, self.work.keyring, self.imported.id):
            if row.what is What.NOMINEE and row.kind is not None:
                self._nominee(row, row.kind)
            elif row.what is What.PHOTO:
                self._photo(row)

    def _nominee(self, row: NominationRow, kind: Kind) -> None:
        unit = row.fields.get("unit", "")
        fills = self.imported.form is ImportForm.FORMS
        hashes = dossiers.person_hashes(self.work.keyring, row.fields)
        there = self._register.filled(kind, row.name, unit, hashes, fills=fills)
        nominee_id = self._fill(there, row) if there else self._add(row, kind)
        self._by_row[row.number] = nominee_id
        self.counts["rows"] += 1
        self.counts["filled" if there else "new"] += 1

    def _add(self, row: NominationRow, kind: Kind) -> int:
        self._last[kind] += 1
        nominee = Nominee(
            programme_id=self.imported.programme_id,
            kind=kind,
            name=row.name,
            unit_id=self._unit(row.fields.get("unit") or row.name),
            recommender_id=self.imported.unit_id,
            position=self._last[kind],
            deeds="",
        )
        _describe(nominee, row.fields)
        self.session.add(nominee)
        self.session.flush()
        self.session.add(dossiers.make_dossier(self.work.keyring, nominee.id, row.fields))
        self.work.did("nominee.imported", on_nominee(nominee.id), **{"import": self.imported.id})
        return nominee.id

    def _fill(self, there: KnownNominee, row: NominationRow) -> int:
        """Add to a nominee what its form says beyond the summary.

        What the form leaves out stays as it was.
        """
        nominee = self.session.get_one(Nominee, there.nominee_id)
        _describe(nominee, row.fields)
        before = dossiers.fields_of(self.session, self.work.keyring, [nominee.id])[nominee.id]
        fields = before | {key: text for key, text in row.fields.items() if text}
        self.session.execute(delete(Dossier).where(Dossier.nominee_id == nominee.id))
        self.session.expire(nominee, ["dossier"])
        self.session.add(dossiers.make_dossier(self.work.keyring, nominee.id, fields))
        self.work.did("nominee.filled", on_nominee(nominee.id), **{"import": self.imported.id})
        self.session.flush()
        return nominee.id

    def _photo(self, row: NominationRow) -> None:
        """Make a stored file the nominee's photo. The file stays where it lies.

        A photo that the nominee had before stays too.
        """
        moved = {"purpose": Purpose.PHOTO, "nominee_id": self._by_row[row.owner or 0]}
        self.session.execute(update(Document).where(Document.id == row.document_id).values(**moved))

    def _unit(self, name: str) -> int:
        """Return the unit a nominee belongs to, by its name under the recommending one.

        Makes the unit where it is not there yet.
        """
        key = plain_text(name)
        if key not in self._units:
            unit = Unit(kind=UnitKind.OWN, name=name, parent_id=self.imported.unit_id)
            self.session.add(unit)
            self.session.flush()
            self._units[key] = unit.id
            self.work.did("unit.imported", f"unit:{unit.id}", **{"import": self.imported.id})
        return self._units[key]


def _describe(nominee: Nominee, fields: Mapping[str, str]) -> None:
    """Copy what a form says of a nominee that may become public, or is counted.

    What the form leaves out stays as it was. A form may raise a rank but never lower it: only the office does that.
    """
    collective = nominee.kind is Kind.COLLECTIVE
    nominee.post = fields.get("post") or nominee.post or ""
    nominee.category = fields.get("unit_type" if collective else "status") or nominee.category or ""
    nominee.trade = fields.get("trade") or nominee.trade or ""
    nominee.deeds = fields.get("deeds") or nominee.deeds
    rank = rank_of(fields.get("level" if collective else "post", ""))
    nominee.rank = max(nominee.rank or Rank.UNKNOWN, rank, key=_HEIGHTS)


def _own_units(session: Session, recommender_id: int) -> dict[str, int]:
    """Return the units under a recommending one, and that one itself, by their plain names."""
    wanted = ((Unit.parent_id == recommender_id) | (Unit.id == recommender_id)) & Unit.retired_at.is_(None)
    rows = session.execute(select(Unit.name, Unit.id).where(wanted).order_by(Unit.id.desc()))
    return {plain_text(name): unit_id for name, unit_id in rows}


def _last_positions(session: Session, imported: Import) -> dict[Kind, int]:
    wanted = (Nominee.programme_id == imported.programme_id, Nominee.recommender_id == imported.unit_id)
    rows = session.execute(select(Nominee.kind, func.max(Nominee.position)).where(*wanted).group_by(Nominee.kind))
    return dict.fromkeys(Kind, 0) | {row[0]: row[1] for row in rows}
