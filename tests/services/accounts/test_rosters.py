"""Accounts for many at once: a sheet is taken whole or not at all, one press opens one for each unit (R21, R22)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.accounts.rosters import HEAD, SHEET
from app.domain.cases.states import Role
from app.domain.refusals import AlreadyDone, BookRefused, NotAllowed, NothingChosen, NotYourCase
from app.models import Unit, UnitKind, User
from app.services.accounts import passwords, rosters, staffing, units
from app.services.accounts.rosters import Roster
from tests.refusing import refuses
from tests.world import World, at

NOW = at("2026-09-18 Fri 09:00")
sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def sheets(*rows: list[str]) -> dict[str, list[tuple[int, list[str]]]]:
    return {SHEET: [(1, list(HEAD)), *((number, row) for number, row in enumerate(rows, start=2))]}


def own_unit(world: World, name: str, parent: int | None = None) -> int:
    return world.run(units.add, parent or world.qilin, name, by=world.actor("office"), now=NOW).id


def seen(world: World, login: str, *rows: list[str]) -> Roster:
    with world.database.reader() as session:
        return rosters.preview(session, world.actor(login), sheets(*rows))


def accounts(world: World) -> set[str]:
    with world.database.reader() as session:
        return set(session.scalars(select(User.login)))


def test_130_units_get_their_accounts_by_one_press_and_r22_holds_for_each(world: World) -> None:
    with world.database.writer() as session:
        added = [Unit(kind=UnitKind.OWN, name=f"第{number}养护站", parent_id=world.qilin) for number in range(130)]
        session.add_all(added)
        session.commit()
        made = [unit.id for unit in added]
    retired = made.pop()
    world.run(units.retire, retired, by=world.actor("office"), now=NOW)
    with world.database.reader() as session:
        there = [unit.id for unit in rosters.without_accounts(session, world.actor("head"))]
    assert (set(made) < set(there), retired in there) == (True, False)  # the nominees' own units have none either
    slips = world.run(rosters.open_for_units, there, by=world.actor("head"), now=NOW)
    assert len({slip.password for slip in slips}) == len({slip.login for slip in slips}) == len(there) >= 129
    first = next(slip for slip in slips if slip.unit == "第0养护站")
    assert (first.name, first.role) == ("第0养护站负责人", Role.HEAD)
    with world.database.reader() as session:
        assert rosters.without_accounts(session, world.actor("head")) == []
        user = session.scalars(select(User).where(User.login == slips[5].login)).one()
        assert passwords.fits(user.password_hash, slips[5].password)
        assert (user.must_change_password, user.password_given_by) == (True, world.people["head"])
        # Made by the next level it may act, but counts as one person with whoever made it until somebody agreed.
        assert not user.waits_for_agreement
        assert user.persons == {world.people["head"]}


@sqlite
def test_only_those_that_a_programmes_lists_name_can_be_asked_for(world: World) -> None:
    unlisted = own_unit(world, "没有推荐对象的站")
    with world.database.reader() as session:
        every = {unit.id for unit in rosters.without_accounts(session, world.actor("office"))}
        named = {unit.id for unit in rosters.without_accounts(session, world.actor("office"), world.programme)}
    assert (unlisted in every, unlisted in named, named < every) == (True, False, True)


@sqlite
def test_one_press_opens_no_second_account_and_none_elsewhere(world: World) -> None:
    mine, other = own_unit(world, "甲站"), own_unit(world, "乙站", world.luoping)
    before = accounts(world)
    for chosen, refusal in (
        ([], NothingChosen),
        ([mine, other], NotYourCase),  # of another recommending unit: nothing is opened, for the own one neither
        ([mine, 999999], NotYourCase),
        ([world.office], NotYourCase),
        ([world.qilin], AlreadyDone),
        (list(range(1, 302)), NotAllowed),
    ):
        with refuses(refusal):
            world.run(rosters.open_for_units, chosen, by=world.actor("head"), now=NOW)
    with refuses(NotYourCase):
        world.run(rosters.open_for_units, [mine], by=world.actor("handler"), now=NOW)
    assert accounts(world) == before
    assert len(world.run(rosters.open_for_units, [mine, world.qilin], by=world.actor("head"), now=NOW)) == 1


def test_a_sheet_is_saved_whole_with_logins_made_up_where_it_has_none(world: World) -> None:
    own_unit(world, "甲站")
    rows = (
        ["甲站", "", "张三", "单位负责人", "zhangsan"],
        ["甲站", "麒麟区", "李四", "单位经办人", ""],
        ["市评选工作组办公室", "", "王五", "市级专班", ""],
    )
    slips = world.run(rosters.load, sheets(*rows), by=world.actor("office"), now=NOW)
    assert [(slip.login, slip.name, slip.unit, slip.role) for slip in slips] == [
        ("zhangsan", "张三", "甲站", Role.HEAD),
        ("jz01", "李四", "甲站", Role.HANDLER),
        ("spxgzzbgs01", "王五", "市评选工作组办公室", Role.OFFICE),
    ]
    with world.database.reader() as session:
        waits = {user.name: user.waits_for_agreement for user in session.scalars(select(User)) if user.is_given_out}
    assert waits == {"张三": False, "李四": False, "王五": True}  # of the office: a colleague made it


@sqlite
@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (["没有的站", "", "张三", "单位经办人", ""], "A", "没有名为“没有的站”的单位"),
        (["甲站", "罗平县", "张三", "单位经办人", ""], "A", "“罗平县”下面没有名为“甲站”的单位"),
        (["养护站", "", "张三", "单位经办人", ""], "B", "有2个名为“养护站”的单位，请在“推荐单位”一列写明是哪一个"),
        (["甲站", "", "张三", "市级专班", ""], "D", "市级专班的账号只能属于市级专班"),
        (["市评选工作组办公室", "", "张三", "单位经办人", ""], "D", "不能属于市级专班"),
        (["甲站", "", "张三", "单位经办人", "handler"], "E", "登录名 handler 已经有人用了"),
    ],
)
def test_what_does_not_fit_is_named_with_its_cell_and_nothing_is_saved(
    world: World, row: list[str], column: str, words: str
) -> None:
    own_unit(world, "甲站")
    for parent in (world.qilin, world.luoping):
        own_unit(world, "养护站", parent)
    good, before = ["甲站", "", "李四", "单位经办人", ""], world.everything()
    found = seen(world, "office", good, row)
    assert [(each.row, each.column) for each in found.wrong] == [(3, column)]
    assert words in found.wrong[0].words
    with refuses(BookRefused):
        world.run(rosters.load, sheets(good, row), by=world.actor("office"), now=NOW)
    assert world.everything() == before


@sqlite
def test_a_head_fills_in_its_own_units_alone_and_a_person_there_is_not_added_twice(world: World) -> None:
    own_unit(world, "甲站")
    own_unit(world, "乙站", world.luoping)
    [wrong] = seen(world, "head", ["乙站", "", "张三", "单位经办人", ""]).wrong
    assert "没有名为“乙站”的单位" in wrong.words
    [wrong] = seen(world, "head", ["甲站", "", "张三", "监督员", ""]).wrong
    assert (wrong.column, "须由市级专班开设" in wrong.words) == ("D", True)
    with world.database.reader() as session:
        rows = rosters.blank_rows(session, world.actor("head"))
    of_the_new = [row for row in rows if row[0] == "甲站"]
    assert of_the_new == [["甲站", "麒麟区", "", "单位负责人", ""], ["甲站", "麒麟区", "", "单位经办人", ""]]
    assert [row[0] for row in rows[:2]] == ["甲站"] * 2, "by sound, before 麒麟区第1单位"
    assert "乙站" not in {row[0] for row in rows}
    world.run(rosters.load, sheets(["甲站", "", "张三", "单位经办人", ""]), by=world.actor("head"), now=NOW)
    [wrong] = seen(world, "office", ["甲站", "", "张三", "单位经办人", ""]).wrong
    assert "“张三”在这个单位已有账号 jz01，请删去这一行" in wrong.words


def test_a_head_invites_somebody_for_a_unit_below_its_own(world: World) -> None:
    mine, other = own_unit(world, "甲站"), own_unit(world, "乙站", world.luoping)
    slip = world.run(staffing.invite, "zhangsan", "张三", Role.HEAD, mine, by=world.actor("head"), now=NOW)
    assert (slip.unit, slip.role) == ("甲站", Role.HEAD)
    with refuses(NotYourCase):
        world.run(staffing.invite, "lisi", "李四", Role.HEAD, other, by=world.actor("head"), now=NOW)


@sqlite
def test_who_the_owner_of_a_units_first_account_is_can_be_entered(world: World) -> None:
    own_unit(world, "甲站")
    with world.database.reader() as session:
        [unit] = [each.id for each in rosters.without_accounts(session, world.actor("head")) if each.name == "甲站"]
    [slip] = world.run(rosters.open_for_units, [unit], by=world.actor("head"), now=NOW)
    with world.database.reader() as session:
        user_id = session.scalars(select(User.id).where(User.login == slip.login)).one()
    with refuses(NotYourCase):
        world.run(staffing.rename, user_id, "张三", by=world.actor("stranger"), now=NOW)
    world.run(staffing.rename, user_id, "张三", by=world.actor("head"), now=NOW)
    with world.database.reader() as session:
        assert session.get_one(User, user_id).name == "张三"
    assert world.acts()[-1][1:] == ("user.renamed", f"user:{user_id}")
