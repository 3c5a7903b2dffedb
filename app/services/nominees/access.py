"""Which nominees a person may see: the office sees all, a unit those it recommends and those who belong to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import Actor, Role
from app.domain.refusals import NothingChosen, NotYourCase
from app.models import Nominee
from app.services.programmes.locking import lock_programme_before_award


def nominees_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on Nominee that limits a list to the nominees this person may see."""
    if actor.role in (Role.OFFICE, Role.AUDITOR):
        return true()
    return or_(Nominee.recommender_id == actor.unit_id, Nominee.unit_id == actor.unit_id)


def of_programme(session: Session, programme_id: int, actor: Actor) -> Sequence[Nominee]:
    """List a programme's nominees that this person may see, unit by unit in their order of preference."""
    return session.scalars(
        select(Nominee)
        .where(Nominee.programme_id == programme_id, nominees_visible_to(actor))
        .order_by(Nominee.recommender_id, Nominee.kind, Nominee.position, Nominee.id)
        .options(joinedload(Nominee.recommender), joinedload(Nominee.unit))
    ).all()


def find_visible(session: Session, nominee_id: int, actor: Actor) -> Nominee:
    """Return a nominee that this person may see. Raises NotYourCase for everybody else."""
    nominee = session.scalar(select(Nominee).where(Nominee.id == nominee_id, nominees_visible_to(actor)))
    if nominee is None:
        raise NotYourCase
    return nominee


def find_recommended(session: Session, nominee_id: int, actor: Actor) -> Nominee:
    """Return a nominee to act on, for the office and for the unit that recommends it. Raises NotYourCase."""
    nominee = session.get(Nominee, nominee_id)
    if nominee is None or not (actor.is_office or nominee.recommender_id == actor.unit_id):
        raise NotYourCase
    return nominee


def find_chosen(session: Session, nominee_ids: Collection[int], actor: Actor) -> list[Nominee]:
    """Return several nominees of one programme to act on, in the order of a list.

    Raises NothingChosen, and NotYourCase where any is missing, of another programme, or not this person's to act on.
    """
    if not nominee_ids:
        raise NothingChosen("还没有选择推荐对象，请在名单里至少选一个。")
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


def lock_chosen(session: Session, nominee_ids: Collection[int], actor: Actor) -> list[Nominee]:
    """Return the nominees as `find_chosen` does, their programme locked. Every fact is read after that.

    Raises Archived and Awarded too.
    """
    programme_id = session.scalar(select(Nominee.programme_id).where(Nominee.id.in_(nominee_ids)).limit(1))
    if programme_id is not None:
        lock_programme_before_award(session, programme_id)
    return find_chosen(session, nominee_ids, actor)
