"""What the record of uptime says about a window: the time on record, the gaps, and which gaps matter (R7).

A gap is time without a record. It does not prove that the portal was down, only that nothing shows it was up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.calendar.workdays import Day, local_date
from app.domain.shared.instants import SHANGHAI

WORKING_HOURS = (dt.time(8, 30), dt.time(17, 30))
# A gap of at least this length in a day's working hours lets the office add a day to the window.
OUTAGE = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time from `start` up to `end`, which it does not include."""

    start: dt.datetime
    end: dt.datetime

    @property
    def length(self) -> dt.timedelta:
        return self.end - self.start


def gaps_between(spans: Iterable[Stretch], start: dt.datetime, until: dt.datetime) -> list[Stretch]:
    """Return what the spans, ordered by their start, leave uncovered from `start` to `until`."""
    gaps, seen_until = [], start
    for span in spans:
        if span.start > seen_until:
            gaps.append(Stretch(seen_until, min(span.start, until)))
        seen_until = max(seen_until, span.end)
        if seen_until >= until:
            return gaps
    if until > seen_until:
        gaps.append(Stretch(seen_until, until))
    return gaps


def working_hours(days: Iterable[Day], start: dt.datetime, until: dt.datetime) -> list[Stretch]:
    """Return the working hours of the days that work, as far as they lie between `start` and `until`."""
    hours = [
        Stretch(*(dt.datetime.combine(day.date, time, tzinfo=SHANGHAI).astimezone(dt.UTC) for time in WORKING_HOURS))
        for day in days
        if day.works
    ]
    return find_overlaps(hours, [Stretch(start, until)])


def find_overlaps(these: Iterable[Stretch], those: Sequence[Stretch]) -> list[Stretch]:
    """Return the stretches that lie in both lists."""
    found = [Stretch(max(a.start, b.start), min(a.end, b.end)) for a in these for b in those]
    return [stretch for stretch in found if stretch.start < stretch.end]


def sum_lengths(stretches: Iterable[Stretch]) -> dt.timedelta:
    return sum((stretch.length for stretch in stretches), dt.timedelta())


def days_with_an_outage(gaps_in_working_hours: Iterable[Stretch]) -> list[dt.date]:
    """Return the days that lost an hour or more of their working hours, one after another."""
    lost: dict[dt.date, dt.timedelta] = {}
    for gap in gaps_in_working_hours:
        date = local_date(gap.start)
        lost[date] = lost.get(date, dt.timedelta()) + gap.length
    return sorted(date for date, length in lost.items() if length >= OUTAGE)
