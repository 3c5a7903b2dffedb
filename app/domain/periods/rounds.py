"""The three rounds of a programme as one table (R8, R12): who organises, what is shown, who handles."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PUBLIC_FIELDS = ("name", "kind", "unit", "recommender", "post", "category", "trade", "deeds")


class Kind(StrEnum):
    """Who is recommended."""

    COLLECTIVE = "collective"  # 集体
    INDIVIDUAL = "individual"  # 个人


KIND_NAMES = {Kind.COLLECTIVE: "先进集体", Kind.INDIVIDUAL: "先进个人"}
SHORT_KIND_NAMES = {Kind.COLLECTIVE: "集体", Kind.INDIVIDUAL: "个人"}  # where places are counted


class Organiser(StrEnum):
    """Whose period it is; the same side handles its cases (R21)."""

    OWN_UNIT = "own_unit"  # 所在单位
    RECOMMENDER = "recommender"  # 推荐单位
    OFFICE = "office"  # 工作专班


@dataclass(frozen=True, slots=True)
class Round:
    """One row of the table. `shown` is the whitelist of fields: what is not in it is never public."""

    number: int
    name: str
    organiser: Organiser
    shown: frozenset[str]


ROUNDS = {
    1: Round(1, "本单位公示", Organiser.OWN_UNIT, frozenset(PUBLIC_FIELDS)),
    2: Round(2, "推荐单位公示", Organiser.RECOMMENDER, frozenset({"name", "kind", "deeds"})),
    3: Round(
        3,
        "全市公示",
        Organiser.OFFICE,
        frozenset({"name", "kind", "unit", "recommender", "deeds"}),
    ),
}
LAST_ROUND = max(ROUNDS)


def next_round(number: int) -> Round | None:
    """The round after `number`, or None after the last."""
    return ROUNDS.get(number + 1)
