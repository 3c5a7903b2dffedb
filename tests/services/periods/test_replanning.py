"""A holiday notice loaded while a window is open or a deadline runs: nothing moves by itself (R3)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.domain.cases.states import Conclusion, State
from app.domain.refusals import ChangedMeanwhile, MissingText, NotAllowed, NothingChosen, WindowClosed
from app.models import Disqualification, Nominee, Period, Replanning
from app.services.calendar import calendars
from app.services.cases import investigation, settlement, warnings
from app.services.periods import replanning, scheduling
from app.services.record.verifying import verify
from tests.invariants import broken
from tests.services.periods.loading import load
from tests.world import World, at

WHY = "国务院办公厅调整了9月的放假安排。"
OPEN = "2026-09-21 Mon 09:00"
# Round 2 as the small world has it: 18 Fri, 20 Sun, 21 Mon, 22 Tue, 23 Wed; conclusions by Tuesday the 29th, 24:00.
CLOSES, DEADLINE = at("2026-09-24 Thu 00:00"), at("2026-09-30 Wed 00:00")


def moves(world: World, now: str) -> list[tuple[int, str, str, str]]:
    """What waits to be moved: period, new last second of window and of deadline as days, and what stands in the way."""
    with world.database.reader() as session:
        return [
            (
                move.period.id,
                f"{move.plan.window.last_day:%m-%d}" if move.plan else "",
                f"{move.plan.conclude_by - dt.timedelta(hours=1):%m-%d}" if move.plan else "",
                move.obstacle,
            )
            for move in replanning.list_moves_due(session, at(now))
        ]


def replan(world: World, ids: list[int], now: str, login: str = "office", why: str = WHY) -> None:
    world.run(replanning.replan, ids, why, by=world.actor(login), now=at(now))


def dates(world: World, period: int) -> tuple[dt.datetime, dt.datetime, dt.datetime]:
    row = world.period(period)
    return row.closes_at, row.set_deadline, row.conclude_by


# --- an open window ----------------------------------------------------------------------------------


def test_an_open_window_that_a_notice_shortens_is_marked_and_lengthened_in_one_act(world: World) -> None:
    period = world.round_two()
    stored = world.period(period).days
    load(world, "22", OPEN)
    marked = world.period(period)
    assert dates(world, period) == (CLOSES, DEADLINE, DEADLINE)  # nothing moved by itself
    assert (marked.days, marked.workdays) == (stored, 4)  # and the page counts what is there
    # One more day for the window, Thursday the 24th; three working days to conclude after it, as there were before.
    assert moves(world, OPEN) == [(period, "09-24", "09-30", "")]
    replan(world, [period], OPEN)
    assert dates(world, period) == (at("2026-09-25 Fri 00:00"), at("2026-10-01 Thu 00:00"), at("2026-10-01 Thu 00:00"))
    assert (world.period(period).workdays, moves(world, OPEN)) == (5, [])
    assert [row["date"][8:] for row in world.period(period).days if row["ordinal"]] == ["18", "20", "21", "23", "24"]
    world.file(period, world.nominees[0], "2026-09-24 Thu 23:59:59.999999")
    with pytest.raises(WindowClosed):
        world.file(period, world.nominees[0], "2026-09-25 Fri 00:00")
    with world.database.reader() as session:
        row = session.scalars(select(Replanning)).one()
        assert (row.previous_close, row.previous_deadline, row.reason) == (CLOSES, DEADLINE, WHY)
        assert verify(session).holds
    acts = [act for act in world.acts() if act[1].startswith("period.re")]
    assert [action for _, action, _ in acts if _ == f"period:{period}"] == ["period.recounted", "period.replanned"]


def test_a_notice_that_leaves_five_moves_nothing(world: World) -> None:
    period = world.round_two()
    load(world, "19", OPEN)  # a Saturday that is off already
    load(world, "28", "2026-09-24 Thu 09:00")  # after the window, not the deadline's day
    assert dates(world, period) == (CLOSES, DEADLINE, DEADLINE)
    assert moves(world, OPEN) == []


def test_what_a_later_notice_takes_back_is_not_moved(world: World) -> None:
    period = world.round_two()
    load(world, "22 29", OPEN)
    assert len(moves(world, OPEN)) == 1
    load(world, "", "2026-09-21 Mon 10:00")
    assert (moves(world, OPEN), dates(world, period)) == ([], (CLOSES, DEADLINE, DEADLINE))
    assert world.period(period).recount is None


def test_a_window_whose_first_day_became_a_day_off_keeps_its_beginning_and_has_five_working_days(world: World) -> None:
    """The notice came the afternoon before, nobody took the period back, and at midnight the names were public."""
    period = world.round_two()
    load(world, "18", "2026-09-17 Thu 15:00")
    [before] = moves(world, "2026-09-17 Thu 16:00")
    assert before == (period, "", "", "开始的那一天改为假日，请撤回后重新安排。")
    assert moves(world, OPEN) == [(period, "09-24", "09-30", "")]
    replan(world, [period], OPEN)
    assert [row["date"][8:] for row in world.period(period).days if row["ordinal"]] == ["20", "21", "22", "23", "24"]
    assert broken(world.database, at(OPEN)) == []


def test_a_window_that_is_over_stays_over(world: World) -> None:
    period = world.round_two()
    load(world, "22", "2026-09-24 Thu 00:00")
    assert moves(world, "2026-09-24 Thu 09:00") == []
    assert dates(world, period) == (CLOSES, DEADLINE, DEADLINE)


def test_a_window_that_ended_short_of_a_day_stays_so_when_its_deadline_moves_and_is_no_finding(world: World) -> None:
    """The notice made the last day of the window a day off, and nobody moved anything until another one came."""
    period, now = world.round_two(), "2026-09-24 Thu 10:00"
    load(world, "23", "2026-09-22 Tue 18:00")
    load(world, "23 29", "2026-09-24 Thu 09:00")
    replan(world, [period], now)
    assert dates(world, period) == (CLOSES, at("2026-10-01 Thu 00:00"), at("2026-10-01 Thu 00:00"))
    assert [row["date"][8:] for row in world.period(period).days if row["ordinal"]] == ["18", "20", "21", "22"]
    assert broken(world.database, at(now)) == []


def test_all_periods_concerned_move_in_one_act_or_none(world: World) -> None:
    period, now = world.round_two(), OPEN
    with world.database.reader() as session:
        unit = session.get_one(Nominee, world.others[0]).unit_id
    beside = world.schedule(1, unit, world.others[:1], "2026-09-18", 3, "2026-09-17 Thu 10:00")
    later = world.schedule(1, unit + 1, world.others[1:2], "2026-09-28", 3, "2026-09-17 Thu 10:00")
    load(world, "22 28", now)
    assert [(id_, bool(obstacle)) for id_, _, _, obstacle in moves(world, now)] == [
        (period, False),
        (beside, False),
        (later, True),  # its first day is off now, and nobody has seen it yet: taken back and planned again
    ]
    before = world.everything()
    for refusal, ids, login, why in (
        (NothingChosen, [], "office", WHY),
        (MissingText, [period], "office", " "),
        (NotAllowed, [period], "head", WHY),
        (ChangedMeanwhile, [period, later], "office", WHY),
    ):
        with pytest.raises(refusal):
            replan(world, ids, now, login, why)
    assert world.everything() == before
    replan(world, [period, beside], now)
    assert {dates(world, each)[0] for each in (period, beside)} == {at("2026-09-25 Fri 00:00")}
    with pytest.raises(ChangedMeanwhile):  # a second click, or a second person
        replan(world, [period, beside], now)


# --- a running deadline ------------------------------------------------------------------------------


def test_settlement_of_a_deadline_on_a_day_off_waits_to_the_next_working_day_and_no_longer(world: World) -> None:
    period = world.round_two()
    world.run(settlement.settle_due, now=at("2026-09-18 Fri 08:00"))
    case, _ = world.file(period, world.nominees[0], "2026-09-18 Fri 09:00")
    load(world, "29", "2026-09-25 Fri 09:00")
    held = at("2026-10-01 Thu 00:00")
    assert dates(world, period) == (CLOSES, DEADLINE, held)
    for moment in (DEADLINE, held - dt.timedelta(microseconds=1)):
        assert world.run(settlement.settle_due, now=moment) == []
        with world.database.reader() as session:
            assert session.get_one(Period, period).phase(moment) != "due"
    assert world.run(settlement.settle_due, now=held) == [settlement.Settled(period, 1, 1)]
    assert world.disqualifications() == [(world.nominees[0], case, "lapsed", held, held)]
    with world.database.reader() as session:
        assert session.scalars(select(Disqualification.effective_at)).all() == [held]


def test_while_it_waits_a_conclusion_counts_and_warnings_come_on_its_days(world: World) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[0], "2026-09-18 Fri 09:00")
    world.bring(case, State.PROPOSED, "2026-09-24 Thu 09:00")
    load(world, "29", "2026-09-25 Fri 09:00")
    for moment in ("2026-09-28 Mon 08:00", "2026-09-30 Wed 08:00"):
        world.run(warnings.warn_due, now=at(moment))
    told = {reminder for _, _, reminder in world.outbox()}
    assert {"one_day", "last_morning"} <= told
    world.act(investigation.confirm, case, "head", 1, now="2026-09-30 Wed 23:59:59")
    assert world.case(case).conclusion is Conclusion.DISMISSED


def test_the_office_moves_such_a_deadline_also_while_it_waits(world: World) -> None:
    period = world.round_two()
    load(world, "29", "2026-09-25 Fri 09:00")
    assert moves(world, "2026-09-30 Wed 09:00") == [(period, "09-23", "09-30", "")]
    replan(world, [period], "2026-09-30 Wed 09:00")
    moved = at("2026-10-01 Thu 00:00")
    assert dates(world, period) == (CLOSES, moved, moved)
    with pytest.raises(ChangedMeanwhile):
        replan(world, [period], "2026-10-01 Thu 00:00")


def test_a_deadline_that_passed_before_the_notice_came_is_not_touched(world: World) -> None:
    period = world.round_two()
    load(world, "29", "2026-09-30 Wed 00:00")
    assert dates(world, period) == (CLOSES, DEADLINE, DEADLINE)


# --- and what the nightly check says of it (R37) -----------------------------------------------------


def test_no_invariant_is_broken_by_a_deadline_that_waits_or_by_dates_that_were_moved(world: World) -> None:
    period, now = world.round_two(), at("2026-09-25 Fri 09:00")
    world.run(settlement.settle_due, now=now)
    load(world, "28 29", "2026-09-25 Fri 09:00")
    assert broken(world.database, now) == []  # it waits to the 30th
    replan(world, [period], "2026-09-25 Fri 10:00")
    assert broken(world.database, at("2026-09-25 Fri 11:00")) == []  # two working days are left, and on the record why


def test_no_invariant_is_broken_by_a_window_lengthened_after_its_deadline_was_extended(world: World) -> None:
    period, office = world.round_two(), world.actor("office")
    world.run(settlement.settle_due, now=at(OPEN))
    with world.database.reader() as session:
        calendar = calendars.calendar_of(session)
    day = dt.date(2026, 9, 30)
    world.run(scheduling.extend_deadline, period, day, WHY, calendar, by=office, now=at(OPEN))
    load(world, "22", OPEN)
    replan(world, [period], OPEN)
    assert dates(world, period)[:2] == (at("2026-09-25 Fri 00:00"), at("2026-10-09 Fri 00:00"))
    assert broken(world.database, at(OPEN)) == []
