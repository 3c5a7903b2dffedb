"""Which programmes there are, and which units could organise a round of one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Nominee, Programme, Unit, UnitKind


def all_programmes(session: Session) -> Sequence[Programme]:
    """Every programme, the newest first."""
    return session.scalars(select(Programme).order_by(Programme.created_at.desc(), Programme.id.desc())).all()


def organisers(session: Session, programme_id: int, round_number: int) -> Sequence[Unit]:
    """List the units that could organise a round of a programme: those with nominees in it, or the office."""
    if round_number == 3:
        return session.scalars(select(Unit).where(Unit.kind == UnitKind.OFFICE)).all()
    column = Nominee.unit_id if round_number == 1 else Nominee.recommender_id
    return session.scalars(
        select(Unit).where(Unit.id.in_(select(column).where(Nominee.programme_id == programme_id))).order_by(Unit.id)
    ).all()
