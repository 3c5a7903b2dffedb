"""Running totals of a programme: how many nominees passed each step, against the places of the notice (R9, R10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.periods.rounds import Kind, Round


class PassedStep(StrEnum):
    """The steps that a nominee passes, in the order of the notice (part 四)."""

    RECOMMENDED = "recommended"  # on the list, and neither withdrawn nor disqualified
    ROUND_1 = "round_1"
    PRELIMINARY = "preliminary"
    ROUND_2 = "round_2"
    FORMAL = "formal"  # everything before the formal hand-in
    FINAL = "final"
    ROUND_3 = "round_3"
    HONOURED = "honoured"


ROUNDS = {PassedStep.ROUND_1: 1, PassedStep.ROUND_2: 2, PassedStep.ROUND_3: 3}


def name_steps(rounds: Mapping[int, Round]) -> dict[PassedStep, str]:
    """Return what each step is called. `rounds` as the notice names them."""
    names = {
        PassedStep.RECOMMENDED: "已推荐",
        PassedStep.PRELIMINARY: "初审通过",
        PassedStep.FORMAL: "可以正式推荐",
        PassedStep.FINAL: "复审通过",
        PassedStep.HONOURED: "受表彰",
    }
    names |= {step: f"{rounds[number].name}走完" for step, number in ROUNDS.items()}
    return {step: names[step] for step in PassedStep}


@dataclass(frozen=True, slots=True)
class Counted:
    """Nominees as the totals count them: `passed` are the steps behind each, empty for those who left."""

    kind: Kind
    passed: Collection[PassedStep]
    county: bool = False
    nominees: int = 1


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


def count_steps(counted: Iterable[Counted]) -> dict[PassedStep, Line]:
    """Count who passed each step. A step that nobody passed has a line of zeros."""
    kinds: dict[PassedStep, Counter[Kind]] = {step: Counter() for step in PassedStep}
    county: Counter[PassedStep] = Counter()
    for one in counted:
        for step in set(one.passed):
            kinds[step][one.kind] += one.nominees
            county[step] += one.nominees if one.county else 0
    return {step: Line(kinds[step], county[step]) for step in PassedStep}


def vacant(places: Mapping[Kind, int], secret: Mapping[Kind, int], recommended: Line) -> Line:
    """Return the places that nobody has. Those on paper are taken (R11)."""
    return Line(
        {kind: max(0, places.get(kind, 0) - secret.get(kind, 0) - recommended.by_kind.get(kind, 0)) for kind in Kind}
    )
