"""Every version of a proposal is kept with its text, and a returned one comes back to its writer (R22)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import OPEN_STATES
from app.models import Case, Proposal, ProposalEnd
from app.services.shared.work import Work


def keep_version(work: Work, case: Case, proposal: Proposal) -> None:
    """Make this the proposal that waits in a locked case, in the caller's transaction. One that waited is replaced."""
    case.proposed_by, case.proposed_at = work.actor.user_id, work.now
    case.proposal_version = (case.proposal_version or 0) + 1
    end_waiting(work, case, ProposalEnd.REPLACED)
    proposal.case_id, proposal.version = case.id, case.proposal_version
    proposal.proposed_by, proposal.proposed_at = work.actor.user_id, work.now
    work.session.add(proposal)


def end_waiting(work: Work, case: Case, how: ProposalEnd, reason: str | None = None) -> None:
    """End the proposal that waits in a locked case, if one does, in the caller's transaction."""
    query = select(Proposal).where(Proposal.case_id == case.id, Proposal.ended.is_(None))
    for proposal in work.session.scalars(query.execution_options(populate_existing=True)):
        proposal.ended, proposal.ended_by, proposal.ended_at = how, work.actor.user_id, work.now
        proposal.end_reason = reason


def list_versions(session: Session, case: Case) -> Sequence[Proposal]:
    """List every version of what was proposed in a case, the latest first."""
    return session.scalars(
        select(Proposal)
        .where(Proposal.case_id == case.id)
        .order_by(Proposal.version.desc())
        .options(joinedload(Proposal.proposer), joinedload(Proposal.ender))
    ).all()


def find_returned(session: Session, case: Case, user_id: int, *, declines: bool) -> Proposal | None:
    """Return the proposal that came back to this person last and waits to be written anew; None where none does."""
    latest = session.scalar(
        select(Proposal).where(Proposal.case_id == case.id).order_by(Proposal.version.desc()).limit(1)
    )
    if latest is None or latest.ended is not ProposalEnd.RETURNED or case.state not in OPEN_STATES:
        return None
    mine = latest.proposed_by == user_id and (latest.decline_ground is not None) is declines
    return latest if mine else None
