"""How long a decision and a conclusion took, in working days, and what is said of many such times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

from app.domain.calendar.workdays import Calendar, local_date, workdays_between


def count_workdays_taken(since: dt.datetime, until: dt.datetime, calendar: Calendar) -> int:
    """Count the working days after the day of `since`, up to the day of `until`; 0 on the same day."""
    return workdays_between(local_date(since) + dt.timedelta(days=1), local_date(until), calendar)


@dataclass(frozen=True, slots=True)
class TimesTaken:
    """Of several times, in working days: how many there are, their middle, their mean to one digit, the longest."""

    count: int = 0
    median: float = 0
    mean: float = 0
    longest: int = 0

    @classmethod
    def of(cls, days: Sequence[int]) -> TimesTaken:
        if not days:
            return cls()
        return cls(len(days), float(median(days)), round(mean(days), 1), max(days))
