"""The console's commands on the calendar of working days (R2-R4)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import click

from app import clock
from app.calendars.china import ChinaCalendar
from app.cli.shared import OpenPortal, plainly
from app.domain.calendar.workdays import Calendar, each_day, nth_workday
from app.domain.periods.window import WINDOW_WORKDAYS, explain
from app.domain.refusals import Refusal
from app.models.periods import days_to_json
from app.services.calendar import calendars
from app.services.shared.work import Work


@click.group()
def calendar() -> None:
    """Manage the calendar of working days."""


@calendar.command("table")
@click.argument("year", type=click.IntRange(2004, 2100))
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for other programs.")
@click.pass_obj
@plainly
def table(opened: OpenPortal, year: int, as_json: bool) -> None:
    """Every window that could open in YEAR, or why it could not."""
    rows = _table(opened, year)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['opens']}  {row.get('last_day') or row['refusal']}")


def _table(opened: OpenPortal, year: int) -> list[dict[str, Any]]:
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


def _calendar_in_force(opened: OpenPortal) -> Calendar:
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
@click.option("--looked-twice", is_flag=True, help="A holiday longer than ten days stands in the notice indeed.")
@click.pass_obj
@plainly
def load(opened: OpenPortal, file: Path, looked_twice: bool) -> None:
    """Load holiday notices from a JSON FILE, whole or not at all."""
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException("文件不是 UTF-8 编码，没有载入。") from None
    with opened.migrated.writer() as session:
        loaded = calendars.load_notices(Work(session, clock.now()), text, looked_twice)
    for notice in loaded:
        click.echo(f"已载入 {notice.year} 年：{notice.number}")
    with opened.migrated.reader() as session:
        in_force = calendars.calendar_of(session)
        for affected in calendars.affected_periods(session, in_force, clock.now()):
            click.echo(f"受影响，请在“工作日历”页面处理：公示{affected.period_id} {affected.title}：{affected.why}")
