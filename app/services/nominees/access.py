"""Which nominees a person may see: the office sees all, a unit those it recommends and those who belong to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import Actor, Role
from app.domain.refusals import NotAllowed, NothingChosen, NotYourCase
from app.models import Case, Entry, Nominee, NomineeMarks, Recusal
from app.services.programmes.locking import lock_programme_before_award
from app.services.shared.work import Work

# Either table names a nominee's unit and the one that recommends it.
NomineeTable: TypeAlias = type[Nominee] | type[NomineeMarks]


def nominees_visible_to(actor: Actor, nominee: NomineeTable = Nominee) -> ColumnElement[bool]:
    """Return the condition on Nominee, or on its marks, that limits a list to those this person may see."""
    if actor.role in (Role.OFFICE, Role.AUDITOR):
        return true()
    return or_(nominee.recommender_id == actor.unit_id, nominee.unit_id == actor.unit_id)


def is_recused(session: Session, nominee_id: int, user_id: int) -> bool:
    """Tell whether this person is recused from a case about this nominee (R21)."""
    about = select(Recusal.id).join(Case, Recusal.case_id == Case.id).join(Entry, Case.entry_id == Entry.id)
    return session.scalar(about.where(Recusal.user_id == user_id, Entry.nominee_id == nominee_id).limit(1)) is not None


def require_impartial(work: Work, nominee_id: int) -> None:
    """Raise NotAllowed for somebody of the office who is recused from a case about this nominee (R21).

    Who keeps out of a case does not reverse what came of it, nor take the nominee's award back or leave it.
    """
    if is_recused(work.session, nominee_id, work.actor.user_id):
        raise NotAllowed("您在有关这个推荐对象的案件里有回避，这一步要由市级专班的其他人办理。")


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
