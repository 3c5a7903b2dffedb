"""Programmes are set up, changed as far as events allow, and archived; units get their places."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain.programmes.plan import Places, ProgrammePlan
from app.domain.refusals import AlreadyDone, Archived, NotAllowed, StillNeeded, Unfit
from app.models import AuditRow, Proceeding, ProceedingKind, Programme, Stage, Unit
from app.services.cases import investigation
from app.services.periods import closing
from app.services.programmes import quotas, setting_up
from app.services.shared.work import Work
from tests.qujing import proposed_stages
from tests.refusing import refuses
from tests.world import World, at, at_once

NOW = at("2026-09-18 Fri 09:00")
STAGES = tuple(proposed_stages(dt.date(2026, 9, 1)))
PLAN = ProgrammePlan("曲靖市2026年评选表彰", "先进集体", "先进个人", "第四部分（二）3", "第七部分（二）", stages=STAGES)
sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here hangs on the kind of database


def create(world: World, plan: ProgrammePlan, login: str | None = "office") -> int:
    by = world.actor(login) if login else None
    with world.database.writer() as session:
        return setting_up.create(Work(session, NOW, by), plan).id


def give(world: World, *places: Places, login: str = "office") -> None:
    world.run(quotas.give_places, world.programme, places, by=world.actor(login), now=NOW)


def refused_fields(refusal: pytest.ExceptionInfo[Unfit]) -> list[str]:
    return [fault.field for fault in refusal.value.faults]


def details(world: World) -> list[dict[str, object]]:
    with world.database.reader() as session:
        return [json.loads(text) for text in session.scalars(select(AuditRow.details).order_by(AuditRow.id))]


@sqlite
def test_a_programme_comes_with_its_stages_and_places(world: World) -> None:
    plan = replace(PLAN, places=(Places(world.qilin, 5, 9, "", "县（市、区）"), Places(world.luoping, 5, 9)))
    new = create(world, plan, login=None)
    with world.database.reader() as session:
        programme = session.get_one(Programme, new)
        assert (programme.title, programme.county_share, programme.archived_at) == (PLAN.title, 10, None)
        stages = session.execute(select(Stage.number, Stage.starts_on, Stage.ends_on).where(Stage.programme_id == new))
        assert [tuple(row) for row in stages] == [(s.number, s.starts_on, s.ends_on) for s in STAGES]
        lines = quotas.of_programme(session, new)
        assert [(line.unit.name, line.collectives, line.heading) for line in lines] == [
            ("麒麟区", 5, "县（市、区）"),
            ("罗平县", 5, ""),
        ]
    assert world.acts() == [("cli", "programme.created", f"programme:{new}")]


@sqlite
def test_what_does_not_fit_is_refused_whole_and_says_where(world: World) -> None:
    with world.database.reader() as session:
        taken = session.get_one(Programme, world.programme).title
        own = session.scalars(select(Unit.id).where(Unit.parent_id == world.qilin)).first()
    before = world.everything()
    for plan, fields in (
        (replace(PLAN, title=f" {taken} ", lapse_clause=""), ["lapse_clause", "title"]),
        (replace(PLAN, stages=STAGES[1:]), ["starts_1"]),
        (replace(PLAN, places=(Places(world.qilin, 1, 1, secret_collectives=2),)), ["secret_collectives"]),
    ):
        with pytest.raises(Unfit) as refused:
            create(world, plan)
        assert refused_fields(refused) == fields
    for refusal, plan, login in (
        (NotAllowed, PLAN, "head"),
        (StillNeeded, replace(PLAN, places=(Places(world.qilin, 1, 1), Places(own, 1, 1))), "office"),
    ):
        with refuses(refusal):
            create(world, plan, login)
    assert world.everything() == before


def test_two_programmes_of_one_title_at_once_are_one(world: World) -> None:
    results = at_once([lambda: create(world, PLAN)] * 2)
    assert sorted(type(result) for result in results if isinstance(result, Exception)) == [Unfit]
    with world.database.reader() as session:
        assert len(session.scalars(select(Programme).where(Programme.title == PLAN.title)).all()) == 1


@sqlite
def test_a_change_is_on_the_record_with_what_changed(world: World) -> None:
    new = create(world, PLAN)
    since = len(world.acts())
    moved = (STAGES[0], replace(STAGES[1], ends_on=STAGES[1].ends_on - dt.timedelta(days=2)), *STAGES[2:])
    world.run(setting_up.change, new, replace(PLAN, stages=moved, county_share=8), by=world.actor("office"), now=NOW)
    world.run(setting_up.change, new, replace(PLAN, stages=(), county_share=8), by=world.actor("office"), now=NOW)
    assert [action for _, action, _ in world.acts(since)] == ["programme.changed", "programme.stages_changed"]
    assert details(world)[since:] == [
        {"fields": ["county_share"]},
        {"stages": {"2": ["2026-09-18", "2026-09-30", "2026-09-18", "2026-09-28"]}},
    ]


@sqlite
def test_every_programme_has_its_own_mark_for_the_numbers_of_its_letters(world: World) -> None:
    """The same organ signs for all of them: with one mark two letters of a year would bear one number (R34)."""
    office = world.actor("office")
    given, chosen = create(world, PLAN), create(world, replace(PLAN, title="另一项评选", letter_mark=" 曲满意 "))
    with world.database.reader() as session:
        marks = dict(session.execute(select(Programme.id, Programme.letter_mark)).all())
    assert marks == {world.programme: "", given: "第2项", chosen: "曲满意"}
    other = replace(PLAN, title="第三项评选", letter_mark="曲满意")
    with pytest.raises(Unfit) as refused:
        create(world, other)
    assert refused_fields(refused) == ["letter_mark"]
    with pytest.raises(Unfit) as refused:
        world.run(setting_up.change, given, replace(PLAN, letter_mark="曲满意"), by=office, now=NOW)
    assert refused_fields(refused) == ["letter_mark"]
    for mark in ("曲四", ""):  # left empty it stays
        world.run(setting_up.change, given, replace(PLAN, letter_mark=mark), by=office, now=NOW)
        with world.database.reader() as session:
            assert session.get_one(Programme, given).letter_mark == "曲四"


@sqlite
def test_a_mark_that_letters_bear_stays(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], "2026-09-18 Fri 08:00")
    plan = replace(PLAN, letter_mark="曲满意")
    world.act(investigation.accept, case, "handler", now="2026-09-21 Mon 10:00")
    with pytest.raises(Unfit) as refused:
        world.run(setting_up.change, world.programme, plan, by=world.actor("office"), now=NOW)
    assert refused_fields(refused) == ["letter_mark"]


@sqlite
def test_honours_that_were_awarded_keep_their_names(world: World) -> None:
    new = create(world, PLAN)
    with world.database.writer() as session:
        session.add(
            Proceeding(
                programme_id=new,
                kind=ProceedingKind.DECISION,
                issuer="市委、市政府",
                number="1号",
                title="表彰决定",
                dated=dt.date(2026, 9, 1),
                text="",
                recorded_by=world.people["office"],
                recorded_at=NOW,
            )
        )
        session.commit()
    with pytest.raises(Unfit) as refused:
        world.run(
            setting_up.change, new, replace(PLAN, collective_honour="模范集体"), by=world.actor("office"), now=NOW
        )
    assert refused_fields(refused) == ["collective_honour"]
    world.run(setting_up.change, new, replace(PLAN, signatory="市委办公室"), by=world.actor("office"), now=NOW)


@sqlite
def test_a_programme_is_archived_once_its_periods_are_closed_and_then_takes_nothing(world: World) -> None:
    period, office = world.round_two(), world.actor("office")
    with pytest.raises(StillNeeded, match="麒麟区拟推荐对象公示"):
        world.run(setting_up.archive, world.programme, by=office, now=NOW)
    closed = at("2026-09-24 Thu 09:00")
    world.run(closing.close_period, period, by=office, now=closed)
    with pytest.raises(NotAllowed):
        world.run(setting_up.archive, world.programme, by=world.actor("head"), now=closed)
    world.run(setting_up.archive, world.programme, by=office, now=closed)
    before = world.everything()
    for use_case, values in (
        (setting_up.archive, ()),
        (setting_up.change, (PLAN,)),
        (quotas.give_places, ([Places(world.qilin, 9, 9)],)),
    ):
        with pytest.raises(Archived):
            world.run(use_case, world.programme, *values, by=office, now=closed)
    assert world.everything() == before
    world.run(setting_up.reopen, world.programme, "还有撤销决定要记录。", by=office, now=closed)
    with pytest.raises(AlreadyDone):
        world.run(setting_up.reopen, world.programme, "再来一次。", by=office, now=closed)
    give(world, Places(world.qilin, 9, 9))
