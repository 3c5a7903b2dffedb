"""The cases a person may know of, as a query condition: the counterpart of `may_see` for one case (R19, R21)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, and_, exists, or_, select

from app.domain.cases.states import Actor, Role
from app.models import Case, Recusal, Unit
from app.models.arrivals import shown_to


def cases_visible_to(actor: Actor, now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition on Case that leaves out what this person may not see.

    Every count and every reason that a page shows to a unit uses this condition. It leaves out complaints against the
    unit itself, which the office handles, and a new case until its day is over (R19).
    """
    not_recused = ~exists().where(Recusal.case_id == Case.id, Recusal.user_id == actor.user_id)
    if actor.role is Role.OFFICE:
        return not_recused
    if actor.role is Role.AUDITOR:
        return exists().where(Case.id != Case.id)
    below = select(Unit.id).where(Unit.parent_id == actor.unit_id)
    theirs = or_(Case.handler_unit_id == actor.unit_id, Case.handler_unit_id.in_(below))
    return and_(not_recused, theirs, shown_to(actor, now))
