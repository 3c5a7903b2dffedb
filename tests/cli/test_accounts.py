"""The console's commands on accounts."""

from __future__ import annotations

import re

from click.testing import CliRunner, Result
from sqlalchemy import select

from app.cli import gongshi
from app.models import User
from app.services.accounts import passwords
from tests.cli.console import Run
from tests.world import World


def test_an_account_needs_a_long_password_a_unit_and_a_role_that_fits(world: World, run: Run) -> None:
    def add(login: str, role: str, unit: str, password: str) -> Result:
        return run("user", "add", login, "--name", "新来的", "--role", role, "--unit", unit, "--password", password)

    for arguments, said in (
        (("new", "handler", "麒麟区", "too short"), "密码至少要15个字符"),
        (("new", "handler", "麒麟区", "gongshi gongshi 2026"), "太容易被猜到"),
        (("new", "handler", "没有这个单位", "correct horse battery"), "没有名为“没有这个单位”的单位"),
        (("new", "handler", "", "correct horse battery"), "须属于一个单位"),
        (("head", "head", "麒麟区", "correct horse battery"), "已经有人用了"),
    ):
        done = add(*arguments)
        assert (done.exit_code, said in done.stderr) == (1, True), done.output
    assert add("new", "king", "麒麟区", "correct horse battery").exit_code == 2
    done = add("new", "handler", "麒麟区", "correct horse battery")
    assert (done.exit_code, done.stdout) == (0, "已新增 new（单位经办人）\n")
    with world.database.reader() as session:
        user = session.scalars(select(User).where(User.login == "new")).one()
        assert (user.unit_id, user.password_hash.startswith("$argon2id$")) == (world.qilin, True)


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
