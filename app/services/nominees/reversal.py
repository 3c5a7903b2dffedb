"""Reversing a disqualification that was an error: two people of the office, with the decision's text (R29)."""

from __future__ import annotations

from sqlalchemy.orm import Session, selectinload

from app.domain.cases.states import require_office
from app.domain.refusals import AlreadyDone, ProposalReplaced, SamePerson
from app.models import Disqualification, Nominee, Reversal
from app.services.accounts.two_people import require_own_account, require_two_people
from app.services.cases.lapse_letters import tell_of_reversal
from app.services.nominees.access import require_impartial
from app.services.programmes.locking import lock_programme_before_award
from app.services.record.chain import on_nominee
from app.services.shared.locks import lock_row
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

DECISION_LENGTH = (10, 2000)


@use_case
def propose_reversal(work: Work, disqualification_id: int, decision: str) -> None:
    """Propose to reverse a disqualification, as the first of two people.

    Nothing changes for the nominee yet. Raises AlreadyDone, MissingText, Awarded, Archived, NotAllowed (recused).
    """
    require_office(work.actor)
    require_own_account(work)
    row = _lock_disqualification(work.session, disqualification_id)
    require_impartial(work, row.nominee_id)
    if row.reversal is not None:
        raise AlreadyDone("已经有人提出撤销这项取消资格的决定。")
    decision = checked_text(decision, "撤销决定全文", DECISION_LENGTH)
    at = work.not_before(row.carried_out_at)
    work.session.add(
        Reversal(disqualification_id=row.id, decision=decision, proposed_by=work.actor.user_id, proposed_at=at)
    )
    _did(work, row, "disqualification.reversal_proposed", decision)


@use_case
def confirm_reversal(work: Work, disqualification_id: int, version: int) -> None:
    """Confirm a reversal, as the second of two people: the nominee is in again.

    The first decision stays in the record, and whoever objected is told (R23). `version` is the proposal that was read,
    `Reversal.id`. Raises SamePerson, NotTwoPeople, ProposalReplaced, AlreadyDone.
    """
    require_office(work.actor)
    row = _lock_disqualification(work.session, disqualification_id)
    require_impartial(work, row.nominee_id)
    reversal = row.reversal
    if reversal is None or reversal.confirmed_at is not None:
        raise AlreadyDone("没有待确认的撤销决定。")
    if reversal.proposed_by == work.actor.user_id:
        raise SamePerson
    if reversal.id != version:
        raise ProposalReplaced
    require_two_people(work, reversal.proposed_by)
    reversal.confirmed_by, reversal.confirmed_at = work.actor.user_id, work.not_before(reversal.proposed_at)
    tell_of_reversal(work, row, reversal.decision)
    _did(work, row, "disqualification.reversed", reversal.decision)


def _lock_disqualification(session: Session, disqualification_id: int) -> Disqualification:
    """Lock a disqualification with its programme.

    So a nominee who comes back in does so before the list is frozen.
    """
    nominee_id = session.get_one(Disqualification, disqualification_id).nominee_id
    lock_programme_before_award(session, session.get_one(Nominee, nominee_id).programme_id)
    return lock_row(session, Disqualification, disqualification_id, selectinload(Disqualification.reversal))


def _did(work: Work, row: Disqualification, action: str, decision: str) -> None:
    details = {"disqualification": row.id, "case": row.case_id, "decision": decision}
    work.did(action, on_nominee(row.nominee_id), **details)
