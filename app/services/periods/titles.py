"""Titles of periods for the filters and columns of lists: they are made of round and organiser, and stored nowhere."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.models import Period
from app.services.shared.stored_rows import of_ids


def titles_of(session: Session, period_ids: Collection[int]) -> dict[int, str]:
    """Return the titles of these periods by id, the earliest first."""
    wanted = select(Period).where(of_ids(Period.id, period_ids)).order_by(Period.id)
    found = session.scalars(wanted.options(joinedload(Period.organiser), joinedload(Period.programme)))
    return {period.id: period.title for period in found}
