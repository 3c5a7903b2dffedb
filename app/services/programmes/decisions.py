"""Award decisions as the public reads them, and the check that no change comes after one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.award.decision import ProceedingKind
from app.domain.refusals import Awarded
from app.models import Honour, Proceeding, Programme

LATEST = 3


def require_before_decision(session: Session, programme_id: int) -> None:
    """Raise Awarded once the award is decided.

    Whatever changes nominees or their way checks this first, with the programme locked.
    """
    decided = of_programme(session, programme_id)
    if decided is not None:
        raise Awarded(decided.number)


def is_over(session: Session, programme_id: int) -> bool:
    """Whether nothing about the nominees changes any more: it is archived, or the award is decided."""
    archived = select(Programme.archived_at).where(Programme.id == programme_id)
    return session.scalar(archived) is not None or of_programme(session, programme_id) is not None


def of_programme(session: Session, programme_id: int) -> Proceeding | None:
    """Return the award decision of a programme; None before it."""
    return session.scalar(
        select(Proceeding).where(Proceeding.programme_id == programme_id, Proceeding.kind == ProceedingKind.DECISION)
    )


def decisions(session: Session, limit: int | None = None) -> Sequence[Proceeding]:
    """Every award decision, the newest first."""
    return session.scalars(_decisions().order_by(Proceeding.dated.desc(), Proceeding.id.desc()).limit(limit)).all()


def decision(session: Session, decision_id: int) -> Proceeding | None:
    """One decision with its names and what was revoked since; None for any other paper, which is not public."""
    return session.scalar(
        _decisions()
        .where(Proceeding.id == decision_id)
        .options(selectinload(Proceeding.honours).selectinload(Honour.revocation))
    )


def _decisions() -> Select[Proceeding]:
    return (
        select(Proceeding).where(Proceeding.kind == ProceedingKind.DECISION).options(joinedload(Proceeding.programme))
    )
