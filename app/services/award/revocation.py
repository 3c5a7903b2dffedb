"""Revocation of an award (R31): proposed by one of the office with the decision's text, confirmed by another.

It stays possible when the programme is archived, because facts about somebody may come out later.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.award.decision import RevocationGround
from app.domain.cases.states import Actor, require_office
from app.domain.refusals import AlreadyDone, ProposalReplaced, SamePerson
from app.domain.shared.privacy import require_publishable
from app.models import Document, Honour, Nominee, Proceeding, Programme, Revocation
from app.services.accounts.two_people import require_own_account, require_two_people
from app.services.award.deciding import NUMBER, check_day
from app.services.nominees.access import nominees_visible_to, require_impartial
from app.services.record.chain import on_nominee
from app.services.shared.locks import lock_row
from app.services.shared.stored_rows import Selection, StoredRows
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

DECISION_LENGTH = (10, 5000)
REASON = (2, 500)


@dataclass(frozen=True, slots=True)
class RevocationText:
    """What is written down of a decision to take an award back."""

    ground: RevocationGround
    number: str
    dated: dt.date
    decision: str


@use_case
def propose_revocation(work: Work, honour_id: int, paper: RevocationText, scan: Document) -> None:
    """Propose to revoke an award, as the first of two people.

    The public sees nothing of it yet. Raises AlreadyDone, MissingText, BadValue, PrivateData.
    """
    require_office(work.actor)
    require_own_account(work)
    honour = _lock_honour(work.session, honour_id)
    require_impartial(work, honour.nominee_id)
    if honour.revocation is not None:
        raise AlreadyDone("已经有人提出撤销这项表彰。")
    check_day(paper.dated, work.session.get_one(Proceeding, honour.decision_id).dated, work.now)
    number = checked_text(paper.number, "撤销决定文号", NUMBER, "number")
    require_publishable("撤销决定文号", "number", number)  # it stands on the public page; the decision's text does not
    programme = work.session.get_one(Programme, work.session.get_one(Nominee, honour.nominee_id).programme_id)
    work.session.add(scan)
    work.session.flush()
    row = Revocation(
        honour_id=honour_id,
        ground=paper.ground,
        clause=programme.revocation_clause,
        number=number,
        dated=paper.dated,
        decision=checked_text(paper.decision, "撤销决定全文", DECISION_LENGTH),
        document_id=scan.id,
        proposed_by=work.actor.user_id,
        proposed_at=work.now,
    )
    work.session.add(row)
    details = {"ground": paper.ground.value, "number": number, "document": scan.id}
    _did(work, honour, "revocation.proposed", details)


@use_case
def confirm_revocation(work: Work, honour_id: int, version: int) -> None:
    """Confirm a revocation, as the second of two people. Raises SamePerson, NotTwoPeople, and ProposalReplaced.

    `version` is the `Revocation.version` that was read. From now on every page shows it, and it cannot be undone.
    """
    require_office(work.actor)
    honour = _lock_honour(work.session, honour_id)
    require_impartial(work, honour.nominee_id)
    row = _pending(honour)
    if row.proposed_by == work.actor.user_id:
        raise SamePerson
    if row.version != version:
        raise ProposalReplaced
    require_two_people(work, row.proposed_by)
    row.confirmed_by, row.confirmed_at = work.actor.user_id, work.now
    details = {"ground": row.ground.value, "number": row.number, "clause": row.clause}
    _did(work, honour, "revocation.confirmed", details)


@use_case
def drop_revocation(work: Work, honour_id: int, reason: str) -> None:
    """Send back a proposal with a mistake in it, before it is confirmed. Anybody of the office may, unless recused."""
    require_office(work.actor)
    honour = _lock_honour(work.session, honour_id)
    require_impartial(work, honour.nominee_id)
    row = _pending(honour)
    details = {"number": row.number, "reason": checked_text(reason, "退回的理由", REASON)}
    work.session.delete(row)
    _did(work, honour, "revocation.dropped", details)


def honour_of(session: Session, nominee_id: int) -> Honour | None:
    """Return what a nominee was awarded, with its decision and its revocation, if any."""
    return session.scalar(
        select(Honour)
        .where(Honour.nominee_id == nominee_id)
        .options(joinedload(Honour.decision), selectinload(Honour.revocation))
    )


def honours_of(session: Session, programme_id: int, actor: Actor) -> Sequence[Honour]:
    """List the honours that a programme's decision names and a person may see, in its order."""
    return list(stored_honours(session, programme_id, actor).every(Selection()))


def stored_honours(session: Session, programme_id: int, actor: Actor) -> StoredRows[Honour]:
    """Return the honours that a programme's decision names and a person may see, in its order."""
    source = (
        select(Honour.id)
        .join(Nominee, Honour.nominee_id == Nominee.id)
        .join(Proceeding, Honour.decision_id == Proceeding.id)
        .outerjoin(Revocation, Revocation.honour_id == Honour.id)
        .where(Nominee.programme_id == programme_id, nominees_visible_to(actor))
    )
    with_more = joinedload(Honour.decision), selectinload(Honour.revocation)

    def load(ids: Sequence[int]) -> Sequence[Honour]:
        return session.scalars(select(Honour).where(Honour.id.in_(ids)).options(*with_more)).all()

    return StoredRows(session, Honour.id, source, (Honour.position, Honour.id), load, lambda row: row.id)


def list_waiting(session: Session) -> Sequence[Revocation]:
    """List the proposals that nobody has confirmed yet, the oldest first."""
    return session.scalars(
        select(Revocation)
        .where(Revocation.confirmed_at.is_(None))
        .order_by(Revocation.id)
        .options(joinedload(Revocation.honour))
    ).all()


def _lock_honour(session: Session, honour_id: int) -> Honour:
    return lock_row(session, Honour, honour_id, selectinload(Honour.revocation))


def _pending(honour: Honour) -> Revocation:
    row = honour.revocation
    if row is None or row.confirmed_at is not None:
        raise AlreadyDone("没有待确认的撤销表彰。")
    return row


def _did(work: Work, honour: Honour, action: str, details: dict[str, Any]) -> None:
    details = {"honour": honour.id} | details
    work.did(action, on_nominee(honour.nominee_id), **details)
