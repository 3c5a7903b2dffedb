"""Which texts are near each other: the same but for digits, punctuation and a few words (R23).

Candidates are found by shared shingles, then judged by rapidfuzz or by how many shingles both have: a text whose
sentences were put in another order is near as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import Indel

from app.domain.objections.sameness import folded_text, shingles

NEAR = 0.8  # of the characters, in their order
_SHARED = 0.6  # of the shingles of both together
_WORTH_A_LOOK = 0.3  # of the shingles of the shorter one


def near(one: str, other: str) -> bool:
    """Tell whether two texts say the same in nearly the same words."""
    return _near(folded_text(one), folded_text(other))


class Grouping:
    """Ids grouped by their texts: each joins the earliest group whose first text is near to its own.

    Nearness is not transitive here: every text of a group is near to its first text, so an unrelated text is not drawn
    in through others.
    """

    def __init__(self, found: Iterable[tuple[Sequence[int], str]] = ()) -> None:
        """`found` are the groups that there are already, each with its first text."""
        self.groups: list[list[int]] = []
        self._leaders: list[str] = []
        self._holders: dict[int, list[int]] = defaultdict(list)  # a shingle's hash → groups whose first text has it
        self._exact: dict[str, int] = {}
        for group, text in found:
            folded = folded_text(text)
            self._exact.setdefault(folded, len(self._leaders))
            self._begin(folded, group)

    def add(self, each: int, text: str) -> None:
        folded = folded_text(text)
        number = self._exact.get(folded)
        if number is None:
            number = self._leader(folded)
            self._exact[folded] = number
        if number == len(self._leaders):
            self._begin(folded, [each])
        else:
            self.groups[number].append(each)

    def _begin(self, folded: str, group: Sequence[int]) -> None:
        for shingle in shingles(folded):
            self._holders[hash(shingle)].append(len(self._leaders))
        self._leaders.append(folded)
        self.groups.append(list(group))

    def _leader(self, folded: str) -> int:
        """Return the number of the group that a text belongs to; the next one where it is near to none."""
        mine = shingles(folded)
        shared = Counter(number for shingle in mine for number in self._holders.get(hash(shingle), ()))
        enough = _WORTH_A_LOOK * len(mine)
        likely = [number for number, count in shared.items() if count >= enough]
        near_to = (number for number in sorted(likely) if _near(self._leaders[number], folded))
        return next(near_to, len(self._leaders))


def groups(texts: Iterable[tuple[int, str]]) -> list[list[int]]:
    """Group ids by their texts, in the order given."""
    grouping = Grouping()
    for each, text in texts:
        grouping.add(each, text)
    return grouping.groups


def _near(one: str, other: str) -> bool:
    if Indel.normalized_similarity(one, other, score_cutoff=NEAR) >= NEAR:
        return True
    mine, theirs = shingles(one), shingles(other)
    both = len(mine | theirs)
    return both > 0 and len(mine & theirs) >= _SHARED * both
