"""The three rounds of a programme as one table (R8, R12): who organises, what is shown, who handles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

PUBLIC_FIELDS = ("name", "kind", "unit", "recommender", "post", "category", "trade", "deeds")


class Kind(StrEnum):
    """Who is recommended."""

    COLLECTIVE = "collective"  # 集体
    INDIVIDUAL = "individual"  # 个人


SHORT_KIND_NAMES = {Kind.COLLECTIVE: "集体", Kind.INDIVIDUAL: "个人"}  # where places are counted


class Organiser(StrEnum):
    """Whose period it is; the same side handles its cases (R21)."""

    OWN_UNIT = "own_unit"  # 所在单位
    RECOMMENDER = "recommender"  # 推荐单位
    OFFICE = "office"  # 市级专班


@dataclass(frozen=True, slots=True)
class Round:
    """One round as a notice names it. `shown` is the whitelist of fields: what is not in it is never public."""

    number: int
    name: str
    organiser: Organiser
    shown: frozenset[str]


_SHOWN = {
    1: (Organiser.OWN_UNIT, frozenset(PUBLIC_FIELDS)),
    2: (Organiser.RECOMMENDER, frozenset({"name", "kind", "deeds"})),
    3: (Organiser.OFFICE, frozenset({"name", "kind", "unit", "recommender", "deeds"})),
}
ROUND_NUMBERS = tuple(_SHOWN)
LAST_ROUND = max(_SHOWN)


def rounds_named(names: Mapping[int, str]) -> dict[int, Round]:
    """Return the three rounds under the names that a notice gives them, by number."""
    return {number: Round(number, names[number], *rest) for number, rest in _SHOWN.items()}
