"""The console's commands that import lists of nominees, and export a programme's lists."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cli.shared import OpenPortal, plainly
from app.domain.cases.states import Actor, Role
from app.models import Import, ImportState, Programme, Unit, UnitKind, User
from app.sealing import keyring_of
from app.services.imports import confirming, exporting, reading, receiving
from app.services.imports.viewing import View
from app.services.record.chain import COMMAND_LINE
from app.services.shared.work import Work

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--programme", "title", required=True, help="Title of the programme.")
@click.option("--unit", "unit_name", required=True, help="Name of the recommending unit.")
@click.option("--confirm", is_flag=True, help="Import what is found, where nothing is wrong with it.")
@click.option("--answered", default=0, help="How many questions, shown before, you have looked at and answer for.")
@click.option("--by", "login", default="", help="On whose behalf; by default the office's first account.")
@click.pass_obj
@plainly
def import_lists(
    opened: OpenPortal,
    files: tuple[Path, ...],
    title: str,
    unit_name: str,
    confirm: bool,
    answered: int,
    login: str,
) -> None:
    """Check lists or forms of nominees, and with --confirm import them.

    Every problem is one line: row, column, what is wrong, what would be right. With any the exit code is 1, and
    nothing is kept. A question is such a line too, and is answered for by --answered. Without --confirm a list that is
    right waits in the browser to be confirmed there.
    """
    with opened.migrated.writer() as session, ExitStack() as open_files:
        actor = _actor(session, login)
        programme = session.scalar(select(Programme).where(Programme.title == title))
        if programme is None:
            raise click.ClickException(f"没有名为“{title}”的评选表彰活动。")
        wanted = (Unit.name == unit_name, Unit.kind == UnitKind.RECOMMENDER)
        unit = session.scalar(select(Unit).where(*wanted))
        if unit is None:
            raise click.ClickException(f"没有名为“{unit_name}”的推荐单位。")
        uploads = [(path.name, open_files.enter_context(path.open("rb"))) for path in files]
        work = Work(session, clock.now(), actor, by=COMMAND_LINE)
        import_ids = receiving.receive_all(work, opened.vault, programme.id, unit.id, uploads)
        for import_id in import_ids:
            reading.read(Work(session, clock.now()), opened.vault, import_id)
    refused = [why for each in import_ids if (why := _say(opened, each, actor, answered if confirm else None))]
    if refused:
        raise click.ClickException("\n".join(refused))


def _say(opened: OpenPortal, import_id: int, actor: Actor, answered: int | None) -> str:
    """Say what was found in an import; confirm it where `answered` is a number. Returns why it was not, or ""."""
    with opened.database.writer() as session:
        found = session.get_one(Import, import_id)
        view = View(session, keyring_of(opened.settings), import_id, to_office=True)
        for fault in view.faults():
            row = f"第{fault.line.where}行" if fault.line.where else "整份材料"
            click.echo("\t".join((row, fault.column, fault.wrong, fault.right)))
        if found.state is ImportState.FAILED or view.problems:
            why = found.failure or f"共{view.problems}处问题，没有导入。"
            session.rollback()
            receiving.drop(Work(session, clock.now(), actor, by=COMMAND_LINE), opened.vault, import_id)
            return why
        if found.state is not ImportState.CHECKED:
            return f"还没有核对完（{receiving.STATE_NAMES[found.state]}），请到网页的“导入”里查看。"
        if answered is None:
            asked = f"有{view.questions}处要核对（见上）" if view.questions else "没有问题"
            also = f" --answered {view.questions}" if view.questions else ""
            click.echo(f"{asked}：{view.nominees}行。请到网页的“导入”里确认，或者加 --confirm{also} 再运行一次。")
            return ""
        session.rollback()
        keyring = keyring_of(opened.settings)
        made = confirming.confirm(Work(session, clock.now(), actor, keyring, by=COMMAND_LINE), import_id, answered)
    click.echo(f"已导入：新增{made['new']}个，补充{made['filled']}个。")
    return ""


@click.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--programme", "title", required=True, help="Title of the programme.")
@click.pass_obj
@plainly
def export_lists(opened: OpenPortal, folder: Path, title: str) -> None:
    """Write a programme's lists as .xlsx into FOLDER: annexes 2 and 3 of each unit, cases, places."""
    with opened.migrated.writer() as session:
        programme = session.scalar(select(Programme).where(Programme.title == title))
        if programme is None:
            raise click.ClickException(f"没有名为“{title}”的评选表彰活动。")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in exporting.export(
            Work(session, clock.now(), keyring=keyring_of(opened.settings)), programme
        ):
            (folder / name.replace("/", "_")).write_bytes(content)
            click.echo(name)


def _actor(session: Session, login: str) -> Actor:
    """Return the person the import belongs to. The record names the console as the actor."""
    query = select(User).where(User.role == Role.OFFICE, User.disabled_at.is_(None)).order_by(User.id)
    user = session.scalar(query.where(User.login == login) if login else query.limit(1))
    if user is None:
        raise click.ClickException("没有可用的市级专班账号，请先用 gongshi user add 新增，或用 --by 指定。")
    return user.actor
