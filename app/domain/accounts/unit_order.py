"""The one order of every list of units.

The office comes first, then the recommending units as annex 1 of the latest programme names them: that is the order of
every paper that the office has on its desk. Those of no annex follow by name, and below each recommending unit its own
units by name, because no paper puts these in an order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_BEHIND = 1_000_000_000  # no annex has so many rows


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """What a unit's place is told by. `above_*` are of the recommending unit it belongs to, its own for one itself."""

    is_office: bool
    above_id: int
    above_name: str
    is_own: bool
    name: str


def place_of(unit: UnitPlace, annex: Mapping[int, int]) -> tuple[bool, int, bytes, int, bool, bytes]:
    """Return what lists of units are sorted by; `annex` has the place of each recommending unit in annex 1."""
    return (
        not unit.is_office,
        annex.get(unit.above_id, _BEHIND),
        by_sound(unit.above_name),
        unit.above_id,
        unit.is_own,
        by_sound(unit.name),
    )


def by_sound(name: str) -> bytes:
    """Return what names are sorted by: GB 18030, which has the 3,755 most common characters in the order of pinyin."""
    return name.encode("gb18030", "replace")
