"""The lock of a programme: changes of it, or of what its nominees depend on, come one after another."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.refusals import Archived
from app.models import Programme
from app.services.programmes.decisions import require_before_decision
from app.services.shared.locks import lock_row


def require_running(programme: Programme) -> None:
    """Raise Archived for an archived programme. Whatever writes to a programme checks this first."""
    if programme.archived_at is not None:
        raise Archived(programme.title)


def lock_programme(session: Session, programme_id: int) -> Programme:
    """Lock a programme to change it. Raises Archived, NoResultFound."""
    programme = lock_row(session, Programme, programme_id)
    require_running(programme)
    return programme


def lock_programme_before_award(session: Session, programme_id: int) -> Programme:
    """Lock a programme as `lock_programme` does, to change what its nominees depend on.

    Raises Awarded too, once the award is decided.
    """
    programme = lock_programme(session, programme_id)
    require_before_decision(session, programme_id)
    return programme
