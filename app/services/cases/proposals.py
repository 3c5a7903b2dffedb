"""Every version of a proposal is kept with its text, and a returned one comes back to its writer (R22)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import OPEN_STATES
from app.domain.refusals import ProposalReplaced
from app.models import Case, Proposal, ProposalEnd
from app.services.accounts.two_people import require_own_voice, require_two_people
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


def require_second_person(work: Work, case: Case, version: int) -> None:
    """Raise ProposalReplaced unless `version` is what waits, and NotTwoPeople (R22, SECURITY 50 and 51)."""
    if version != (case.proposal_version or 0):
        raise ProposalReplaced
    assert case.proposed_by is not None  # noqa: S101 - somebody proposed what waits
    require_own_voice(work, case.facts(work.now).recused)
    require_two_people(work, case.proposed_by)


def find_earlier(session: Session, case: Case, *, declines: bool) -> Proposal | None:
    """Return the proposal whose text the next one begins with (R22); None where there is none of this kind.

    It is the latest version of an open case, if it was returned, or if its conclusion is looked at again (R35).
    """
    latest = session.scalar(
        select(Proposal).where(Proposal.case_id == case.id).order_by(Proposal.version.desc()).limit(1)
    )
    if latest is None or case.state not in OPEN_STATES or (latest.decline_ground is not None) is not declines:
        return None
    return latest if latest.ended in (ProposalEnd.RETURNED, ProposalEnd.CONFIRMED) else None
