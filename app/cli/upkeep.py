"""The console's commands of upkeep: the record, its grants, keys, files, backups, retention."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from app import clock
from app.cli.checks import say_findings
from app.cli.shared import OpenPortal, plainly
from app.domain.calendar.workdays import end_of
from app.domain.record.notes import BadNote, Checkpoint
from app.domain.shared.instants import SHANGHAI
from app.evidence.store import store_of
from app.sealing import keyring_of
from app.services.nominees.marks import wrong_marks_by
from app.services.objections import evidence_upkeep
from app.services.record import chain, sealer, verifying
from app.services.record.checkpoints import LogKeys, log_keys_of, publish
from app.services.record.checks.run import check_database
from app.services.shared.work import Work
from app.services.upkeep import data_requests, grants
from app.services.upkeep import keys as sealing_keys
from app.services.upkeep import retention as keeping
from app.services.upkeep.backup import back_up
from app.services.upkeep.restore import restore as put_back


@click.group()
def audit() -> None:
    """Work with the audit record."""


@audit.command("head")
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), help="The head at the end of this day, as the public reads it."
)
@click.pass_obj
@plainly
def head(opened: OpenPortal, day: dt.datetime | None) -> None:
    """Print number, hash and time of the last act: one line, to be kept where this machine cannot reach."""
    sealer.seal_all(opened.migrated)
    with opened.migrated.reader() as session:
        found = chain.head_of_day(session, end_of(day.date())) if day else chain.head(session)
    if day:
        for key in keyring_of(opened.settings).hash_keys:
            click.echo(chain.published(found, key))
    when = f"{found.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if found.at else "还没有记录"
    click.echo(f"{found}  {when}")


@audit.command("verify")
@click.option("heads", "--head", multiple=True, metavar="N:HASH", help="A head that was kept; may be repeated.")
@click.option(
    "files",
    "--heads",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with kept heads in it, such as the manifest of a backup; may be repeated.",
)
@click.option(
    "notes",
    "--checkpoint",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint that was kept, a file with one note; may be repeated.",
)
@click.pass_obj
@plainly
def verify(opened: OpenPortal, heads: tuple[str, ...], files: tuple[Path, ...], notes: tuple[Path, ...]) -> None:
    """Recompute chain and tree, and hold them against checkpoints, and against heads that were kept elsewhere."""
    kept = []
    for where, text in [*((given, given) for given in heads), *((str(f), f.read_text("utf-8")) for f in files)]:
        found_there = chain.heads_in(text)
        if not found_there:
            raise click.ClickException(f"{where} 里没有校验值，应是 gongshi audit head 打印的“序号:校验值”。")
        kept += found_there
    keys = log_keys_of(keyring_of(opened.settings), opened.settings.public_url)
    checkpoints = [_kept_checkpoint(path, keys) for path in notes]
    with opened.migrated.reader() as session:
        found = verifying.verify(session, kept, checkpoints, keys)
    if not found.holds:
        raise click.ClickException(f"第{found.broken_at}条{found.problem}，其前{found.rows}条完整。")
    agree = f"，与另存的{len(kept)}个校验值相符" if kept else ""
    agree += f"，与另存的{len(checkpoints)}份存证相符" if checkpoints else ""
    click.echo(f"完整：{found.rows}条{agree}，末尾校验值 {found.head}")
    if found.unsealed_since:
        since = f"{found.unsealed_since.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        click.echo(f"还有{found.unsealed}条没有编号，最早的写于 {since}")


def _kept_checkpoint(path: Path, keys: LogKeys) -> Checkpoint:
    try:
        return keys.read(path.read_text("utf-8"))
    except (BadNote, UnicodeDecodeError):
        raise click.ClickException(f"{path} 不是本系统签名的存证，应是 /log/checkpoint 给出的文件。") from None


@audit.command("checkpoint")
@click.pass_obj
@plainly
def checkpoint(opened: OpenPortal) -> None:
    """Publish a checkpoint now and print it: a signed note, to be kept where this machine cannot reach."""
    keys = log_keys_of(keyring_of(opened.settings), opened.settings.public_url)
    made = publish(opened.migrated, keys, clock.now())
    if made is None:
        raise click.ClickException("没有公布存证：还没有记录，或者另一个进程正在编号，请再试一次。")
    click.echo(made.note, nl=False)
    for key in keys.known:
        click.echo(f"核验用的公钥  {key}", err=True)


@audit.command("seal")
@click.pass_obj
@plainly
def seal(opened: OpenPortal) -> None:
    """Give the acts that wait their numbers in chain and tree. A running server does so by itself."""
    click.echo(f"已编号：{sealer.seal_all(opened.migrated)}条")


@click.command("grants")
@click.argument("role")
@click.option("--apply", "carry_out", is_flag=True, help="Carry them out, as the owner of the tables.")
@click.pass_obj
@plainly
def grant(opened: OpenPortal, role: str, carry_out: bool) -> None:
    """Print or carry out the grants of the portal's own PostgreSQL user ROLE.

    ROLE gets all rights that the portal needs. On the record it can only read and append.
    """
    with opened.migrated.writer() as session:
        if carry_out:
            grants.grant(session, role)
            click.echo(f"已授权：{role} 可以使用系统，对记录只能读取和追加。")
            return
        for statement in grants.grants_for(session, role):
            click.echo(f"{statement};")


@click.group()
def keys() -> None:
    """Manage the sealing keys."""


@keys.command("rotate")
@click.pass_obj
@plainly
def rotate(opened: OpenPortal) -> None:
    """Seal everything anew with GONGSHI_IDENTITY_KEY; the old one stands in GONGSHI_IDENTITY_KEYS_RETIRED."""
    with opened.migrated.writer() as session:
        sealed = sealing_keys.rotate(Work(session, clock.now(), keyring=keyring_of(opened.settings)))
    click.echo(f"已用新密钥重新加密：{sealed}项。旧密钥仍须留在 GONGSHI_IDENTITY_KEYS_RETIRED，查询码要靠它核对。")


@click.group()
def evidence() -> None:
    """Manage stored files: evidence of objectors and documents of staff."""


@evidence.command("check")
@click.option("--deep", is_flag=True, help="Read every file and compare its hash.")
@click.pass_obj
@plainly
def check_evidence(opened: OpenPortal, deep: bool) -> None:
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


@click.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
@plainly
def backup(opened: OpenPortal, folder: Path) -> None:
    """Back up database and stored files to a new folder in FOLDER, while the server runs. The keys are kept apart."""
    made = back_up(opened.migrated, store_of(opened.settings), keyring_of(opened.settings), folder, clock.now())
    click.echo(f"备份完成：{made.folder}，{made.rows}行，{made.files}个文件，末尾校验值 {made.head}")
    click.echo("密钥不在备份里，请另外保存 GONGSHI_IDENTITY_KEY。")
    _say_missing(made.missing)


@click.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--unsealed", is_flag=True, help="Take a backup without a seal, made before 2026-12.")
@click.pass_obj
@plainly
def restore(opened: OpenPortal, folder: Path, unsealed: bool) -> None:
    """Restore the backup FOLDER into the empty database and evidence folder that the settings name."""
    keyring = keyring_of(opened.settings)
    done = put_back(opened.database, store_of(opened.settings), keyring, folder, clock.now(), unsealed=unsealed)
    click.echo(f"已恢复：{done.rows}行，{done.files}个文件。")
    _say_missing(done.missing)
    if not done.chain.holds:
        raise click.ClickException(f"已恢复，但记录在备份时就不完整：第{done.chain.broken_at}条{done.chain.problem}。")
    click.echo(f"记录完整：{done.chain.rows}条，末尾校验值 {done.chain.head}")
    findings = check_database(opened.database, clock.now(), wrong_marks_by(keyring))
    say_findings(findings)
    if findings:
        raise click.ClickException("已恢复，但数据与规则不符，见上面各行；多半在备份时就已如此。")


@click.command("retention")
@click.option("--purge", is_flag=True, help="Do delete what is due; without it only say what would be.")
@click.pass_obj
@plainly
def retention(opened: OpenPortal, purge: bool) -> None:
    """List the data held of objectors and nominees, and which of it has been kept long enough (SECURITY 18)."""
    years, now = opened.settings.retention_years, clock.now()
    with opened.migrated.reader() as session:
        held = keeping.kept_data(session, years, now)
        expired = len(data_requests.list_expired(session, years, now))
    for one in held:
        if one.nothing:
            continue
        until = f"保存到 {one.kept_until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if one.kept_until else "活动还没有结束"
        due = "，已经期满" if one.is_due(now) else ""
        click.echo(f"{one.title}：{_counted(one)}；{until}{due}")
    if expired:
        click.echo(f"个人信息请求：{expired}件答复后已满{years}年，已经期满")
    if not expired and not any(one.is_due(now) for one in held):
        click.echo(f"没有期满的（活动结束后保存{years}年）。")
    elif not purge:
        click.echo("以上期满的还没有删除。删除后不能恢复；确定要删除，请加 --purge 再运行一次。")
    else:
        _purge(opened)


def _purge(opened: OpenPortal) -> None:
    with opened.database.writer() as session:
        years, store = opened.settings.retention_years, store_of(opened.settings)
        for purged in keeping.purge_due(Work(session, clock.now()), store, years):
            click.echo(f"已删除：{purged.title}，{_counted(purged)}。")
        if count := data_requests.purge_expired(Work(session, clock.now()), years):
            keeping.overwrite_deleted(session)
            click.echo(f"已删除：个人信息请求{count}件的内容。")
    click.echo("以前的备份里还有这些内容，请一并销毁期满前的备份。")


def _counted(held: keeping.KeptData) -> str:
    return f"身份{held.identities}份，文件{held.files}个，文字{held.texts}段，推荐对象资料{held.dossiers}份"


def _say_missing(names: tuple[str, ...]) -> None:
    if names:
        click.echo(f"注意：有{len(names)}个文件只有登记、没有文件：{'、'.join(names[:5])}", err=True)
