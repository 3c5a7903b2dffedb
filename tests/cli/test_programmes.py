"""The console sets up a programme from one workbook."""

from __future__ import annotations

import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from app.cli import gongshi
from app.database import Database
from app.models import AuditRow, Programme, Unit, User
from app.services.accounts import passwords
from app.services.programmes import setting_up
from tests.qujing import written
from tests.services.office.test_programme_books import BOOK, PLAN
from tests.world import World, at

# The result does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def run(database: Database, *arguments: str) -> Result:
    return CliRunner().invoke(gongshi, list(arguments), env={"GONGSHI_DATABASE_URL": database.url})


def test_a_workbook_sets_up_an_empty_portal_and_prints_each_password_once(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "活动.xlsx"
    file.write_bytes(written(BOOK))
    done = run(database, "programme", "load", str(file))
    assert done.exit_code == 0, done.output
    lines = [line.split("\t") for line in done.stdout.splitlines() if "\t" in line]
    assert [line[:4] for line in lines] == [
        ["zfw01", "李经办", "单位经办人", "市委政法委"],
        ["ban03", "王工", "市级专班", "市评选工作组办公室"],
    ]
    with database.reader() as session:
        for login, *_, password in lines:
            user = session.scalars(select(User).where(User.login == login)).one()
            assert passwords.fits(user.password_hash, password)
            assert user.must_change_password
        assert session.scalar(select(func.count(Unit.id))) == 3


def test_a_workbook_with_errors_names_each_and_nothing_is_saved(database: Database, tmp_path: Path) -> None:
    wrong, blank = tmp_path / "错.xlsx", tmp_path / "空白.xlsx"
    wrong.write_bytes(written(replace(BOOK, plan=replace(PLAN, title="短"))))
    done = run(database, "programme", "load", str(wrong))
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "活动，第4行B列：活动名称请写4到200个字，现在是1个字。",
        "Error: 表格里有1处要改，一条也没有保存。",
    ]
    assert run(database, "programme", "blank", str(blank)).exit_code == 0
    assert run(database, "programme", "load", str(blank)).exit_code == 1
    wrong.write_bytes(b"PK\x03\x04")
    refused = run(database, "programme", "load", str(wrong))
    assert (refused.exit_code, "不完整或已损坏" in refused.stderr) == (1, True)
    with database.reader() as session:
        assert session.scalar(select(func.count(Programme.id))) == 0


def test_the_archive_is_written_for_its_owner_alone_and_never_over_another_file(world: World, tmp_path: Path) -> None:
    file = tmp_path / "归档包.zip"
    environment = {
        "GONGSHI_DATABASE_URL": world.database.url,
        "GONGSHI_IDENTITY_KEY": world.key.decode(),
        "GONGSHI_EVIDENCE_DIR": str(tmp_path / "evidence"),
    }

    def asked(login: str = "office", programme: int = world.programme, reason: str = "移交市档案馆") -> Result:
        arguments = ["programme", "archive", str(programme), str(file), "--by", login, "--reason", reason]
        return CliRunner().invoke(gongshi, arguments, env=environment)

    running = asked()
    assert (running.exit_code, running.stderr) == (
        1,
        "Error: 活动还没有归档。全部公示办结以后先归档，再制作归档包。\n",
    )
    world.run(setting_up.archive, world.programme, by=world.actor("office"), now=at("2026-10-08 Thu 09:00"))
    refused = {
        "nobody": asked("nobody"),
        "a handler": asked("handler"),
        "no such programme": asked(programme=99),
        "no reason": asked(reason=" "),
    }
    assert {name: (run.exit_code, file.exists()) for name, run in refused.items()} == dict.fromkeys(refused, (1, False))
    assert asked().exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600  # SECURITY 55
    with zipfile.ZipFile(file) as bundle:
        assert bundle.testzip() is None
        assert "核验.py" in {Path(name).name for name in bundle.namelist()}
    content = file.read_bytes()
    again = asked()
    assert (again.exit_code, again.stderr) == (1, f"Error: {file} 已经有了，请换一个文件名。\n")
    assert file.read_bytes() == content
    with world.database.reader() as session:
        acts = session.scalars(select(AuditRow.action).where(AuditRow.action.startswith("archive."))).all()
    assert acts == ["archive.asked", "archive.made"]
