"""Who has left a programme at a given moment: out by a disqualification or a passed deadline, or withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from app.domain.cases.states import OPEN_STATES
from app.domain.cases.verdict import LEFT_NAMES, Departure, Ground, Left, departure
from app.models import Case, Disqualification, Entry, Nominee, Period, Reversal

_BATCH = 500  # ids in one statement: well below what either database takes


def find_departures(session: Session, nominee_ids: Sequence[int], now: dt.datetime) -> dict[int, Departure]:
    """Return how and when each of these nominees left, by id; who has not left is not in it (R26).

    Open cases are read first. So a settlement committed meanwhile is seen as the disqualifications that it wrote.
    """
    if not nominee_ids:
        return {}
    passed: dict[int, list[dt.datetime]] = {}
    unsettled = session.execute(
        select(Entry.nominee_id, Period.conclude_by)
        .join(Case, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(
            Entry.nominee_id.in_(nominee_ids),
            Case.state.in_(OPEN_STATES),  # a concluded one has its own row below, and maybe a reversal
            Period.settled_at.is_(None),
            Period.conclude_by <= now,
        )
    )
    for nominee_id, deadline in unsettled:
        passed.setdefault(nominee_id, []).append(deadline)
    standing: dict[int, list[tuple[dt.datetime, Ground]]] = {}
    rows = session.scalars(
        select(Disqualification)
        .where(Disqualification.nominee_id.in_(nominee_ids))
        .options(selectinload(Disqualification.reversal))
    )
    for row in rows:
        if row.stands:
            standing.setdefault(row.nominee_id, []).append((row.effective_at, row.ground))
    withdrawals = session.execute(
        select(Nominee.id, Nominee.withdrawn_at).where(Nominee.id.in_(nominee_ids), Nominee.withdrawn_at.is_not(None))
    )
    withdrawn = {nominee_id: withdrawn_at for nominee_id, withdrawn_at in withdrawals}  # noqa: C416 - rows are no tuples
    found = {
        nominee_id: departure(withdrawn.get(nominee_id), standing.get(nominee_id, ()), passed.get(nominee_id, ()))
        for nominee_id in passed.keys() | standing.keys() | withdrawn.keys()
    }
    return {nominee_id: left for nominee_id, left in found.items() if left is not None}


def lock_and_find_left(session: Session, nominee_ids: Iterable[int], now: dt.datetime) -> dict[int, Departure]:
    """Lock these nominees and return who of them has left, so that nobody is put out twice at one moment (R26)."""
    ids, found = sorted(set(nominee_ids)), {}
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        session.execute(select(Nominee.id).where(Nominee.id.in_(batch)).order_by(Nominee.id).with_for_update())
        found.update(find_departures(session, batch, now))
    return found


def find_disqualified(session: Session, nominee_ids: Sequence[int], now: dt.datetime) -> set[int]:
    """Return who is out at `now`: by a standing disqualification, or by a deadline not settled yet (R26)."""
    found = find_departures(session, nominee_ids, now)
    return {nominee_id for nominee_id, left in found.items() if left.how is Left.DISQUALIFIED}


def describe_left(session: Session, nominees: Iterable[Nominee], now: dt.datetime) -> dict[int, str]:
    """Return how each of these nominees left, in words, by id.

    A nominee who has not left is not in it.
    """
    found = find_departures(session, [nominee.id for nominee in nominees], now)
    return {nominee_id: LEFT_NAMES[departed.how] for nominee_id, departed in found.items()}


# --- the same as conditions of a query ---------------------------------------------------------------------------


def is_written_out() -> ColumnElement[bool]:
    """Return the condition on Nominee that a disqualification of it stands (R29)."""
    standing = select(Disqualification.nominee_id).outerjoin(
        Reversal, Reversal.disqualification_id == Disqualification.id
    )
    return Nominee.id.in_(standing.where(Reversal.confirmed_at.is_(None)))


def is_out_unsettled(now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition on Nominee that a deadline passed with an open case, and nothing settled it yet (R26)."""
    passed = (
        select(Entry.nominee_id)
        .join(Case, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(Case.state.in_(OPEN_STATES), Period.settled_at.is_(None), Period.conclude_by <= now)
    )
    return Nominee.id.in_(passed)


def has_left(now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition on Nominee that it has left; the counterpart of `verdict.departure`."""
    return or_(is_written_out(), Nominee.withdrawn_at.is_not(None), is_out_unsettled(now))
