"""The rows of an import's files, each with its own problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.calendar.workdays import local_date
from app.domain.imports.lists import MOST_ROWS, WHOSE_LINE, photo_owner, recommender_problem, stray_photo
from app.domain.imports.nominations import Nomination, Problem, normalised, problems_of
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import TooManyRows, UnreadableForm
from app.evidence.kinds import FileKind
from app.evidence.spool import SealedSpool
from app.models import Document, Import, ImportForm, Programme, Purpose, ScanState
from app.papers.forms import read_form
from app.papers.summaries import read_summary
from app.services.imports.sealed_rows import HEAD, NominationRow, What, worded
from app.services.nominees.handing_in import photo_faults
from app.services.shared import files
from app.services.shared.files import Stored, Vault

_KINDS = {ImportForm.COLLECTIVES: Kind.COLLECTIVE, ImportForm.INDIVIDUALS: Kind.INDIVIDUAL}


@dataclass(frozen=True, slots=True)
class _File:
    """One file of an import, detached from the session, so that no transaction is open while it is read."""

    document_id: int
    stored: Stored
    kind: FileKind
    scan: ScanState
    title: str

    @contextmanager
    def spooled(self, vault: Vault) -> Iterator[BinaryIO]:
        """Open the file for reading at any position. Raises HeldBack, FileDamaged, StoreDown."""
        opened = files.open_stored_file(vault, self.stored, self.scan, self.kind, self.title)
        with SealedSpool() as spool:
            for piece in opened.content:
                spool.write(piece)
            spool.seek(0)
            yield spool


@dataclass
class Content:
    """The rows of one import."""

    vault: Vault
    form: ImportForm
    notice: AwardNotice
    unit: str
    files: Sequence[_File]

    @classmethod
    def of(cls, session: Session, vault: Vault, import_id: int) -> Content:
        imported = session.get_one(Import, import_id)
        wanted = (Document.import_id == import_id, Document.purpose == Purpose.IMPORT)
        found = [
            _File(row.id, Stored.of(row), row.kind, row.scan, files.title_of(vault.keyring, row))
            for row in session.scalars(select(Document).where(*wanted).order_by(Document.id))
        ]
        notice = session.get_one(Programme, imported.programme_id).rules
        return cls(vault, imported.form, notice, imported.unit.name, found)

    def rows(self, now: dt.datetime) -> Iterator[NominationRow]:
        """Every row, the one for the whole list first.

        Raises UnreadableForm, TooManyRows, HeldBack, FileDamaged, StoreDown.
        """
        today = local_date(now)
        if self.form is ImportForm.FORMS:
            yield from self._forms(today)
        else:
            yield from self._sheet(self.files[0], _KINDS[self.form], today)

    def _sheet(self, file: _File, kind: Kind, today: dt.date) -> Iterator[NominationRow]:
        with file.spooled(self.vault) as spool:
            summary = read_summary(spool, file.title, self.notice, kind)
            if summary.kind is not kind:
                other = f"{self.notice.summaries[summary.kind].label}（{self.notice.kind_names[summary.kind]}）"
                raise UnreadableForm(file.title, f"这是{other}的汇总表，与所选的不一致。", "请放弃后重新选择是什么表。")
            problem = recommender_problem(summary.recommender, self.unit)
            problems = [*summary.questions, *([problem] if problem else [])]
            yield NominationRow(HEAD, What.HEAD, source=file.title, problems=[worded(each) for each in problems])
            for nomination in within_limit(summary.nominations):
                yield _row(nomination, today, self.notice)

    def _forms(self, today: dt.date) -> Iterator[NominationRow]:
        yield NominationRow(HEAD, What.HEAD)
        names: dict[int, str] = {}
        for number, file in enumerate(self.files, start=1):
            if file.kind is FileKind.DOCX:
                row = self._form(number, file, today)
                if row.kind is Kind.INDIVIDUAL and row.name:
                    names[number] = row.name
                yield row
        for number, file in enumerate(self.files, start=1):
            if file.kind is not FileKind.DOCX:
                yield self._photo(number, file, names)

    def _form(self, number: int, file: _File, today: dt.date) -> NominationRow:
        """Read one form.

        A form that can't be read becomes a row with that problem: the others are read all the same.
        """
        try:
            with file.spooled(self.vault) as spool:
                nomination, _ = read_form(spool, file.title, number, self.notice)
        except UnreadableForm as unreadable:
            problem = Problem("文件", unreadable.why, unreadable.right)
            return NominationRow(number, What.NOMINEE, source=file.title, problems=[worded(problem)])
        row = _row(nomination, today, self.notice)
        other = recommender_problem(row.fields.get("recommender", ""), self.unit)
        told = [each for each in row.problems if each["column"] != WHOSE_LINE]
        return row if other is None else row.with_problems([*told, worded(other)])

    def _photo(self, number: int, file: _File, names: dict[int, str]) -> NominationRow:
        owner = photo_owner(file.title, names, self.unit)
        problems = [stray_photo(self.unit, self.notice)]
        if owner is not None:
            with file.spooled(self.vault) as spool:
                problems = photo_faults(
                    spool, file.kind, file.stored.size, file.title, self.unit, names[owner], self.notice
                )
        return NominationRow(
            number,
            What.PHOTO,
            source=file.title,
            document_id=file.document_id,
            owner=owner,
            problems=[worded(problem) for problem in problems],
        )


def within_limit(nominations: Iterator[Nomination]) -> Iterator[Nomination]:
    """Yield the rows of a sheet as they come. Raises TooManyRows at the first too many.

    The rows after that one are only counted.
    """
    for count, nomination in enumerate(nominations, start=1):
        if count > MOST_ROWS:
            raise TooManyRows(count + sum(1 for _ in nominations), MOST_ROWS)
        yield nomination


def _row(nomination: Nomination, today: dt.date, notice: AwardNotice) -> NominationRow:
    return NominationRow(
        nomination.number,
        What.NOMINEE,
        nomination.kind,
        nomination.source,
        fields=normalised(nomination, notice).fields,
        order=nomination.order,
        where=nomination.where,
        problems=[worded(problem) for problem in problems_of(nomination, today, notice)],
    )
