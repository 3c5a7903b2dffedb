"""Deputies (代理): who stands in for somebody that is away, from day to day.

A deputy stays a person of their own: they act in their own name, with their own rights, and are no second hand of the
one who is away (R22). What they take over is to be told of what waits, and to see it with their own.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from app.domain.refusals.base import Fault

LONGEST_DAYS = 60
REASON = (2, 200)


@dataclass(frozen=True, slots=True)
class DeputyDays:
    """From the first day to the last, both counted."""

    first: dt.date
    last: dt.date

    def cover(self, today: dt.date) -> bool:
        return self.first <= today <= self.last

    def meet(self, other: DeputyDays) -> bool:
        """Return whether a day is in both."""
        return self.first <= other.last and other.first <= self.last


def find_faults_of_days(days: DeputyDays, today: dt.date) -> list[Fault]:
    """Return what is wrong with the days of a deputy who is named today."""
    if days.first < today:
        return [Fault("first", f"开始的日期最早是今天，{today:%Y-%m-%d}。")]
    if days.last < days.first:
        return [Fault("last", f"结束的日期不能早于开始的日期，{days.first:%Y-%m-%d}。")]
    if (days.last - days.first).days >= LONGEST_DAYS:
        latest = days.first + dt.timedelta(days=LONGEST_DAYS - 1)
        return [Fault("last", f"一次最多{LONGEST_DAYS}天，最迟到{latest:%Y-%m-%d}。更久的，请调整人员或者停用账号。")]
    return []
