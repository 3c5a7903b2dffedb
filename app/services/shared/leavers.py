"""Who has left a programme at a given moment: out by a disqualification or a passed deadline, or withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, exists, false, select, union
from sqlalchemy.orm import Session, aliased, selectinload

from app.domain.cases.states import OPEN_STATES
from app.domain.cases.verdict import LEFT_NAMES, Departure, Ground, Left, departure
from app.models import Case, Disqualification, Entry, Nominee, Period, Reversal
from app.services.shared.stored_rows import of_ids

_BATCH = 500  # ids in one statement: well below what either database takes


def find_departures(session: Session, nominee_ids: Sequence[int], now: dt.datetime) -> dict[int, Departure]:
    """Return how and when each of these nominees left, by id; who has not left is not in it (R26).

    Open cases are read first. So a settlement committed meanwhile is seen as the disqualifications that it wrote.
    """
    if not nominee_ids:
        return {}
    passed: dict[int, list[dt.datetime]] = {}
    if overdue := _find_overdue(session, now):
        theirs = _open_in(overdue).add_columns(Entry.period_id).where(Entry.nominee_id.in_(nominee_ids))
        for nominee_id, period_id in session.execute(theirs):
            passed.setdefault(nominee_id, []).append(overdue[period_id])
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
    return Nominee.id.in_(_written_out())


def is_out_unsettled(session: Session, now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition on Nominee that a deadline passed with an open case, and nothing settled it yet (R26)."""
    overdue = _find_overdue(session, now)
    return Nominee.id.in_(_open_in(overdue)) if overdue else false()


def has_left(session: Session, now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition on Nominee that it has left; the counterpart of `verdict.departure`."""
    return Nominee.id.in_(left_in_sql(session, now))


def left_in_sql(session: Session, now: dt.datetime, *others: Select[Any]) -> CompoundSelect[Any]:
    """Select the nominees that have left, and those of `others`. It reads few rows, and none of those who stay."""
    withdrawn = aliased(Nominee)
    by_themselves = select(withdrawn.id).where(withdrawn.withdrawn_at.is_not(None))
    overdue = _find_overdue(session, now)
    return union(_written_out(), by_themselves, *([_open_in(overdue)] if overdue else []), *others)


def _written_out() -> Select[Any]:
    standing = select(Disqualification.nominee_id).outerjoin(
        Reversal, Reversal.disqualification_id == Disqualification.id
    )
    return standing.where(Reversal.confirmed_at.is_(None))


def _find_overdue(session: Session, now: dt.datetime) -> dict[int, dt.datetime]:
    """Return the periods that wait to be settled, mostly none, each with its deadline.

    They are read by themselves: neither database can tell how few they are, and would look through every open case.
    """
    waits = Period.settled_at.is_(None), Period.cancelled_at.is_(None), Period.conclude_by <= now
    return dict(session.execute(select(Period.id, Period.conclude_by).where(*waits)).all())


def _open_in(periods: Collection[int]) -> Select[Any]:
    """Select the nominees of these periods whom an open case is about.

    A concluded case has a disqualification of its own, and maybe a reversal.
    """
    still_open = exists().where(Case.entry_id == Entry.id, Case.state.in_(OPEN_STATES))
    return select(Entry.nominee_id).where(of_ids(Entry.period_id, periods), still_open)
