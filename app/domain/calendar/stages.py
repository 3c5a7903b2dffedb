"""The four stages of a programme (notice, part 六), and what is due at the end of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoticeStage:
    """One stage as a notice names it.

    `due` is what must be handed in, or done, by 24:00 of the stage's last day; `round` the one that must be over;
    `days` how long a new programme proposes it to be.
    """

    number: int
    name: str
    due: str
    days: int
    round: int | None


# By the end of which stage which round must be over.
_ROUNDS: Mapping[int, int | None] = {1: 1, 2: 2, 3: 3, 4: None}
STAGE_NUMBERS = tuple(_ROUNDS)


def stages_named(words: Mapping[int, tuple[str, str, int]]) -> dict[int, NoticeStage]:
    """Return the four stages as a notice has them, by number; of each: name, what is due, days."""
    return {number: NoticeStage(number, *words[number], round_) for number, round_ in _ROUNDS.items()}
