"""One unit's line of annex 1, written into a programme."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.programmes.plan import Places
from app.domain.refusals import StillNeeded, WrongState
from app.models import Nominee, Programme, Quota, Unit, UnitKind

_FIELDS = ("collectives", "individuals", "field", "heading", "note", "secret_collectives", "secret_individuals")


def set_places(session: Session, programme: Programme, places: Places) -> list[int] | None:
    """One unit's places, in the caller's transaction. Returns the public numbers now in force, None if nothing changed.

    Raises StillNeeded, WrongState, NoResultFound.
    """
    unit = session.get_one(Unit, places.unit_id)
    quota = session.scalar(select(Quota).where(Quota.programme_id == programme.id, Quota.unit_id == unit.id))
    if unit.kind is not UnitKind.RECOMMENDER:
        raise StillNeeded(f"“{unit.name}”不是推荐单位，名额只能分给推荐单位。")
    if not places.collectives and not places.individuals:
        return _take_off(session, quota)
    if quota is None:
        if unit.retired_at is not None:
            raise WrongState(f"“{unit.name}”已经停用，不能再增加人员和推荐对象。")
        quota = Quota(programme_id=programme.id, unit_id=unit.id)
        session.add(quota)
    elif all(getattr(quota, field) == getattr(places, field) for field in _FIELDS):
        return None
    for field in _FIELDS:
        setattr(quota, field, getattr(places, field))
    session.flush()
    return [quota.collectives, quota.individuals]  # the record does not show the secret numbers (R11)


def _take_off(session: Session, quota: Quota | None) -> list[int] | None:
    if quota is None:
        return None
    existing = session.scalar(
        select(Nominee.id)
        .where(Nominee.programme_id == quota.programme_id, Nominee.recommender_id == quota.unit_id)
        .limit(1)
    )
    if existing is not None:
        quota.collectives = quota.individuals = quota.secret_collectives = quota.secret_individuals = 0
    else:
        session.delete(quota)
    session.flush()
    return [0, 0]
