"""What becomes of a message: a closed table of states, and the next step after each try (R28)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Delivery(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    SENDING = "sending"  # a worker has it, and has said so before it spoke to the gateway
    SENT = "sent"
    FAILED = "failed"  # given up: the office sees it, and can send it again
    BOUNCED = "bounced"  # the mail server took it, and sent it back
    DROPPED = "dropped"  # nothing to tell any more when its time came


FATE_NAMES = {
    Delivery.WAITING: "等待发送",
    Delivery.SENDING: "正在发送",
    Delivery.SENT: "已发送",
    Delivery.FAILED: "没有发出",
    Delivery.BOUNCED: "被退信",
    Delivery.DROPPED: "不必再发",
}
MOVES: dict[Delivery, frozenset[Delivery]] = {
    Delivery.WAITING: frozenset({Delivery.SENDING, Delivery.DROPPED}),
    Delivery.SENDING: frozenset({Delivery.WAITING, Delivery.SENT, Delivery.FAILED, Delivery.DROPPED}),
    Delivery.SENT: frozenset({Delivery.BOUNCED}),
    Delivery.FAILED: frozenset({Delivery.WAITING}),
    Delivery.BOUNCED: frozenset({Delivery.WAITING}),
    Delivery.DROPPED: frozenset(),
}
assert set(MOVES) == set(Delivery)  # noqa: S101 - a state without its row is a fault of this file


class Reply(StrEnum):
    """What a channel has to say of one try."""

    TAKEN = "taken"  # the gateway took it over
    LATER = "later"  # not taken, and it may be another time: nobody there, too many, a fault of theirs
    NEVER = "never"  # not taken, and never will be: no such address, no such robot
    UNSURE = "unsure"  # the line broke after the message had gone: taken, or not


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try, with the gateway's own words."""

    said: Reply
    words: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Where a message goes after a try; `due_at` only for one that waits."""

    fate: Delivery
    due_at: dt.datetime | None = None


# After the first try that failed, after the second …: about a day and a half in all.
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 720, 1440))
# A worker that does not answer for so long is dead, and what it had goes to another.
CLAIMED_FOR = dt.timedelta(minutes=2)
# Each of these may have arrived: a third would be one too many.
MOST_UNSURE = 2
LOST_HOLD = "发送程序在发送途中中断，可能已经发出。"
WORDS_LENGTH = 300


def next_step(outcome: Outcome, tries: int, unsure: int, now: dt.datetime) -> Step:
    """Decide after the `tries`-th try. `unsure` counts the tries that may have arrived, this one included."""
    if outcome.said is Reply.TAKEN:
        return Step(Delivery.SENT)
    if outcome.said is Reply.NEVER or tries > len(PAUSES) or unsure >= MOST_UNSURE:
        return Step(Delivery.FAILED)
    return Step(Delivery.WAITING, now + PAUSES[tries - 1])
