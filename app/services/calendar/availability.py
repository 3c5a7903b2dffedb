"""The portal's uptime in a window (R7), from the heartbeats of its servers."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.calendar.uptime import (
    Stretch,
    days_with_an_outage,
    find_overlaps,
    gaps_between,
    sum_lengths,
    working_hours,
)
from app.models import AvailabilitySpan, Period
from app.services.shared.work import Work, use_case


@use_case
def record_heartbeat(work: Work, longest_gap: dt.timedelta) -> None:
    """Record that a server was just seen to answer: the newest span reaches to `now`.

    After a gap longer than `longest_gap` a new span begins. A shorter gap, such as a restart, does not count as one.
    What is on record is never taken back: servers overlap, and a clock that was set back passes the same minutes twice.
    """
    span = AvailabilitySpan
    covered = work.session.scalar(
        select(span.id).where(span.started_at <= work.now, span.last_seen_at >= work.now).limit(1)
    )
    if covered is None:
        newest = (
            select(span.id)
            .where(span.last_seen_at >= work.now - longest_gap, span.last_seen_at <= work.now)
            .order_by(span.last_seen_at.desc(), span.id.desc())
            .limit(1)
        )
        stretched = work.session.execute(
            update(span)
            .where(span.id == newest.scalar_subquery(), span.last_seen_at <= work.now)
            .values(last_seen_at=work.now)
            .returning(span.id)
        )
        if stretched.scalar() is None:
            work.session.add(span(started_at=work.now, last_seen_at=work.now))


@dataclass(frozen=True, slots=True)
class Availability:
    """Seconds of a window as far as it is over: on record as served, without record, and these in working hours.

    `outage_days` are the working days that lost an hour or more of their working hours.
    """

    window_seconds: int
    served_seconds: int
    longest_gap_seconds: int
    longest_gap_from: dt.datetime | None
    working_seconds: int
    working_gap_seconds: int
    outage_days: tuple[dt.date, ...]

    @property
    def percent(self) -> float:
        """Return the share served in percent, rounded down, so that an incomplete record never reads 100."""
        return 10_000 * self.served_seconds // self.window_seconds / 100 if self.window_seconds else 0.0

    def as_report(self) -> dict[str, Any]:
        """Return the figures as the closing report stores them."""
        return dataclasses.asdict(self) | {
            "percent": self.percent,
            "longest_gap_from": self.longest_gap_from.isoformat() if self.longest_gap_from else None,
            "outage_days": [date.isoformat() for date in self.outage_days],
        }


def availability(session: Session, period: Period, now: dt.datetime) -> Availability:
    """Return how much of a period's window, as far as it is over, some server was on record as serving."""
    opens_at, until = period.opens_at, max(period.opens_at, min(period.closes_at, now))
    rows = session.execute(
        select(AvailabilitySpan.started_at, AvailabilitySpan.last_seen_at)
        .where(AvailabilitySpan.last_seen_at > opens_at, AvailabilitySpan.started_at < until)
        .order_by(AvailabilitySpan.started_at)
    )
    gaps = gaps_between((Stretch(*row) for row in rows), opens_at, until)
    longest = max(gaps, key=lambda gap: gap.length, default=None)
    hours = working_hours((counted.day for counted in period.counted_days), opens_at, until)
    lost = find_overlaps(hours, gaps)
    return Availability(
        window_seconds=_seconds(until - opens_at),
        served_seconds=_seconds(until - opens_at - sum_lengths(gaps)),
        longest_gap_seconds=_seconds(longest.length) if longest else 0,
        longest_gap_from=longest.start if longest else None,
        working_seconds=_seconds(sum_lengths(hours)),
        working_gap_seconds=_seconds(sum_lengths(lost)),
        outage_days=tuple(days_with_an_outage(lost)),
    )


def _seconds(length: dt.timedelta) -> int:
    return int(length.total_seconds())
