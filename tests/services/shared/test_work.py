"""A unit of work commits once, together with its record, or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from sqlalchemy.orm import Session

from app.models import Unit
from app.services.accounts import units
from app.services.record.chain import CLOCK
from app.services.shared.work import ForAll, Work, use_case
from tests.world import World, at

NOW = at("2026-09-14 Mon 09:00")


class Fault(Exception):
    pass


@use_case
def rename(work: Work, unit_id: int, name: str, *, fails: bool = False) -> None:
    unit = work.session.get_one(Unit, unit_id)
    unit.name = name
    work.did("unit.renamed", unit, to=name)
    if fails:
        raise Fault


@use_case
def rename_both(work: Work, one: int, two: int, *, fails: bool = False) -> None:
    rename(work, one, "第一个")
    rename(work, two, "第二个", fails=fails)


@use_case
def fail_with_something_put_off(work: Work, do: ForAll) -> None:
    work.at_end(do, [9])
    raise Fault


def names(world: World) -> list[str]:
    with world.database.reader() as session:
        return [session.get_one(Unit, unit).name for unit in (world.qilin, world.luoping)]


def test_use_cases_within_one_another_are_one_transaction_and_one_stretch_of_the_record(world: World) -> None:
    world.run(rename_both, world.qilin, world.luoping, by=world.actor("office"), now=NOW)
    assert names(world) == ["第一个", "第二个"]
    office = f"user:{world.people['office']}"
    assert world.acts() == [
        (office, "unit.renamed", f"unit:{world.qilin}"),
        (office, "unit.renamed", f"unit:{world.luoping}"),
    ]


def test_a_failure_leaves_neither_rows_nor_acts_and_the_work_can_be_used_again(world: World) -> None:
    before = world.everything()
    with world.database.writer() as session:
        work = Work(session, NOW, world.actor("office"))
        with pytest.raises(Fault):
            rename_both(work, world.qilin, world.luoping, fails=True)
        assert world.everything() == before
        rename(work, world.qilin, "又一个")
    assert names(world) == ["又一个", "罗平县"]
    assert len(world.acts()) == 1


def test_a_failure_within_that_is_swallowed_is_not_committed(world: World) -> None:
    before = world.everything()
    with world.database.writer() as session:
        work = Work(session, NOW, world.actor("office"))
        with pytest.raises(AssertionError, match="swallowed"), work, pytest.raises(Fault):
            rename(work, world.qilin, "半个", fails=True)
    assert world.everything() == before


def test_an_act_names_a_new_row_by_the_id_it_gets_and_whoever_did_it(world: World) -> None:
    with world.database.writer() as session, Work(session, NOW) as work:
        new = units.add(work, world.office, "新推荐单位")
        work.did_by(CLOCK, "unit.seen", new)
    assert world.acts() == [("cli", "unit.added", f"unit:{new.id}"), ("clock", "unit.seen", f"unit:{new.id}")]


def test_a_use_case_that_needs_to_know_who_acts_says_so(world: World) -> None:
    with world.database.writer() as session, pytest.raises(AssertionError, match="who acts"):
        units.rename(Work(session, NOW), world.qilin, "无人")


def test_what_is_put_off_is_done_once_for_all_before_the_commit_and_not_after_a_failure(world: World) -> None:
    done: list[list[int]] = []

    def note(session: Session, ids: Sequence[int], now: dt.datetime) -> None:
        done.append([*ids, session.in_transaction(), now == NOW])

    with world.database.writer() as session:
        work = Work(session, NOW, world.actor("office"))
        with work:
            rename(work, world.qilin, "甲")
            with work:
                work.at_end(note, [3, 1])
            work.at_end(note, [2, 1])
            work.at_end(note, [])
            assert done == []
        assert done == [[1, 2, 3, True, True]]
        with pytest.raises(Fault):
            fail_with_something_put_off(work, note)
        rename(work, world.qilin, "乙")
    assert done == [[1, 2, 3, True, True]]
