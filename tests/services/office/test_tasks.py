"""What waits for office and units, before a programme's rounds, within them, after the award and after its end."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import update

from app.domain.accounts.deputies import DeputyDays
from app.domain.award.decision import ProceedingKind
from app.domain.cases.states import Actor, Role, State
from app.domain.nominees.annexes import Rank
from app.domain.office.tasks import Task, TaskKind, When
from app.models import Nominee, Programme, Quota, Stage, Unit
from app.services.accounts import standing_in
from app.services.cases import investigation, settlement
from app.services.nominees import eligibility, withdrawals
from app.services.office.task_reader import TaskReader
from app.services.office.tasks import list_tasks
from app.services.periods import closing, scheduling
from tests import awards
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # plain queries: the same on both
FILED = "2026-09-18 Fri 09:00"


def tasks(world: World, login: str, now: str, own: bool = False) -> dict[When, list[Task]]:
    with world.database.reader() as session:
        return list_tasks(TaskReader(session, world.keyring, world.actor(login), at(now), own=own))


def counts(world: World, login: str, now: str, own: bool = False) -> dict[TaskKind, int]:
    """How many things each kind asks for, all rows together."""
    found: Counter[TaskKind] = Counter()
    for part in tasks(world, login, now, own).values():
        for task in part:
            found[task.kind] += task.count
    return dict(found)


def only(world: World, login: str, now: str, kind: TaskKind, own: bool = False) -> Task:
    [task] = [task for part in tasks(world, login, now, own).values() for task in part if task.kind is kind]
    return task


def round_one(world: World, nominees: list[int]) -> None:
    """Round 1 of these, one period a unit, over and closed, and nobody reviewed."""
    with world.database.reader() as session:
        units = [session.get_one(Nominee, nominee).unit_id for nominee in nominees]
    for nominee, unit in zip(nominees, units, strict=True):
        period = world.schedule(1, unit, [nominee], "2026-09-08", 3, "2026-09-07 Mon 09:00")
        world.run(closing.close_period, period, by=world.actor("office"), now=at("2026-09-16 Wed 09:00"))


def timetable(world: World, *stages: tuple[str, str]) -> None:
    with world.database.writer() as session:
        for number, days in enumerate(stages, start=1):
            first, last = map(dt.date.fromisoformat, days)
            session.add(Stage(programme_id=world.programme, number=number, starts_on=first, ends_on=last))
        session.commit()


# --- rounds ----------------------------------------------------------------------------------------


def test_a_new_programme_is_to_be_scheduled_unit_by_unit_until_it_is(world: World) -> None:
    now = "2026-09-07 Mon 09:00"
    assert counts(world, "office", now) == {TaskKind.SCHEDULE: 8}  # everybody has a unit of their own
    assert counts(world, "head", now) == {}
    with world.database.reader() as session:
        unit = session.get_one(Nominee, world.nominees[0]).unit_id
    period = world.schedule(1, unit, world.nominees[:1], "2026-09-08", 3, now)
    assert counts(world, "office", now) == {TaskKind.SCHEDULE: 7}
    world.run(scheduling.cancel, period, "写错了日期", by=world.actor("office"), now=at("2026-09-07 Mon 10:00"))
    assert counts(world, "office", "2026-09-07 Mon 10:00") == {TaskKind.SCHEDULE: 8}


def test_nobody_is_proposed_whose_period_would_be_refused(world: World) -> None:
    """Without the office's contact block no period is saved (R13), and past the calendar none can be counted (R3)."""
    with world.database.writer() as session:
        session.execute(update(Unit).where(Unit.id == world.office).values(phone=""))
        session.commit()
    assert counts(world, "office", "2026-09-07 Mon 09:00") == {TaskKind.CONTACT: 1}
    assert counts(world, "office", "2026-12-30 Wed 09:00") == {TaskKind.CALENDAR: 1}


def test_a_unit_with_more_nominees_than_places_has_to_choose_first(world: World) -> None:
    """All of them at once would be refused (R9): the row says so, and the others are scheduled without it."""
    with world.database.writer() as session:
        session.execute(update(Quota).where(Quota.unit_id == world.qilin).values(individuals=2))
        session.commit()
    world.past_round_one(world.nominees)
    world.past_round_one(world.others)
    now = "2026-09-17 Thu 09:00"
    assert counts(world, "office", now) == {TaskKind.PLACES: 1, TaskKind.SCHEDULE: 1}
    assert "麒麟区" in only(world, "office", now, TaskKind.PLACES).about
    assert only(world, "office", now, TaskKind.SCHEDULE).place.unit == world.luoping
    world.schedule(2, world.qilin, world.nominees[:4], "2026-09-18", 3, now)
    assert TaskKind.PLACES in counts(world, "office", now)  # the fifth has no place left


def test_what_is_due_and_how_much_room_there_is_comes_from_the_timetable(world: World) -> None:
    timetable(world, ("2026-09-07", "2026-09-17"), ("2026-09-18", "2026-10-10"), ("2026-10-12", "2026-10-30"))
    # Stage 1 has nine working days, eight of which a window and its conclusions take: it opens on the 7th or the 8th.
    early = only(world, "office", "2026-09-03 Thu 09:00", TaskKind.SCHEDULE)
    assert (early.due, early.left, early.room) == (at("2026-09-08 Tue 00:00"), 2, "余地1个工作日")
    last = only(world, "office", "2026-09-07 Mon 09:00", TaskKind.SCHEDULE)
    assert (last.left, last.room, last.when(at("2026-09-07 Mon 09:00"))) == (0, "没有余地", When.SOON)
    late = tasks(world, "office", "2026-09-08 Tue 09:00")[When.OVERDUE]
    assert [(task.kind, task.count, task.room) for task in late] == [(TaskKind.SCHEDULE, 8, "按时间安排晚1个工作日")]
    named = only(world, "office", "2026-09-08 Tue 09:00", TaskKind.LATE)
    assert (named.count, named.due) == (2, at("2026-09-18 Fri 00:00"))  # two recommending units
    assert counts(world, "head", "2026-09-08 Tue 09:00") == {TaskKind.LATE: 1}


def test_a_review_is_asked_for_when_it_would_be_taken(world: World) -> None:
    round_one(world, world.nominees)
    now = "2026-09-16 Wed 10:00"
    assert counts(world, "office", now) == {TaskKind.CONDITIONS: 5, TaskKind.SCHEDULE: 3}
    with world.database.writer() as session:  # of one the rank shuts it out
        session.execute(update(Nominee).where(Nominee.id == world.nominees[4]).values(rank=Rank.ABOVE))
        session.commit()
    world.run(eligibility.confirm, world.nominees, by=world.actor("office"), now=at(now))
    reviews = [task for part in tasks(world, "office", now).values() for task in part if task.kind is TaskKind.REVIEW]
    assert [(task.count, "只能不通过" in task.about) for task in reviews] == [(4, False), (1, True)]


def test_all_that_can_be_closed_is_one_row(world: World) -> None:
    round_one(world, world.nominees[:1])
    for nominee in world.nominees[1:]:
        with world.database.reader() as session:
            unit = session.get_one(Nominee, nominee).unit_id
        world.schedule(1, unit, [nominee], "2026-09-08", 3, "2026-09-07 Mon 09:00")
    assert TaskKind.CLOSE not in counts(world, "office", "2026-09-14 Mon 23:59")
    assert only(world, "office", "2026-09-15 Tue 00:00", TaskKind.CLOSE).count == 4
    assert TaskKind.CLOSE not in counts(world, "head", "2026-09-15 Tue 00:00")


def test_a_place_is_vacant_until_somebody_is_named(world: World) -> None:
    world.run(
        withdrawals.withdraw, world.nominees[0], "本人申请", by=world.actor("head"), now=at("2026-09-07 Mon 09:00")
    )
    now = "2026-09-07 Mon 10:00"
    assert counts(world, "office", now) == {TaskKind.SCHEDULE: 7, TaskKind.VACANCY: 1}
    assert counts(world, "head", now) == {TaskKind.VACANCY: 1}
    assert counts(world, "stranger", now) == {}


def test_a_nominees_own_unit_is_not_asked_to_name_a_replacement(world: World) -> None:
    """The unit that recommends names it; anybody else is refused (R9)."""
    now = "2026-09-07 Mon 10:00"
    world.run(withdrawals.withdraw, world.nominees[0], "本人申请", by=world.actor("head"), now=at(now))
    with world.database.reader() as session:
        own = session.get_one(Nominee, world.nominees[0]).unit_id
        actor = Actor(world.people["stranger"], Role.HEAD, own)
        assert list_tasks(TaskReader(session, world.keyring, actor, at(now))) == {}


def test_after_the_award_nothing_of_its_rounds_is_asked_for(world: World, tmp_path: Path) -> None:
    """Nominees of Luoping were through round 1 and never reviewed. Once the award is decided a review is refused."""
    round_one(world, world.others)
    world.past_round_one(world.nominees)
    awards.reviewed(world, world.nominees)
    period = awards.shown_to_the_city(world, world.nominees)
    world.run(closing.close_period, period, by=world.actor("office"), now=at(awards.CLOSED))
    assert counts(world, "office", awards.CLOSED)[TaskKind.APPROVAL] == 1
    for issuer in ("市委", "市政府"):
        awards.recorded(world, tmp_path, ProceedingKind.APPROVAL, awards.paper(issuer))
    asked = counts(world, "office", awards.DECIDED)
    assert (asked[TaskKind.CONDITIONS], asked[TaskKind.AWARD], TaskKind.APPROVAL in asked) == (3, 1, False)
    awards.decided(world, tmp_path)
    for login in ("office", "head", "stranger"):
        assert counts(world, login, awards.DECIDED) == {}


def test_an_archived_programme_asks_for_nothing(world: World) -> None:
    with world.database.writer() as session:
        session.execute(update(Programme).values(archived_at=at("2026-09-07 Mon 09:00")))
        session.commit()
    assert counts(world, "office", "2026-09-07 Mon 10:00") == {}


# --- cases -----------------------------------------------------------------------------------------


def test_a_case_that_nobody_accepts_is_the_units_then_the_offices_and_ends(world: World) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], FILED)
    assert TaskKind.ACCEPT not in counts(world, "handler", "2026-09-18 Fri 23:59")  # its day is not over (R19)
    soon = only(world, "handler", "2026-09-19 Sat 09:00", TaskKind.ACCEPT)
    assert (soon.due, soon.left, soon.place.case) == (at("2026-09-22 Tue 00:00"), 2, case)
    assert TaskKind.TAKE_OVER not in counts(world, "office", "2026-09-21 Mon 09:00")
    fallen = "2026-09-22 Tue 09:00"
    assert only(world, "office", fallen, TaskKind.TAKE_OVER).due == at("2026-09-30 Wed 00:00")
    assert only(world, "handler", fallen, TaskKind.ACCEPT).when(at(fallen)) is When.OVERDUE
    over = "2026-09-30 Wed 00:05"
    world.run(settlement.settle_due, now=at(over))
    ended = counts(world, "office", over)
    assert (ended[TaskKind.LAPSED], ended[TaskKind.CLOSE]) == (1, 1)
    assert TaskKind.ACCEPT not in counts(world, "handler", over)


def test_a_proposal_is_a_task_of_the_second_person_alone(world: World) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], FILED)
    world.bring(case, State.PROPOSED, "2026-09-21 Mon 09:00")
    now = "2026-09-21 Mon 10:00"
    found = {login: counts(world, login, now).get(TaskKind.CONFIRM) for login in ("head", "handler", "handler2")}
    assert found == {"head": 1, "handler": None, "handler2": 1}
    assert TaskKind.CONFIRM not in counts(world, "office", now)  # the unit has its second person
    assert counts(world, "head", now, own=True) == {TaskKind.CONFIRM: 1}


def test_what_several_cases_of_a_period_ask_for_is_one_row_and_ones_own_are_counted_apart(world: World) -> None:
    period = world.round_two()
    first, second, third = (world.file(period, nominee, FILED)[0] for nominee in world.nominees[:3])
    for case in (first, second):
        world.act(investigation.accept, case, "handler", now="2026-09-21 Mon 09:00")
    world.act(investigation.assign, first, "head", world.people["handler2"], now="2026-09-21 Mon 09:00")
    now = "2026-09-21 Mon 10:00"
    row = only(world, "handler", now, TaskKind.DECIDE)
    assert (row.count, row.place.case, row.place.period) == (2, 0, period)
    assert only(world, "handler", now, TaskKind.ACCEPT).place.case == third
    assert counts(world, "handler2", now, own=True) == {TaskKind.DECIDE: 1}
    assert counts(world, "handler", now, own=True) == {}
    away = DeputyDays(dt.date(2026, 9, 21), dt.date(2026, 9, 21))
    args = world.people["handler2"], world.people["handler"], away, "出差"
    world.run(standing_in.name_deputy, *args, by=world.actor("handler2"), now=at(now))
    assert counts(world, "handler", now, own=True) == {TaskKind.DECIDE: 1}
    assert only(world, "handler", now, TaskKind.DECIDE, own=True).place.whose == "absent"
    assert counts(world, "handler", "2026-09-22 Tue 00:00", own=True) == {}
