"""Finding an entry by what somebody types: a name, a unit, or the pinyin of either; the best match first."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum, auto
from typing import TypeVar

LONGEST = 40  # characters of a query that are looked at
_SHORTEST_UNIT_SOUND = 3  # two letters are in the pinyin of almost every unit
_U_UMLAUT = str.maketrans({"ü": "v", "Ü": "v"})


class Match(IntEnum):
    """How an entry matches, the best first."""

    NAME = auto()
    NAME_BEGINS = auto()
    NAME_HOLDS = auto()
    NAME_SOUNDS = auto()
    NAME_SOUND_BEGINS = auto()
    UNIT_HOLDS = auto()
    UNIT_SOUNDS = auto()


@dataclass(frozen=True, slots=True)
class Searchable:
    """What a search reads of one entry, folded. `names` has the misprinted one too, for whoever read that on a paper.

    The sounds are pinyin without tones: whole, and the first letter of each character.
    """

    names: tuple[str, ...]
    name_sounds: tuple[str, ...]
    units: tuple[str, ...]
    unit_sounds: tuple[str, ...]


Found = TypeVar("Found")
Fold = Callable[[str], str]


def fold(text: str) -> str:
    """Return a text without what people write differently: width, case, spaces and punctuation; ü is v."""
    plain = unicodedata.normalize("NFKC", text).translate(_U_UMLAUT).casefold()
    return "".join(character for character in plain if character.isalnum())


def match(query: str, entry: Searchable) -> Match | None:
    """Return how a folded query matches an entry; None where it does not."""
    for is_met, found in (
        (query in entry.names, Match.NAME),
        (any(name.startswith(query) for name in entry.names), Match.NAME_BEGINS),
        (any(query in name for name in entry.names), Match.NAME_HOLDS),
    ):
        if is_met:
            return found
    sounds = query.isascii()
    if sounds and query in entry.name_sounds:
        return Match.NAME_SOUNDS
    if sounds and any(sound.startswith(query) for sound in entry.name_sounds):
        return Match.NAME_SOUND_BEGINS
    if any(query in unit for unit in entry.units):
        return Match.UNIT_HOLDS
    if sounds and len(query) >= _SHORTEST_UNIT_SOUND and any(query in sound for sound in entry.unit_sounds):
        return Match.UNIT_SOUNDS
    return None


def find(typed: str, entries: Iterable[tuple[Found, Searchable]], fold_query: Fold = fold) -> list[Found]:
    """Return what matches, the best first, in the given order where two match alike.

    Spaces count for nothing (吕 丽敏). Where nothing matches so, every word has to match for itself (麒麟区 吕丽敏).
    """
    listed = list(entries)
    typed = typed[:LONGEST]
    found = _matching([fold_query(typed)], listed)
    words = [fold_query(word) for word in typed.split()]
    return found or (_matching(words, listed) if len(words) > 1 else [])


def _matching(words: list[str], entries: list[tuple[Found, Searchable]]) -> list[Found]:
    words = [word for word in words if word]
    if not words:
        return []
    ranked: list[tuple[Match, Found]] = []
    for value, entry in entries:
        matches = [found for word in words if (found := match(word, entry)) is not None]
        if len(matches) == len(words):
            ranked.append((min(matches), value))
    return [value for _, value in sorted(ranked, key=lambda each: each[0])]
