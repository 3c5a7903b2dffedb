"""Searching all that is public now (R5): names, collectives, units, recommending units, and their pinyin.

The texts of the open entries are read and spelt once for each process, and again when a window opens or closes or a
misprint is corrected. What is found is read from the database each time, inside its window.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, product
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.periods.rounds import Organiser
from app.domain.periods.search import Searchable, find, fold
from app.models import Correction, Entry, Period
from app.services.periods.corrected_text import EntryView, read_entries

MOST_SHOWN = 50
_MOST_READINGS = 16  # of one name: several characters with several readings each

_Stamp = tuple[tuple[int, ...], int]


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found, in the list where it is public."""

    entry: EntryView
    period: Period


@dataclass(frozen=True, slots=True)
class Hits:
    """The best hits, and how many there are."""

    shown: Sequence[Hit]
    total: int


@dataclass(slots=True)
class SearchIndex:
    """What one process keeps of the open entries: their ids with the texts that a search reads."""

    stamp: _Stamp | None = None
    entries: list[tuple[int, Searchable]] = field(default_factory=list)

    def refresh(self, session: Session, periods: Sequence[Period]) -> None:
        """Read the entries of these periods anew, unless nothing has changed since the last time."""
        ids = tuple(period.id for period in periods)
        stamp = ids, session.scalar(select(func.max(Correction.id))) or 0
        if stamp != self.stamp:
            self.stamp, self.entries = stamp, _read(session, periods)


def search(session: Session, index: SearchIndex, open_now: Sequence[Period], typed: str, now: dt.datetime) -> Hits:
    """Return the entries of the periods open now that match what somebody typed, the best first, at most 50 of them."""
    periods = {period.id: period for period in open_now}
    index.refresh(session, open_now)
    found = find(typed, index.entries, fold_query=_folded)
    entries = session.scalars(select(Entry).where(Entry.id.in_(found[:MOST_SHOWN]), Entry.period_id.in_(periods))).all()
    views = {view.id: view for view in read_entries(session, entries, now)}
    hits = [Hit(views[entry_id], periods[views[entry_id].period_id]) for entry_id in found if entry_id in views]
    return Hits(hits, len(found))


def _read(session: Session, periods: Sequence[Period]) -> list[tuple[int, Searchable]]:
    """Return the open entries, those of the list that ends first on top, each list in its order.

    A list of a unit's own is found by the name of that unit, which its entries don't repeat.
    """
    period_ids = [period.id for period in periods]
    order = {period_id: place for place, period_id in enumerate(period_ids)}
    own = {period.id: period.organiser.name for period in periods if period.round.organiser is not Organiser.OFFICE}
    rows = session.execute(
        select(Entry.id, Entry.period_id, Entry.position, Entry.name, Entry.unit, Entry.recommender).where(
            Entry.period_id.in_(period_ids)
        )
    ).all()
    corrected: dict[int, list[Any]] = {}
    fields = Correction.field.in_(("name", "unit", "recommender"))
    of_open = select(Correction.entry_id, Correction.field, Correction.after).join(
        Entry, Correction.entry_id == Entry.id
    )
    for row in session.execute(of_open.where(Entry.period_id.in_(period_ids), fields)):
        corrected.setdefault(row.entry_id, []).append(row)
    listed = sorted(rows, key=lambda row: (order[row.period_id], row.position))
    return [(row.id, _searchable(row, own.get(row.period_id), corrected.get(row.id, []))) for row in listed]


def _searchable(row: Any, organiser: str | None, corrections: Sequence[Any]) -> Searchable:
    names = [row.name, *(each.after for each in corrections if each.field == "name")]
    units = [row.unit, row.recommender, organiser, *(each.after for each in corrections if each.field != "name")]
    folded_units = tuple(_folded(unit) for unit in units if unit)
    return Searchable(
        names=tuple(map(_folded, names)),
        name_sounds=tuple(sound for name in names for sound in _sounds(_folded(name), _MOST_READINGS)),
        units=folded_units,
        unit_sounds=tuple(sound for unit in folded_units for sound in _sounds(unit, 1)),
    )


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    """Fold a text, and write it in simplified characters."""
    return fold(_to_simplified().convert(text))


@lru_cache(maxsize=4096)  # many entries have one unit
def _sounds(text: str, readings: int) -> tuple[str, ...]:
    """Return the pinyin of a folded text and the first letters of it, in at most so many readings."""
    from pypinyin import Style, pinyin  # half a second, which a process that nobody searches on does without

    spelt = pinyin(text, style=Style.NORMAL, heteronym=readings > 1, errors=list)  # type: ignore[arg-type] # a list is allowed
    # People write 吕 lv, lu or lyu.
    spelt = [[*each, *(sound.replace("v", u) for sound in each if "v" in sound for u in ("u", "yu"))] for each in spelt]
    ways = list(islice(product(*spelt), readings * 3))
    return tuple(dict.fromkeys(["".join(way) for way in ways] + ["".join(part[:1] for part in way) for way in ways]))


@lru_cache(maxsize=1)
def _to_simplified() -> Any:
    from opencc import OpenCC  # as above

    return OpenCC("t2s")
