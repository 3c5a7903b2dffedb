"""Where a paper's end stands: who signs, each in a line of its own, centred above the date (GB/T 9704, 7.3.5).

The date ends four characters from the edge. Above each name stays room for a seal of 42 mm, so that the seals of
several that sign jointly do not touch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.papers.lines import break_lines, width_of

_DATE_FROM_EDGE, _LEAST_FROM_EDGE = 4.0, 2.0  # characters
_WIDEST = 24  # characters of one line of a name, on a line of 27
_APART = 0.2  # what word processors leave between a digit and 年
_MEETING = re.compile(r"(?<=[0-9A-Za-z])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=[0-9A-Za-z])")
_LINE = 28.9  # points
_ABOVE_THE_FIRST = 2 * _LINE  # points: the top of the seal comes within a line of the text
_SEAL = 45 / 25.4 * 72  # points from one name to the next
_SIZE = 16  # points a character


@dataclass(frozen=True, slots=True)
class SignedLine:
    """One line of who signs: how far it ends from the right edge, in hundredths of a character and in twips.

    `before` is the room above it, in twips.
    """

    text: str
    right: int
    right_twips: int
    before: int


@dataclass(frozen=True, slots=True)
class Signature:
    """The end of a paper, from the first name to the date."""

    lines: tuple[SignedLine, ...]
    dated: SignedLine

    def as_context(self) -> dict[str, object]:
        return {"lines": [_as_context(line) for line in self.lines], "dated": _as_context(self.dated)}


def signature(signatories: Sequence[str], dated: str) -> Signature:
    """Place all lines with one middle. A long name moves the date in: it keeps two characters from the edge."""
    names = [break_lines(name, _WIDEST) for name in signatories]
    widest = max((_width(line) for lines in names for line in lines), default=0.0)
    middle = max(_DATE_FROM_EDGE + _width(dated) / 2, _LEAST_FROM_EDGE + widest / 2)  # from the right edge

    def placed(text: str, before: float = 0) -> SignedLine:
        right = middle - _width(text) / 2
        return SignedLine(text, round(right * 100), round(right * _SIZE * 20), round(before * 20))

    found = []
    for order, lines in enumerate(names):
        for number, text in enumerate(lines):
            above = _ABOVE_THE_FIRST if order == 0 else _SEAL - _LINE * len(lines)
            found.append(placed(text, max(above, 0) if number == 0 else 0))
    return Signature(tuple(found), placed(dated))


def _as_context(line: SignedLine) -> dict[str, object]:
    return {"text": line.text, "right": line.right, "right_twips": line.right_twips, "before": line.before}


def _width(text: str) -> float:
    """Return the width in characters: a digit or Latin letter takes half of one, and stands a little apart."""
    return width_of(text) + _APART * len(_MEETING.findall(text))
