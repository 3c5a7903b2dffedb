"""`gongshi check`: what it prints, and with which exit code (R37)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from app.cli import gongshi
from app.database import Database
from app.services.record.checks.registry import INVARIANTS
from tests.world import World

Run = Callable[..., Result]
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LATE = "UPDATE objections SET filed_at = (SELECT closes_at FROM periods WHERE id = 6)"


@pytest.fixture
def run(database: Database) -> Run:
    """`run("check", "--json")` over the test's database."""

    def run(*arguments: str, **environment: str) -> Result:
        given = {"GONGSHI_DATABASE_URL": database.url, "GONGSHI_IDENTITY_KEY": "a key for tests, thirty-two bytes"}
        return CliRunner().invoke(gongshi, list(arguments), env=given | environment)

    return run


@pytest.fixture
def filed(world: World) -> World:
    world.file(world.round_two(), world.nominees[0], "2026-09-18 Fri 09:00")
    return world


def spoil(world: World, sentence: str = LATE) -> None:
    with world.database.writer() as session:
        session.execute(text(sentence))
        session.commit()


def test_a_row_that_breaks_a_rule_is_named_with_its_rule_and_the_exit_code_is_1(filed: World, run: Run) -> None:
    spoil(filed)
    before = filed.everything()
    found = run("check")
    assert found.exit_code == 1
    first, last = found.stdout.splitlines()
    assert first == "R6\tobjections 第1行\t不符合“异议都在公示时间内提出”（objection-is-filed-inside-the-window）"
    assert last == f"核对了{len(INVARIANTS)}项，有1处不符（每项最多列出100处）。没有改动任何内容。"
    told = run("check", "--json")
    assert told.exit_code == 1
    finding = {"name": "objection-is-filed-inside-the-window", "rule": "R6", "table": "objections", "row": 1}
    report = json.loads(told.stdout)
    assert (report["invariants"], report["findings"]) == (len(INVARIANTS), [finding])
    assert filed.everything() == before


def test_sound_data_says_so_and_the_exit_code_is_0(filed: World, run: Run) -> None:
    done = run("check")
    assert (done.exit_code, done.stdout) == (0, f"核对了{len(INVARIANTS)}项，数据与规则一致。\n")
    told = run("check", "--json")
    assert (told.exit_code, json.loads(told.stdout)["findings"]) == (0, [])


@on_sqlite
def test_the_invariants_are_listed_one_a_line_without_any_database(run: Run, tmp_path: Path) -> None:
    nowhere = {"GONGSHI_DATABASE_URL": f"sqlite:///{tmp_path}/nowhere.sqlite"}
    listed = run("check", "--list", **nowhere)
    lines = [line.split("\t") for line in listed.stdout.splitlines()]
    assert listed.exit_code == 0
    assert len(lines) >= 60
    assert {name: (rule, says) for name, rule, says in lines} == {
        each.name: (each.rule, each.says) for each in INVARIANTS.values()
    }
    told = run("check", "--list", "--json", **nowhere)
    assert [each["name"] for each in json.loads(told.stdout)] == [name for name, _, _ in lines]


@on_sqlite
def test_a_database_without_its_schema_is_not_checked(run: Run, tmp_path: Path) -> None:
    refused = run("check", GONGSHI_DATABASE_URL=f"sqlite:///{tmp_path}/nowhere.sqlite")
    assert (refused.exit_code, "gongshi migrate" in refused.stderr) == (1, True)


@on_sqlite
@pytest.mark.parametrize("spoilt", [False, True])
def test_what_was_restored_is_checked(filed: World, run: Run, tmp_path: Path, spoilt: bool) -> None:
    if spoilt:
        spoil(filed)
    assert run("backup", str(tmp_path / "backups"), GONGSHI_EVIDENCE_DIR=str(tmp_path / "e")).exit_code == 0
    [folder] = [path for path in (tmp_path / "backups").iterdir() if path.is_dir()]
    there = {"GONGSHI_DATABASE_URL": f"sqlite:///{tmp_path}/2.sqlite", "GONGSHI_EVIDENCE_DIR": str(tmp_path / "e2")}
    done = run("restore", str(folder), **there)
    assert (done.exit_code, "已恢复：" in done.stdout) == (int(spoilt), True), done.output
    assert ("objection-is-filed-inside-the-window" in done.stdout) is spoilt
    assert ("数据与规则一致" in done.stdout) is not spoilt
