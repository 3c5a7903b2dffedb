"""The console sets up a programme from one workbook."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from app.cli import gongshi
from app.database import Database
from app.models import Programme, Unit, User
from app.services.accounts import passwords
from tests.qujing import written
from tests.services.office.test_programme_books import BOOK, PLAN

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
