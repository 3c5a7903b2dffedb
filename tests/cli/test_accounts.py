"""The console's commands on accounts."""

from __future__ import annotations

import re

from click.testing import CliRunner, Result
from sqlalchemy import func, select

from app.cli import gongshi
from app.database import Database
from app.domain.cases.states import Role
from app.models import AuditRow, Unit, User
from app.services.accounts import passwords, units
from tests.cli.console import Run
from tests.world import World, at


def test_an_account_needs_a_long_password_a_unit_and_a_role_that_fits(world: World, run: Run) -> None:
    def add(login: str, role: str, unit: str, password: str) -> Result:
        return run("user", "add", login, "--name", "新来的", "--role", role, "--unit", unit, "--password", password)

    for arguments, said in (
        (("new", "handler", "麒麟区", "too short"), "密码至少要15个字符"),
        (("new", "handler", "麒麟区", "gongshi gongshi 2026"), "太容易被猜到"),
        (("new", "handler", "没有这个单位", "correct horse battery"), "没有名为“没有这个单位”的单位"),
        (("new", "handler", "", "correct horse battery"), "须属于一个单位"),
        (("head", "head", "麒麟区", "correct horse battery"), "已经有人用了"),
        (("Not One", "handler", "麒麟区", "correct horse battery"), "登录名请用2到60个小写字母"),
    ):
        done = add(*arguments)
        assert (done.exit_code, said in done.stderr) == (1, True), done.output
    assert add("new", "king", "麒麟区", "correct horse battery").exit_code == 2
    done = add("new", "handler", "麒麟区", "correct horse battery")
    assert (done.exit_code, done.stdout) == (
        0,
        "已新增 new（单位经办人，麒麟区）\n请当面或打电话告诉本人，7天内有效；登录后须先换成自己的密码。\n"
        "登录地址：http://127.0.0.1:8000/login\n",
    )
    with world.database.reader() as session:
        user = session.scalars(select(User).where(User.login == "new")).one()
        assert (user.unit_id, user.password_hash.startswith("$argon2id$")) == (world.qilin, True)


# --- the first act -------------------------------------------------------------------------------

FIRST = ("user", "add", "wang", "--name", "王主任", "--role", "office")


def test_without_an_office_the_command_says_what_to_type(database: Database, run: Run) -> None:
    for arguments in (FIRST, ("user", "list")):
        said = run(*arguments).output
        assert "--role office --office 市级专班的名称" in said, said
        assert "没有名为" not in said  # no unit was asked for
    with database.reader() as session:
        assert session.scalar(select(func.count(Unit.id))) == 0


def test_one_command_makes_the_office_and_its_first_account(database: Database, run: Run) -> None:
    done = run(*FIRST, "--office", "市评选表彰工作专班", GONGSHI_PUBLIC_URL="https://gongshi.example.org")
    assert done.exit_code == 0, done.output
    made, added, secret, handed, address = done.stdout.splitlines()
    assert (made, added) == ("已建立市级专班“市评选表彰工作专班”", "已新增 wang（市级专班，市评选表彰工作专班）")
    assert handed == "请当面或打电话告诉本人，7天内有效；登录后须先换成自己的密码。"
    assert address == "登录地址：https://gongshi.example.org/login"
    with database.reader() as session:
        user = session.scalars(select(User)).one()
        assert passwords.fits(user.password_hash, secret.removeprefix("密码（只显示这一次）："))
        assert (user.role, user.must_change_password, user.is_given_out) == (Role.OFFICE, True, False)
        acts = [row.action for row in session.scalars(select(AuditRow).order_by(AuditRow.id))]
    assert acts == ["unit.added", "user.added"]


def test_the_office_is_made_with_its_first_account_or_not_at_all(database: Database, run: Run) -> None:
    for arguments, said in (
        (("--office", "班"), "单位名称"),
        (("--office", "市专班", "--password", "too short"), "密码至少要15个字符"),
        (("--office", "市专班", "--unit", "麒麟区"), "--unit 和 --office 只能写一个"),
    ):
        done = run(*FIRST, *arguments)
        assert (done.exit_code, said in done.stderr) == (1, True), done.output
    handler = run("user", "add", "li", "--name", "李", "--role", "handler", "--office", "市专班")
    assert (handler.exit_code, "须属于一个单位" in handler.stderr) == (1, True)
    with database.reader() as session:
        assert session.scalar(select(func.count(Unit.id))) == 0


def test_a_second_office_is_not_made_and_its_name_may_be_repeated(world: World, run: Run) -> None:
    other = run(*FIRST, "--office", "另一个市级专班")
    assert (other.exit_code, "名称是“市评选工作组办公室”" in other.stderr) == (1, True), other.output
    same = run(*FIRST, "--office", "市评选工作组办公室")
    assert (same.exit_code, same.stdout.splitlines()[0]) == (0, "已新增 wang（市级专班，市评选工作组办公室）")


def test_of_two_own_units_of_one_name_the_one_above_tells_which(world: World, run: Run) -> None:
    for parent in (world.qilin, world.luoping):
        world.run(units.add, parent, "养护站", by=world.actor("office"), now=at("2026-09-18 Fri 09:00"))
    add = ("user", "add", "li", "--name", "李", "--role", "handler", "--unit")
    unclear = run(*add, "养护站")
    assert unclear.exit_code == 1
    assert "有2个名为“养护站”的单位，请写明是哪一个：“麒麟区 · 养护站”、“罗平县 · 养护站”" in unclear.stderr
    for written in ("罗平县 · 养护站", "罗平县·养护站"):
        done = run(*add[:2], f"li{len(written)}", *add[3:], written)
        assert (done.exit_code, "，养护站）" in done.stdout) == (0, True), done.output
    with world.database.reader() as session:
        above = session.scalars(select(User).where(User.name == "李")).all()
        assert {user.unit.parent_id for user in above} == {world.luoping}


# --- upkeep --------------------------------------------------------------------------------------


def test_accounts_are_listed_reset_disabled_and_enabled(world: World, run: Run) -> None:
    done = run("user", "add", "new", "--name", "新来的", "--role", "office", "--password", "correct horse battery")
    assert done.exit_code == 0, done.output
    assert run("user", "disable", "handler2").stdout == "已停用 handler2，原有登录全部退出\n"
    listed = [line.split("\t") for line in run("user", "list").stdout.splitlines()]
    assert [(line[0], line[2], line[4:]) for line in listed] == [
        ("auditor", "监督员", []),
        ("new", "市级专班", ["须先换密码"]),
        ("office", "市级专班", ["有二次验证"]),
        ("office2", "市级专班", ["有二次验证"]),
        ("handler", "单位经办人", ["有二次验证"]),
        ("handler2", "单位经办人", ["已停用、有二次验证"]),
        ("head", "单位负责人", ["有二次验证"]),
        ("stranger", "单位负责人", ["有二次验证"]),
    ]
    assert run("user", "enable", "handler2").exit_code == 0
    for arguments, said in (
        (("reset", "nobody"), "没有登录名为 nobody 的账号"),
        (("disable", "nobody"), "没有登录名为 nobody 的账号"),
        (("enable", "handler2"), "没有停用"),
    ):
        refused = run("user", *arguments)
        assert (refused.exit_code, said in refused.stderr) == (1, True), refused.output


def test_a_reset_prints_a_password_once_that_works_and_must_be_changed(world: World, run: Run) -> None:
    printed = []
    for options in ((), ("--second-factor",)):
        done = run("user", "reset", "office", *options)
        assert done.exit_code == 0, done.output
        printed += re.findall(r"新密码（只显示这一次）：(\S+)", done.stdout)
        with world.database.reader() as session:
            user = session.scalars(select(User).where(User.login == "office")).one()
            assert passwords.fits(user.password_hash, printed[-1])
            assert (user.must_change_password, user.has_second_factor) == (True, not options)
    assert len(set(printed)) == 2
    typed = CliRunner().invoke(
        gongshi,
        ["user", "reset", "office", "--prompt"],
        env={"GONGSHI_DATABASE_URL": world.database.url},
        input="a quiet morning by the lake\n" * 2,
    )
    assert (typed.exit_code, "只显示这一次" in typed.stdout, "quiet morning" in typed.stdout) == (0, False, False)
    assert not any(password in " ".join(rows) for password in printed for rows in world.everything().values())
