"""When two contacts are one and two texts the same, however they were typed; and when one contact had its share."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


def plain_contact(text: str | None) -> str:
    """A telephone number or an address however it was typed: one width, no spaces, hyphens, brackets or +86."""
    plain = re.sub(r"[\s()\-–—]", "", unicodedata.normalize("NFKC", text or "")).lower()
    return re.sub(r"^(\+|00)86", "", plain)


def plain_text(text: str) -> str:
    """A text as its letters, digits and characters alone: width, case, spaces and punctuation make no other text."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if character.isalnum())


# A running number is no other text, however it is written.
_NUMERALS = frozenset("〇零一二三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾")
_SHINGLE = 3


def folded_text(text: str) -> str:
    """A text as its letters and characters alone, without digits and numerals too: for telling near-duplicates."""
    return "".join(character for character in plain_text(text) if _tells(character))


def shingles(folded: str) -> frozenset[str]:
    """Every stretch of three characters of a folded text; a shorter text is its own."""
    if len(folded) <= _SHINGLE:
        return frozenset({folded}) if folded else frozenset()
    return frozenset(folded[start : start + _SHINGLE] for start in range(len(folded) - _SHINGLE + 1))


def _tells(character: str) -> bool:
    return not character.isnumeric() and character not in _NUMERALS


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many in any stretch of time so long (R17)."""

    amount: int
    per: dt.timedelta


def full_until(filed: Sequence[dt.datetime], allowances: Sequence[Allowance], now: dt.datetime) -> dt.datetime | None:
    """When there is room for one more, or None when there is now. `filed` holds what was filed, newest first."""
    waits = [
        filed[allowance.amount - 1] + allowance.per
        for allowance in allowances
        if len(filed) >= allowance.amount and now < filed[allowance.amount - 1] + allowance.per
    ]
    return max(waits, default=None)
