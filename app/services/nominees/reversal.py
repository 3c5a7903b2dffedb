"""Reversing a disqualification that was an error: two people of the office, with the decision's text (R29)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from app.domain.cases.states import Actor, require_office
from app.domain.refusals import AlreadyDone, SamePerson
from app.models import Disqualification, Nominee, Programme, Reversal
from app.services.programmes.decisions import require_before_decision
from app.services.programmes.setting_up import require_running
from app.services.record.chain import Act, by_user, on_nominee, record
from app.services.shared.texts import checked_text

DECISION_LENGTH = (10, 2000)


def propose_reversal(session: Session, disqualification_id: int, decision: str, actor: Actor, now: dt.datetime) -> None:
    """The first of two. Nothing changes for the nominee yet. Raises AlreadyDone, MissingText, Awarded, Archived."""
    require_office(actor)
    row = _before_the_award(session, disqualification_id)
    if row.reversal is not None:
        raise AlreadyDone("已经有人提出撤销这项取消资格的决定。")
    decision = checked_text(decision, "撤销决定全文", DECISION_LENGTH)
    session.add(Reversal(disqualification_id=row.id, decision=decision, proposed_by=actor.user_id, proposed_at=now))
    _recorded(session, row, actor, "disqualification.reversal_proposed", decision, now)


def confirm_reversal(session: Session, disqualification_id: int, actor: Actor, now: dt.datetime) -> None:
    """The second, another person: the nominee is in again, the first decision stays in the record."""
    require_office(actor)
    row = _before_the_award(session, disqualification_id)
    reversal = row.reversal
    if reversal is None or reversal.confirmed_at is not None:
        raise AlreadyDone("没有待确认的撤销决定。")
    if reversal.proposed_by == actor.user_id:
        raise SamePerson
    reversal.confirmed_by, reversal.confirmed_at = actor.user_id, now
    _recorded(session, row, actor, "disqualification.reversed", reversal.decision, now)


def _before_the_award(session: Session, disqualification_id: int) -> Disqualification:
    """A disqualification, locked with its programme: whoever comes back in does so before the list is frozen."""
    row = session.get_one(Disqualification, disqualification_id)
    programme = session.get_one(Programme, session.get_one(Nominee, row.nominee_id).programme_id)
    session.refresh(programme, with_for_update=True)
    require_running(programme)
    require_before_decision(session, programme.id)
    session.refresh(row, with_for_update=True)
    return row


def _recorded(
    session: Session, row: Disqualification, actor: Actor, action: str, decision: str, now: dt.datetime
) -> None:
    details = {"disqualification": row.id, "case": row.case_id, "decision": decision}
    record(session, now, [Act(by_user(actor.user_id), action, on_nominee(row.nominee_id), details)])
    session.commit()
