"""`gongshi user …`: accounts of staff, for whoever runs the server."""

from __future__ import annotations

import click
from sqlalchemy import select

from app import clock
from app.cli.shared import OpenPortal, plainly
from app.domain.cases.states import ROLE_NAMES, Role
from app.models import Unit, UnitKind
from app.services.accounts import making, passwords
from app.services.shared.work import Work


@click.group()
def user() -> None:
    """Accounts of staff."""


@user.command("add")
@click.argument("login")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--unit", "unit_name", default="", help="Name of the unit; the office by default.")
@click.password_option()
@click.pass_obj
@plainly
def add_user(opened: OpenPortal, login: str, name: str, role: str, unit_name: str, password: str) -> None:
    """Add an account. At the first login its owner chooses another password."""
    with opened.migrated.writer() as session:
        wanted = Unit.name == unit_name if unit_name else Unit.kind == UnitKind.OFFICE
        unit = session.scalar(select(Unit).where(wanted))
        if unit is None:
            raise click.ClickException(f"没有名为“{unit_name or '市级专班'}”的单位。")
        making.add_user(Work(session, clock.now()), login, name, Role(role), unit, password)
    click.echo(f"已新增 {login}（{ROLE_NAMES[Role(role)]}）")


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
    click.echo("请当面或打电话告诉本人，7天内有效；登录后须先换成自己的密码。")


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
        click.echo("还没有账号，请用 gongshi user add 新增。")
