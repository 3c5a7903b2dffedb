"""The console: `gongshi …`. Like a view it parses, calls one service and prints."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from app import cli_keeping, clock
from app.calendars.china import ChinaCalendar
from app.console import Opened
from app.console import plainly as _plainly
from app.domain.cases import ROLE_NAMES, Role
from app.domain.errors import Refusal
from app.domain.window import WINDOW_WORKDAYS, explain
from app.domain.workdays import Calendar, each_day, nth_workday
from app.models import Unit, UnitKind
from app.models.period import days_to_json
from app.sealing import keyring_of
from app.services import accounts, calendars, evidence_upkeep, settlement
from config import BadSettings, from_environment


@click.group()
@click.pass_context
def gongshi(context: click.Context) -> None:
    """公示与异议处理 portal."""
    try:
        context.obj = Opened(from_environment())
    except BadSettings as bad:
        click.echo(str(bad), err=True)
        sys.exit(1)


cli_keeping.add_to(gongshi)


@gongshi.command()
@click.pass_obj
@_plainly
def migrate(opened: Opened) -> None:
    """Bring the database schema up to date."""
    opened.database.migrate(keyring_of(opened.settings))


@gongshi.command()
@click.pass_obj
@_plainly
def serve(opened: Opened) -> None:
    """Serve the portal, settling deadlines as they come."""
    from app.server import run

    opened.settings.require_real_keys()
    opened.settings.require_shared_limits()
    opened.migrated.dispose()
    run(opened.settings)


@gongshi.command()
@click.option("--if-empty", is_flag=True, help="Do nothing when there is a programme already.")
@click.pass_obj
@_plainly
def demo(opened: Opened, if_empty: bool) -> None:
    """Load the demonstration and print its logins."""
    from app.demo.build import LOGINS, PASSWORD, build, is_empty

    opened.database.migrate(keyring_of(opened.settings))
    if is_empty(opened.database):
        build(opened.database, keyring_of(opened.settings), clock.now(), opened.vault)
    elif not if_empty:
        raise click.ClickException("数据库里已经有内容，演示数据只装进空的数据库。")
    settings = opened.settings
    click.echo(f"\n地址  http://{settings.host}:{settings.port}\n演示账号（密码都是 {PASSWORD}）：")
    for login, role in LOGINS:
        click.echo(f"  {login:<12} {role}")
    click.echo("")


@gongshi.command()
@click.pass_obj
@_plainly
def settle(opened: Opened) -> None:
    """Settle every period whose deadline has come."""
    with opened.migrated.writer() as session:
        for settled in settlement.settle_due(session, clock.now()):
            click.echo(f"公示{settled.period_id}：逾期{settled.lapsed_cases}件，取消资格{settled.disqualified}个")


@gongshi.group()
def user() -> None:
    """Accounts of staff."""


@user.command("add")
@click.argument("login")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--unit", "unit_name", default="", help="Name of the unit; the office by default.")
@click.password_option()
@click.pass_obj
@_plainly
def add_user(opened: Opened, login: str, name: str, role: str, unit_name: str, password: str) -> None:
    """Add an account."""
    with opened.migrated.writer() as session:
        wanted = Unit.name == unit_name if unit_name else Unit.kind == UnitKind.OFFICE
        unit = session.scalar(select(Unit).where(wanted))
        if unit is None:
            raise click.ClickException(f"没有名为“{unit_name or '工作专班'}”的单位。")
        accounts.add_user(session, login, name, Role(role), unit, password, clock.now())
    click.echo(f"已新增 {login}（{ROLE_NAMES[Role(role)]}）")


@gongshi.group()
def calendar() -> None:
    """The calendar of working days."""


@calendar.command("table")
@click.argument("year", type=click.IntRange(2004, 2100))
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for other programs.")
@click.pass_obj
@_plainly
def table(opened: Opened, year: int, as_json: bool) -> None:
    """Every window that could open in YEAR, or why it could not."""
    rows = _table(opened, year)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['opens']}  {row.get('last_day') or row['refusal']}")


def _table(opened: Opened, year: int) -> list[dict[str, Any]]:
    """One row a working day; where nothing of the year is known, its first day stands for all with the refusal."""
    in_force = _calendar_in_force(opened)
    rows: list[dict[str, Any]] = []
    for date in each_day(dt.date(year, 1, 1), dt.date(year, 12, 31)):
        try:
            if not in_force.day(date).works:
                continue
            rows.append(_row(date, in_force))
        except Refusal as refusal:
            rows.append({"opens": date.isoformat(), "refusal": str(refusal)})
            if not rows[:-1]:
                break
    return rows


def _calendar_in_force(opened: Opened) -> Calendar:
    """With the office's notices on top, where there is a database to hold any."""
    if not opened.database.is_migrated():
        return ChinaCalendar()
    with opened.database.reader() as session:
        return calendars.calendar_of(session)


def _row(date: dt.date, in_force: Calendar) -> dict[str, Any]:
    last_day = nth_workday(date, WINDOW_WORKDAYS, in_force)
    days = days_to_json(explain(date, last_day, last_day, in_force))
    return {"opens": date.isoformat(), "last_day": last_day.isoformat(), "days": days}


@calendar.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
@_plainly
def load(opened: Opened, file: Path) -> None:
    """Load holiday notices from a JSON FILE, whole or not at all."""
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException("文件不是 UTF-8 编码，没有载入。") from None
    with opened.migrated.writer() as session:
        loaded = calendars.load_notices(session, text, clock.now())
    for notice in loaded:
        click.echo(f"已载入 {notice.year} 年：{notice.number}")
    with opened.migrated.reader() as session:
        in_force = calendars.calendar_of(session)
        for affected in calendars.affected_periods(session, in_force, clock.now()):
            click.echo(f"受影响，请重新安排：公示{affected.period_id} {affected.title}：{affected.why}")


@gongshi.group("evidence")
def evidence_group() -> None:
    """Evidence files."""


@evidence_group.command("check")
@click.option("--deep", is_flag=True, help="Read every file and compare its hash.")
@click.pass_obj
@_plainly
def check_evidence(opened: Opened, deep: bool) -> None:
    """Compare stored files and database; list what does not fit, delete nothing."""
    with opened.migrated.reader() as session:
        found = evidence_upkeep.compare(session, opened.vault, deep=deep)
    for what, names in (
        ("有文件、没有记录", found.files_without_row),
        ("没有写完的文件", found.unfinished),
        ("有记录、没有文件", found.rows_without_file),
        ("内容损坏", found.damaged),
    ):
        for name in names:
            click.echo(f"{what}：{name}")
    if not found.agree:
        raise click.ClickException("存储和数据库不一致，见上面各行；没有删除任何东西。正在上传的也会列出，可稍后再查。")
    click.echo(f"一致：{found.rows}个文件{'，内容都已校验' if deep else ''}")
