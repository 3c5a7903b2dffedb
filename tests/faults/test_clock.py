"""The machine's clock stepped ahead and back around a deadline: nothing undone, nothing done twice (SECURITY 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from app import clock
from app.domain.cases.states import State
from app.domain.refusals import MoveRefused, TooLateToConclude
from app.models import Period
from app.processes import ticking
from app.services.calendar.availability import Availability, availability
from app.services.cases import investigation
from app.services.record.verifying import verify
from config import Settings
from tests.invariants import broken
from tests.world import World, at

FILED = "2026-09-18 Fri 09:00"
DEADLINE = at("2026-09-30 Wed 00:00")
SETTINGS = Settings(database_url="unused", tick_seconds=30)
HOUR = 3600
LATER = DEADLINE + dt.timedelta(days=500)  # when none of these clocks was ahead any more


class Ticks:
    """The tick beside a server, on a machine whose clock a test sets."""

    def __init__(self, world: World, machine: time_machine.Traveller) -> None:
        self.world, self.machine = world, machine

    def at(self, moment: dt.datetime) -> None:
        self.machine.move_to(moment)
        ticking.tick(self.world.database, clock.now(), SETTINGS, answers=True)


@pytest.fixture
def ticks(world: World) -> Iterator[Ticks]:
    with time_machine.travel(at(FILED), tick=False) as machine:
        yield Ticks(world, machine)


def test_security_08_a_clock_that_ran_ahead_and_is_set_back_undoes_nothing_and_doubles_nothing(
    world: World, ticks: Ticks
) -> None:
    case, _ = world.file(world.round_two(), world.nominees[2], FILED)
    ticks.at(DEADLINE - dt.timedelta(minutes=1))
    before = world.everything()
    ticks.at(DEADLINE - dt.timedelta(minutes=1))
    assert world.everything() == before
    ticks.at(DEADLINE + dt.timedelta(seconds=30))  # stepped forward, over the deadline
    out = [(world.nominees[2], case, "lapsed", DEADLINE, DEADLINE + dt.timedelta(seconds=30))]
    assert world.disqualifications() == out
    acts, warned = world.acts(), world.outbox()
    for moment in (  # and back, and forward again, further than ever
        DEADLINE - dt.timedelta(days=1),
        DEADLINE - dt.timedelta(seconds=30),
        DEADLINE,
        DEADLINE + dt.timedelta(seconds=30),
        DEADLINE + dt.timedelta(days=400),
        DEADLINE - dt.timedelta(hours=1),
    ):
        ticks.at(moment)
        assert (world.disqualifications(), world.acts(), world.outbox()) == (out, acts, warned), moment
        assert world.case(case).state is State.LAPSED
        for use_case in (investigation.accept, investigation.investigate):
            with pytest.raises((MoveRefused, TooLateToConclude)):
                world.run(use_case, case, by=world.actor("handler"), now=clock.now())
    assert world.do(verify).holds
    assert broken(world.database, LATER) == []


def test_security_08_what_is_filed_after_a_clock_ran_ahead_meets_its_deadline_all_the_same(
    world: World, ticks: Ticks
) -> None:
    period, early = world.round_two(), DEADLINE + dt.timedelta(days=30)
    before, _ = world.file(period, world.nominees[1], FILED)
    ticks.at(early)  # everything is settled, a month too soon
    assert world.period(period).settled_at == early
    rows = len(world.acts())
    after, _ = world.file(period, world.nominees[2], "2026-09-21 Mon 09:00")  # the clock is right again
    world.file(period, world.nominees[3], "2026-09-21 Mon 09:01")
    assert world.period(period).settled_at is None
    unsettled = ("clock", "period.unsettled", f"period:{period}")
    assert world.acts(rows) == [
        ("objector", "objection.filed", "case:2"),
        unsettled,
        ("objector", "objection.filed", "case:3"),
    ]
    ticks.at(DEADLINE - dt.timedelta(seconds=1))
    assert world.case(after).state is State.RECEIVED
    for _ in range(2):
        ticks.at(DEADLINE)
        assert world.disqualifications() == [
            (world.nominees[1], before, "lapsed", DEADLINE, early),
            (world.nominees[2], after, "lapsed", DEADLINE, DEADLINE),
            (world.nominees[3], 3, "lapsed", DEADLINE, DEADLINE),
        ]
    assert world.do(verify).holds
    assert broken(world.database, LATER) == []


def test_security_08_who_is_out_already_and_is_objected_to_once_more_goes_out_once(world: World, ticks: Ticks) -> None:
    period, early = world.round_two(), DEADLINE + dt.timedelta(days=30)
    before, _ = world.file(period, world.nominees[1], FILED)
    ticks.at(early)  # a month too soon
    after, _ = world.file(period, world.nominees[1], "2026-09-21 Mon 09:00")  # against the same nominee
    other, _ = world.file(period, world.nominees[2], "2026-09-21 Mon 09:01")
    for _ in range(2):
        ticks.at(DEADLINE)
        assert world.disqualifications() == [
            (world.nominees[1], before, "lapsed", DEADLINE, early),
            (world.nominees[2], other, "lapsed", DEADLINE, DEADLINE),
        ]
        assert world.case(after).state is State.LAPSED
    assert world.do(verify).holds
    assert broken(world.database, LATER) == []


def test_security_08_uptime_on_record_is_never_more_than_there_was(world: World, ticks: Ticks) -> None:
    """A step makes a gap or an overlap in the record of availability, no hour that was not served (R7)."""
    opens, period = at("2026-09-18 Fri 00:00"), world.round_two()

    def served(now: dt.datetime) -> Availability:
        with world.database.reader() as session:
            return availability(session, session.get_one(Period, period), now)

    def tick_through(start: float, end: float) -> None:
        """Every thirty seconds of the clock, from hour to hour."""
        for step in range(int(start * 120), int(end * 120) + 1):
            ticks.at(opens + dt.timedelta(seconds=30 * step))

    tick_through(0, 0.1)
    tick_through(2, 2.1)  # two hours ahead at once: nobody knows what was between
    known = served(opens + dt.timedelta(hours=2.1))
    assert (known.window_seconds, known.served_seconds) == (int(2.1 * HOUR), int(0.2 * HOUR))
    assert known.longest_gap_seconds == int(1.9 * HOUR)
    tick_through(0.05, 0.2)  # and back to where it was: what is served twice counts once
    known = served(opens + dt.timedelta(hours=2.1))
    assert (known.served_seconds, known.longest_gap_seconds) == (int(0.3 * HOUR), int(1.8 * HOUR))
