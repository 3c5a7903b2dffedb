"""Dates as people write them in forms: 1980.01, 1980年1月, 1980-01-15, 198001."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

_YEAR_FIRST = r"(?P<year>(?:19|20)\d\d)"
_WRITTEN = re.compile(
    rf"{_YEAR_FIRST}\s*[年./\-—–－、]\s*(?P<month>\d{{1,2}})\s*(?:(?:月|[./\-—–－、])\s*(?:(?P<day>\d{{1,2}})\s*日?)?)?"
)
_PACKED = re.compile(rf"{_YEAR_FIRST}(?P<month>\d\d)(?P<day>\d\d)?")


@dataclass(frozen=True, slots=True, order=True)
class FormDate:
    """A month, or a day of it where the writer gave one (day 0: not given)."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        """Write it as the notice does: 1980年1月, 1980年1月1日."""
        return f"{self.year}年{self.month}月" + (f"{self.day}日" if self.day else "")

    @property
    def date(self) -> dt.date | None:
        return dt.date(self.year, self.month, self.day) if self.day else None


def form_date(text: str) -> FormDate | None:
    """Return the date that is the whole of `text`, or None: also for a year alone and for a day that does not exist."""
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"[ T]0{1,2}:00(:00)?(\.0+)?$", "", plain)  # what a spreadsheet appends to a date
    plain = plain.removesuffix("出生").removesuffix("生").strip()
    match = _WRITTEN.fullmatch(plain) or _PACKED.fullmatch(plain)
    if match is None:
        return None
    day = int(match["day"] or 0)
    try:
        dt.date(int(match["year"]), int(match["month"]), day or 1)
    except ValueError:
        return None
    return FormDate(int(match["year"]), int(match["month"]), day)
