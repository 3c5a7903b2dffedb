"""Units: the tree, names, contact blocks, leaving service and coming back."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database
from app.domain.cases.states import Conclusion, State
from app.domain.programmes.contacts import Contact
from app.domain.refusals import AlreadyDone, BadValue, NotAllowed, NotYourCase, StillNeeded, Unfit
from app.models import Nominee, Programme, Unit, UnitKind, User
from app.services.accounts import staffing, units
from app.services.shared.work import Work
from tests.refusing import RETIRED, refuses
from tests.world import World, at, at_once

NOW = at("2026-09-18 Fri 09:00")
sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here hangs on the kind of database


def add(world: World, parent: int, name: str, login: str = "office") -> int:
    with world.database.writer() as session:
        return units.add(Work(session, NOW, world.actor(login)), parent, name).id


def own_of(world: World, recommender: int) -> list[int]:
    with world.database.reader() as session:
        return list(session.scalars(select(Unit.id).where(Unit.parent_id == recommender).order_by(Unit.id)))


def everybody_gone(world: World, unit: int) -> None:
    """The programme is over and nobody works there any more."""
    with world.database.writer() as session:
        session.get_one(Programme, world.programme).archived_at = NOW
        for user in session.scalars(select(User).where(User.unit_id == unit)):
            user.disabled_at = NOW
        session.commit()


@sqlite
def test_a_unit_stands_under_the_one_above_it(world: World) -> None:
    county = add(world, world.office, "富源县")
    own = add(world, county, "富源县公安局")
    assert own_of(world, county) == [own]
    before = world.everything()
    for parent, name, field in (
        (own, "派出所", "parent"),  # own units have none below
        (world.office, "富源县", "name"),
        (world.office, "县", "name"),
        (world.office, "字" * 121, "name"),
        (world.office, "13800000000", "name"),
    ):
        with pytest.raises(Unfit) as refused:
            add(world, parent, name)
        assert [fault.field for fault in refused.value.faults] == [field]
    with pytest.raises(NotAllowed):
        add(world, world.qilin, "麒麟区公安局", login="head")
    assert world.everything() == before
    add(world, world.luoping, "富源县公安局")  # of the same name under another unit
    assert world.acts()[:2] == [
        (f"user:{world.people['office']}", "unit.added", f"unit:{county}"),
        (f"user:{world.people['office']}", "unit.added", f"unit:{own}"),
    ]


def test_two_units_of_one_name_at_once_are_one(world: World) -> None:
    results = at_once([lambda: add(world, world.office, "富源县")] * 2)
    assert [type(result) for result in results if isinstance(result, Exception)] == [Unfit]


@sqlite
def test_whose_units_somebody_sees(world: World) -> None:
    def names(login: str) -> list[str]:
        with world.database.reader() as session:
            return [unit.name for unit in units.tree(session, world.actor(login))]

    qilin = ["麒麟区", *(f"麒麟区第{n}单位" for n in range(1, 6))]
    luoping = ["罗平县", *(f"罗平县第{n}单位" for n in range(1, 4))]
    assert names("office") == ["市评选工作组办公室", *qilin, *luoping]
    assert (names("head"), names("stranger")) == (qilin, luoping)


@sqlite
@pytest.mark.parametrize("login", ["office", "head"])
def test_the_first_units_to_choose_are_part_of_the_tree(world: World, login: str) -> None:
    for number in range(3):
        add(world, world.qilin, f"麒麟区第{number}中学")
        add(world, world.luoping, f"罗平县第{number}中学")
    world.run(units.retire, own_of(world, world.qilin)[-1], by=world.actor("office"), now=NOW)
    with world.database.reader() as session:
        actor = world.actor(login)
        tree = [unit.id for unit in units.tree(session, actor) if unit.retired_at is None]
        above = [unit.id for unit in session.scalars(select(Unit)) if unit.id in tree and unit.kind != UnitKind.OWN]
        for most in range(len(tree) + 2):
            some = [unit.id for unit in units.first_to_choose(session, actor, most, None)]
            assert some == [each for each in tree if each in some]
            assert set(above) <= set(some)
            assert len(some) == max(len(above), min(most, len(tree)))
        last = units.first_to_choose(session, actor, 0, tree[-1])
        assert [unit.id for unit in last] == [each for each in tree if each in {*above, tree[-1]}]
        unknown = units.first_to_choose(session, world.actor("head"), 0, world.luoping)
        assert world.luoping not in [unit.id for unit in unknown]


@sqlite
def test_security_20_a_head_keeps_the_contact_blocks_of_its_own_branch_alone(world: World) -> None:
    contact = Contact("0874-3120000", "文昌街78号", "qilin@example.com", "工作日 9:00-17:00")
    for unit in (world.qilin, own_of(world, world.qilin)[0]):
        world.run(units.reach_at, unit, contact, by=world.actor("head"), now=NOW)
    before = world.everything()
    for unit in (world.office, world.luoping, own_of(world, world.luoping)[0], 999):
        with pytest.raises(NotYourCase):
            world.run(units.reach_at, unit, contact, by=world.actor("head"), now=NOW)
    with pytest.raises(Unfit):
        world.run(units.reach_at, world.qilin, Contact("13800000000"), by=world.actor("head"), now=NOW)
    for use_case, value in ((units.rename, "新名称"), (units.move, world.luoping)):
        with pytest.raises(NotAllowed):
            world.run(use_case, world.qilin, value, by=world.actor("head"), now=NOW)
    assert world.everything() == before


@sqlite
def test_an_own_unit_moves_when_nobody_of_it_stands(world: World) -> None:
    office, own = world.actor("office"), own_of(world, world.qilin)[0]
    idle = add(world, world.qilin, "麒麟区新单位")
    before = world.everything()
    for unit, parent, refusal in (
        (own, world.luoping, StillNeeded),
        (idle, world.qilin, Unfit),
        (idle, own, Unfit),
        (world.luoping, world.qilin, Unfit),
        (world.office, world.qilin, Unfit),
    ):
        with refuses(refusal):
            world.run(units.move, unit, parent, by=office, now=NOW)
    assert world.everything() == before
    world.run(units.move, idle, world.luoping, by=office, now=NOW)

    def withdraw(session: Session) -> None:
        for nominee in session.scalars(select(Nominee).where(Nominee.unit_id == own)):
            nominee.withdrawn_at, nominee.withdrawn_by = NOW, world.people["office"]
            nominee.withdraw_reason = "本人申请退出。"
        session.commit()

    world.do(withdraw)
    world.run(units.move, own, world.luoping, by=office, now=NOW)
    assert {idle, own} <= set(own_of(world, world.luoping))


@sqlite
def test_a_unit_with_work_or_people_is_not_retired(world: World) -> None:
    office, period = world.actor("office"), world.round_two()
    with pytest.raises(StillNeeded, match="5个推荐对象"):
        world.run(units.retire, world.qilin, by=office, now=NOW)
    case, _ = world.file(period, world.nominees[0], "2026-09-18 Fri 09:00")
    with world.database.writer() as session:
        session.get_one(Programme, world.programme).archived_at = NOW
        session.commit()
    later = at("2026-09-18 Fri 10:00")
    with pytest.raises(StillNeeded, match="1件异议"):
        world.run(units.retire, world.qilin, by=office, now=later)
    world.bring(case, State.CONCLUDED, "2026-09-18 Fri 10:00", Conclusion.DISMISSED)
    with pytest.raises(StillNeeded, match="5个在用的单位"):
        world.run(units.retire, world.qilin, by=office, now=later)
    for own in own_of(world, world.qilin):
        world.run(units.retire, own, by=office, now=later)
    with pytest.raises(StillNeeded, match="3个在用的账号"):
        world.run(units.retire, world.qilin, by=office, now=later)
    people = [world.people[login] for login in ("head", "handler", "handler2")]
    world.run(staffing.disable, people, by=office, now=later)
    world.run(units.retire, world.qilin, by=office, now=later)
    with pytest.raises(StillNeeded):
        world.run(units.retire, world.office, by=office, now=later)


@sqlite
def test_a_retired_unit_takes_nothing_new_until_it_is_back(world: World) -> None:
    office, own = world.actor("office"), own_of(world, world.luoping)
    everybody_gone(world, world.luoping)
    for unit in (*own, world.luoping):
        world.run(units.retire, unit, by=office, now=NOW)
    before = world.everything()
    for use_case, values in (
        (units.add, (world.luoping, "新单位")),
        (units.restore, (own[0],)),  # while the one above is retired
        (staffing.enable, (world.people["stranger"],)),
    ):
        with refuses(RETIRED):
            world.run(use_case, *values, by=office, now=NOW)
    with pytest.raises(AlreadyDone):
        world.run(units.retire, own[0], by=office, now=NOW)
    assert world.everything() == before
    for unit in (world.luoping, own[0]):
        world.run(units.restore, unit, by=office, now=NOW)
    world.run(staffing.enable, world.people["stranger"], by=office, now=NOW)


def test_two_who_make_the_office_at_once_make_one(database: Database) -> None:
    def make(name: str) -> int:
        with database.writer() as session:
            return units.found_office(Work(session, NOW), name).id

    made = at_once([lambda: make("市评选表彰工作专班")] * 2)
    assert made[0] == made[1]
    with refuses((BadValue, "一个平台只有一个")):
        make("另一个市级专班")
    with database.reader() as session:
        assert session.scalars(select(Unit.name)).all() == ["市评选表彰工作专班"]


@sqlite
def test_a_unit_says_under_which_names_it_signs(world: World) -> None:
    contact = Contact("0874-3120000", "文昌街78号", "qilin@example.com", "工作日 9:00-17:00")
    both = "中共麒麟区委员会、麒麟区人民政府"
    world.run(units.reach_at, world.qilin, contact, f" {both} ", by=world.actor("head"), now=NOW)
    world.run(units.reach_at, world.qilin, contact, by=world.actor("head"), now=NOW)  # says nothing of it: it stays
    with world.database.reader() as session:
        assert session.get_one(Unit, world.qilin).signed_as == both
    with pytest.raises(Unfit) as refused:
        world.run(units.reach_at, world.qilin, contact, "区", by=world.actor("head"), now=NOW)
    assert [fault.field for fault in refused.value.faults] == ["signed_as"]
    assert "联合署名的用“、”隔开" in refused.value.faults[0].words
