"""One use case on many things, each in a transaction of its own: a refused one does not affect the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.domain.refusals import NothingChosen, Refusal


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of each, by id: done, or refused and why."""

    done: list[int]
    refused: dict[int, Refusal]


def do_each(ids: Iterable[int], what: str, act: Callable[[int], None]) -> BulkOutcome:
    """Call a use case for each id, in order. `what` is one of them, in words. Raises NothingChosen."""
    done, refused = [], {}
    for each in sorted(set(ids)):
        try:
            act(each)
        except Refusal as refusal:
            refused[each] = refusal
        else:
            done.append(each)
    if not done and not refused:
        raise NothingChosen(f"请至少选{what}。")
    return BulkOutcome(done, refused)
