"""The console: what it prints, what it refuses, and with which exit code."""

from __future__ import annotations

import os
import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from stat import S_ISSOCK

import pytest
from sqlalchemy import select

from app.cli import gongshi
from app.database import ROOT
from app.models import Evidence
from tests.cli.console import KEYS, Run
from tests.files import attach, pdf
from tests.running import (
    SERVE,
    await_port,
    eventually,
    free_port,
    kill_group,
    ready,
    settings_as_environment,
    start,
)
from tests.web.browsing import TOKEN
from tests.world import World

# --- version -------------------------------------------------------------------------------------


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_version_is_that_of_the_installed_package_and_the_newest_of_the_changelog(run: Run) -> None:
    said = run("--version")
    assert (said.exit_code, said.output) == (0, f"gongshi {version('gongshi')}\n")
    newest = re.search(r"^## (\S+)", (ROOT / "docs" / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert newest is not None
    assert newest[1] == project["version"]


# --- calendar table ------------------------------------------------------------------------------


# --- calendar load -------------------------------------------------------------------------------


# --- people, deadlines, the record ---------------------------------------------------------------


def test_settle_says_what_it_did_and_then_has_nothing_to_do(
    world: World, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app import clock
    from tests.world import at

    period = world.round_two()
    world.file(period, world.nominees[2], "2026-09-18 Fri 09:00")
    monkeypatch.setattr(clock, "now", lambda: at("2026-10-30 Fri 09:00"))  # three weeks of downtime
    done = run("settle")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == f"公示{period}：逾期1件，取消资格1个"
    assert run("settle").stdout == ""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_security_05_evidence_that_does_not_fit_is_listed_and_stays(world: World, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    environment = KEYS | {"GONGSHI_EVIDENCE_DIR": str(folder)}
    period = world.round_two()
    attach(world, folder, pdf(), now="2026-09-18 Fri 09:00")
    world.file(period, world.nominees[0], "2026-09-18 Fri 09:00", form_token=TOKEN, files=1)
    for arguments, said in (((), "一致：1个文件\n"), (("--deep",), "一致：1个文件，内容都已校验\n")):
        done = run("evidence", "check", *arguments, **environment)
        assert (done.exit_code, done.stdout) == (0, said)
    with world.database.reader() as session:
        [file] = folder.rglob(session.scalars(select(Evidence.name)).one())
    stray = file.with_name(file.name[:2] + "0" * 30)
    stray.write_bytes(file.read_bytes())
    file.write_bytes(file.read_bytes()[:-1])
    done = run("evidence", "check", "--deep", **environment)
    assert (done.exit_code, done.stdout) == (1, f"有文件、没有记录：{stray.name}\n内容损坏：evidence:1\n")
    assert "没有删除任何东西" in done.stderr
    file.unlink()
    assert "有记录、没有文件：evidence:1\n" in run("evidence", "check", **environment).stdout
    assert stray.exists()
    nobody = run("evidence", "check", **environment | {"GONGSHI_EVIDENCE_DIR": str(stray)})
    assert (nobody.exit_code, "证据存储用不了" in nobody.stderr, "Traceback" in nobody.output) == (1, True, False)


# --- settings ------------------------------------------------------------------------------------


def test_the_server_does_not_start_with_keys_that_anybody_knows(nowhere: Run) -> None:
    for missing in KEYS:
        for value in ("", "demonstration-only", "x" * 31):
            done = nowhere("serve", **(KEYS | {missing: value}))
            assert (done.exit_code, f"{missing} 未设置或太短" in done.stderr) == (1, True), done.output


def test_several_workers_do_not_start_without_a_place_where_they_count_together(nowhere: Run) -> None:
    done = nowhere("serve", **KEYS, GONGSHI_WORKERS="2")
    assert done.exit_code == 1
    assert "GONGSHI_WORKERS 是 2，但没有设置 GONGSHI_REDIS_URL" in done.stderr
    # One worker, a Redis or no limits at all: the next thing is asked for, the migrated database.
    for settings in (
        {"GONGSHI_WORKERS": "1"},
        {"GONGSHI_WORKERS": "2", "GONGSHI_REDIS_URL": "redis://127.0.0.1:1/0"},
        {"GONGSHI_WORKERS": "2", "GONGSHI_LIMITS_ENABLED": "0"},
    ):
        done = nowhere("serve", **KEYS, **settings)
        assert (done.exit_code, "gongshi migrate" in done.stderr) == (1, True), done.output


def test_a_setting_of_the_wrong_kind_is_named_in_one_line(nowhere: Run) -> None:
    for name, value, said in (
        ("GONGSHI_PORT", "http", "GONGSHI_PORT 应为整数，现在是 'http'。"),
        ("GONGSHI_DEMONSTRATION", "maybe", "GONGSHI_DEMONSTRATION 应为 0 或 1，现在是 'maybe'。"),
        ("GONGSHI_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "数据库连不上"),
    ):
        done = nowhere("settle", **{name: value})
        assert (done.exit_code, said in done.stderr) == (1, True), done.output
        assert "Traceback" not in done.output


# --- what commands leave on the disk -------------------------------------------------------------

# Commands that write rows, or print, and no file of their own beside the database.
WRITE_ROWS_ALONE = {
    "audit", "calendar", "check", "evidence", "grants", "import", "keys", "notify", "retention", "send", "settle",
    "user",
}  # fmt: skip
WRITE_FILES = {"backup", "demo", "export", "migrate", "programme", "restore", "serve"}


def open_to_all() -> None:
    os.umask(0)


@pytest.mark.soak
def test_security_55_whatever_a_command_writes_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    """Every command that writes a file, as a process under umask 000; then the modes of all that is there."""
    assert set(gongshi.commands) == WRITE_ROWS_ALONE | WRITE_FILES
    home = tmp_path / "home"
    home.mkdir()
    (home / "tmp").mkdir(mode=0o700)
    port = free_port()
    instance = {"instance_dir": f"{home}/instance", "evidence_dir": f"{home}/instance/evidence"}
    own = {"demonstration": "1", "port": str(port), **instance}
    environment = settings_as_environment(own) | {"TMPDIR": str(home / "tmp")}

    def ran(*arguments: str, **more: str) -> None:
        command = [*SERVE[:-1], *arguments]
        log = tmp_path / "log"
        process = start(command, environment | settings_as_environment(more), log, preexec=open_to_all)
        assert process.wait(300) == 0, log.read_text()

    ran("migrate")
    ran("demo")
    ran("programme", "blank", f"{home}/programme.xlsx")
    ran("backup", f"{home}/backups")
    [made] = [path for path in (home / "backups").iterdir() if path.is_dir()]
    ran("restore", str(made), instance_dir=f"{home}/again", evidence_dir=f"{home}/again/evidence")
    ran("audit", "verify")
    server = start(SERVE, environment, tmp_path / "log", preexec=open_to_all)
    try:
        await_port(port, server)
        eventually(lambda: ready(f"http://127.0.0.1:{port}"), "ready")
        modes = {path: path.lstat().st_mode for path in home.rglob("*")}
    finally:
        kill_group(server)
    assert len(modes) > 50
    theirs = {str(path): oct(mode & 0o777) for path, mode in modes.items() if mode & 0o077 and not S_ISSOCK(mode)}
    assert theirs == {}
