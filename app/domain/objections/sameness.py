"""When two contacts are one and two texts the same, however they were typed; and when one contact had its share."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


def plain_contact(text: str | None) -> str:
    """Return a telephone number or an address in one form: one width, no spaces, hyphens, brackets or +86."""
    plain = re.sub(r"[\s()\-–—]", "", unicodedata.normalize("NFKC", text or "")).lower()
    return re.sub(r"^(\+|00)86", "", plain)


def plain_text(text: str) -> str:
    """Return a text as its letters, digits and characters alone, without width, case, spaces and punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if character.isalnum())


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
