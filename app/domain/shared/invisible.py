"""Invisible characters, which change how a text reads or break the format it is written into."""

from __future__ import annotations

import re

# Control characters, zero widths, marks of direction, surrogates. Tabs and ends of lines stay.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)


def without_invisible(text: str) -> str:
    return _UNSEEN.sub("", text)
