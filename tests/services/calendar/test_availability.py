"""What is known of the portal's own uptime in a window (R7)."""

import datetime as dt
from functools import partial

import pytest
from sqlalchemy import delete, select

from app.calendars.china import ChinaCalendar
from app.database import Database
from app.domain.periods.window import explain
from app.models import AvailabilitySpan, Period
from app.models.periods import days_to_json
from app.services.calendar.availability import Availability, availability, record_heartbeat
from app.services.shared.work import Work
from tests.world import at, at_once

# Friday to Wednesday: Saturday is off, Sunday works.
FIRST, LAST = dt.date(2026, 9, 18), dt.date(2026, 9, 23)
PERIOD = Period(
    opens_at=at("2026-09-18 Fri 00:00"),
    closes_at=at("2026-09-24 Thu 00:00"),
    days=days_to_json(explain(FIRST, LAST, dt.date(2026, 9, 29), ChinaCalendar())),
)
HOUR = 3600
DAY = 24 * HOUR
AFTER = "2026-10-01 Thu 00:00"

ALL = 6 * DAY

TABLE: list[tuple[str, str, str, tuple[int, int, int], str, int, list[int]]] = [
    # what, spans, now -> seconds of the window so far, served, longest gap; from; gap in working hours; outage days
    ("no record at all", "", AFTER, (ALL, 0, ALL), "09-18 00:00", 45 * HOUR, [18, 20, 21, 22, 23]),
    ("before it opens", "", "2026-09-01 Tue 00:00", (0, 0, 0), "", 0, []),
    ("all of it", "09-17 12:00/09-25 12:00", AFTER, (ALL, ALL, 0), "", 0, []),
    ("exactly", "09-18 00:00/09-24 00:00", AFTER, (ALL, ALL, 0), "", 0, []),
    (
        "before and after",
        "09-17 00:00/09-18 00:00, 09-24 00:00/09-25 00:00",
        AFTER,
        (ALL, 0, ALL),
        "09-18 00:00",
        45 * HOUR,
        [18, 20, 21, 22, 23],
    ),
    ("up late", "09-18 02:00/09-25 00:00", AFTER, (ALL, ALL - 2 * HOUR, 2 * HOUR), "09-18 00:00", 0, []),
    ("down early", "09-17 00:00/09-23 21:00", AFTER, (ALL, ALL - 3 * HOUR, 3 * HOUR), "09-23 21:00", 0, []),
    (
        "a gap in the morning",
        "09-17 00:00/09-20 06:00, 09-20 10:00/09-25 00:00",
        AFTER,
        (ALL, ALL - 4 * HOUR, 4 * HOUR),
        "09-20 06:00",
        HOUR + HOUR // 2,
        [20],
    ),
    (
        "one inside another",
        "09-17 00:00/09-25 00:00, 09-19 00:00/09-20 00:00",
        AFTER,
        (ALL, ALL, 0),
        "",
        0,
        [],
    ),
    ("two overlapping", "09-17 00:00/09-20 00:00, 09-19 00:00/09-25 00:00", AFTER, (ALL, ALL, 0), "", 0, []),
    (
        "as far as it is over",
        "09-17 00:00/09-18 06:00",
        "2026-09-18 Fri 09:00",
        (9 * HOUR, 6 * HOUR, 3 * HOUR),
        "09-18 06:00",
        HOUR // 2,
        [],
    ),
]


def test_the_window_as_far_as_it_is_over_against_the_spans(database: Database) -> None:
    for what, spans, now, (window, served, gap), since, lost, outages in TABLE:
        with database.writer() as session:
            session.execute(delete(AvailabilitySpan))
            for span in filter(None, spans.split(", ")):
                start, end = (at(f"2026-{instant}") for instant in span.split("/"))
                session.add(AvailabilitySpan(started_at=start, last_seen_at=end))
            session.flush()
            found = availability(session, PERIOD, at(now))
        hours = {AFTER: 45 * HOUR, "2026-09-18 Fri 09:00": HOUR // 2}.get(now, 0)
        days = tuple(dt.date(2026, 9, day) for day in outages)
        expected = Availability(window, served, gap, at(f"2026-{since}") if since else None, hours, lost, days)
        assert (what, found) == (what, expected)


@pytest.mark.parametrize(
    ("window", "served", "percent"),
    [(0, 0, 0.0), (ALL, 0, 0.0), (ALL, ALL, 100.0), (ALL, ALL - 60, 99.98), (ALL, ALL - 1, 99.99)],
)
def test_percent_is_never_rounded_up(window: int, served: int, percent: float) -> None:
    assert Availability(window, served, 0, None, 0, 0, ()).percent == percent


BEATS = [
    # beats at (minutes and seconds after nine) -> the spans that are on record
    ("a run", "00:00 00:30 01:00", "00:00/01:00"),
    ("a restart", "00:00 00:30 02:00", "00:00/02:00"),
    ("a gap", "00:00 02:30 02:31", "00:00/00:00 02:30/02:31"),
    ("just too long", "00:00 01:30.000001", "00:00/00:00 01:30.000001/01:30.000001"),
    ("two servers, one ahead", "00:00 00:10 00:05 00:40 00:35", "00:00/00:40"),
    ("a clock set back", "10:00 10:30 08:00 08:30 11:00", "08:00/08:30 10:00/11:00"),
    ("set back within what is told already", "10:00 10:30 11:00 10:30 11:30", "10:00/11:30"),
    ("set back, then lost", "10:00 10:30 09:00 10:31", "09:00/09:00 10:00/10:31"),
]


def test_beats_stretch_the_newest_span_until_too_many_are_missed(database: Database) -> None:
    longest = dt.timedelta(seconds=90)
    for what, beats, spans in BEATS:
        with database.writer() as session:
            session.execute(delete(AvailabilitySpan))
            for moment in beats.split():
                record_heartbeat(Work(session, at(f"2026-09-18 Fri 09:{moment}")), longest)
            rows = session.execute(
                select(AvailabilitySpan.started_at, AvailabilitySpan.last_seen_at).order_by(AvailabilitySpan.started_at)
            )
            expected = [tuple(at(f"2026-09-18 09:{moment}") for moment in span.split("/")) for span in spans.split()]
            assert (what, [tuple(row) for row in rows]) == (what, expected)


def test_servers_that_beat_at_once_cover_the_same_time(database: Database) -> None:
    longest = dt.timedelta(seconds=90)

    def beats(offset: int) -> None:
        for second in range(0, 120, 30):
            with database.writer() as session:
                record_heartbeat(
                    Work(session, at("2026-09-18 Fri 00:00") + dt.timedelta(seconds=second, milliseconds=offset)),
                    longest,
                )

    assert at_once([partial(beats, offset) for offset in range(4)]) == [None] * 4
    with database.reader() as session:
        found = availability(session, PERIOD, at("2026-09-18 Fri 00:01:30"))
    assert found.window_seconds == 90
    assert found.served_seconds in (89, 90)  # whoever came first may have been a few milliseconds ahead
    assert found.longest_gap_seconds == 0
