"""The nominees of a period as a list: each entry as it reads now, its cases, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.domain.cases.verdict import Ground
from app.domain.nominees.statuses import Status
from app.models import Case, Correction, Entry, Nominee, Period, Programme
from app.services.nominees.statuses import find_statuses, statuses_among
from app.services.periods.closing import find_out
from app.services.periods.corrected_text import EntryView, read_entries
from app.services.shared.stored_rows import Selection, StoredRows


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One entry as the list shows it. `grounds`: why this very period put the nominee out; none if it did not."""

    view: EntryView
    cases: int
    status: Status
    grounds: frozenset[Ground]


def stored_entries(session: Session, period: Period, now: dt.datetime) -> StoredRows[StoredEntry]:
    """Return the entries of a period in its order, for the office."""
    source = (
        select(Entry.id)
        .join(Nominee, Entry.nominee_id == Nominee.id)
        .join(Programme, Nominee.programme_id == Programme.id)
        .where(Entry.period_id == period.id)
    )

    def load(ids: Sequence[int]) -> list[StoredEntry]:
        views = read_entries(session, session.scalars(select(Entry).where(Entry.id.in_(ids))).all(), now)
        nominees = [view.nominee_id for view in views]
        statuses, out = find_statuses(session, nominees, now), find_out(session, period, now, nominees)
        against = select(Case.entry_id, func.count()).where(Case.entry_id.in_(ids)).group_by(Case.entry_id)
        several = Counter(dict(session.execute(against).all()))
        return [
            StoredEntry(view, several[view.id], statuses[view.nominee_id], out.get(view.nominee_id, frozenset()))
            for view in views
        ]

    return StoredRows(session, Entry.id, source, (Entry.position, Entry.id), load, lambda row: row.view.id)


def statuses_of(rows: StoredRows[Any], period: Period, now: dt.datetime) -> set[Status]:
    """Return the statuses that any nominee of this list of a period's entries has."""
    return statuses_among(rows, period.programme, rows.count(Selection()), now)


def cases_against() -> ColumnElement[int]:
    """Count the cases against an Entry."""
    return select(func.count(Case.id)).where(Case.entry_id == Entry.id).correlate(Entry).scalar_subquery()


def as_corrected(field: Any) -> ColumnElement[str]:
    """Return a field of an Entry as it reads now: what a correction made of it, else as it was shown (R9)."""
    latest = (
        select(Correction.after)
        .where(Correction.entry_id == Entry.id, Correction.field == field.key)
        .order_by(Correction.id.desc())
        .limit(1)
        .correlate(Entry)
        .scalar_subquery()
    )
    return func.coalesce(latest, field)


def out_by(session: Session, period: Period, now: dt.datetime) -> Mapping[int, frozenset[Ground]]:
    """Return the nominees whom this very period put out, with the grounds."""
    return find_out(session, period, now)
