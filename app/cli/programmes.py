"""`gongshi programme …`: a programme set up from one workbook, or written to one."""

from __future__ import annotations

from pathlib import Path

import click

from app import clock
from app.cli.shared import OpenPortal, plainly
from app.domain.cases.states import ROLE_NAMES
from app.domain.refusals import BookRefused
from app.notices.offered import notice_of, offered
from app.papers import programme_book, programme_writing
from app.services.office import programme_books
from app.services.shared.work import Work

_FOLLOWS = click.option(
    "--notice", default="", metavar="KEY", help="The notice that the programme follows; the built-in one by default."
)


@click.group()
def programme() -> None:
    """Programmes: units, places, timetable and people in one workbook."""


@programme.command("notices")
def notices() -> None:
    """Print the notices there are to follow: key and name."""
    for key, notice in offered().items():
        click.echo(f"{key}\t{notice.name}")


@programme.command("blank")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_FOLLOWS
@plainly
def blank(file: Path, notice: str) -> None:
    """Write the blank workbook to FILE."""
    file.write_bytes(programme_writing.written(None, notice_of(notice)))
    click.echo(f"已写出空白表格：{file}")


@programme.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_FOLLOWS
@click.pass_obj
@plainly
def load(opened: OpenPortal, file: Path, notice: str) -> None:
    """Set up a programme from a workbook FILE, whole or not at all. The passwords are printed once."""
    with file.open("rb") as upload:
        sheets = programme_book.read_sheets(upload)
    try:
        with opened.migrated.writer() as session:
            loaded = programme_books.load(Work(session, clock.now()), sheets, notice)
            title, slips = loaded.programme.title, loaded.slips
    except BookRefused as refusal:
        for wrong in refusal.problems:
            click.echo(f"{wrong.sheet}，第{wrong.row}行{wrong.column}列：{wrong.words}", err=True)
        raise
    click.echo(f"已建立评选活动：{title}")
    for slip in slips:
        click.echo("\t".join([slip.login, slip.name, ROLE_NAMES[slip.role], slip.unit, slip.password]))
    if slips:
        click.echo("以上是登录名和密码，只显示这一次，7天内有效。请当面或打电话告诉本人；登录后须先换成自己的密码。")
