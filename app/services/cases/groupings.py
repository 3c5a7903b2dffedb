"""The groups of near texts, kept between one view of a page and the next (R23).

Comparing two thousand texts takes seconds, and the pages that show the groups are opened all day. So the groups are
cached in memory, and new texts are compared with the examples of each group only. The cache key is the set of cases
and text hashes: when a case of it was accepted or declined, all texts are compared anew.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

from app.services.cases.likeness import Grouping, groups

MOST_KEPT = 32
Marks = Sequence[tuple[int, str]]  # a case and the hash of its text, earliest first


@dataclass(frozen=True, slots=True)
class _Kept:
    marks: Marks
    groups: Sequence[Sequence[int]]
    examples: Sequence[Sequence[int]]  # of each group


_kept: OrderedDict[Hashable, _Kept] = OrderedDict()
_turn = threading.Lock()


def groups_of(
    scope: Hashable, marks: Marks, texts_of: Callable[[Collection[int]], Mapping[int, str]]
) -> Sequence[Sequence[int]]:
    """Return the groups of cases with near texts, as `likeness.groups` finds them.

    `scope` is whose list it is: one result is kept of each. `texts_of` reads the texts of cases; of those that were
    compared before it is asked for the examples of each group alone.
    """
    with _turn:
        before = _kept.get(scope)
    if before is not None and before.marks == marks:
        return before.groups
    if before is None or list(before.marks) != list(marks[: len(before.marks)]):
        before = _Kept((), (), ())
    new = [case for case, _ in marks[len(before.marks) :]]
    known = [case for examples in before.examples for case in examples]
    texts = texts_of([*known, *new])
    # a case was accepted or declined since the list was read: this result is not cached
    if len(texts) < len(known) + len(new):
        return groups((case, text) for case, text in texts_of([case for case, _ in marks]).items())
    grouping = Grouping(
        (group, [(case, texts[case]) for case in examples])
        for group, examples in zip(before.groups, before.examples, strict=True)
    )
    for case in new:
        grouping.add(case, texts[case])
    with _turn:
        _kept[scope] = _Kept(marks, grouping.groups, grouping.examples)
        _kept.move_to_end(scope)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return grouping.groups
