"""The console's commands of upkeep: verifying the record, its heads, grants, backup, retention (R32)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import clock
from app.database import Database
from app.domain.objections.arrival import Channel
from app.domain.upkeep.data_requests import DataOutcome, DataRequestKind, Requester
from app.services.periods import closing
from app.services.record import chain
from app.services.record.chain import GENESIS
from app.services.upkeep import data_requests
from app.services.upkeep.data_requests import AnsweredByUs, AskedOfUs, NewDataRequest
from tests.cli.console import Run
from tests.services.record.tampering import acts_of, remake, unguard
from tests.world import World, at

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


EDIT = "UPDATE audit_rows SET details = '{}' WHERE id = 3"


def behind_the_triggers(database: Database, change: Callable[[Session], None]) -> None:
    """Change the record as the database's owner could, without its triggers."""
    with database.writer() as session:
        unguard(session)
        change(session)
        session.commit()


def void(_result: object) -> None:
    """Nothing."""


def test_security_38_the_record_is_verified_and_an_edited_row_is_named(world: World, run: Run) -> None:
    world.round_two()
    acts = len(world.acts())
    done = run("audit", "verify")
    waiting = f"还有{acts}条没有编号，最早的写于 2026-09-07 09:00:00\n"
    assert (done.exit_code, done.stdout) == (0, f"完整：0条，末尾校验值 {GENESIS}\n{waiting}")
    assert run("audit", "seal").stdout == f"已编号：{acts}条\n"
    done = run("audit", "verify")
    with world.database.reader() as session:
        head = chain.head(session).hash
    assert (done.exit_code, done.stdout) == (0, f"完整：{acts}条，末尾校验值 {head}\n")
    behind_the_triggers(world.database, lambda session: void(session.execute(text(EDIT))))
    broken = run("audit", "verify")
    assert (broken.exit_code, "第3条内容被改动，其前2条完整。" in broken.stderr) == (1, True)


@on_sqlite
def test_security_38_a_head_kept_elsewhere_finds_a_record_cut_at_its_end(
    world: World, run: Run, tmp_path: Path
) -> None:
    empty = run("audit", "head")
    assert (empty.exit_code, empty.stdout) == (0, f"0:{'0' * 64}  还没有记录\n")
    world.past_round_one(world.nominees[:2])
    early = run("audit", "head").stdout
    assert early.startswith("8:")
    assert early.endswith("  2026-09-16 10:00:00\n")
    world.past_round_one(world.nominees[2:])
    last = run("audit", "head").stdout
    (tmp_path / "kept.txt").write_text(f"第一周 {early}第二周 {last}", "utf-8")
    done = run("audit", "verify", "--head", early.split()[0], "--heads", str(tmp_path / "kept.txt"))
    assert (done.exit_code, "20条，与另存的3个校验值相符" in done.stdout) == (0, True), done.output
    behind_the_triggers(world.database, lambda session: remake(session, acts_of(session)[:15]))
    assert run("audit", "verify").exit_code == 0  # whole, only shorter
    assert run("audit", "verify", "--head", early).exit_code == 0
    for arguments in (("--head", last), ("--heads", str(tmp_path / "kept.txt"))):
        cut = run("audit", "verify", *arguments)
        assert cut.exit_code == 1
        assert "第16条缺失，另存的校验值是第20条的，其前15条完整。" in cut.stderr
    for wrong in ("", "7", early.replace(":", ""), "0:" + "0" * 64):
        refused = run("audit", "verify", "--head", wrong)
        assert (refused.exit_code, "里没有校验值" in refused.stderr) == (1, True)


def test_security_38_a_checkpoint_kept_elsewhere_finds_a_record_made_anew(
    world: World, run: Run, tmp_path: Path
) -> None:
    assert "还没有记录" in run("audit", "checkpoint").stderr
    world.past_round_one(world.nominees[:2])
    published = run("audit", "checkpoint")
    assert published.exit_code == 0
    kept = tmp_path / "kept.txt"
    kept.write_text(published.stdout, "utf-8")
    done = run("audit", "verify", "--checkpoint", str(kept))
    assert (done.exit_code, "8条，与另存的1份存证相符" in done.stdout) == (0, True), done.output

    def made_anew(session: Session) -> None:
        acts = acts_of(session)
        remake(session, [*acts[:3], acts[3] | {"details": "{}"}, *acts[4:]], checkpoints=True)

    behind_the_triggers(world.database, made_anew)
    assert run("audit", "verify").exit_code == 0  # whole, and nobody here can tell
    found = run("audit", "verify", "--checkpoint", str(kept))
    assert (found.exit_code, "第8条与公布的存证不符" in found.stderr) == (1, True), found.output
    kept.write_text(published.stdout.replace("time 2", "time 3"), "utf-8")
    assert "不是本系统签名的存证" in run("audit", "verify", "--checkpoint", str(kept)).stderr


def test_what_the_public_reads_of_a_days_head_is_printed_beside_the_line_it_stands_for(world: World, run: Run) -> None:
    world.past_round_one(world.nominees)
    last = run("audit", "head").stdout
    published, line = run("audit", "head", "--day", "2026-09-16").stdout.splitlines()
    assert (line, len(published), published in line) == (last.rstrip("\n"), 64, False)
    [_, before] = run("audit", "head", "--day", "2026-09-01").stdout.splitlines()
    assert before.split(":")[0] != line.split(":")[0]


def test_security_38_the_grants_are_printed_or_carried_out(world: World, run: Run) -> None:
    printed = run("grants", "gongshi_app")
    if world.database.engine.dialect.name == "sqlite":
        assert (printed.exit_code, "记录由触发器保护" in printed.stderr) == (1, True)
        return
    assert printed.exit_code == 0
    assert "GRANT SELECT, INSERT ON audit_rows, seals, checkpoints TO gongshi_app;" in printed.stdout.splitlines()
    missing = run("grants", "gongshi_app", "--apply")
    assert (missing.exit_code, "数据库里没有这个用户" in missing.stderr) == (1, True)
    with world.database.writer() as session:
        session.execute(text("CREATE ROLE gongshi_app"))
        session.commit()
    assert run("grants", "gongshi_app", "--apply").exit_code == 0
    with world.database.writer() as session:
        rights = session.execute(
            text(
                "SELECT privilege_type FROM information_schema.role_table_grants "
                "WHERE grantee = 'gongshi_app' AND table_name = 'audit_rows'"
            )
        )
        assert set(rights.scalars()) == {"SELECT", "INSERT"}
        session.execute(text("DROP OWNED BY gongshi_app"))
        session.execute(text("DROP ROLE gongshi_app"))
        session.commit()


@on_sqlite
def test_security_09_backup_and_restore_say_what_they_did(world: World, run: Run, tmp_path: Path) -> None:
    period = world.round_two()
    world.file(period, world.nominees[0], "2026-09-18 Fri 09:00")
    here = {"GONGSHI_EVIDENCE_DIR": str(tmp_path / "evidence")}
    made = run("backup", str(tmp_path / "backups"), **here)
    assert made.exit_code == 0, made.output
    [folder] = [path for path in (tmp_path / "backups").iterdir() if path.is_dir()]
    head = run("audit", "head").stdout.split(":")[0]
    assert made.stdout.startswith(f"备份完成：{folder}，")
    assert f"末尾校验值 {int(head) - 1}:" in made.stdout  # the backup itself is on the record after it
    assert "密钥不在备份里" in made.stdout
    there = {
        "GONGSHI_DATABASE_URL": f"sqlite:///{tmp_path}/new/gongshi.sqlite",
        "GONGSHI_EVIDENCE_DIR": str(tmp_path / "e2"),
    }
    done = run("restore", str(folder), **there)
    assert (done.exit_code, f"记录完整：{int(head) - 1}条" in done.stdout) == (0, True), done.output
    assert run("audit", "verify", "--heads", str(folder / "manifest.json"), **there).exit_code == 0
    for arguments, said in (
        (("restore", str(folder)), "只能恢复到空的数据库"),
        (("restore", str(tmp_path / "backups")), "里面没有 manifest.json，不是完整的备份"),
    ):
        refused = run(*arguments, **there)
        assert (refused.exit_code, said in refused.stderr) == (1, True), refused.output


@on_sqlite
def test_security_18_retention_says_what_would_go_and_deletes_only_when_told(
    world: World, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    period = world.round_two()
    world.file(period, world.nominees[0], "2026-09-18 Fri 09:00")
    here = {"GONGSHI_EVIDENCE_DIR": str(tmp_path / "evidence"), "GONGSHI_RETENTION_YEARS": "5"}

    def at_moment(moment: str, *arguments: str) -> str:
        monkeypatch.setattr(clock, "now", lambda: at(moment))
        done = run("retention", *arguments, **here)
        assert done.exit_code == 0, done.output
        return done.stdout

    held = "先进集体和先进个人评选表彰：身份1份，文件0个，文字1段，推荐对象资料0份；"
    running = at_moment("2026-09-18 10:00", "--purge")
    assert running == f"{held}活动还没有结束\n没有期满的（活动结束后保存5年）。\n"
    world.run(closing.close_period, period, by=world.actor("office"), now=at("2026-10-08 Thu 15:00"))
    early = at_moment("2031-10-08 23:59", "--purge")
    assert early == f"{held}保存到 2031-10-09 00:00\n没有期满的（活动结束后保存5年）。\n"
    before = world.everything()
    assert "确定要删除，请加 --purge" in at_moment("2031-10-09 00:00")
    assert world.everything() == before
    purged = at_moment("2031-10-09 00:00", "--purge").splitlines()
    assert purged == [
        f"{held}保存到 2031-10-09 00:00，已经期满",
        "已删除：先进集体和先进个人评选表彰，身份1份，文件0个，文字1段，推荐对象资料0份。",
        "以前的备份里还有这些内容，请一并销毁期满前的备份。",
    ]
    assert at_moment("2031-10-09 00:00", "--purge") == "没有期满的（活动结束后保存5年）。\n"
    for wrong in ("0", "31", "-3"):
        refused = run("retention", GONGSHI_RETENTION_YEARS=wrong)
        assert (refused.exit_code, f"GONGSHI_RETENTION_YEARS 应在1到30之间，现在是 {wrong}。" in refused.stderr) == (
            1,
            True,
        )


@on_sqlite
def test_requests_about_ones_own_data_go_with_the_same_command(
    world: World, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day, office = dt.date(2026, 9, 18), world.actor("office")
    asked = AskedOfUs("钱小麦", "13000000002", "当面看过身份证", "要求复制推荐表。")
    new = NewDataRequest(DataRequestKind.COPY, Requester.NOMINEE, Channel.VISIT, day, day, asked)
    number = world.run(data_requests.register, new, by=office, now=at("2026-09-18 Fri 09:00"))
    given = (number, DataOutcome.DONE, AnsweredByUs("已经交给本人。", "签收单"))
    world.run(data_requests.answer, *given, by=office, now=at("2026-09-18 Fri 10:00"))
    monkeypatch.setattr(clock, "now", lambda: at("2029-09-19 00:00"))
    here = {"GONGSHI_EVIDENCE_DIR": str(tmp_path / "evidence")}
    told = run("retention", **here).stdout
    assert told.startswith("个人信息请求：1件答复后已满3年，已经期满\n以上期满的还没有删除。")
    assert "已删除：个人信息请求1件的内容。" in run("retention", "--purge", **here).stdout
    assert run("retention", "--purge", **here).stdout == "没有期满的（活动结束后保存3年）。\n"
