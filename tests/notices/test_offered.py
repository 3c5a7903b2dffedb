"""The available notices: the built-in one, and the files of a folder. A broken file stops server and console."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import gongshi
from app.domain.refusals import NoticeMissing
from app.notices.offered import BUILT_IN, built_in, notice_of, offer_notices, offered
from app.notices.reading import UnusableNotice
from app.web.factory import create_app
from config import BadSettings, Settings
from tests.qujing import FOLDER


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    offer_notices()


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    folder = tmp_path / "notices"
    shutil.copytree(FOLDER, folder)
    file = folder / "lanhe-2031.toml"
    file.write_text(file.read_text("utf-8").replace('approvers = ["县委", "县政府"]', 'approvers = ["县委"]'), "utf-8")
    return folder


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(gongshi, list(arguments), env={f"GONGSHI_{k}": v for k, v in environment.items()})


def test_without_a_folder_there_is_the_built_in_notice_alone() -> None:
    offer_notices()
    assert list(offered()) == [BUILT_IN]
    assert notice_of("") is notice_of(BUILT_IN) is built_in()
    with pytest.raises(NoticeMissing, match="没有找到评选通知“lanhe-2031”的描述文件"):
        notice_of("lanhe-2031")


def test_files_of_a_folder_stand_beside_it_and_nothing_else_does(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "lanhe-2031.toml", tmp_path)
    (tmp_path / "readme.txt").write_text("no notice", "utf-8")
    offer_notices(str(tmp_path))
    assert list(offered()) == [BUILT_IN, "lanhe-2031"]


def test_two_files_of_one_key_are_refused(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        shutil.copy(FOLDER / "lanhe-2031.toml", tmp_path / name)
    with pytest.raises(UnusableNotice, match=r"b\.toml 用不了：\n- 标识“lanhe-2031”已经有别的描述文件用了"):
        offer_notices(str(tmp_path))


def test_a_broken_file_stops_the_portal_and_every_command_with_words(broken: Path, tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/empty.sqlite", notices_dir=str(broken))
    with pytest.raises(BadSettings, match="approvers 应写两家审批机关"):
        create_app(settings)
    stopped = run("settle", NOTICES_DIR=str(broken))
    assert (stopped.exit_code, stopped.exception.__class__) == (1, SystemExit)
    assert "lanhe-2031.toml 用不了：\n- approvers 应写两家审批机关" in stopped.stderr
    missing = run("settle", NOTICES_DIR=str(tmp_path / "nowhere"))
    assert (missing.exit_code, "应是一个文件夹" in missing.stderr) == (1, True)


def test_the_console_prints_what_can_be_followed() -> None:
    assert run("programme", "notices").stdout.splitlines() == [f"{BUILT_IN}\t{built_in().name}"]
    there = run("programme", "notices", NOTICES_DIR=str(FOLDER)).stdout.splitlines()
    assert there[1:] == ["lanhe-2031\t岚河县护河模范评选（2031年）"]
