"""Which texts are near each other: they say the same in other words (R23).

A text is taken as its runs of three characters, without digits and punctuation, so that their order says nothing. A run
that few groups have (a name, a place, what somebody is said to have done) weighs much; one that many have (the opening,
请予核查) weighs little, and one that very many have nothing. Two texts are near if enough of the weight of one of them
is in the other: whoever pads a text adds nothing that counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from heapq import nlargest
from math import log

from app.domain.objections.sameness import folded_text, shingles

NEAR = 0.42  # how much of the weight of the lighter text both must have
# Among few groups nothing tells yet what is common: so much of the weight of both texts together is asked for.
_NEAR_AMONG_FEW, _FEW = 0.5, 40
_COMMON = 24  # a run that more examples have tells nothing
_EXAMPLES = 8  # texts of one group that others are compared with
_WELL_KNOWN = 0.8  # a text as near as this to an example is no further example
_CANDIDATES = 3  # examples that are weighed in full


def near(one: str, other: str) -> bool:
    """Tell whether two texts say the same in nearly the same words, with nothing else to compare them to."""
    return len(groups(enumerate((one, other)))) == 1


class Grouping:
    """Ids grouped by their texts: each joins the group with the nearest example, or begins one of its own.

    The examples of a group are its first text and a few later ones that say the same in rather different words.
    """

    def __init__(self, found: Iterable[tuple[Sequence[int], Sequence[tuple[int, str]]]] = ()) -> None:
        """`found` are the groups that there are already, each with its examples: an id and its text."""
        self.groups: list[list[int]] = []
        self.examples: list[list[int]] = []
        self._runs: list[frozenset[str]] = []  # of each example
        self._group_of: list[int] = []  # of each example
        self._holders: dict[str, list[int]] = {}  # a run → the examples that have it
        self._exact: dict[str, int] = {}
        for ids, examples in found:
            number = self._begin(ids)
            for each, text in examples:
                folded = folded_text(text)
                self._exact.setdefault(folded, number)
                self._show(number, each, shingles(folded))

    def add(self, each: int, text: str) -> None:
        folded = folded_text(text)
        number = self._exact.get(folded)
        if number is not None:
            self.groups[number].append(each)
            return
        runs = shingles(folded)
        number, likeness = self._nearest(runs, _weights(len(self.groups)))
        if number is None:
            number = self._begin([])
        self._exact[folded] = number
        self.groups[number].append(each)
        if likeness < _WELL_KNOWN and len(self.examples[number]) < _EXAMPLES:
            self._show(number, each, runs)

    def _begin(self, ids: Sequence[int]) -> int:
        self.groups.append(list(ids))
        self.examples.append([])
        return len(self.groups) - 1

    def _show(self, number: int, each: int, runs: frozenset[str]) -> None:
        """Make a text an example of its group."""
        for run in runs:
            self._holders.setdefault(run, []).append(len(self._runs))
        self._runs.append(runs)
        self._group_of.append(number)
        self.examples[number].append(each)

    def _nearest(self, runs: frozenset[str], weights: Sequence[float]) -> tuple[int | None, float]:
        """Return the group whose example is nearest and how near it is; None and 0 where none is near enough."""
        own, shared = 0.0, defaultdict[int, float](float)
        for run in runs:
            holders = self._holders.get(run, ())
            if len(holders) <= _COMMON:
                weight = weights[len(holders)]
                own += weight
                for example in holders:
                    shared[example] += weight
        best, likeness, few = -1, 0.0, max(0.0, 1 - len(self.groups) / _FEW)
        for example in nlargest(_CANDIDATES, shared, key=shared.__getitem__):
            its = self._weigh(self._runs[example], weights)
            lighter, together = min(own, its), own + its - shared[example]
            asked = lighter + (together - lighter) * few
            if shared[example] > likeness * asked:
                best, likeness = example, shared[example] / asked
        enough = NEAR + (_NEAR_AMONG_FEW - NEAR) * few
        return (self._group_of[best], likeness) if likeness >= enough else (None, 0.0)

    def _weigh(self, runs: Iterable[str], weights: Sequence[float]) -> float:
        holders = self._holders
        return sum([weights[min(len(holders[run]), _COMMON + 1)] for run in runs])


@lru_cache(maxsize=1)
def _weights(groups: int) -> list[float]:
    """Return the weight of a run by the number of examples that have it; beyond `_COMMON` it is nothing."""
    power = 3 * min(1.0, groups / _FEW)  # among few, each run weighs the same
    return [log(1 + (groups + 1) / max(1, holders)) ** power for holders in range(_COMMON + 1)] + [0.0]


def groups(texts: Iterable[tuple[int, str]]) -> list[list[int]]:
    """Group ids by their texts, in the order given."""
    grouping = Grouping()
    for each, text in texts:
        grouping.add(each, text)
    return grouping.groups
