"""Whom a long choice offers is whom the rule lets enter, of every organiser and round (R8)."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select

from app.domain.periods.rounds import Organiser
from app.models import Nominee, Programme, Unit, UnitKind
from app.services.nominees import replacements, withdrawals
from app.services.nominees.nominating import Particulars
from app.services.periods import scheduling
from app.services.periods.choosing import PeriodChoice
from tests.services.nominees.many import NOW, Crowd
from tests.world import World

KINDS = {
    Organiser.OWN_UNIT: UnitKind.OWN,
    Organiser.RECOMMENDER: UnitKind.RECOMMENDER,
    Organiser.OFFICE: UnitKind.OFFICE,
}


@pytest.mark.walk
def test_a_long_choice_is_that_of_the_candidates(world: World) -> None:
    seed = str(random.random())
    with world.database.writer() as session:
        Crowd(world, session, seed).write(120)
    compared = 0
    with world.database.reader() as session:
        programme = session.get_one(Programme, world.programme)
        for round_ in programme.rules.rounds.values():
            for unit in session.scalars(select(Unit).where(Unit.kind == KINDS[round_.organiser])):
                asked = session, world.keyring, programme, round_, unit, NOW
                offered, choice = scheduling.candidates(*asked), PeriodChoice(*asked)
                ids = [each.nominee.id for each in offered]
                assert (list(choice.ids()), choice.count()) == (ids, len(ids)), seed
                assert choice.able() == {each.nominee.id for each in offered if each.may_enter}, seed
                assert choice.count_able() == len(choice.able()), seed
                assert choice.candidates(choice.ids("", 1, 3)) == offered[1:4], seed
                compared += choice.count_able()
    assert compared, seed


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_word_finds_names_and_units(world: World) -> None:
    with world.database.reader() as session:
        programme = session.get_one(Programme, world.programme)
        office = session.get_one(Unit, world.office)
        round_ = programme.rules.rounds[3]
        choice = PeriodChoice(session, world.keyring, programme, round_, office, NOW)
        every = choice.ids()
        nominee = session.get_one(Nominee, world.nominees[0])
        assert nominee.id in choice.ids(nominee.name)
        own = {each.id for each in session.scalars(select(Nominee).where(Nominee.recommender_id == world.qilin))}
        qilin = session.get_one(Unit, world.qilin)
        assert own <= set(choice.ids(qilin.name)) < set(every)
        assert choice.count(qilin.name) == len(choice.ids(qilin.name))
        assert (choice.ids("%"), choice.count("%")) == ([], 0)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_replacement_stands_after_its_predecessor_whose_place_it_has_and_no_page_repeats_either(world: World) -> None:
    left, office = world.nominees[1], world.actor("office")
    world.run(withdrawals.withdraw, left, "本人申请", by=office, now=NOW)
    there = Particulars(name="递补的人", unit="麒麟区第9单位", deeds="事迹" * 30)
    named = world.run(replacements.replace, left, there, by=office, now=NOW).id
    with world.database.reader() as session:
        programme, qilin = session.get_one(Programme, world.programme), session.get_one(Unit, world.qilin)
        choice = PeriodChoice(session, world.keyring, programme, programme.rules.rounds[2], qilin, NOW)
        every = list(choice.ids())
        assert every.index(named) == every.index(left) + 1
        assert [each for at in range(len(every)) for each in choice.ids("", at, 1)] == every
