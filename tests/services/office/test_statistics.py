"""Every figure of the statistics beside a second count, by hand, over a world in which every outcome stands."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from sqlalchemy import select

from app.domain.cases.durations import TimesTaken, count_workdays_taken
from app.domain.cases.states import Conclusion, DeclineGround, State
from app.domain.objections.arrival import Arrival, Channel
from app.domain.refusals import NotAllowed
from app.models import Category, Objection
from app.services.calendar.calendars import calendar_of
from app.services.cases import investigation
from app.services.objections import following, registering
from app.services.office import statistics
from app.services.office.statistics import CountedOutcome, Statistics, StatisticsScope
from tests.world import World, at

FILED = "2026-09-18 Fri 09:00"
SUNDAY = "2026-09-20 Sun 10:00"  # it works: one working day after Friday
TUESDAY = "2026-09-22 Tue 10:00"  # three working days after Friday
LATE = "2026-09-30 Wed 09:00"  # after the deadline
ALL = StatisticsScope()


def counted(world: World, now: str = LATE, scope: StatisticsScope = ALL) -> Statistics:
    with world.database.reader() as session:
        return statistics.count(session, scope, world.actor("office"), at(now))


def figures(part: list[statistics.StatisticsRow]) -> dict[str, dict[CountedOutcome, int]]:
    return {row.name: dict(row.outcomes) for row in part if row.objections}


@pytest.fixture
def every_outcome(world: World) -> int:
    """Eight objections against qilin's entries: one of each outcome, one joined, one by letter."""
    period = world.round_two()
    one, two, three, four, five = world.nominees

    def file(nominee: int, category: Category = Category.DEEDS, contact: str = "13000000001") -> int:
        return world.file(period, nominee, FILED, category=category, contact=contact)[0]

    for nominee, conclusion in ((one, Conclusion.UPHELD), (two, Conclusion.PARTLY_UPHELD)):
        world.bring(file(nominee, Category.DISCIPLINE), State.CONCLUDED, SUNDAY, conclusion)
    dismissed = file(three)
    joined = file(three, Category.OTHER, "13000000002")
    world.act(investigation.join, joined, "handler", dismissed, now="2026-09-19 Sat 10:00")
    world.bring(dismissed, State.CONCLUDED, TUESDAY, Conclusion.DISMISSED)
    withdrawn = file(three, contact="13000000003")
    with world.database.reader() as session:
        objection = session.scalars(select(Objection.id).where(Objection.case_id == withdrawn)).one()
    world.run(following.withdraw, objection, "情况已经弄清，撤回异议。", now=at("2026-09-21 Mon 08:00"))
    world.bring(withdrawn, State.CONCLUDED, TUESDAY, Conclusion.WITHDRAWN)
    world.decline(file(four), DeclineGround.NO_FACTS, "没有写明具体事实。", TUESDAY)
    world.bring(file(five, Category.PROCEDURE), State.ACCEPTED, TUESDAY)  # lapses at the deadline
    arrival = Arrival(Channel.LETTER, at(FILED), dt.date(2026, 9, 17), "")
    filing = world.filing(contact="13000000009", category=Category.ELIGIBILITY)
    world.run(
        registering.register,
        world.entry(period, four),
        filing,
        arrival,
        by=world.actor("handler2"),
        now=at("2026-09-18 Fri 10:00"),
    )
    return period


@pytest.mark.usefixtures("every_outcome")
def test_each_outcome_is_counted_once(world: World) -> None:
    found = counted(world)
    assert dict(found.total.outcomes) == {
        CountedOutcome.UPHELD: 1,
        CountedOutcome.PARTLY_UPHELD: 1,
        CountedOutcome.DISMISSED: 2,  # with the one that was joined
        CountedOutcome.WITHDRAWN: 1,
        CountedOutcome.DECLINED: 1,
        CountedOutcome.LAPSED: 2,
    }
    assert (found.total.objections, found.total.cases) == (8, 7)
    before = counted(world, "2026-09-29 Tue 23:00").total.outcomes
    assert (before[CountedOutcome.OPEN], before[CountedOutcome.LAPSED]) == (2, 0)


@pytest.mark.usefixtures("every_outcome")
def test_units_categories_and_channels_each_add_up(world: World) -> None:
    found = counted(world)
    assert figures(found.by_category) == {
        "事迹不真实": {
            CountedOutcome.DISMISSED: 1,
            CountedOutcome.WITHDRAWN: 1,
            CountedOutcome.DECLINED: 1,
        },
        "违纪违法": {CountedOutcome.UPHELD: 1, CountedOutcome.PARTLY_UPHELD: 1},
        "不符合评选条件": {CountedOutcome.LAPSED: 1},
        "推荐程序有问题": {CountedOutcome.LAPSED: 1},
        "其他": {CountedOutcome.DISMISSED: 1},
    }
    assert {row.name: row.objections for row in found.by_channel if row.objections} == {"网上提交": 7, "来信": 1}
    assert {row.name: row.objections for row in found.by_unit} == {"麒麟区": 8}
    for part in (found.by_unit, found.by_category, found.by_channel):
        assert sum((row.outcomes for row in part), Counter()) == found.total.outcomes


@pytest.mark.usefixtures("every_outcome")
def test_times_are_working_days_after_the_day_of_arrival(world: World) -> None:
    [row] = counted(world).by_unit
    # Decided: two on Sunday the 20th, which works (1), four on Tuesday the 22nd (3).
    assert row.to_decide == TimesTaken(count=6, median=3, mean=round((1 + 1 + 3 * 4) / 6, 1), longest=3)
    assert row.to_conclude == TimesTaken(count=4, median=2, mean=2.0, longest=3)


@pytest.mark.usefixtures("every_outcome")
def test_a_scope_narrows_and_a_unit_gets_nothing(world: World) -> None:
    scopes = [
        (StatisticsScope(world.programme, 2), 8),
        (StatisticsScope(world.programme, 1), 0),
        (StatisticsScope(99), 0),
        (StatisticsScope(None, 3), 0),
    ]
    for scope, objections in scopes:
        assert counted(world, scope=scope).total.objections == objections
    for login in ("head", "auditor"):
        with world.database.reader() as session, pytest.raises(NotAllowed):
            statistics.count(session, StatisticsScope(), world.actor(login), at(LATE))


def test_working_days_taken(world: World) -> None:
    with world.database.reader() as session:
        calendar = calendar_of(session)
    for since, until, days in (
        (FILED, "2026-09-18 Fri 17:00", 0),
        ("2026-09-18 Fri 23:59", "2026-09-19 Sat 00:01", 0),
        (FILED, SUNDAY, 1),
        (FILED, TUESDAY, 3),
        ("2026-09-30 Wed 09:00", "2026-10-08 Thu 09:00", 1),  # the October week between
    ):
        assert count_workdays_taken(at(since), at(until), calendar) == days, until
