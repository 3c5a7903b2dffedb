"""What the portal knows of its own uptime in a window (R7), from the ticks of its servers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.window import Window
from app.models import AvailabilitySpan


def start_span(session: Session, now: dt.datetime) -> int:
    """A server starts serving. Returns the span its ticks will stretch."""
    span = AvailabilitySpan(started_at=now, last_seen_at=now)
    session.add(span)
    session.commit()
    return span.id


def stretch_span(session: Session, span_id: int, now: dt.datetime, longest_gap: dt.timedelta) -> int:
    """The server still serves. After a gap longer than `longest_gap` (asleep, stopped) a new span begins."""
    stretched = session.execute(
        update(AvailabilitySpan)
        .where(
            AvailabilitySpan.id == span_id,
            AvailabilitySpan.last_seen_at >= now - longest_gap,
            AvailabilitySpan.last_seen_at <= now,
        )
        .values(last_seen_at=now)
        .returning(AvailabilitySpan.id)
    ).scalar()
    if stretched is None:
        return start_span(session, now)
    session.commit()
    return span_id


@dataclass(frozen=True, slots=True)
class Availability:
    """Seconds of a window on record as served, and the longest stretch without record."""

    window_seconds: int
    served_seconds: int
    longest_gap_seconds: int

    @property
    def percent(self) -> float:
        return round(100 * self.served_seconds / self.window_seconds, 2) if self.window_seconds else 0.0


def availability(session: Session, window: Window, now: dt.datetime) -> Availability:
    """How much of a window, as far as it is over, some server was on record as serving."""
    until = min(window.closes_at, now)
    spans = session.execute(
        select(AvailabilitySpan.started_at, AvailabilitySpan.last_seen_at)
        .where(AvailabilitySpan.last_seen_at > window.opens_at, AvailabilitySpan.started_at < until)
        .order_by(AvailabilitySpan.started_at)
    )
    served, longest_gap, seen_until = dt.timedelta(), dt.timedelta(), window.opens_at
    for started_at, last_seen_at in spans:
        start, end = max(started_at, window.opens_at), min(last_seen_at, until)
        longest_gap = max(longest_gap, start - seen_until)
        served += max(end - max(start, seen_until), dt.timedelta())
        seen_until = max(seen_until, end)
    longest_gap = max(longest_gap, until - seen_until)
    length = max(until - window.opens_at, dt.timedelta())
    return Availability(*(int(span.total_seconds()) for span in (length, served, longest_gap)))
