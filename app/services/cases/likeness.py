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
    """Whether two texts say the same in nearly the same words."""
    return _near(folded_text(one), folded_text(other))


def groups(texts: Iterable[tuple[int, str]]) -> list[list[int]]:
    """Group ids by their texts, each with the earliest one that it is near to, in the order given.

    A chain does not grow a group: whatever is in it is near to its first text, so an honest one that came in between
    is not drawn in.
    """
    leaders: list[str] = []
    found: list[list[int]] = []
    holders: dict[int, list[int]] = defaultdict(list)  # a shingle's hash → groups whose first text has it
    exact: dict[str, int] = {}
    for each, text in texts:
        folded = folded_text(text)
        number = exact.get(folded)
        if number is None:
            number = _leader(folded, leaders, holders)
            exact[folded] = number
            if number == len(leaders):
                leaders.append(folded)
                found.append([])
                for shingle in shingles(folded):
                    holders[hash(shingle)].append(number)
        found[number].append(each)
    return found


def _leader(folded: str, leaders: Sequence[str], holders: dict[int, list[int]]) -> int:
    """Return the number of the group that a text belongs to; the next one where it is near to none."""
    mine = shingles(folded)
    shared = Counter(number for shingle in mine for number in holders.get(hash(shingle), ()))
    enough = _WORTH_A_LOOK * len(mine)
    likely = [number for number, count in shared.items() if count >= enough]
    return next((number for number in sorted(likely) if _near(leaders[number], folded)), len(leaders))


def _near(one: str, other: str) -> bool:
    if Indel.normalized_similarity(one, other, score_cutoff=NEAR) >= NEAR:
        return True
    mine, theirs = shingles(one), shingles(other)
    both = len(mine | theirs)
    return both > 0 and len(mine & theirs) >= _SHARED * both
