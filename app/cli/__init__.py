"""The console: `gongshi …`. Like a view it parses, calls one service and prints."""

from __future__ import annotations

import os
import sys

import click

from app import clock
from app.channels.gateways import gateways_of
from app.cli.accounts import user
from app.cli.calendar import calendar
from app.cli.checks import check
from app.cli.imports import export_lists, import_lists
from app.cli.messages import notify, send
from app.cli.programmes import programme
from app.cli.shared import OpenPortal, plainly
from app.cli.upkeep import audit, backup, evidence, grant, keys, restore, retention
from app.sealing import keyring_of
from app.services.cases import settlement
from app.services.programmes import setting_up
from app.services.shared.work import Work
from config import BadSettings, from_environment


@click.group()
@click.version_option(package_name="gongshi", message="%(prog)s %(version)s")
@click.pass_context
def gongshi(context: click.Context) -> None:
    """公示与异议处理 portal."""
    os.umask(0o077)  # whatever a command writes is its owner's alone (SECURITY 55), whoever starts it and how
    try:
        context.obj = OpenPortal(from_environment())
    except BadSettings as bad:
        click.echo(str(bad), err=True)
        sys.exit(1)


@gongshi.command()
@click.pass_obj
@plainly
def migrate(opened: OpenPortal) -> None:
    """Bring the database schema up to date."""
    opened.database.migrate(keyring_of(opened.settings))


@gongshi.command()
@click.pass_obj
@plainly
def serve(opened: OpenPortal) -> None:
    """Serve the portal, settling deadlines as they come."""
    from app.processes.server import run

    opened.settings.require_real_keys()
    opened.settings.require_shared_limits()
    with opened.migrated.reader() as session:
        setting_up.require_notices(session)
    opened.migrated.dispose()
    run(opened.settings)


@gongshi.command()
@click.option("--if-empty", is_flag=True, help="Do nothing when there is a programme already.")
@click.pass_obj
@plainly
def demo(opened: OpenPortal, if_empty: bool) -> None:
    """Load the demonstration and print its logins."""
    from app.demo.build import build, is_empty
    from app.demo.cast import HOST_UNIT, LOGINS, PASSWORD
    from app.demo.next_year import FOLDER, TITLE, write_annexes

    folder = (opened.settings.instance_dir / FOLDER).absolute()
    opened.database.migrate(keyring_of(opened.settings))
    if is_empty(opened.database):
        gateways = gateways_of(opened.settings) if opened.settings.demonstration else None
        build(opened.database, keyring_of(opened.settings), clock.now(), opened.vault, gateways)
        if opened.settings.demonstration:
            write_annexes(folder, clock.now())
    elif not if_empty:
        raise click.ClickException("数据库里已经有内容，演示数据只装进空的数据库。")
    settings = opened.settings
    click.echo(f"\n地址  http://{settings.host}:{settings.port}\n演示账号（密码都是 {PASSWORD}）：")
    for login, role in LOGINS:
        click.echo(f"  {login:<12} {role}")
    if folder.is_dir():
        click.echo(f"\n试用批量导入的附件在 {folder}")
        click.echo(f"  用 office 或 handler 登录，打开“{TITLE}”的“导入”，推荐单位选{HOST_UNIT}，一次上传一个：")
        for path in sorted(folder.iterdir()):
            click.echo(f"  {path.name}")
    click.echo("\n演示不要求二次验证，可以在“我的账号”里试用。\n")


@gongshi.command()
@click.pass_obj
@plainly
def settle(opened: OpenPortal) -> None:
    """Settle every period whose deadline has come."""
    with opened.migrated.writer() as session:
        for settled in settlement.settle_due(Work(session, clock.now())):
            click.echo(f"公示{settled.period_id}：逾期{settled.lapsed_cases}件，取消资格{settled.disqualified}个")


for group in (calendar, programme, user, evidence, audit, keys, notify):
    gongshi.add_command(group)
for command in (check, grant, backup, restore, retention, import_lists, export_lists, send):
    gongshi.add_command(command)
