"""How an objection came in, and whether one that staff register came in time (R6, R33)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.domain.calendar.workdays import local_date
from app.domain.periods.window import Window, too_late_to_conclude
from app.domain.refusals import ArrivedOutside, Fault, TooLateToRegister, Unfit


class Channel(StrEnum):
    """来源渠道."""

    WEB = "web"  # by the form of the public side
    LETTER = "letter"
    VISIT = "visit"
    TELEPHONE = "telephone"
    MAIL = "mail"


CHANNEL_NAMES = {
    Channel.WEB: "网上提交",
    Channel.LETTER: "来信",
    Channel.VISIT: "来访",
    Channel.TELEPHONE: "来电",
    Channel.MAIL: "电子邮件",
}
# What staff register. What comes by the web registers itself.
REGISTERED_CHANNELS = tuple(channel for channel in Channel if channel is not Channel.WEB)
LATE_REASON_LENGTH = (2, 300)


@dataclass(frozen=True, slots=True)
class Arrival:
    """How and when an objection reached the unit. `postmark` is the day on the letter's stamp."""

    channel: Channel
    at: dt.datetime
    postmark: dt.date | None = None
    late_reason: str = ""


def require_in_time(arrival: Arrival, window: Window, conclude_by: dt.datetime, now: dt.datetime) -> None:
    """Let an objection be registered at `now`, or raise TooLateToRegister, ArrivedOutside or Unfit (R33).

    It arrived inside the window, as one by the web did (R6). It is entered before the deadline, and once the window is
    over with the reason why not before.
    """
    if too_late_to_conclude(conclude_by, now):
        raise TooLateToRegister(conclude_by)
    if arrival.at <= now and not window.contains(arrival.at):
        raise ArrivedOutside(window.opens_at, window.closes_at)
    if faults := list(_faults(arrival, window, now)):
        raise Unfit(faults)


def is_late(window: Window, now: dt.datetime) -> bool:
    """Whether an entry needs a reason: the window is over."""
    return now >= window.closes_at


def _faults(arrival: Arrival, window: Window, now: dt.datetime) -> Iterator[Fault]:
    if arrival.at > now:
        yield Fault("arrived_at", "收到时间晚于现在。请填实际收到的日期和时间。")
    by_letter = arrival.channel is Channel.LETTER
    if by_letter and arrival.postmark is None:
        yield Fault("postmark", "来信请填邮戳日期；看不清的，填信封上能认出的寄出日期。")
    if by_letter and arrival.postmark is not None and arrival.postmark > local_date(min(arrival.at, now)):
        yield Fault("postmark", "邮戳日期晚于收到的日期，请核对信封。")
    low, high = LATE_REASON_LENGTH
    if is_late(window, now) and not low <= len(arrival.late_reason) <= high:
        yield Fault("late_reason", f"公示时间已过，请写明为什么现在才登记（{low}到{high}个字）。")


assert CHANNEL_NAMES.keys() == set(Channel), "every channel has its name"  # noqa: S101 - a table checked once, at import
