"""Where a paper's end stands: who signs, centred above the date, the date four characters from the edge (GB/T 9704)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_DATE_FROM_EDGE, _LEAST_FROM_EDGE = 4.0, 2.0  # characters
_APART = 0.2  # what word processors leave between a digit and 年
_MEETING = re.compile(r"(?<=[0-9A-Za-z])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=[0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Signature:
    """How far both lines end from the right edge, in hundredths of a character."""

    signed_right: int
    dated_right: int


def signature(signed_by: str, dated: str) -> Signature:
    """Place both lines with one middle. A long name moves the date in: it keeps two characters from the edge."""
    over = (_width(signed_by) - _width(dated)) / 2
    signed = max(_DATE_FROM_EDGE - over, _LEAST_FROM_EDGE)
    return Signature(round(signed * 100), round((signed + over) * 100))


def _width(text: str) -> float:
    """Return the width in characters: a digit or Latin letter takes half of one, and stands a little apart."""
    signs = sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else 0.5 for sign in text)
    return signs + _APART * len(_MEETING.findall(text))
