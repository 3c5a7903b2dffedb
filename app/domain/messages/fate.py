"""The states of a message as a closed table, and the next step after each attempt (R28)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Delivery(StrEnum):
    """The state of a message."""

    WAITING = "waiting"
    SENDING = "sending"  # claimed by a worker, before it contacts the gateway
    SENT = "sent"
    FAILED = "failed"  # given up: the office sees it, and can send it again
    BOUNCED = "bounced"  # accepted by the mail server, and returned later
    DROPPED = "dropped"  # its content was out of date when it became due


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
    """The kinds of result of one attempt."""

    TAKEN = "taken"  # the gateway accepted it
    LATER = "later"  # temporarily refused: no connection, too many messages, a fault of the gateway
    NEVER = "never"  # permanently refused: no such address, no such robot
    UNSURE = "unsure"  # the connection broke after the message was sent: it may have arrived


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one attempt, with the gateway's own words."""

    said: Reply
    words: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """The state after an attempt. `due_at` is set for a message that waits."""

    fate: Delivery
    due_at: dt.datetime | None = None


# The pauses after the first failed attempt, the second …: about a day and a half in all.
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 720, 1440))
# A worker counts as dead after this time, and another one takes its message.
CLAIM_LASTS = dt.timedelta(minutes=2)
# The most attempts that may have arrived: a third copy would be one too many.
MOST_UNSURE = 2
SENDER_STOPPED = "发送程序在发送途中中断，可能已经发出。"
WORDS_LENGTH = 300


def decide_next_step(outcome: Outcome, tries: int, unsure: int, now: dt.datetime) -> Step:
    """Decide after the `tries`-th attempt. `unsure` counts the attempts that may have arrived, this one included."""
    if outcome.said is Reply.TAKEN:
        return Step(Delivery.SENT)
    if outcome.said is Reply.NEVER or tries > len(PAUSES) or unsure >= MOST_UNSURE:
        return Step(Delivery.FAILED)
    return Step(Delivery.WAITING, now + PAUSES[tries - 1])
