"""Whose nominees are whose: the office sees all, a unit those it recommends and those who belong to it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session, joinedload

from app.domain.cases import Actor, Role
from app.domain.errors import NotYourCase
from app.models import Nominee


def theirs(actor: Actor) -> ColumnElement[bool]:
    """The condition on Nominee that a person's list is narrowed by."""
    if actor.role in (Role.OFFICE, Role.AUDITOR):
        return true()
    return or_(Nominee.recommender_id == actor.unit_id, Nominee.unit_id == actor.unit_id)


def of_programme(session: Session, programme_id: int, actor: Actor) -> Sequence[Nominee]:
    """A programme's nominees that this person may see, unit by unit in their order of preference."""
    return session.scalars(
        select(Nominee)
        .where(Nominee.programme_id == programme_id, theirs(actor))
        .order_by(Nominee.recommender_id, Nominee.kind, Nominee.position, Nominee.id)
        .options(joinedload(Nominee.recommender), joinedload(Nominee.unit))
    ).all()


def visible(session: Session, nominee_id: int, actor: Actor) -> Nominee:
    """A nominee to look at. Raises NotYourCase for everyone it is not for."""
    nominee = session.scalar(select(Nominee).where(Nominee.id == nominee_id, theirs(actor)))
    if nominee is None:
        raise NotYourCase
    return nominee


def recommended(session: Session, nominee_id: int, actor: Actor, *, lock: bool = False) -> Nominee:
    """A nominee to do something about: for the office, and for the unit that recommends it. Raises NotYourCase."""
    nominee = session.get(Nominee, nominee_id, with_for_update=lock or None)
    if nominee is None or not (actor.is_office or nominee.recommender_id == actor.unit_id):
        raise NotYourCase
    return nominee


def is_theirs(session: Session, nominee_id: int, actor: Actor) -> bool:
    return session.scalar(select(Nominee.id).where(Nominee.id == nominee_id, theirs(actor))) is not None
