"""Running totals of a programme: how many nominees passed each step, against the places of the notice (R9, R10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.periods.rounds import Kind, Round


class Step(StrEnum):
    """The steps that a nominee passes, in the order of the notice (part 四)."""

    RECOMMENDED = "recommended"  # on the list, and neither withdrawn nor disqualified
    ROUND_1 = "round_1"
    PRELIMINARY = "preliminary"
    ROUND_2 = "round_2"
    FORMAL = "formal"  # everything before the formal hand-in
    FINAL = "final"
    ROUND_3 = "round_3"
    HONOURED = "honoured"


ROUNDS = {Step.ROUND_1: 1, Step.ROUND_2: 2, Step.ROUND_3: 3}


def name_steps(rounds: Mapping[int, Round]) -> dict[Step, str]:
    """Return what each step is called. `rounds` as the notice names them."""
    names = {
        Step.RECOMMENDED: "已推荐",
        Step.PRELIMINARY: "初审通过",
        Step.FORMAL: "可以正式推荐",
        Step.FINAL: "复审通过",
        Step.HONOURED: "受表彰",
    }
    names |= {step: f"{rounds[number].name}走完" for step, number in ROUNDS.items()}
    return {step: names[step] for step in Step}


@dataclass(frozen=True, slots=True)
class Counted:
    """A nominee as the totals count it: `passed` are the steps behind it, empty for one who left."""

    kind: Kind
    passed: Collection[Step]
    county: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Numbers of one line: by kind, and of 县处级 among them."""

    by_kind: Mapping[Kind, int] = field(default_factory=dict)
    county: int = 0

    @property
    def collectives(self) -> int:
        return self.by_kind.get(Kind.COLLECTIVE, 0)

    @property
    def individuals(self) -> int:
        return self.by_kind.get(Kind.INDIVIDUAL, 0)

    @property
    def all(self) -> int:
        return self.collectives + self.individuals


def count_steps(counted: Iterable[Counted]) -> dict[Step, Line]:
    """Count who passed each step. A step that nobody passed has a line of zeros."""
    kinds: dict[Step, Counter[Kind]] = {step: Counter() for step in Step}
    county: Counter[Step] = Counter()
    for one in counted:
        for step in set(one.passed):
            kinds[step][one.kind] += 1
            county[step] += one.county
    return {step: Line(kinds[step], county[step]) for step in Step}


def vacant(places: Mapping[Kind, int], secret: Mapping[Kind, int], recommended: Line) -> Line:
    """Return the places that nobody has. Those on paper are taken (R11)."""
    return Line(
        {kind: max(0, places.get(kind, 0) - secret.get(kind, 0) - recommended.by_kind.get(kind, 0)) for kind in Kind}
    )
