"""When two contacts are one and two texts the same, however they were typed; and what goes beyond a contact's share."""

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


def beyond(filed: Sequence[dt.datetime], allowances: Sequence[Allowance], now: dt.datetime) -> int:
    """How many objections one more would be beyond the allowances; 0 while there is room for it."""
    over = [sum(now < at + each.per for at in filed) + 1 - each.amount for each in allowances]
    return max(0, *over) if over else 0
