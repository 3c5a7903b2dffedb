"""A unit's places in rounds 2 and 3, and who takes them (R9, R11)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

FIRST_BOUND_ROUND = 2  # 本单位公示 is not bound: places are taken from 推荐单位公示 on


@dataclass(frozen=True, slots=True)
class Contender:
    """A nominee of one unit and one kind.

    `had_place`: it stood in round 2 or 3, whenever that was. `here`: it stands in the round that is asked about, or
    is chosen for it. `left`: out or withdrawn. `replaces`: who is named as the one whose place it takes.
    """

    id: int
    had_place: bool = False
    here: bool = False
    left: bool = False
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class TakenPlaces:
    """How a unit's places of one kind are taken: by nominees present, on paper, and those that stay vacant."""

    here: int
    vacant: int
    secret: int

    @property
    def all(self) -> int:
        return self.here + self.vacant + self.secret


def count_taken(contenders: Iterable[Contender], secret: int = 0) -> TakenPlaces:
    """Count the places taken. A nominee who left keeps the place vacant (R9).

    It is filled by a replacement that is present: of this nominee, or of an earlier replacement that left too.
    """
    by_id = {contender.id: contender for contender in contenders}
    here = [contender for contender in by_id.values() if contender.here and not contender.left]
    left = {contender.id for contender in by_id.values() if contender.left and contender.had_place}
    taken_over = {place for contender in here if (place := _place_of(contender, by_id, left)) is not None}
    places = {_place_of(by_id[id_], by_id, left) or id_ for id_ in left}
    return TakenPlaces(len(here), len(places - taken_over), secret)


def _place_of(contender: Contender, by_id: dict[int, Contender], left: set[int]) -> int | None:
    """Follow a chain of replacements back to the nominee who left first, whose place it was."""
    place, seen = None, {contender.id}
    while (before := contender.replaces) is not None and before in by_id and before not in seen:
        seen.add(before)
        contender = by_id[before]
        if before in left:
            place = before
    return place
