"""`gongshi programme …`: a programme set up from one workbook, or written to one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click
from sqlalchemy import select

from app import clock
from app.cli.shared import OpenPortal, plainly
from app.domain.cases.states import ROLE_NAMES
from app.domain.refusals import BookRefused
from app.models import Programme, User
from app.notices.offered import notice_of, offered
from app.papers import programme_book, programme_writing
from app.services.office import programme_books
from app.services.papers import archive as archiving
from app.services.papers.paper import Clerk, Stationery
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


@programme.command("archive")
@click.argument("programme_id", type=int)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--by", "login", required=True, help="The login of whoever of the office asked for it.")
@click.option("--reason", required=True, help="What it is for.")
@click.pass_obj
@plainly
def archive(opened: OpenPortal, programme_id: int, file: Path, login: str, reason: str) -> None:
    """Write the archive of an archived programme to FILE, readable for its owner alone."""
    if file.exists():
        raise click.ClickException(f"{file} 已经有了，请换一个文件名。")
    database, settings, now = opened.migrated, opened.settings, clock.now()
    with database.reader() as session:
        user = session.scalar(select(User).where(User.login == login, User.disabled_at.is_(None)))
        if user is None:
            raise click.ClickException(f"没有登录名为 {login} 的账号。")
        if session.get(Programme, programme_id) is None:
            raise click.ClickException(f"没有编号是 {programme_id} 的评选活动。")
        actor = user.actor
    with database.writer() as session:
        archiving.ask(Work(session, now, actor), programme_id, reason)
    stationery = Stationery(settings.public_url, Path(settings.templates_dir) if settings.templates_dir else None)
    package = archiving.of_programme(database, programme_id, Clerk(actor, now, stationery, opened.vault))
    _write_private(file, package.content)
    click.echo(f"已写出归档包：{file}")


def _write_private(file: Path, content: Iterable[bytes]) -> None:
    """Write a new file that its owner alone may read; nothing is left of one that could not be finished."""
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        try:
            for piece in content:
                out.write(piece)
        except BaseException:
            file.unlink()
            raise
