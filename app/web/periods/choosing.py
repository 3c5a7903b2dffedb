"""A choice among more nominees than a page shows: the form carries it from page to page (R8).

It is everybody who may enter but some, or some alone. The page has boxes for its own nominees; of the others the form
holds only those that differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from app.services.periods.choosing import PeriodChoice
from app.services.periods.scheduling import Candidate
from app.web.shared.lists import ROWS_PER_PAGE, ids_joined, ids_ticked
from app.web.shared.portal import number

MOST_AT_ONCE = 200  # nominees that stand on one page, each with a box
_ALL, _NONE = "all", "none"
_LONGEST_WORD = 60


@dataclass(frozen=True, slots=True)
class Ticks:
    """Who is chosen: `everybody` who may enter but the `others`, or the others alone."""

    everybody: bool
    others: frozenset[int] = frozenset()

    def chosen(self, able: frozenset[int]) -> list[int]:
        return sorted(able - self.others if self.everybody else self.others)


@dataclass(frozen=True, slots=True)
class ChoicePage:
    """A page of the choice. `elsewhere`: who differs on other pages. `boxes`: who has a box here that can be ticked."""

    ticks: Ticks
    candidates: Sequence[Candidate]
    boxes: Sequence[int]
    ticked: frozenset[int]
    elsewhere: Sequence[int]
    able: int
    chosen: int
    found: int
    word: str
    number: int
    pages: int


def sent() -> Ticks | None:
    """Return the choice that a form holds, or that its buttons make; None where it is that of a short list."""
    base = request.form.get("base")
    if base is None:
        return None
    if (again := request.form.get("every")) is not None:
        return Ticks(again == _ALL)
    everybody, here, ticked = base == _ALL, set(ids_joined("boxes")), set(ids_ticked("nominee"))
    differing = here - ticked if everybody else here & ticked
    return Ticks(everybody, frozenset({*ids_joined("others")} - here | differing))


def is_turning() -> bool:
    """Tell whether the form was sent for another page of the choice, or to choose everybody or nobody."""
    return bool(request.form.keys() & {"turn", "find", "every"})


def page_among(choice: PeriodChoice, every: int) -> ChoicePage:
    """Return the page that was asked for, with the choice as it stands. `every`: how many nominees there are."""
    ticks = sent() or Ticks(everybody=True)
    word = request.form.get("word", "").strip()[:_LONGEST_WORD]
    found = choice.count(word) if word else every
    by_id = choice.able() if ticks.others else None  # where nobody differs, it is enough to count them
    able = choice.count_able() if by_id is None else len(by_id)
    everybody = able if ticks.everybody else 0
    pages = max(1, -(-found // ROWS_PER_PAGE))
    shown = min(max(1, _page_asked()), pages)
    ids = choice.ids(word, (shown - 1) * ROWS_PER_PAGE, ROWS_PER_PAGE)
    offered = choice.candidates(ids)
    boxes = [each.nominee.id for each in offered if each.may_enter]
    return ChoicePage(
        ticks=ticks,
        candidates=offered,
        boxes=boxes,
        ticked=frozenset(boxes) - ticks.others if ticks.everybody else ticks.others.intersection(ids),
        elsewhere=sorted(ticks.others.difference(ids)),
        able=able,
        chosen=everybody if by_id is None else len(ticks.chosen(by_id)),
        found=found,
        word=word,
        number=shown,
        pages=pages,
    )


def _page_asked() -> int:
    if "find" in request.form:
        return 1
    return request.form.get("turn", type=number) or request.form.get("page", 1, type=number)
