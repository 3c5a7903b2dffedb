"""Which cases a person may know of, as a condition of a query: what `may_see` says of one case (R21)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_, select

from app.domain.cases.states import Actor, Role
from app.models import Case, Recusal, Unit


def cases_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on Case that leaves out what this person may not see.

    Every count and every reason that a page gives to a unit goes through here. Of a complaint against the unit itself,
    which the office handles, not even its existence is told (R19).
    """
    not_recused = ~exists().where(Recusal.case_id == Case.id, Recusal.user_id == actor.user_id)
    if actor.role is Role.OFFICE:
        return not_recused
    if actor.role is Role.AUDITOR:
        return exists().where(Case.id != Case.id)
    below = select(Unit.id).where(Unit.parent_id == actor.unit_id)
    return and_(not_recused, or_(Case.handler_unit_id == actor.unit_id, Case.handler_unit_id.in_(below)))
