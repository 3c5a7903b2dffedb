"""A nominee's way through the rounds: which comes next, and what keeps it from going on (R8, R9). Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.domain.periods.rounds import Round

ALREADY_IN = "已经列入本轮公示"
NOT_BEGUN = "本轮公示已经安排、还没有开始，列入的是修改前的事迹，请先撤回那次安排"


@dataclass(frozen=True, slots=True)
class ShownRound:
    """A nominee in one period that was not taken back, as it stands at some moment.

    `edition` is that of the deeds shown. Of the cases that are open then, `own_open` says whether any is this
    nominee's, `others_open` whether any is somebody else's.
    """

    round_number: int
    edition: int
    begun: bool = True
    window_over: bool = True
    closed: bool = False
    own_open: bool = False
    others_open: bool = False

    @property
    def gone_through(self) -> bool:
        """Whether a nominee has passed a period: it is closed, or over with only cases of other nominees still open."""
        return self.closed or (self.window_over and not self.own_open and self.others_open)


def find_latest_round(showings: Collection[ShownRound]) -> tuple[int, int]:
    """Return the latest round entered, and the newest edition of the deeds that it showed; (0, 0) before any."""
    return max(((showing.round_number, showing.edition) for showing in showings), default=(0, 0))


def find_next_round(showings: Collection[ShownRound], edition: int, rounds: Mapping[int, Round]) -> Round | None:
    """Return the round a nominee enters next: the latest once more where it showed older deeds; None after the last."""
    number, shown = find_latest_round(showings)
    return rounds[number] if number and shown < edition else rounds.get(number + 1)


def explain_obstacle(showings: Collection[ShownRound], edition: int, round_: Round, rounds: Mapping[int, Round]) -> str:
    """Return what keeps a nominee, whose deeds are at `edition`, from entering a round; empty if nothing does (R8, R9).

    `round_` is one of the `rounds` of the notice.
    """
    number, shown = find_latest_round(showings)
    open_rounds = [rounds[showing.round_number].name for showing in showings if showing.own_open]
    heard_first = f"{open_rounds[0]}里对该对象的异议还没有结论" if open_rounds else ""
    if number and shown < edition:
        return _once_more(showings, rounds[number], round_) or heard_first
    if round_.number <= number:
        return ALREADY_IN
    if round_.number == 1:
        return ""
    before = rounds[round_.number - 1]
    in_round = [showing for showing in showings if showing.round_number == before.number and showing.edition == edition]
    if heard_first:
        return heard_first
    if not any(showing.gone_through for showing in in_round):
        return f"上一轮（{before.name}）还没有办结"
    return ""


def _once_more(showings: Collection[ShownRound], latest: Round, round_: Round) -> str:
    """Return the round in which changed deeds must be shown again: the latest one, in a new window (R9)."""
    if round_.number != latest.number:
        return f"事迹修改过，须先重新进行{latest.name}"
    if any(showing.round_number == latest.number and not showing.begun for showing in showings):
        return NOT_BEGUN
    return ""
