"""Whose nominees are whose: the office sees all, a unit those it recommends and those who belong to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import Actor, Role
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import NobodyChosen, NotYourCase
from app.models import Nominee, Programme
from app.services.programmes.decisions import require_before_decision
from app.services.programmes.setting_up import require_running


def theirs(actor: Actor) -> ColumnElement[bool]:
    """The condition on Nominee that a person's list is narrowed by."""
    if actor.role in (Role.OFFICE, Role.AUDITOR):
        return true()
    return or_(Nominee.recommender_id == actor.unit_id, Nominee.unit_id == actor.unit_id)


def rules_of(session: Session, nominee: Nominee) -> AwardNotice:
    """The notice that a nominee stands under, also where the row came from another session."""
    return session.get_one(Programme, nominee.programme_id).rules


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


def chosen(session: Session, nominee_ids: Collection[int], actor: Actor) -> list[Nominee]:
    """Several nominees of one programme to do something about, in the order of a list.

    Raises NobodyChosen, and NotYourCase where any is missing, of another programme, or not this person's to act on.
    """
    if not nominee_ids:
        raise NobodyChosen
    condition = true() if actor.is_office else Nominee.recommender_id == actor.unit_id
    found = session.scalars(
        select(Nominee)
        .where(Nominee.id.in_(nominee_ids), condition)
        .order_by(Nominee.recommender_id, Nominee.kind, Nominee.position, Nominee.id)
        .options(joinedload(Nominee.recommender), joinedload(Nominee.unit))
        .execution_options(populate_existing=True)
    ).all()
    if len(found) != len(set(nominee_ids)) or len({nominee.programme_id for nominee in found}) != 1:
        raise NotYourCase
    return list(found)


def take_turns(session: Session, programme_id: int) -> Programme:
    """A programme, locked: who changes what its nominees stand on, and who schedules them, come one after another.

    Raises Archived, and Awarded once the award is decided: then nothing changes any more.
    """
    programme = session.get_one(Programme, programme_id, with_for_update=True, populate_existing=True)
    require_running(programme)
    require_before_decision(session, programme_id)
    return programme


def locked(session: Session, nominee_ids: Collection[int], actor: Actor) -> list[Nominee]:
    """As `chosen`, with their programme locked and every fact read after that. Raises Archived and Awarded too."""
    programme_id = session.scalar(select(Nominee.programme_id).where(Nominee.id.in_(nominee_ids)).limit(1))
    if programme_id is not None:
        take_turns(session, programme_id)
    return chosen(session, nominee_ids, actor)
