"""Reversing a disqualification that was an error: two people of the office, with the decision's text (R29)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.cases.states import require_office
from app.domain.refusals import AlreadyDone, SamePerson
from app.models import Disqualification, Nominee, Programme, Reversal
from app.services.programmes.decisions import require_before_decision
from app.services.programmes.setting_up import require_running
from app.services.record.chain import on_nominee
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

DECISION_LENGTH = (10, 2000)


@use_case
def propose_reversal(work: Work, disqualification_id: int, decision: str) -> None:
    """The first of two. Nothing changes for the nominee yet. Raises AlreadyDone, MissingText, Awarded, Archived."""
    require_office(work.actor)
    row = _before_the_award(work.session, disqualification_id)
    if row.reversal is not None:
        raise AlreadyDone("已经有人提出撤销这项取消资格的决定。")
    decision = checked_text(decision, "撤销决定全文", DECISION_LENGTH)
    work.session.add(
        Reversal(disqualification_id=row.id, decision=decision, proposed_by=work.actor.user_id, proposed_at=work.now)
    )
    _did(work, row, "disqualification.reversal_proposed", decision)


@use_case
def confirm_reversal(work: Work, disqualification_id: int) -> None:
    """The second, another person: the nominee is in again, the first decision stays in the record."""
    require_office(work.actor)
    row = _before_the_award(work.session, disqualification_id)
    reversal = row.reversal
    if reversal is None or reversal.confirmed_at is not None:
        raise AlreadyDone("没有待确认的撤销决定。")
    if reversal.proposed_by == work.actor.user_id:
        raise SamePerson
    reversal.confirmed_by, reversal.confirmed_at = work.actor.user_id, work.now
    _did(work, row, "disqualification.reversed", reversal.decision)


def _before_the_award(session: Session, disqualification_id: int) -> Disqualification:
    """A disqualification, locked with its programme: whoever comes back in does so before the list is frozen."""
    row = session.get_one(Disqualification, disqualification_id)
    programme = session.get_one(Programme, session.get_one(Nominee, row.nominee_id).programme_id)
    session.refresh(programme, with_for_update=True)
    require_running(programme)
    require_before_decision(session, programme.id)
    session.refresh(row, with_for_update=True)
    return row


def _did(work: Work, row: Disqualification, action: str, decision: str) -> None:
    details = {"disqualification": row.id, "case": row.case_id, "decision": decision}
    work.did(action, on_nominee(row.nominee_id), **details)
