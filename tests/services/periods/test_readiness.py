"""The page says what a unit lacks before its period is saved, and where its cases will go (R13, R21)."""

import pytest
from sqlalchemy import update

from app.domain.cases.states import Role
from app.domain.programmes.contacts import LINES, Contact
from app.domain.refusals import ContactMissing, Unfit
from app.models import Nominee, Unit
from app.services.accounts import making, staffing, units
from app.services.periods.readiness import readiness
from tests.world import World, at, contact

NOW = at("2026-09-17 Thu 10:00")
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def words(world: World, unit_id: int) -> str:
    with world.database.reader() as session:
        return readiness(session, [session.get_one(Unit, unit_id)], NOW)[unit_id].words


def empty(world: World, unit_id: int, *lines: str) -> None:
    with world.database.writer() as session:
        session.execute(update(Unit).where(Unit.id == unit_id).values(dict.fromkeys(lines, "")))
        session.commit()


def test_what_each_unit_lacks_and_where_its_cases_will_go(world: World) -> None:
    with world.database.reader() as session:
        own = session.get_one(Nominee, world.nominees[0]).unit_id
    office, block = "市评选工作组办公室", "电话、地址、邮箱、受理时间"
    assert words(world, world.office) == ""
    assert words(world, world.qilin) == ""
    assert words(world, own) == f"缺可以登录的账号（现在没有，至少2个）、{block}；异议将由麒麟区办理"
    assert words(world, world.luoping) == f"缺可以登录的账号（现有1个，至少2个）；异议将由{office}办理"


def test_a_disabled_account_does_not_count(world: World) -> None:
    for login in ("head", "handler"):
        world.run(making.disable, login, now=NOW)
    assert words(world, world.qilin).startswith("缺可以登录的账号（现有1个，至少2个）")


def test_an_account_that_waits_for_an_agreement_does_not_count(world: World) -> None:
    head = world.actor("head")
    world.run(staffing.invite_again, [world.people["handler"], world.people["handler2"]], by=head, now=NOW)
    assert words(world, world.qilin).startswith("缺可以登录的账号（现有1个，至少2个，另有2个账号待上一级同意）")


def test_two_accounts_that_one_person_gave_out_are_one(world: World) -> None:
    for login in ("head2", "handler3"):
        role = Role.HEAD if login == "head2" else Role.HANDLER
        world.run(staffing.invite, login, "新同事", role, world.luoping, by=world.actor("office"), now=NOW)
    world.run(making.disable, "stranger", now=NOW)
    assert words(world, world.luoping).startswith("缺互相独立的两个人（账号都由市评选工作组办公室office开设")


# --- no period without a receiving office that can be reached ------------------------------------


@pytest.mark.parametrize("line", ["phone", "address", "email", "hours"])
def test_no_period_without_every_line_of_whoever_receives(world: World, line: str) -> None:
    world.past_round_one(world.nominees)
    empty(world, world.qilin, line)
    before = world.everything()
    with pytest.raises(ContactMissing, match=f"麒麟区负责受理异议，联系方式里还缺{LINES[line][0]}，"):
        world.schedule(2, world.qilin, world.nominees, "2026-09-18", 3, "2026-09-17 Thu 10:00")
    assert world.everything() == before


def test_the_block_of_an_own_unit_may_be_empty_while_another_receives_for_it(world: World) -> None:
    with world.database.reader() as session:
        own = session.get_one(Nominee, world.nominees[0]).unit_id
    world.schedule(1, own, [world.nominees[0]], "2026-09-18", 3, "2026-09-17 Thu 10:00")
    empty(world, world.qilin, "phone", "hours")
    with world.database.reader() as session:
        other = session.get_one(Nominee, world.nominees[1]).unit_id
    with pytest.raises(ContactMissing, match="麒麟区负责受理异议，联系方式里还缺电话、受理时间"):
        world.schedule(1, other, [world.nominees[1]], "2026-09-18", 3, "2026-09-17 Thu 10:00")


def test_nothing_is_scheduled_while_the_office_itself_cannot_be_reached(world: World) -> None:
    world.past_round_one(world.nominees)
    empty(world, world.office, "email")
    with pytest.raises(ContactMissing, match="市评选工作组办公室负责受理异议，联系方式里还缺邮箱"):
        world.schedule(2, world.qilin, world.nominees, "2026-09-18", 3, "2026-09-17 Thu 10:00")


def test_a_complete_block_loses_no_line_any_more(world: World) -> None:
    office, block = world.actor("office"), contact(1)
    with pytest.raises(Unfit) as refused:
        world.run(units.reach_at, world.qilin, Contact(**block | {"address": "", "hours": ""}), by=office, now=NOW)
    assert [fault.field for fault in refused.value.faults] == ["address", "hours"]
    empty(world, world.luoping, "hours")
    world.run(units.reach_at, world.luoping, Contact(phone="0874-0000009"), by=office, now=NOW)  # it was not complete
