"""What is known of the portal's own uptime in a window (R7)."""

import datetime as dt

import pytest
from sqlalchemy import select

from app.database import Database
from app.domain.window import Window
from app.models import AvailabilitySpan
from app.services.availability import Availability, availability, start_span, stretch_span
from tests.world import at

WINDOW = Window(at("2026-09-18 Fri 00:00"), at("2026-09-24 Thu 00:00"))
HOUR = 3600
DAY = 24 * HOUR
AFTER = "2026-10-01 Thu 00:00"

ALL = 6 * DAY

TABLE: list[tuple[str, str, str, tuple[int, int, int]]] = [
    # what, spans, now -> seconds of the window so far, served, longest gap
    ("no record at all", "", AFTER, (ALL, 0, ALL)),
    ("before it opens", "", "2026-09-01 Tue 00:00", (0, 0, 0)),
    ("all of it", "09-17 12:00/09-25 12:00", AFTER, (ALL, ALL, 0)),
    ("exactly", "09-18 00:00/09-24 00:00", AFTER, (ALL, ALL, 0)),
    ("before and after", "09-17 00:00/09-18 00:00, 09-24 00:00/09-25 00:00", AFTER, (ALL, 0, ALL)),
    ("up late", "09-18 02:00/09-25 00:00", AFTER, (ALL, ALL - 2 * HOUR, 2 * HOUR)),
    ("down early", "09-17 00:00/09-23 21:00", AFTER, (ALL, ALL - 3 * HOUR, 3 * HOUR)),
    ("a gap", "09-17 00:00/09-20 01:00, 09-20 05:00/09-25 00:00", AFTER, (ALL, ALL - 4 * HOUR, 4 * HOUR)),
    ("one inside another", "09-17 00:00/09-25 00:00, 09-19 00:00/09-20 00:00", AFTER, (ALL, ALL, 0)),
    ("two overlapping", "09-17 00:00/09-20 00:00, 09-19 00:00/09-25 00:00", AFTER, (ALL, ALL, 0)),
    ("as far as it is over", "09-17 00:00/09-18 06:00", "2026-09-18 Fri 08:00", (8 * HOUR, 6 * HOUR, 2 * HOUR)),
]


def test_the_window_as_far_as_it_is_over_against_the_spans(database: Database) -> None:
    for what, spans, now, (window, served, gap) in TABLE:
        with database.writer() as session:
            for span in filter(None, spans.split(", ")):
                start, end = (at(f"2026-{instant}") for instant in span.split("/"))
                session.add(AvailabilitySpan(started_at=start, last_seen_at=end))
            assert (what, availability(session, WINDOW, at(now))) == (what, Availability(window, served, gap))


@pytest.mark.parametrize(
    ("window", "served", "percent"), [(0, 0, 0.0), (6 * DAY, 6 * DAY, 100.0), (6 * DAY, 6 * DAY - 60, 99.99)]
)
def test_percent(window: int, served: int, percent: float) -> None:
    assert Availability(window, served, 0).percent == percent


def test_ticks_stretch_a_span_until_one_is_missed(database: Database) -> None:
    longest = dt.timedelta(seconds=90)
    with database.writer() as session:
        first = start_span(session, at("2026-09-18 Fri 09:00"))
        ticks = ["09:00:30", "09:01", "09:02:30", "09:04:00.000001", "09:04:30", "09:04"]  # a miss; a clock set back
        spans = []
        for tick in ticks:
            span = stretch_span(session, spans[-1] if spans else first, at(f"2026-09-18 Fri {tick}"), longest)
            spans.append(span)
    assert [span - first for span in spans] == [0, 0, 0, 1, 1, 2]
    with database.reader() as session:
        rows = session.execute(
            select(AvailabilitySpan.started_at, AvailabilitySpan.last_seen_at).order_by(AvailabilitySpan.id)
        )
        assert [tuple(row) for row in rows] == [
            (at("2026-09-18 Fri 09:00"), at("2026-09-18 Fri 09:02:30")),
            (at("2026-09-18 Fri 09:04:00.000001"), at("2026-09-18 Fri 09:04:30")),
            (at("2026-09-18 Fri 09:04"), at("2026-09-18 Fri 09:04")),
        ]
