"""When units may know of a new case, as a query condition (R19)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, exists, or_, select

from app.domain.calendar.workdays import end_of, local_date, midnight
from app.domain.cases.states import Actor, Role, State
from app.models.accounts import User
from app.models.cases import Case
from app.models.objections import Objection, Registration
from app.models.periods import Entry, Period


def shown_to_units(now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition on Case that leaves out a new case whose day is not over, on pages and in messages alike.

    On the day of the deadline nothing is held back: its last hours are all there is to act in. Nor is what the unit
    registered itself (R33).
    """
    today = local_date(now)
    due_today = select(Period.id).where(Period.conclude_by <= end_of(today))
    last_chance = select(Entry.id).where(Entry.period_id.in_(due_today))
    registered = (
        exists()
        .where(Objection.case_id == Case.id, Registration.objection_id == Objection.id)
        .where(User.id == Registration.registered_by, User.unit_id == Case.handler_unit_id)
        .correlate(Case)
    )
    earlier = Case.received_at < midnight(today)
    return or_(Case.state != State.RECEIVED, earlier, Case.entry_id.in_(last_chance), registered)


def shown_to(actor: Actor, now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition on Case that leaves out what is held back from units."""
    if actor.role is Role.OFFICE:
        return Case.id == Case.id
    return shown_to_units(now)
