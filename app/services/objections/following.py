"""What an objector can do with a receipt: follow, supplement, withdraw (R18)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.cases.reminders import Reminder
from app.domain.cases.states import OPEN_STATES, State, require_move
from app.domain.objections.receipt import receipt_hash
from app.domain.periods.window import too_late_to_conclude
from app.domain.refusals import AlreadyDone, MoveRefused, TooLateToConclude, UnknownReceipt
from app.models import Case, Entry, Message, MessageKind, Objection, Period
from app.sealing import Keyring
from app.services.cases.telling import tell_units
from app.services.objections.evidence import claim_for_supplement
from app.services.record.chain import OBJECTOR, STRANGER
from app.services.shared.locks import lock_row
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

SUPPLEMENT_LENGTH = (1, 3000)
WITHDRAW_LENGTH = (1, 300)


def find_by_receipt(session: Session, keyring: Keyring, typed: str) -> int:
    """Find the objection that a typed code belongs to, whichever key of the ring hashed it. Raises UnknownReceipt."""
    hashes = [receipt_hash(key, typed) for key in keyring.hash_keys]
    objection_id = session.scalar(select(Objection.id).where(Objection.receipt_hash.in_(hashes)))
    if objection_id is None:
        raise UnknownReceipt
    return objection_id


@use_case
def note_unknown_receipt(work: Work) -> None:
    """Record that a typed code belongs to no objection, without the code.

    It may be one letter away from somebody's code.
    """
    work.did_by(STRANGER, "receipt.unknown", "receipt:unknown")


def followed(session: Session, objection_id: int) -> tuple[Objection, Case]:
    """One objection with its case and what was said, ready to be shown to whoever filed it."""
    objection = session.get_one(
        Objection,
        objection_id,
        options=[
            joinedload(Objection.entry).joinedload(Entry.period).joinedload(Period.programme),
            selectinload(Objection.messages),
        ],
    )
    return objection, session.get_one(Case, objection.case_id)


def check_supplement(work: Work, objection_id: int) -> None:
    """Raise MoveRefused or TooLateToConclude where nothing can be added any more."""
    _lock_open_case(work, objection_id, "补充")
    work.session.rollback()


@use_case
def supplement(work: Work, objection_id: int, text: str, form_hash: str = "") -> None:
    """Add to an objection while its case is open, with the files of a form; it ends a wait for one (R20)."""
    objection, case = _lock_open_case(work, objection_id, "补充")
    text = checked_text(text, "补充内容", SUPPLEMENT_LENGTH)
    message = Message(objection_id=objection.id, kind=MessageKind.SUPPLEMENT, text=text, sent_at=work.now)
    work.session.add(message)
    work.session.flush()
    details = {"objection": objection.id}
    if form_hash and (files := claim_for_supplement(work.session, form_hash, objection.id, message.id)):
        details["files"] = files
    if case.state is State.AWAITING_SUPPLEMENT and case.resume_state is not None:
        case.state = require_move(case.state, case.resume_state, "补充")
        case.resume_state = None
        case.touched_at = work.now  # the handlers' two working days begin anew (R21)
    tell_units(work, case, Reminder.SUPPLEMENT)
    work.did_by(OBJECTOR, "objection.supplemented", case, **details)


@use_case
def withdraw(work: Work, objection_id: int, reason: str) -> None:
    """Withdraw. The case stays where it is: the handler decides what becomes of the check (R18)."""
    objection, case = _lock_open_case(work, objection_id, "撤回")
    if objection.withdrawn_at is not None:
        raise AlreadyDone("这件异议已经撤回过了。")
    objection.withdraw_reason = checked_text(reason, "撤回原因", WITHDRAW_LENGTH)
    objection.withdrawn_at = work.now
    work.did_by(OBJECTOR, "objection.withdrawn", case, objection=objection.id)


def _lock_open_case(work: Work, objection_id: int, action: str) -> tuple[Objection, Case]:
    # The case is locked first, as handlers do: in the other order the two would wait for each other.
    with_period = selectinload(Case.entry).selectinload(Entry.period)
    objection = work.session.get_one(Objection, objection_id)
    case = lock_row(work.session, Case, objection.case_id, with_period)
    work.session.refresh(objection)
    if objection.case_id != case.id:  # joined into another one meanwhile
        case = lock_row(work.session, Case, objection.case_id, with_period)
    if case.state in OPEN_STATES:
        if too_late_to_conclude(case.entry.period.conclude_by, work.now):
            raise TooLateToConclude(case.entry.period.conclude_by)
        return objection, case
    raise MoveRefused(action, "已经办完")
