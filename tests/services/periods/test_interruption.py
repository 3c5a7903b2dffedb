"""A window that lost working hours may be extended by as many working days, while it is open (R4, R7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

import pytest

from app.domain.periods.window import Phase
from app.domain.refusals import AlreadyClosed, BeyondHorizon, MissingText, NotAllowed, WindowClosed, WrongState
from app.models import AvailabilitySpan
from app.services.calendar.calendars import calendar_of
from app.services.periods import interruption, replanning, scheduling
from app.services.shared.work import Work
from tests.invariants import broken
from tests.refusing import WINDOW_NOT_EXTENDED, Refused, refuses
from tests.services.periods.loading import load
from tests.world import World, at, at_once

REASON = "9月21日上午机房停电，公示页面打不开。"
TUESDAY = "2026-09-22 Tue 12:00"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what no database does differently


def up(world: World, spans: str) -> None:
    """On record from/to, days of September 2026: `18 00:00/21 09:00, 21 11:00/24 00:00`."""
    with world.database.writer() as session:
        for span in spans.split(", "):
            start, end = (at(f"2026-09-{instant}") for instant in span.split("/"))
            session.add(AvailabilitySpan(started_at=start, last_seen_at=end))
        session.commit()


def extend(world: World, period: int, now: str, login: str = "office", reason: str = REASON) -> None:
    with world.database.writer() as session:
        calendar = calendar_of(session)
        interruption.extend_window(Work(session, at(now), world.actor(login)), period, reason, calendar)


def window_of(world: World, period: int) -> tuple[dt.datetime, dt.datetime, dt.datetime]:
    row = world.period(period)
    return row.opens_at, row.closes_at, row.conclude_by


def counted(world: World, period: int) -> Sequence[tuple[str, int | None]]:
    return [(f"{one.day.date:%m-%d}", one.ordinal) for one in world.period(period).counted_days]


def test_a_morning_without_a_record_may_add_one_working_day(world: World) -> None:
    period = world.round_two()
    up(world, "17 00:00/21 09:00, 21 11:00/24 00:00")
    stored = world.period(period).days
    extend(world, period, TUESDAY)
    # Wednesday to Thursday; the deadline from Tuesday the 29th to Wednesday the 30th, over 中秋节.
    assert window_of(world, period) == (at("2026-09-18 00:00"), at("2026-09-25 00:00"), at("2026-10-01 00:00"))
    assert counted(world, period) == [
        ("09-18", 1),
        ("09-19", None),
        ("09-20", 2),
        ("09-21", 3),
        ("09-22", 4),
        ("09-23", 5),
        ("09-24", 6),
        *((f"09-{day}", None) for day in (25, 26, 27, 28, 29, 30)),
    ]
    days = world.period(period).days
    assert [row for row in days[: len(stored)] if row["date"] != "2026-09-24"] == [
        row for row in stored if row["date"] != "2026-09-24"
    ]
    assert world.period(period).workdays == 6
    assert world.acts()[-1] == (f"user:{world.people['office']}", "period.window_extended", f"period:{period}")
    # It is public and takes objections on the added day, to its last second.
    world.file(period, world.nominees[0], "2026-09-24 Thu 23:59:59.999999")
    with pytest.raises(WindowClosed):
        world.file(period, world.nominees[0], "2026-09-25 Fri 00:00")
    assert world.period(period).phase(at("2026-09-24 Thu 12:00")) is Phase.OPEN


def test_a_day_is_made_good_for_once_and_a_later_one_again(world: World) -> None:
    period = world.round_two()
    up(world, "17 00:00/21 09:00, 21 11:00/22 10:00, 22 14:00/25 00:00")
    extend(world, period, "2026-09-21 Mon 12:00")
    for now in ("2026-09-21 Mon 12:00", "2026-09-22 Tue 10:59:59"):
        with pytest.raises(WrongState, match="或者已经为此延长过"):
            extend(world, period, now)
    extend(world, period, "2026-09-22 Tue 11:00")  # an hour since ten
    assert window_of(world, period)[1:] == (at("2026-09-29 00:00"), at("2026-10-09 00:00"))  # Mon 28; Thu 8 October
    assert world.period(period).workdays == 7


def test_two_people_extending_at_once_extend_once(world: World) -> None:
    period = world.round_two()
    up(world, "17 00:00/21 09:00, 21 11:00/24 00:00")
    answers = at_once([partial(extend, world, period, TUESDAY, login) for login in ("office", "office2")])
    assert sorted(map(type, answers), key=str) == sorted([type(None), WrongState], key=str)
    assert window_of(world, period)[1] == at("2026-09-25 00:00")


REFUSED = [
    # up, now, by whom -> why not
    ("17 00:00/24 00:00", TUESDAY, "office", WINDOW_NOT_EXTENDED),  # nothing is missing
    ("17 00:00/21 09:00, 21 09:59:59/24 00:00", TUESDAY, "office", WINDOW_NOT_EXTENDED),  # less than an hour
    ("17 00:00/18 17:30, 20 08:30/24 00:00", TUESDAY, "office", WINDOW_NOT_EXTENDED),  # a night and a Saturday
    ("17 00:00/21 09:00, 21 11:00/24 00:00", "2026-09-17 Thu 23:59:59", "office", WINDOW_NOT_EXTENDED),  # not yet open
    (
        "17 00:00/21 09:00, 21 11:00/24 00:00",
        "2026-09-24 Thu 00:00",
        "office",
        WINDOW_NOT_EXTENDED,
    ),  # not open any more
    ("17 00:00/21 09:00, 21 11:00/24 00:00", TUESDAY, "head", NotAllowed),
]


@on_sqlite
@pytest.mark.parametrize(("spans", "now", "login", "refusal"), REFUSED)
def test_refused_and_nothing_changed(world: World, spans: str, now: str, login: str, refusal: Refused) -> None:
    period = world.round_two()
    up(world, spans)
    before = world.everything()
    with refuses(refusal):
        extend(world, period, now, login)
    assert world.everything() == before


@on_sqlite
def test_without_a_reason_without_a_calendar_or_taken_back_it_is_refused_too(world: World) -> None:
    period = world.round_two()
    up(world, "17 00:00/21 09:00, 21 11:00/24 00:00")
    with pytest.raises(MissingText):
        extend(world, period, TUESDAY, reason=" ")
    world.run(
        scheduling.extend_deadline,
        period,
        dt.date(2026, 12, 31),
        "待核查",
        world.do(calendar_of),
        by=world.actor("office"),
        now=at(TUESDAY),
    )
    with pytest.raises(BeyondHorizon, match="2027年"):
        extend(world, period, TUESDAY)
    other = world.schedule(1, 9, [world.others[0]], "2026-09-22", 3, "2026-09-21 Mon 09:00")
    world.run(scheduling.cancel, other, "改期", by=world.actor("office"), now=at("2026-09-21 Mon 10:00"))
    with pytest.raises(AlreadyClosed):
        extend(world, other, TUESDAY)


def test_a_day_to_conclude_that_a_notice_took_is_given_back_with_the_day_made_good(world: World) -> None:
    """Friday 18 to Wednesday 23 September public; 24, 28 and 29 to conclude, of which the notice takes the 28th."""
    period = world.round_two()
    load(world, "28", "2026-09-21 Mon 09:00")
    up(world, "17 00:00/21 09:00, 21 11:00/22 09:00")
    extend(world, period, "2026-09-22 Tue 09:00")
    world.seal()
    # The 24th is public too; 29 and 30 September and Thursday 8 October are to conclude.
    assert window_of(world, period)[1:] == (at("2026-09-25 Fri 00:00"), at("2026-10-09 Fri 00:00"))
    assert broken(world.database, at("2026-09-22 Tue 09:00")) == []


def test_a_day_of_the_window_that_a_notice_took_waits_to_be_moved_beside_the_day_made_good(world: World) -> None:
    """The notice takes Tuesday the 22nd, the outage one day: until it is moved the window lacks one of six."""
    period, now = world.round_two(), "2026-09-21 Mon 12:00"
    up(world, "17 00:00/21 09:00, 21 11:00/21 12:00")
    load(world, "22", "2026-09-21 Mon 11:30")
    extend(world, period, now)
    world.seal()
    with world.database.reader() as session:
        [move] = replanning.list_moves_due(session, at(now))
        assert (move.period.workdays, move.period.lacking_workdays) == (5, 1)
    assert broken(world.database, at(now)) == []
    world.run(replanning.replan, [period], "放假安排调整。", by=world.actor("office"), now=at(now))
    world.seal()
    assert (world.period(period).workdays, broken(world.database, at(now))) == (6, [])
