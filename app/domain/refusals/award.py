"""From the last review to the award, and its revocation."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.refusals.base import Refusal


class DecisionNotReady(Refusal):
    """The decision cannot be recorded yet; `obstacles` says what is missing, one thing each."""

    def __init__(self, obstacles: Sequence[str]) -> None:
        self.obstacles = list(obstacles)
        super().__init__(f"还不能登记表彰决定：{'；'.join(obstacles)}。")


class Awarded(Refusal):
    """After the award decision a programme's nominees and papers are not changed any more."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"表彰决定（{number}）已经作出，不能再改动。获得表彰以后的问题，按撤销表彰办理。")
