"""The states of a message as a closed table, and the next step after each attempt (R28)."""

from __future__ import annotations

import datetime as dt
import re
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


WORDS_LENGTH = 300
# A mailbox, also in percent or as an entity; a number in one piece, and one in groups, as of a telephone.
_OF_ONE = "[^\\s<>\"'(),;:=&\u3000-\u303f\u4e00-\u9fff\uff00-\uff1f]+"
_MAILBOX = re.compile(f"{_OF_ONE}(?:@|\uff20|%40|&#64;){_OF_ONE}")
_NUMBER = re.compile(r"(?<![A-Za-z\d])\+?(?:\d{7,}|\d{2,4}(?:[ .-]\d{3,8}){1,3})(?![A-Za-z\d])")
_FEWEST_GROUPED = 10  # digits: 550-5.7.26 is a reason and no number of anybody's
_SHORTEST_PART = 3
_GONE = "\u2026"


def kept_words(words: str, address: str = "") -> str:
    """Return what may be kept of a server's answer: one line in which nobody's address stands (R36, SECURITY 60).

    Servers repeat where a message went, in their own spelling. An objector's address is sealed elsewhere, and the
    office sees these words without a reason: so every mailbox, long number and part of `address` is left out.
    """
    line = " ".join(words.split())
    for part in (address, *re.split("@|%40", address)):
        if len(part) >= _SHORTEST_PART:
            line = re.sub(re.escape(part), _GONE, line, flags=re.IGNORECASE)
    return _NUMBER.sub(_left_out, _MAILBOX.sub(_GONE, line))[:WORDS_LENGTH]


def _left_out(found: re.Match[str]) -> str:
    digits = sum(sign.isdigit() for sign in found[0])
    in_groups = any(sign in " .-" for sign in found[0])
    return found[0] if in_groups and digits < _FEWEST_GROUPED else _GONE


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


def decide_next_step(outcome: Outcome, tries: int, unsure: int, now: dt.datetime) -> Step:
    """Decide after the `tries`-th attempt. `unsure` counts the attempts that may have arrived, this one included."""
    if outcome.said is Reply.TAKEN:
        return Step(Delivery.SENT)
    if outcome.said is Reply.NEVER or tries > len(PAUSES) or unsure >= MOST_UNSURE:
        return Step(Delivery.FAILED)
    return Step(Delivery.WAITING, now + PAUSES[tries - 1])
