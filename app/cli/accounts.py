"""`gongshi user …`: accounts of staff, for whoever runs the server."""

from __future__ import annotations

import click

from app import clock
from app.cli.shared import OpenPortal, plainly
from app.domain.cases.states import ROLE_NAMES, Role
from app.services.accounts import making, passwords, units
from app.services.shared.work import Work

_HAND_OVER = "请当面或打电话告诉本人，7天内有效；登录后须先换成自己的密码。"
_FIRST = "gongshi user add {login} --name {name} --role office --office 市级专班的名称"
_NO_OFFICE = f"系统里还没有市级专班。请先建立它和它的第一个账号：{_FIRST}"
_NOBODY = f"还没有账号。请先建立市级专班和它的第一个账号：{_FIRST.format(login='登录名', name='姓名')}"


@click.group()
def user() -> None:
    """Accounts of staff."""


@user.command("add")
@click.argument("login")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--unit", "unit_name", default="", help="Name of the unit; the office by default.")
@click.option("--office", "office_name", default="", help="Name of the office, which is made where there is none yet.")
@click.option("--password", default="", help="The password, for scripts: other users of this machine may see it.")
@click.pass_obj
@plainly
def add_user(
    opened: OpenPortal,
    login: str,
    name: str,
    role: str,
    unit_name: str,
    office_name: str,
    password: str,
) -> None:
    """Add an account, and with --office the office too. A password is made up and shown once.

    At the first login its owner chooses another one.
    """
    if unit_name and office_name:
        raise click.ClickException("--unit 和 --office 只能写一个。")
    chosen = password or passwords.made_up()
    with opened.migrated.writer() as session:
        work = Work(session, clock.now())
        with work:  # the office is there with its first account, or neither is
            found = units.office_of(session)
            if unit_name:
                unit = units.named(session, unit_name)
            elif office_name:
                unit = units.found_office(work, office_name)
            elif found is not None:
                unit = found
            else:
                raise click.ClickException(_NO_OFFICE.format(login=login, name=name))
            made = making.add_user(work, login, name, Role(role), unit, chosen)
        if found is None:
            click.echo(f"已建立市级专班“{unit.name}”")
        click.echo(f"已新增 {made.login}（{ROLE_NAMES[made.role]}，{unit.name}）")
    if not password:
        click.echo(f"密码（只显示这一次）：{chosen}")
    click.echo(_HAND_OVER)
    click.echo(f"登录地址：{opened.settings.public_url}/login")


@user.command("reset")
@click.argument("login")
@click.option("--prompt", is_flag=True, help="Ask for the new password instead of making one up.")
@click.option("--second-factor", is_flag=True, help="Remove the second factor too: the telephone is lost.")
@click.pass_obj
@plainly
def reset(opened: OpenPortal, login: str, prompt: bool, second_factor: bool) -> None:
    """Give out a new password for LOGIN, shown once. Every session ends."""
    password = (
        click.prompt("新密码", hide_input=True, confirmation_prompt="再输一次") if prompt else passwords.made_up()
    )
    with opened.migrated.writer() as session:
        making.reset(Work(session, clock.now()), login, password, with_second_factor=second_factor)
    click.echo(f"已重置 {login}，原有登录全部退出" + ("，二次验证已取消" if second_factor else ""))
    if not prompt:
        click.echo(f"新密码（只显示这一次）：{password}")
    click.echo(_HAND_OVER)


@user.command("disable")
@click.argument("login")
@click.pass_obj
@plainly
def disable(opened: OpenPortal, login: str) -> None:
    """Disable LOGIN at once; every session ends."""
    with opened.migrated.writer() as session:
        making.disable(Work(session, clock.now()), login)
    click.echo(f"已停用 {login}，原有登录全部退出")


@user.command("enable")
@click.argument("login")
@click.pass_obj
@plainly
def enable(opened: OpenPortal, login: str) -> None:
    """Enable LOGIN again."""
    with opened.migrated.writer() as session:
        making.enable(Work(session, clock.now()), login)
    click.echo(f"已启用 {login}")


@user.command("list")
@click.pass_obj
@plainly
def list_users(opened: OpenPortal) -> None:
    """List every account: login, name, role, unit, and its state."""
    with opened.migrated.reader() as session:
        everybody = making.everybody(session)
        for each in everybody:
            marks = [
                "已停用" if each.disabled_at else "",
                "须先换密码" if each.must_change_password else "",
                "有二次验证" if each.has_second_factor else "",
            ]
            fields = [each.login, each.name, ROLE_NAMES[each.role], each.unit.name, "、".join(filter(None, marks))]
            click.echo("\t".join(fields).rstrip())
    if not everybody:
        click.echo(_NOBODY)
