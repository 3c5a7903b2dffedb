"""The console imports lists of nominees and exports a programme's lists."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from app.cli import gongshi
from app.database import Database
from app.domain.periods.rounds import Kind
from tests.lists import person, room_for, sheet
from tests.qujing import read_summary
from tests.services.sheets import with_macro
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # parses, calls services, prints
TITLE = "先进集体和先进个人评选表彰"
Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, world: World, tmp_path: Path) -> Run:
    """`run("import", …)` over the test's database, for qilin."""
    keys = {"GONGSHI_IDENTITY_KEY": world.key.decode(), "GONGSHI_EVIDENCE_DIR": str(tmp_path / "evidence")}

    def run(*arguments: str) -> Result:
        given = {"GONGSHI_DATABASE_URL": database.url} | keys
        return CliRunner().invoke(gongshi, list(arguments), env=given)

    return run


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], str]:
    def written(content: bytes) -> str:
        path = tmp_path / "名单.xlsx"
        path.write_bytes(content)
        return str(path)

    return written


def lists_in(run: Run, file: str, *more: str) -> Result:
    return run("import", file, "--programme", TITLE, "--unit", "麒麟区", *more)


def test_problems_are_lines_of_row_column_wrong_and_right_and_nothing_is_kept(
    world: World, run: Run, file: Callable[[bytes], str], tmp_path: Path
) -> None:
    room_for(world)
    done = lists_in(run, file(sheet([person(0), person(1, awards="", unit="")])), "--confirm")
    assert (done.exit_code, done.stdout.splitlines()) == (
        1,
        [
            "第6行\t工作单位\t没有填写\t请填写工作单位",
            "第6行\t何时何地受过何种奖励\t没有填写\t没有这方面情况的，请写“无”，不得空白",
        ],
    )
    assert "共2处问题，没有导入。" in done.stderr
    everything = world.everything()
    assert (everything["import_rows"], everything["documents"]) == ([], [])
    assert [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == []


def test_a_list_that_is_right_waits_for_its_confirmation_or_is_imported(
    world: World, run: Run, file: Callable[[bytes], str], tmp_path: Path
) -> None:
    room_for(world)
    waits = lists_in(run, file(sheet([person(0)])))
    assert (waits.exit_code, waits.stdout[:8]) == (0, "没有问题：1行。")
    done = lists_in(run, file(sheet([person(1), person(2)])), "--confirm")
    assert (done.exit_code, done.stdout) == (0, "已导入：新增2个，补充0个。\n")
    assert [actor for actor, action, _ in world.acts() if action == "import.confirmed"] == ["cli"]
    folder = tmp_path / "lists"
    away = run("export", str(folder), "--programme", TITLE)
    names = [
        "附件2 麒麟区.xlsx",
        "附件3 麒麟区.xlsx",
        "附件2 罗平县.xlsx",
        "附件3 罗平县.xlsx",
        "案件.xlsx",
        "名额.xlsx",
    ]
    assert (away.exit_code, away.stdout.splitlines()) == (0, names)
    assert {path.name for path in folder.iterdir()} == set(names)
    with (folder / "附件3 麒麟区.xlsx").open("rb") as saved:
        summary = read_summary(saved, "附件3")
        assert (summary.kind, summary.recommender) == (Kind.INDIVIDUAL, "麒麟区")
        assert [each.name for each in summary.nominations] == ["麒小3", "麒小4", "麒小5", "钱小一", "孙小一"]
    quotas = load_workbook(io.BytesIO((folder / "名额.xlsx").read_bytes())).worksheets[0]
    assert [row[0] for row in quotas.iter_rows(values_only=True)] == ["单位", "麒麟区", "罗平县"]


def test_what_is_not_there_or_not_taken_is_one_line_and_exit_code_1(
    world: World, run: Run, file: Callable[[bytes], str]
) -> None:
    right, before = sheet([person(0)]), world.everything()
    for done, why in (
        (lists_in(run, file(with_macro(right))), "“名单.xlsx”没有收下：这个文件里带有宏"),
        (lists_in(run, file(right), "--by", "handler"), "没有可用的市级专班账号"),
        (run("import", file(right), "--programme", "别的", "--unit", "麒麟区"), "没有名为“别的”的评选表彰活动"),
        (run("import", file(right), "--programme", TITLE, "--unit", "别的"), "没有名为“别的”的推荐单位"),
        (run("export", "/nowhere", "--programme", "别的"), "没有名为“别的”的评选表彰活动"),
    ):
        assert (done.exit_code, why in done.stderr) == (1, True), done.output
    assert world.everything() == before
