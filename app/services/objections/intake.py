"""Filing an objection (R6, R14-R18): rows for objection, case, record and warnings, in one commit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, exists, func, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from app.domain.calendar.workdays import DayTable
from app.domain.cases.hands import UnitStaffing, choose_first_handler, find_escalation, lacks_hands
from app.domain.cases.reminders import Reminder
from app.domain.cases.states import Actor, Role, State
from app.domain.cases.verdict import LEFT_NAMES
from app.domain.objections.receipt import keyed_hash, receipt_code, receipt_hash
from app.domain.periods.window import Window
from app.domain.record.filings import FiledContent, commitment
from app.domain.record.salts import new_salt
from app.domain.refusals import (
    AnswerSpent,
    FormAlreadyUsed,
    NoHandsLeft,
    NomineeLeft,
    PastDeadline,
    PeriodIsClosed,
    WindowClosed,
)
from app.models import (
    Case,
    Category,
    Disqualification,
    Entry,
    Identity,
    Nominee,
    Objection,
    ObjectorKind,
    OutboxRow,
    Period,
    Unit,
    User,
)
from app.models.periods import days_from_json
from app.sealing import Keyring
from app.services.messages.followers import MessageChoice, keep_address
from app.services.messages.outbox import mark_outgoing
from app.services.objections.binding import seal_salt
from app.services.objections.evidence import claim, hashes_of
from app.services.objections.identities import Objector, seal_objector
from app.services.objections.shares import Guard, contact_hash, hold_back, text_hash
from app.services.record.chain import CLOCK, OBJECTOR, Act, name_of_actor, on_case, on_period, record
from app.services.shared.leavers import find_departures

# Many objections arrive here at once, so the statements are built once and executed on the connection, without the
# ORM's bookkeeping for objects that are not read again (docs/performance.md).
_ENTRY_ID = (
    select(Entry.id)
    .join(Period, Entry.period_id == Period.id)
    .where(
        Entry.period_id == bindparam("period_id"),
        Entry.nominee_id == bindparam("nominee_id"),
        Period.cancelled_at.is_(None),
    )
)
_FILED_WITH = select(Objection.id, Objection.content_hash, Objection.filed_at).where(
    Objection.form_hash == bindparam("form")
)
_ELSEWHERE, _OTHER = aliased(Entry), aliased(Period)
PERIOD_OF_ENTRY = (
    select(
        Period.id,
        Period.settled_at,
        Period.opens_at,
        Period.closes_at,
        Period.conclude_by.label("conclude_by"),
        Period.cancelled_at,
        Period.closed_at,
        func.coalesce(Period.recount, Period.days).label("days"),
        Period.organiser_id,
        Entry.nominee_id,
        Entry.name,
        # Whether anything has to be checked: most nominees have neither withdrawn nor been disqualified.
        or_(
            Nominee.withdrawn_at.is_not(None),
            exists().where(Disqualification.nominee_id == Nominee.id),
            exists().where(
                _ELSEWHERE.nominee_id == Nominee.id,
                _ELSEWHERE.period_id == _OTHER.id,
                _OTHER.settled_at.is_(None),
                _OTHER.conclude_by <= bindparam("now"),
            ),
        ).label("may_have_left"),
    )
    .join(Entry, Entry.period_id == Period.id)
    .join(Nominee, Entry.nominee_id == Nominee.id)
    .where(Entry.id == bindparam("entry_id"))
)
_CLOSED_AT = select(Period.closed_at).where(Period.id == bindparam("period_id")).with_for_update(read=True)
_UNSETTLE = update(Period).where(Period.id == bindparam("period_id")).values(settled_at=None)
_INSERT_CASE = insert(Case).returning(Case.id)
_INSERT_OBJECTION = insert(Objection).returning(Objection.id)
_INSERT_IDENTITY = insert(Identity)
_INSERT_WARNING = insert(OutboxRow)


def _chain() -> Select[Any]:
    """Select the units of `chain_of_command`, in its order, each with its people who can log in, one a row.

    With each stands whether somebody gave out the account: who counts as acting with it is then asked of the models.
    """
    link = select(Unit.id, Unit.parent_id, literal(0).label("above")).where(Unit.id == bindparam("unit_id"))
    chain = link.cte("chain", recursive=True)
    chain = chain.union_all(
        select(Unit.id, Unit.parent_id, chain.c.above + 1).join(chain, Unit.id == chain.c.parent_id)
    )
    can_log_in = and_(
        User.unit_id == chain.c.id,
        User.role != Role.AUDITOR,
        User.disabled_at.is_(None),
        or_(User.password_expires_at.is_(None), User.password_expires_at > bindparam("now")),
    )
    given_out = and_(User.password_given_by.is_not(None), User.agreed_at.is_(None)).label("given_out")
    people = select(chain.c.id, User.id.label("user_id"), given_out).outerjoin(User, can_log_in)
    return people.order_by(chain.c.above, User.id)


_CHAIN = _chain()
UNGUARDED = Guard()  # the demonstration and the tests' world


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
    files: int = 0  # the number of files on the check page; for 0 no file is looked for
    letters: int = 0  # so many of these are sealed letters
    only_scanned: bool = False  # the facts stand in the files: the text says no more than that (R33)

    # By a signed slip: held up by the limits since then (R17). Or when it arrived, where staff register it (R33).
    first_made: dt.datetime | None = None
    telling: MessageChoice | None = None  # None: no channel leaves this installation

    def digest(self, key: bytes, entry_id: int) -> str:
        """Return a hash that tells a repeated request from one with other content, without keeping either."""
        parts = (entry_id, self.objector_kind, self.name, self.contact_person, self.contact)
        return keyed_hash(key, "content", repr((*parts, self.category, self.facts, self.against_handler)))


@dataclass(frozen=True, slots=True)
class Filed:
    """The receipt: shown once, stored only as a keyed hash (R18)."""

    receipt_code: str
    objection_id: int
    filed_at: dt.datetime
    repeated: bool = False


def entry_against(session: Session, period_id: int, nominee_id: int) -> int | None:
    """Find the entry that an objection names, whether or not its window is open; None where there is none."""
    return session.connection().scalar(_ENTRY_ID, {"period_id": period_id, "nominee_id": nominee_id})


def file_objection(
    session: Session, keyring: Keyring, entry_id: int, filing: Filing, now: dt.datetime, guard: Guard = UNGUARDED
) -> Filed:
    """File against an entry, or give the receipt again for the same form sent twice.

    Raises WindowClosed (R6; PastDeadline and PeriodIsClosed are two kinds of it), NomineeLeft (R26), FormAlreadyUsed
    (same form, other content), FilesChanged, and what `guard` holds back: AnswerSpent. Nothing depends on what others
    filed under the same contact (R17). `now` is when the request was received. On return the rows are on disk.
    """
    connection = session.connection()
    repeated = _filed_before(connection, keyring, entry_id, filing)
    if repeated is not None:
        return repeated
    period = connection.execute(PERIOD_OF_ENTRY, {"entry_id": entry_id, "now": now}).one()
    made = filing.first_made or now
    if period.cancelled_at is not None or not Window(period.opens_at, period.closes_at).contains(made):
        raise WindowClosed(period.opens_at, period.closes_at, now)
    if now >= period.closes_at:
        _require_still_open(connection, period, now)
    if period.may_have_left:
        require_still_there(session, period.nominee_id, now)
    try:
        hold_back(connection, guard, now)
        filed, acts = write_down(session, keyring, entry_id, period, filing, now)
        record(session, now, acts)
        session.commit()
    except (IntegrityError, AnswerSpent):
        # The same form at the same moment, on a database that lets two writers in: the other one won.
        session.rollback()
        repeated = _filed_before(session.connection(), keyring, entry_id, filing)
        if repeated is None:
            raise
        return repeated
    return filed


def _require_still_open(connection: Connection, period: Row[Any], now: dt.datetime) -> None:
    """Let an objection into a period whose window is over, or raise PastDeadline or PeriodIsClosed.

    A slip is honoured after the close, and not after the deadline: such a case would lapse the moment it came in. Nor
    into a period that was closed: nobody would look at it, and at the deadline the nominee would be out (R30). The row
    is locked, so that nobody closes the period while the case is written.
    """
    if now >= period.conclude_by:
        raise PastDeadline(period.opens_at, period.closes_at, now, period.conclude_by)
    closed_at = connection.scalar(_CLOSED_AT, {"period_id": period.id})
    if closed_at is not None:
        raise PeriodIsClosed(period.opens_at, period.closes_at, now, closed_at)


def require_still_there(session: Session, nominee_id: int, now: dt.datetime) -> None:
    """Raise NomineeLeft where the nominee has withdrawn or is disqualified by `now` (R26)."""
    departed = find_departures(session, [nominee_id], now).get(nominee_id)
    if departed is not None and departed.since <= now:
        raise NomineeLeft(LEFT_NAMES[departed.how], departed.since)


def filed_before(session: Session, keyring: Keyring, entry_id: int, filing: Filing) -> Filed | None:
    """Return the receipt of a form that was filed already (R16); None for one that was not. Raises FormAlreadyUsed."""
    return _filed_before(session.connection(), keyring, entry_id, filing)


def _filed_before(connection: Connection, keyring: Keyring, entry_id: int, filing: Filing) -> Filed | None:
    for key in keyring.hash_keys:  # one, but for the days after a rotation
        row = connection.execute(_FILED_WITH, {"form": keyed_hash(key, "form", filing.form_token)}).first()
        if row is not None:
            if row.content_hash != filing.digest(key, entry_id):
                raise FormAlreadyUsed
            return Filed(receipt_code(key, filing.form_token), row.id, row.filed_at, repeated=True)
    return None


def _staffed(session: Session, organiser_id: int, without: int, now: dt.datetime) -> list[UnitStaffing]:
    """Return the units of the chain with the people who can decide in each, as `first_handler` counts them (R21, R22).

    Whoever registers the objection (`without`) is not counted: a case is not theirs to handle (R33).
    """
    people: dict[int, set[int]] = {}
    for row in session.connection().execute(_CHAIN, {"unit_id": organiser_id, "now": now}):
        there = people.setdefault(row.id, set())
        if row.given_out:
            user = session.get_one(User, row.user_id)
            there.update({user.speaks_for} if user.can_conclude(now) else ())
        elif row.user_id is not None:
            there.add(row.user_id)
    return [UnitStaffing(unit_id, frozenset(there - {without})) for unit_id, there in people.items()]


def write_down(
    session: Session,
    keyring: Keyring,
    entry_id: int,
    period: Row[Any],
    filing: Filing,
    now: dt.datetime,
    registrar: Actor | None = None,
) -> tuple[Filed, list[Act]]:
    """Write the rows of a filing that nothing forbids, and return the receipt with the acts for the record.

    Filed on the web and registered objections (`registrar`) differ only in that the registrar does not handle the case.
    `period` is a row of PERIOD_OF_ENTRY. Raises NoHandsLeft, for a registrar alone.
    """
    connection = session.connection()
    without = registrar.user_id if registrar else 0
    staffed = _staffed(session, period.organiser_id, without, now)
    chain = [unit.unit_id for unit in staffed]
    handler = chain[-1] if filing.against_handler else choose_first_handler(staffed)
    if registrar is not None and lacks_hands(handler, staffed):
        raise NoHandsLeft
    days = DayTable([counted.day for counted in days_from_json(period.days)])
    case_id = connection.execute(
        _INSERT_CASE,
        {
            "entry_id": entry_id,
            "state": State.RECEIVED,
            "handler_unit_id": handler,
            "received_at": now,
            # What is registered in the last days before the deadline is the office's at once (R21, R33).
            "escalates_at": max(now, find_escalation(now, period.conclude_by, days)),
        },
    ).scalar_one()
    code = receipt_code(keyring.hash_key, filing.form_token)
    row, salt = _objection_row(keyring.hash_key, code, filing, entry_id, now), new_salt()
    sealed_salt = seal_salt(keyring, row["form_hash"], salt)
    row |= {"case_id": case_id, "sealed_salt": sealed_salt}
    objection_id = connection.execute(_INSERT_OBJECTION, row).scalar_one()
    sealed = seal_objector(keyring, objection_id, Objector(filing.name, filing.contact_person, filing.contact))
    connection.execute(_INSERT_IDENTITY, {"objection_id": objection_id, "sealed": sealed})
    details: dict[str, Any] = {"objection": objection_id, "entry": entry_id, "handler_unit": handler}
    if filing.first_made is not None:
        details["first_made"] = filing.first_made.isoformat()
    if filing.files:
        claim(connection, row["form_hash"], objection_id, filing.files, filing.letters)
        details["files"] = filing.files
    files = hashes_of(connection, objection_id) if filing.files else []
    filed = FiledContent(period.id, period.nominee_id, period.name, filing.category, filing.facts, files)
    details["commitment"] = commitment(salt, filed)
    if filing.telling is not None:
        keep_address(session, keyring, objection_id, filing.contact, filing.telling, now)
    _warn_of_arrival(connection, case_id, chain[chain.index(handler) :], period.conclude_by, now)
    mark_outgoing(session)
    who = name_of_actor(registrar) if registrar else OBJECTOR
    acts = [Act(who, "objection.filed", on_case(case_id), details)]
    if period.settled_at is not None:
        # Settled while a clock ran ahead: the deadline is still to come, and must find this case when it does.
        connection.execute(_UNSETTLE, {"period_id": period.id})
        acts.append(Act(CLOCK, "period.unsettled", on_period(period.id)))
    return Filed(code, objection_id, filing.first_made or now), acts


def _objection_row(key: bytes, code: str, filing: Filing, entry_id: int, now: dt.datetime) -> dict[str, Any]:
    """Return what is stored of a filing beside who filed it.

    Of tokens, codes and contacts there are only keyed hashes.
    """
    return {
        "entry_id": entry_id,
        "objector_kind": filing.objector_kind,
        "category": filing.category,
        "facts": filing.facts,
        "against_handler": filing.against_handler,
        "form_hash": keyed_hash(key, "form", filing.form_token),
        "content_hash": filing.digest(key, entry_id),
        "receipt_hash": receipt_hash(key, code),
        "filed_at": filing.first_made or now,
        "contact_hash": contact_hash(key, filing.contact),
        "text_hash": None if filing.only_scanned else text_hash(key, filing.facts),
    }


def _warn_of_arrival(
    connection: Connection, case_id: int, unit_ids: Sequence[int], deadline: dt.datetime, now: dt.datetime
) -> None:
    """Write a warning that a case came in, to each of these units (R28)."""
    arrival = {"case_id": case_id, "reminder": Reminder.ARRIVAL, "deadline": deadline, "created_at": now}
    connection.execute(_INSERT_WARNING, [arrival | {"unit_id": unit_id} for unit_id in unit_ids])
