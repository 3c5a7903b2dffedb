"""Compare texts however they were typed, and count what exceeds a contact's share (R17)."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


def plain_text(text: str) -> str:
    """Return a text as its letters, digits and characters alone, without width, case, spaces and punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if character.isalnum())


_SHINGLE = 3


def folded_text(text: str) -> str:
    """Return a text as its letters and characters alone, without digits and numerals too: for near-duplicates.

    Texts that differ only in a running number are the same text.
    """
    return "".join(map(_told, unicodedata.normalize("NFKC", text).casefold()))


def shingles(folded: str) -> frozenset[str]:
    """Return every run of three characters of a folded text; a shorter text is its only one."""
    if len(folded) <= _SHINGLE:
        return frozenset({folded}) if folded else frozenset()
    return frozenset(folded[start : start + _SHINGLE] for start in range(len(folded) - _SHINGLE + 1))


@lru_cache(maxsize=20_000)  # the characters there are in Chinese texts: ten thousand texts take a third of the time
def _told(character: str) -> str:
    """Return a character that tells texts apart as it is, "" for another. Chinese numerals are numeric as well."""
    return character if character.isalnum() and not character.isnumeric() else ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most `amount` objections within any stretch of `per` (R17)."""

    amount: int
    per: dt.timedelta


def beyond(filed: Sequence[dt.datetime], allowances: Sequence[Allowance], now: dt.datetime) -> int:
    """Return by how many objections one more would exceed the allowances; 0 while there is room for it."""
    over = [sum(now < at + each.per for at in filed) + 1 - each.amount for each in allowances]
    return max(0, *over) if over else 0
