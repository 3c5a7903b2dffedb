"""What the public reads of an entry: its frozen texts, misprints corrected, marked where the nominee left (R9, R26)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases.verdict import Left
from app.domain.nominees.misprints import CORRECTABLE, cut_to_difference
from app.domain.periods.rounds import Kind
from app.models import Correction, Entry
from app.services.shared.leavers import find_departures


@dataclass(frozen=True, slots=True)
class Misprint:
    """A correction as the page says it: where the two texts differ, both of them whole, why and when."""

    field: str
    what: str
    wrong: str
    right: str
    before: str
    after: str
    reason: str
    at: dt.datetime

    @property
    def is_cut(self) -> bool:
        """Whether the line shows a passage only, and the whole text has to stand elsewhere."""
        return self.wrong != self.before


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry as it reads now. Fields that its round does not show are None."""

    id: int
    period_id: int
    nominee_id: int
    position: int
    kind: Kind
    name: str
    unit: str | None
    recommender: str | None
    post: str | None
    category: str | None
    trade: str | None
    deeds: str
    corrections: Sequence[Misprint] = ()
    left: Left | None = None

    @property
    def withdrawn(self) -> bool:
        return self.left is Left.WITHDRAWN


def read_entries(session: Session, entries: Iterable[Entry], now: dt.datetime) -> list[EntryView]:
    """Return these entries as they read at `now`.

    The public may see them inside their window only: check the window first (R5).
    """
    wanted = list(entries)
    corrections = {
        entry_id: [row for row in rows if row.corrected_at <= now]
        for entry_id, rows in of_entries(session, [entry.id for entry in wanted]).items()
    }
    found = find_departures(session, [entry.nominee_id for entry in wanted], now)
    left = {nominee_id: departed.how for nominee_id, departed in found.items() if departed.since <= now}
    return [_shown(entry, corrections.get(entry.id, []), left.get(entry.nominee_id)) for entry in wanted]


def of_entries(session: Session, entry_ids: Sequence[int]) -> dict[int, list[Correction]]:
    """Return the corrections of entries, oldest first. An entry without any is left out."""
    found: dict[int, list[Correction]] = {}
    rows = session.scalars(select(Correction).where(Correction.entry_id.in_(entry_ids)).order_by(Correction.id))
    for row in rows:
        if row.entry_id is not None:
            found.setdefault(row.entry_id, []).append(row)
    return found


def text_of(entry: Entry, field: str, corrections: Sequence[Correction]) -> str | None:
    """One field of an entry as it reads now; None where its round does not show it."""
    text: str | None = getattr(entry, field)
    return next((row.after for row in reversed(corrections) if row.field == field), text)


def view_misprint(row: Correction) -> Misprint:
    wrong, right = cut_to_difference(row.before, row.after) if row.field == "deeds" else (row.before, row.after)
    return Misprint(
        row.field, CORRECTABLE[row.field], wrong, right, row.before, row.after, row.reason, row.corrected_at
    )


def _shown(entry: Entry, corrections: Sequence[Correction], left: Left | None) -> EntryView:
    return EntryView(
        id=entry.id,
        period_id=entry.period_id,
        nominee_id=entry.nominee_id,
        position=entry.position,
        kind=entry.kind,
        name=text_of(entry, "name", corrections) or "",
        unit=text_of(entry, "unit", corrections),
        recommender=text_of(entry, "recommender", corrections),
        post=text_of(entry, "post", corrections),
        category=text_of(entry, "category", corrections),
        trade=text_of(entry, "trade", corrections),
        deeds=text_of(entry, "deeds", corrections) or "",
        corrections=[view_misprint(row) for row in corrections],
        left=left,
    )
