"""The console: what it prints, what it refuses, and with which exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from app.cli import gongshi
from app.database import Database
from app.models import CalendarNotice, User
from app.services.accounts import passwords
from tests.data import STATE_COUNCIL, STATUTORY_2027
from tests.files import attach, pdf
from tests.web.browsing import TOKEN
from tests.world import World

KEYS = {
    "GONGSHI_SECRET_KEY": "a secret for tests, thirty-two bytes",
    "GONGSHI_IDENTITY_KEY": "a key for tests, thirty-two bytes",
}
NOTICES = STATE_COUNCIL
Run = Callable[..., Result]


@pytest.fixture
def run(database: Database) -> Run:
    """`run("calendar", "table", "2026")` over the test's database."""

    def run(*arguments: str, **environment: str) -> Result:
        given = {"GONGSHI_DATABASE_URL": database.url} | environment
        return CliRunner().invoke(gongshi, list(arguments), env=given)

    return run


@pytest.fixture
def nowhere(tmp_path: Path) -> Run:
    """As `run`, with no database there yet."""

    def run(*arguments: str, **environment: str) -> Result:
        given = {"GONGSHI_INSTANCE_DIR": str(tmp_path / "instance"), "GONGSHI_DATABASE_URL": ""} | environment
        return CliRunner().invoke(gongshi, list(arguments), env=given)

    return run


# --- calendar table ------------------------------------------------------------------------------


def table(run: Run, year: int) -> list[dict[str, Any]]:
    done = run("calendar", "table", str(year), "--json")
    assert done.exit_code == 0, done.output
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


# "opens": "last_day"
WINDOWS_OF_2026 = {
    "2026-01-04": "2026-01-08",  # a Sunday that works
    "2026-02-09": "2026-02-13",
    "2026-02-10": "2026-02-14",  # Saturday the 14th works
    "2026-02-11": "2026-02-24",  # over 春节, the 15th to the 23rd
    "2026-02-14": "2026-02-27",
    "2026-02-24": "2026-02-28",  # Saturday the 28th works
    "2026-09-18": "2026-09-23",  # Sunday the 20th works
    "2026-09-20": "2026-09-24",
    "2026-09-24": "2026-10-08",  # over 中秋节 and 国庆节
    "2026-09-29": "2026-10-10",  # Saturday the 10th works
    "2026-10-08": "2026-10-13",
    "2026-12-25": "2026-12-31",  # the last that fits
}


def test_the_table_of_a_year_has_a_row_for_each_working_day_without_any_database(nowhere: Run) -> None:
    rows = table(nowhere, 2026)
    assert len(rows) == 248  # 261 weekdays, 19 of them off, 6 weekend days that work
    assert len({row["opens"] for row in rows}) == len(rows)
    windows = {row["opens"]: row["last_day"] for row in rows if "last_day" in row}
    assert {opens: windows[opens] for opens in WINDOWS_OF_2026} == WINDOWS_OF_2026
    refused = [row for row in rows if "refusal" in row]
    assert [row["opens"] for row in refused] == ["2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31"]
    assert all("2027年的放假调休安排尚未载入" in row["refusal"] for row in refused)
    row = next(row for row in rows if row["opens"] == "2026-09-18")
    assert row.keys() == {"opens", "last_day", "days"}
    assert [(day["date"], day["kind"], day["ordinal"]) for day in row["days"]] == [
        ("2026-09-18", "workday", 1),
        ("2026-09-19", "weekend", None),
        ("2026-09-20", "makeup", 2),
        ("2026-09-21", "workday", 3),
        ("2026-09-22", "workday", 4),
        ("2026-09-23", "workday", 5),
    ]


def test_a_year_without_a_notice_is_refused_by_name(nowhere: Run) -> None:
    [row] = table(nowhere, 2027)
    assert row["opens"] == "2027-01-01"
    assert "2027年的放假调休安排尚未载入" in row["refusal"]
    assert "2027-01-01  2027年的放假调休安排尚未载入" in nowhere("calendar", "table", "2027").stdout
    for year in ("1999", "2101", "next", "２０２６x"):
        assert nowhere("calendar", "table", year).exit_code == 2


# --- calendar load -------------------------------------------------------------------------------

GOOD = {
    "notice": "国办发明电〔2026〕1号",
    "published": "2024-11-04",
    "off": STATUTORY_2027,
    "work": [],
}


def notices(database: Database) -> int:
    with database.reader() as session:
        return session.scalar(select(func.count(CalendarNotice.id))) or 0


def test_a_notice_that_is_wrong_anywhere_is_not_loaded_at_all(database: Database, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "notice.json"
    for content, said in (
        (b"", "内容为空"),
        (b'{"2027": {"notice": "x",}}', "第1行第"),
        (b"\xc4\xea\xb7\xdd", "不是 UTF-8 编码"),
        (json.dumps({"2027": GOOD | {"off": GOOD["off"][1:]}}).encode(), "缺少法定节假日2027-01-01"),
        (json.dumps({"2027": GOOD, "2028": {"notice": "half"}}).encode(), "2028.published"),
        (NOTICES.read_bytes().replace(b'"2026-01-04"', b'"2026-01-05"'), "2026.work[0]"),
    ):
        file.write_bytes(content)
        done = run("calendar", "load", str(file))
        assert (done.exit_code, said in done.stderr) == (1, True), done.output
        assert "Traceback" not in done.output
        assert notices(database) == 0
    assert run("calendar", "load", str(tmp_path / "missing.json")).exit_code == 2


def test_a_loaded_notice_counts_from_then_on(database: Database, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "notice.json"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps({"2027": GOOD}).encode())  # as Windows Notepad saves it
    done = run("calendar", "load", str(file))
    assert (done.exit_code, done.stdout) == (0, "已载入 2027 年：国办发明电〔2026〕1号\n")
    assert notices(database) == 1
    windows = {row["opens"]: row.get("last_day") for row in table(run, 2026)}
    assert windows["2026-12-31"] == "2027-01-07"  # the Friday off, and a weekend
    assert len(table(run, 2027)) > 200
    newer = GOOD | {"notice": "国办发明电〔2026〕9号", "work": ["2026-12-27"]}  # a Sunday before the year begins
    file.write_text(json.dumps({"2027": newer}, ensure_ascii=False))
    assert run("calendar", "load", str(file)).exit_code == 0
    assert {row["opens"]: row.get("last_day") for row in table(run, 2026)}["2026-12-25"] == "2026-12-30"


def test_a_database_without_its_migrations_is_named(nowhere: Run, tmp_path: Path) -> None:
    file = tmp_path / "notice.json"
    file.write_text(json.dumps({"2027": GOOD}))
    for arguments in (("calendar", "load", str(file)), ("settle",), ("audit", "verify"), ("serve",)):
        done = nowhere(*arguments, **KEYS)
        assert (done.exit_code, "gongshi migrate" in done.stderr) == (1, True), arguments
    assert nowhere("migrate").exit_code == 0
    assert nowhere("migrate").exit_code == 0  # again: nothing to do
    assert nowhere("audit", "verify").exit_code == 0


# --- people, deadlines, the record ---------------------------------------------------------------


def test_an_account_needs_a_long_password_a_unit_and_a_role_that_fits(world: World, run: Run) -> None:
    def add(login: str, role: str, unit: str, password: str) -> Result:
        return run("user", "add", login, "--name", "新来的", "--role", role, "--unit", unit, "--password", password)

    for arguments, said in (
        (("new", "handler", "麒麟区", "too short"), "密码至少要15个字符"),
        (("new", "handler", "麒麟区", "gongshi gongshi 2026"), "太容易被猜到"),
        (("new", "handler", "没有这个单位", "correct horse battery"), "没有名为“没有这个单位”的单位"),
        (("new", "handler", "", "correct horse battery"), "须属于一个单位"),
        (("head", "head", "麒麟区", "correct horse battery"), "已经有人用了"),
    ):
        done = add(*arguments)
        assert (done.exit_code, said in done.stderr) == (1, True), done.output
    assert add("new", "king", "麒麟区", "correct horse battery").exit_code == 2
    done = add("new", "handler", "麒麟区", "correct horse battery")
    assert (done.exit_code, done.stdout) == (0, "已新增 new（单位经办人）\n")
    with world.database.reader() as session:
        user = session.scalars(select(User).where(User.login == "new")).one()
        assert (user.unit_id, user.password_hash.startswith("$argon2id$")) == (world.qilin, True)


def test_accounts_are_listed_reset_disabled_and_enabled(world: World, run: Run) -> None:
    done = run("user", "add", "new", "--name", "新来的", "--role", "office", "--password", "correct horse battery")
    assert done.exit_code == 0, done.output
    assert run("user", "disable", "handler2").stdout == "已停用 handler2，原有登录全部退出\n"
    listed = [line.split("\t") for line in run("user", "list").stdout.splitlines()]
    assert [(line[0], line[2], line[4:]) for line in listed] == [
        ("auditor", "监督员", []),
        ("new", "工作专班", ["须先换密码"]),
        ("office", "工作专班", ["有二次验证"]),
        ("office2", "工作专班", ["有二次验证"]),
        ("handler", "单位经办人", []),
        ("handler2", "单位经办人", ["已停用"]),
        ("head", "单位负责人", []),
        ("stranger", "单位负责人", []),
    ]
    assert run("user", "enable", "handler2").exit_code == 0
    for arguments, said in (
        (("reset", "nobody"), "没有登录名为 nobody 的账号"),
        (("disable", "nobody"), "没有登录名为 nobody 的账号"),
        (("enable", "handler2"), "没有停用"),
    ):
        refused = run("user", *arguments)
        assert (refused.exit_code, said in refused.stderr) == (1, True), refused.output


def test_a_reset_prints_a_password_once_that_works_and_must_be_changed(world: World, run: Run) -> None:
    printed = []
    for options in ((), ("--second-factor",)):
        done = run("user", "reset", "office", *options)
        assert done.exit_code == 0, done.output
        printed += re.findall(r"新密码（只显示这一次）：(\S+)", done.stdout)
        with world.database.reader() as session:
            user = session.scalars(select(User).where(User.login == "office")).one()
            assert passwords.fits(user.password_hash, printed[-1])
            assert (user.must_change_password, user.has_second_factor) == (True, not options)
    assert len(set(printed)) == 2
    typed = CliRunner().invoke(
        gongshi,
        ["user", "reset", "office", "--prompt"],
        env={"GONGSHI_DATABASE_URL": world.database.url},
        input="a quiet morning by the lake\n" * 2,
    )
    assert (typed.exit_code, "只显示这一次" in typed.stdout, "quiet morning" in typed.stdout) == (0, False, False)
    assert not any(password in " ".join(rows) for password in printed for rows in world.everything().values())


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
    [file] = [path for path in folder.rglob("*") if path.is_file()]
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
