"""Once a night the data is checked, and what was found is kept (R37)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select, text

from app.models import CheckRun
from app.processes import ticking
from app.services.record.checks.registry import INVARIANTS
from app.services.upkeep import checking
from tests.lines import Lines
from tests.world import World, at, at_once

FILED = "2026-09-18 Fri 09:00"
NIGHT = "2026-09-19 Sat 03:00:10"
LATE = "UPDATE objections SET filed_at = (SELECT closes_at FROM periods WHERE id = 6)"


def runs(world: World) -> list[tuple[str, int]]:
    """The nights, each with how much was found."""
    with world.database.reader() as session:
        rows = session.scalars(select(CheckRun).order_by(CheckRun.night))
        return [(row.night.isoformat(), len(row.findings)) for row in rows]


def check(world: World, now: str) -> None:
    checking.check_by_night(world.database, at(now))


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-09-19 Sat 00:00", dt.date(2026, 9, 18)),
        ("2026-09-19 Sat 02:59:59", dt.date(2026, 9, 18)),
        ("2026-09-19 Sat 03:00", dt.date(2026, 9, 19)),
        ("2026-09-19 Sat 23:59:59", dt.date(2026, 9, 19)),
    ],
)
def test_the_night_begins_at_three(now: str, night: dt.date) -> None:
    assert checking.night_of(at(now)) == night


def test_a_night_is_checked_once_and_its_findings_are_kept(world: World) -> None:
    world.file(world.round_two(), world.nominees[0], FILED)
    check(world, "2026-09-18 Fri 23:00")  # the first time at all: nobody waits for the next night
    check(world, "2026-09-19 Sat 02:59")
    assert runs(world) == [("2026-09-18", 0)]
    with world.database.writer() as session:
        session.execute(text(LATE))
        session.commit()
    check(world, NIGHT)
    check(world, "2026-09-19 Sat 12:00")
    assert runs(world) == [("2026-09-18", 0), ("2026-09-19", 1)]
    with world.database.reader() as session:
        newest = checking.latest(session)
        assert newest is not None
        assert (newest.began_at, newest.invariants) == (at(NIGHT), len(INVARIANTS))
        finding = {"name": "objection-is-filed-inside-the-window", "rule": "R6", "table": "objections", "row": 1}
        assert newest.findings == [finding]
    assert [act for act in world.acts() if act[1] == "check.ran"] == [("clock", "check.ran", "portal")] * 2


def test_two_servers_that_check_at_once_keep_one_run(world: World) -> None:
    answers = at_once([lambda: checking.check_by_night(world.database, at(NIGHT)) for _ in range(3)])
    assert sum(isinstance(answer, CheckRun) for answer in answers) == 1
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert runs(world) == [("2026-09-19", 0)]
    assert [act for act in world.acts() if act[1] == "check.ran"] == [("clock", "check.ran", "portal")]


def test_a_clock_set_back_checks_no_night_twice(world: World) -> None:
    check(world, NIGHT)
    check(world, "2026-09-18 Fri 12:00")
    assert runs(world) == [("2026-09-19", 0)]


def test_the_tick_logs_how_many_rows_break_a_rule_and_names_none(world: World, lines: Lines) -> None:
    world.file(world.round_two(), world.nominees[0], FILED)
    with world.database.writer() as session:
        session.execute(text(LATE))
        session.commit()
    ticking.check_data(world.database, at(NIGHT))
    [line] = [line for line in lines.all if line.get("count")]
    assert (line["event"], line["count"]) == ("the data breaks its rules: see gongshi check", 1)
