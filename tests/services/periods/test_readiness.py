"""What a unit lacks is said before its period is saved, and where its cases will go (R13, R21)."""

import pytest

from app.models import Nominee, Unit
from app.services.accounts import making
from app.services.periods.readiness import readiness
from tests.world import World, at

NOW = at("2026-09-17 Thu 10:00")
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def words(world: World, unit_id: int) -> str:
    with world.database.reader() as session:
        return readiness(session, [session.get_one(Unit, unit_id)], NOW)[unit_id].words


def test_what_each_unit_lacks_and_where_its_cases_will_go(world: World) -> None:
    with world.database.reader() as session:
        own = session.get_one(Nominee, world.nominees[0]).unit_id
    office = "市评选工作组办公室"
    assert words(world, world.office) == ""
    assert words(world, world.qilin) == "缺地址"
    assert words(world, own) == "缺可以登录的账号（现有0个，至少2个）、电话、地址；异议将由麒麟区办理"
    assert words(world, world.luoping) == f"缺可以登录的账号（现有1个，至少2个）、电话、地址；异议将由{office}办理"


def test_a_disabled_account_does_not_count(world: World) -> None:
    for login in ("head", "handler"):
        world.run(making.disable, login, now=NOW)
    assert words(world, world.qilin).startswith("缺可以登录的账号（现有1个，至少2个）")
