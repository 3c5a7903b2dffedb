"""Purging what was kept of people once a programme has been over for long enough; numbers and the record stay.

Gone afterwards: who filed an objection, the evidence and the handlers' files with their keys and names, and what
objectors wrote in their own words, since it may name them or others; of nominees what their forms said (dossiers,
imported rows), what authorities said of them, and the files of both. What the handlers wrote, every case, state, date
and hash of a receipt stay, and so do the papers of the award and of its revocations: they are the office's file.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import cast

from sqlalchemy import ColumnElement, Engine, Select, delete, func, select, update
from sqlalchemy.orm import Session

from app.domain.upkeep.retention import kept_until, programme_end
from app.evidence.store import Store
from app.models import (
    Case,
    CaseFile,
    Dispatch,
    Document,
    Dossier,
    Entry,
    Evidence,
    Identity,
    Import,
    ImportRow,
    Message,
    MessageKind,
    Nominee,
    NomineeMarks,
    Objection,
    Opinion,
    Period,
    Proceeding,
    ProceedingKind,
    Programme,
    Purpose,
    Reach,
    SecondLook,
)
from app.services.nominees import marks
from app.services.record.chain import on_programme
from app.services.shared.work import Work

PURGED = "（保存期限已满，内容已按规定删除，办理结果和办理记录保留。）"
_NO_HASH = "0" * 64
_OF_PEOPLE = frozenset(Purpose) - {Purpose.PROCEEDING}  # what a nominee's files were handed in for


@dataclass(frozen=True, slots=True)
class KeptData:
    """What is still held of the people in one programme, and until when: None while the programme is not over."""

    programme_id: int
    title: str
    kept_until: dt.datetime | None
    identities: int
    files: int
    texts: int
    dossiers: int = 0  # of nominees, with the rows they were imported from and the authorities' opinions

    @property
    def nothing(self) -> bool:
        return not (self.identities or self.files or self.texts or self.dossiers)

    def is_due(self, now: dt.datetime) -> bool:
        return self.kept_until is not None and now >= self.kept_until and not self.nothing


def kept_data(session: Session, years: int, now: dt.datetime) -> list[KeptData]:
    """Every programme with what is held of people, oldest first."""
    return [
        _kept_data_of(session, programme, years, now)
        for programme in session.scalars(select(Programme).order_by(Programme.id)).all()
    ]


def purge_due(work: Work, store: Store, years: int) -> list[KeptData]:
    """Purge every programme that has been over for `years`, one transaction each. Returns what is gone."""
    due = [one for one in kept_data(work.session, years, work.now) if one.is_due(work.now)]
    for one in due:
        _purge(work, store, one)
    if due:
        overwrite_deleted(work.session)
    return due


def _kept_data_of(session: Session, programme: Programme, years: int, now: dt.datetime) -> KeptData:
    periods = session.scalars(select(Period).where(Period.programme_id == programme.id))
    decided = select(Proceeding.recorded_at).where(
        Proceeding.programme_id == programme.id, Proceeding.kind == ProceedingKind.DECISION
    )
    timetables = [period.timetable for period in periods]
    end = programme_end(timetables, now, session.scalar(decided), programme.archived_at)
    people = _People(programme.id)

    def count(*wanted: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).where(*wanted)) or 0

    return KeptData(
        programme_id=programme.id,
        title=programme.title,
        kept_until=kept_until(end, years) if end else None,
        identities=count(*people.identities),
        files=count(*people.files) + count(*people.case_files) + count(*people.documents),
        texts=count(*people.facts) + count(*people.reasons) + count(*people.supplements) + count(*people.wishes),
        dossiers=count(*people.dossiers) + count(*people.imported) + count(*people.opinions),
    )


def _of_entries(model: type[Objection | Case], programme_id: int) -> Select[int]:
    """Select the ids of the objections, or of the cases, against entries of one programme."""
    return (
        select(model.id)
        .join(Entry, model.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(Period.programme_id == programme_id)
        .correlate(None)
    )


class _People:
    """Where what is held of the people in one programme stands, as conditions."""

    def __init__(self, programme_id: int) -> None:
        objections = _of_entries(Objection, programme_id)
        self.identities = (Identity.objection_id.in_(objections),)
        self.addresses = (Reach.objection_id.in_(objections),)
        self.files = (Evidence.objection_id.in_(objections),)
        self.case_files = (CaseFile.case_id.in_(_of_entries(Case, programme_id)),)
        self.facts = (Objection.id.in_(objections), Objection.facts != PURGED)
        self.reasons = (Objection.id.in_(objections), Objection.withdraw_reason != PURGED)
        self.supplements = (
            Message.objection_id.in_(objections),
            Message.kind == MessageKind.SUPPLEMENT,
            Message.text != PURGED,
        )
        self.wishes = (SecondLook.objection_id.in_(objections), SecondLook.reason != PURGED)
        nominees = select(Nominee.id).where(Nominee.programme_id == programme_id).correlate(None)
        imports = select(Import.id).where(Import.programme_id == programme_id).correlate(None)
        self.nominees = nominees
        self.documents = (Document.programme_id == programme_id, Document.purpose.in_(_OF_PEOPLE))
        self.dossiers = (Dossier.nominee_id.in_(nominees),)
        self.opinions = (Opinion.nominee_id.in_(nominees),)
        self.imported = (ImportRow.import_id.in_(imports),)


def _purge(work: Work, store: Store, kept: KeptData) -> None:
    """Purge one programme, files first.

    Stopped half way, the rows still name what is left, and the next run goes on.
    """
    people = _People(kept.programme_id)
    for names in (
        select(Evidence.name).where(*people.files),
        select(Evidence.copy_name).where(*people.files, Evidence.copy_name.is_not(None)),
        select(CaseFile.name).where(*people.case_files),
        select(Document.name).where(*people.documents),
    ):
        for name in work.session.scalars(names).all():
            store.delete(str(name))
    work.session.rollback()  # the store may have been slow: writers wait for the lines below only
    statements = (
        delete(Evidence).where(*people.files),
        delete(CaseFile).where(*people.case_files),
        delete(Identity).where(*people.identities),
        delete(Dispatch).where(Dispatch.reach_id.in_(select(Reach.id).where(*people.addresses))),
        delete(Reach).where(*people.addresses),
        delete(Opinion).where(*people.opinions),  # before the scans that they refer to
        delete(Document).where(*people.documents),
        delete(Dossier).where(*people.dossiers),
        delete(ImportRow).where(*people.imported),
        update(Message).where(*people.supplements).values(text=PURGED),
        update(SecondLook).where(*people.wishes).values(reason=PURGED),
        update(Objection).where(*people.reasons).values(withdraw_reason=PURGED),
        # The hashes could confirm a guess at who filed it, or at what they wrote.
        update(Objection)
        .where(*people.facts)
        .values(facts=PURGED, content_hash=_NO_HASH, contact_hash=None, text_hash=None, sealed_salt=None),
    )
    counts = {"identities": kept.identities, "files": kept.files, "texts": kept.texts, "dossiers": kept.dossiers}
    with work:
        for statement in statements:
            work.session.execute(statement, execution_options={"synchronize_session": False})
        marked = select(NomineeMarks.nominee_id).where(NomineeMarks.nominee_id.in_(people.nominees))
        marks.renew(work.session, None, work.session.scalars(marked).all())
        work.did("retention.purged", on_programme(kept.programme_id), **counts)


def overwrite_deleted(session: Session) -> None:
    """Fold SQLite's log into the database and empty it: the old rows stand there still."""
    engine = session.get_bind()
    if engine.dialect.name == "sqlite":
        session.close()
        connection = cast(Engine, engine).raw_connection()
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
