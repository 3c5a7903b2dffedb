"""Filing an objection (R6, R14-R18): rows for objection, case, record and warnings, in one commit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from app.domain.cases import State
from app.domain.errors import FormAlreadyUsed, WindowClosed
from app.domain.receipt import keyed_hash, receipt_code, receipt_hash
from app.domain.reminders import Reminder, escalation_time
from app.models import (
    Case,
    Category,
    Entry,
    Identity,
    Objection,
    ObjectorKind,
    OutboxRow,
    Period,
    Unit,
    UnitKind,
)
from app.services.record import OBJECTOR, Act, on_case, record


@dataclass(frozen=True, slots=True)
class Filing:
    """What somebody sends in. `form_token` came with the form and makes a repeat recognisable (R16)."""

    form_token: str
    objector_kind: ObjectorKind
    name: str
    contact_person: str
    contact: str
    category: Category
    facts: str
    against_handler: bool

    def digest(self, key: bytes, entry_id: int) -> str:
        """Tells a repeated request from one with other content, without keeping either."""
        parts = (entry_id, self.objector_kind, self.name, self.contact_person, self.contact)
        return keyed_hash(key, "content", repr((*parts, self.category, self.facts, self.against_handler)))


@dataclass(frozen=True, slots=True)
class Filed:
    """The receipt: shown once, stored only as a keyed hash (R18)."""

    receipt_code: str
    objection_id: int
    filed_at: dt.datetime
    repeated: bool = False


def file_objection(session: Session, key: bytes, entry_id: int, filing: Filing, now: dt.datetime) -> Filed:
    """File against an entry, or give the receipt again for the same form sent twice.

    Raises WindowClosed (R6) and FormAlreadyUsed (same form, other content). `now` is when the request
    was received. On return the rows are on disk.
    """
    repeated = _filed_before(session, key, entry_id, filing)
    if repeated is not None:
        return repeated
    entry = session.get_one(Entry, entry_id, options=[joinedload(Entry.period).joinedload(Period.organiser)])
    if not (entry.period.cancelled_at is None and entry.period.window.contains(now)):
        raise WindowClosed(entry.period.opens_at, entry.period.closes_at, now)
    try:
        filed = _write(session, key, entry, filing, now)
        session.commit()
    except IntegrityError:
        # The same form at the same moment, on a database that lets two writers in: the other one won.
        session.rollback()
        repeated = _filed_before(session, key, entry_id, filing)
        if repeated is None:
            raise
        return repeated
    return filed


def _filed_before(session: Session, key: bytes, entry_id: int, filing: Filing) -> Filed | None:
    row = session.execute(
        select(Objection.id, Objection.content_hash, Objection.filed_at).where(
            Objection.form_hash == keyed_hash(key, "form", filing.form_token)
        )
    ).first()
    if row is None:
        return None
    if row.content_hash != filing.digest(key, entry_id):
        raise FormAlreadyUsed
    return Filed(receipt_code(key, filing.form_token), row.id, row.filed_at, repeated=True)


def _write(session: Session, key: bytes, entry: Entry, filing: Filing, now: dt.datetime) -> Filed:
    """The rows, written as plain INSERTs: this is the one place where a crowd arrives at once."""
    period = entry.period
    chain = chain_of_command(session, period.organiser)
    handler = chain[-1] if filing.against_handler else period.organiser
    case_id = session.execute(
        insert(Case)
        .values(
            entry_id=entry.id,
            state=State.RECEIVED,
            handler_unit_id=handler.id,
            received_at=now,
            escalates_at=escalation_time(now, period.conclude_by, period.day_table),
        )
        .returning(Case.id)
    ).scalar_one()
    code = receipt_code(key, filing.form_token)
    objection_id = session.execute(
        insert(Objection)
        .values(
            entry_id=entry.id,
            case_id=case_id,
            objector_kind=filing.objector_kind,
            category=filing.category,
            facts=filing.facts,
            against_handler=filing.against_handler,
            form_hash=keyed_hash(key, "form", filing.form_token),
            content_hash=filing.digest(key, entry.id),
            receipt_hash=receipt_hash(key, code),
            filed_at=now,
        )
        .returning(Objection.id)
    ).scalar_one()
    session.execute(
        insert(Identity).values(
            objection_id=objection_id,
            name=filing.name,
            contact_person=filing.contact_person,
            contact=filing.contact,
        )
    )
    told = [handler, *(unit for unit in chain if unit.id != handler.id and not filing.against_handler)]
    session.execute(
        insert(OutboxRow),
        [
            {
                "case_id": case_id,
                "unit_id": unit.id,
                "reminder": Reminder.ARRIVAL,
                "deadline": period.conclude_by,
                "created_at": now,
            }
            for unit in told
        ],
    )
    details = {"objection": objection_id, "entry": entry.id, "handler_unit": handler.id}
    record(session, now, [Act(OBJECTOR, "objection.filed", on_case(case_id), details)])
    return Filed(code, objection_id, now)


def chain_of_command(session: Session, unit: Unit) -> list[Unit]:
    """The handling unit and everyone above it, the office last (R28)."""
    chain = [unit]
    while chain[-1].kind is not UnitKind.OFFICE:
        chain.append(session.get_one(Unit, chain[-1].parent_id))
    return chain
