"""The timetable shows what each unit has still to arrange, by when, and who is late (R4, R8, R9, R25)."""

import datetime as dt
from functools import partial

import pytest
from sqlalchemy import update

from app.domain.cases.states import Conclusion, State
from app.domain.periods.backward_planning import Misfit
from app.domain.periods.window import count_window
from app.domain.refusals import BadValue
from app.models import Nominee, Programme, Stage, Unit, User
from app.services.calendar.calendars import calendar_of
from app.services.nominees.access import nominees_visible_to
from app.services.nominees.groups import find_groups
from app.services.office import planning
from app.services.office.planning import RoundStanding
from app.services.periods import scheduling
from tests.world import World, at

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # plain queries: the same on both
# Round 2 is due on Saturday the 10th of October, which works: with three days to conclude it opens on 23 September.
STAGES = [("2026-09-07", "2026-09-17"), ("2026-09-18", "2026-10-10"), ("2026-10-12", "2026-10-30")]


def with_stages(world: World, stages: list[tuple[str, str]] = STAGES) -> World:
    with world.database.writer() as session:
        for number, days in enumerate(stages, start=1):
            first, last = map(dt.date.fromisoformat, days)
            session.add(Stage(programme_id=world.programme, number=number, starts_on=first, ends_on=last))
        session.commit()
    return world


def seen(world: World, login: str, now: str, conclude: int = 3) -> list[tuple[str, int, str, int, int | None]]:
    """Each row as (unit, round, standing, waiting, slack)."""
    with world.database.reader() as session:
        programme, calendar = session.get_one(Programme, world.programme), calendar_of(session)
        actor = world.actor(login)
        groups = find_groups(session, world.keyring, programme, at(now), among=partial(nominees_visible_to, actor))
        found = planning.timetable_of(session, programme, conclude, calendar, actor, at(now), groups)
        return [
            (row.unit.name, row.round.number, row.standing.value, row.waiting, row.step.slack) for row in found.rows
        ]


@sqlite
def test_without_a_timetable_there_is_nothing_to_plan_and_a_wrong_number_is_refused(world: World) -> None:
    assert seen(world, "office", "2026-09-01 Tue 09:00") == []
    with_stages(world)
    with pytest.raises(BadValue, match="核查期限应在3到30之间"):
        seen(world, "office", "2026-09-01 Tue 09:00", conclude=0)


@sqlite
def test_every_unit_and_round_from_the_first_day_to_the_last(world: World) -> None:
    office = "市评选工作组办公室"
    with_stages(world)
    # Stage 1 has nine working days, eight of which a window and its conclusions take; stage 2 leaves 18, 20, 21, 22
    # and 23 September to choose from.
    assert seen(world, "office", "2026-09-01 Tue 09:00") == [
        ("麒麟区", 1, "waiting", 5, 1),
        ("罗平县", 1, "waiting", 3, 1),
        ("麒麟区", 2, "waiting", 5, 4),
        ("罗平县", 2, "waiting", 3, 4),
        (office, 3, "waiting", 8, 7),
    ]
    world.round_two()
    # 麒麟区 went on; 罗平县, which arranged nothing, can't make either of its days any more.
    assert seen(world, "office", "2026-09-21 Mon 09:00") == [
        ("麒麟区", 1, "done", 0, None),
        ("罗平县", 1, "late", 3, -11),
        ("麒麟区", 2, "scheduled", 0, None),
        ("罗平县", 2, "late", 3, -7),
        (office, 3, "waiting", 8, 0),
    ]
    # Each unit sees its own nominees in all three rounds.
    assert seen(world, "handler", "2026-09-21 Mon 09:00", conclude=3) == [
        ("麒麟区", 1, "done", 0, None),
        ("麒麟区", 2, "scheduled", 0, None),
        ("麒麟区", 3, "waiting", 5, 7),
    ]
    assert {row[0] for row in seen(world, "stranger", "2026-09-21 Mon 09:00")} == {"罗平县"}


@sqlite
def test_who_left_waits_for_nothing_and_changed_deeds_wait_again(world: World) -> None:
    with_stages(world)
    period = world.round_two()
    case, _ = world.file(period, world.nominees[0], "2026-09-18 Fri 09:00")
    world.bring(case, State.CONCLUDED, "2026-09-18 Fri 10:00", Conclusion.UPHELD)
    assert ("麒麟区", 3, "waiting", 4, 7) in seen(world, "head", "2026-09-18 Fri 11:00")
    with world.database.writer() as session:
        session.execute(update(Nominee).where(Nominee.id == world.nominees[1]).values(edition=2))
        session.commit()
    # Once more in the round it was in, not in those before; until 23 September there is time for it.
    assert seen(world, "head", "2026-09-18 Fri 11:00")[:2] == [
        ("麒麟区", 1, "done", 0, None),
        ("麒麟区", 2, "waiting", 1, 3),
    ]


@sqlite
def test_somebody_of_an_own_unit_sees_their_own_nominee_alone(world: World) -> None:
    with_stages(world)
    with world.database.writer() as session:
        own = session.get_one(Nominee, world.nominees[0]).unit_id
        session.execute(update(User).where(User.login == "handler2").values(unit_id=own))
        session.commit()
    assert [row[:4] for row in seen(world, "handler2", "2026-09-01 Tue 09:00")] == [
        ("麒麟区", 1, "waiting", 1),
        ("麒麟区", 2, "waiting", 1),
        ("麒麟区", 3, "waiting", 1),
    ]


@sqlite
def test_a_period_that_runs_past_the_day_it_is_due_is_told(world: World) -> None:
    with_stages(world)
    world.round_two(opening="2026-09-24", conclude=3)
    rows = {(row[0], row[1]): row[2] for row in seen(world, "office", "2026-09-18 Fri 09:00")}
    assert rows["麒麟区", 2] == RoundStanding.OVERRUNS
    with world.database.reader() as session:
        programme, calendar = session.get_one(Programme, world.programme), calendar_of(session)

        def missed(round_number: int, opening: str, conclude: int) -> Misfit | None:
            plan = count_window(dt.date.fromisoformat(opening), conclude, calendar)
            return planning.misfit_of(programme, round_number, plan, conclude, calendar)

        day = dt.date.fromisoformat
        due = day("2026-10-10")
        assert missed(2, "2026-09-23", 3) is None
        assert missed(2, "2026-09-24", 3) == Misfit(day("2026-09-24"), 3, due, day("2026-09-23"), 1, None)
        assert missed(3, "2026-09-24", 3) is None  # due later


@sqlite
def test_a_due_day_that_no_calendar_covers_is_no_fault_of_a_period_that_ends_before(world: World) -> None:
    with_stages(world, [*STAGES[:2], ("2026-12-01", "2027-01-15")])
    with world.database.reader() as session:
        programme, calendar = session.get_one(Programme, world.programme), calendar_of(session)
        plan = scheduling.preview(dt.date(2026, 12, 2), 3, calendar, False, at("2026-12-01 Tue 09:00"))
        assert planning.misfit_of(programme, 3, plan, 3, calendar) is None
        now = at("2026-12-01 Tue 09:00")
        groups = find_groups(session, world.keyring, programme, now)
        found = planning.timetable_of(session, programme, 3, calendar, world.actor("office"), now, groups)
        assert "2027年的放假调休安排尚未载入" in found.rows[-1].step.unknown
        assert session.get_one(Unit, world.office).name == found.rows[-1].unit.name
