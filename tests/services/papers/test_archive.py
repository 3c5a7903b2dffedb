"""The archive of a programme: whole, readable without the portal, and checked by the program that comes along."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.domain.cases.states import DeclineGround, State
from app.domain.refusals import NotAllowed, WrongState
from app.models import Recusal
from app.services.papers import archive
from app.services.papers.paper import Clerk, Stationery
from app.services.periods import closing
from app.services.programmes import setting_up
from app.services.record import chain
from app.services.record.verifying import verify
from app.services.shared.files import Vault
from tests.files import attach, pdf, vault_in
from tests.latin import find_identifiers
from tests.rehearsing import copy_world
from tests.world import World, at

pytestmark = pytest.mark.walk

FILED = "2026-09-18 Fri 08:13"
ENDED = "2026-10-08 Thu 09:00"
NAME, CONTACT = "植标甲", "13900001111"
TOKEN = "a-form-token-of-24-chars"


@dataclass(frozen=True)
class Kept:
    """A programme that is over, and its archive."""

    world: World
    folder: Path


@pytest.fixture
def vault(tmp_path: Path, world: World) -> Vault:
    return vault_in(tmp_path / "evidence", world.key)


@pytest.fixture(scope="module")
def kept(make_world: Callable[[Path], World], tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Round 2 of qilin, with a dismissed, a declined and a lapsed case, closed; the programme archived and packed."""
    folder = tmp_path_factory.mktemp("archive")
    world = make_world(folder)
    period = world.round_two()
    attach(world, folder / "evidence", pdf("evidence"), TOKEN, now=FILED)
    case, _ = world.file(period, world.nominees[2], FILED, name=NAME, contact=CONTACT, form_token=TOKEN, files=1)
    world.bring(case, State.CONCLUDED, "2026-09-21 Mon 10:00")
    declined, _ = world.file(period, world.nominees[3], FILED, contact="13900001112")
    world.decline(declined, DeclineGround.NO_FACTS, "没有写明具体事实。", "2026-09-22 Tue 10:00")
    world.file(period, world.nominees[4], FILED, contact="13900001113")
    office = world.actor("office")
    world.run(closing.close_period, period, by=office, now=at(ENDED))
    world.run(setting_up.archive, world.programme, by=office, now=at(ENDED))
    with zipfile.ZipFile(io.BytesIO(packed(world, vault_in(folder / "evidence", world.key)))) as bundle:
        assert {entry.external_attr >> 16 for entry in bundle.infolist()} == {0o600}  # SECURITY 55
        bundle.extractall(folder / "归档包")
    return Kept(world, folder / "归档包")


def packed(world: World, vault: Vault, login: str = "office") -> bytes:
    clerk = Clerk(world.actor(login), at(ENDED), Stationery("https://example.com"), vault)
    world.run(archive.ask, world.programme, "移交档案室", by=clerk.actor, now=clerk.now)
    return b"".join(archive.of_programme(world.database, world.programme, clerk).content)


@pytest.fixture
def ended(kept: Kept, tmp_path: Path) -> Iterator[World]:
    """That world, to change."""
    world = copy_world(kept.world, tmp_path / "ended.sqlite")
    yield world
    world.database.dispose()


@pytest.fixture
def unpacked(kept: Kept, tmp_path: Path) -> Path:
    """The archive unpacked into a folder, as whoever keeps it has it."""
    return Path(shutil.copytree(kept.folder, tmp_path / "归档包"))


def check(folder: Path, *kept: str) -> tuple[int, str]:
    """Run the program that came along, by itself: without the portal's code."""
    ran = subprocess.run(
        [sys.executable, "-I", "核验.py", *kept], cwd=folder, capture_output=True, text=True, encoding="utf-8"
    )
    assert not ran.stderr
    return ran.returncode, ran.stdout


def test_the_archive_is_whole_and_says_so_itself(ended: World, unpacked: Path) -> None:
    paths = sorted(path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file())
    folders = {path.partition("/")[0] for path in paths if "/" in path}
    assert folders == {"01-公示公告", "02-推荐材料", "03-案件", "05-记录"}
    assert sum(path.startswith("02-推荐材料/推荐表/麒麟区/") for path in paths) == 5
    assert sum(path.startswith("02-推荐材料/推荐表/罗平县/") for path in paths) == 3
    assert sum(path.endswith("01-基本情况.txt") for path in paths) == 3  # 一案一卷
    assert [path for path in paths if path.endswith("异议1-证据1.pdf")]
    hung = [path for path in paths if path.startswith("01-公示公告/第2轮/")]
    assert sorted(path.rpartition("公示")[2] for path in hung) == [
        "公告.docx",
        "办结报告.docx",
        "异议处理情况报告.docx",
    ]
    code, said = check(unpacked)
    assert (code, "核验通过" in said) == (0, True)
    with ended.database.reader() as session:
        rows = {
            row.action: json.loads(row.details) for row in chain.rows_about(session, f"programme:{ended.programme}")
        }
        head = next(line for line in said.splitlines() if "末尾校验值" in line).partition("：")[2]
        assert verify(session, chain.heads_in(head)).holds
    assert rows["archive.asked"] == {"reason": "移交档案室"}
    listed = (unpacked / "清单.sha256").read_bytes()
    assert rows["archive.made"]["sha256"] == hashlib.sha256(listed).hexdigest()
    assert check(unpacked, head)[0] == 0


def test_the_list_is_read_by_sha256sum_and_the_index_by_anybody(unpacked: Path) -> None:
    if tool := shutil.which("sha256sum"):
        ran = subprocess.run([tool, "--quiet", "-c", "清单.sha256"], cwd=unpacked, capture_output=True, text=True)
        assert (ran.returncode, ran.stdout) == (0, "")
    listed = [line[66:] for line in (unpacked / "清单.sha256").read_text("utf-8").splitlines()]
    page = (unpacked / "目录.html").read_text("utf-8")
    sheet = load_workbook(unpacked / "目录.xlsx").active
    assert sheet is not None
    for path in listed:
        if not path.startswith("目录."):
            assert f">{path}<" in page
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        path for path in listed if not path.startswith("目录.")
    ]
    assert "<script" not in page


def test_the_record_is_in_words_and_nobody_who_objected_is_in_it(unpacked: Path) -> None:
    sheet = load_workbook(unpacked / "05-记录" / "记录.xlsx").active
    assert sheet is not None
    rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert {"安排公示", "收到异议", "确认处理意见", "办结公示", "评选活动归档", "制作归档包"} <= {
        row[3] for row in rows
    }
    for row in rows:  # the made-up people of the tests are called by their logins
        assert not find_identifiers("；".join(row), "handler2", "handler", "head", "office"), row
    for path in unpacked.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            parts = [content]
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as opened:
                    parts += [opened.read(name) for name in opened.namelist()]
            for mark in (NAME, CONTACT, *(["08:13"] if path.parent.name != "05-记录" else [])):
                assert not any(mark.encode() in part for part in parts), (path, mark)


def chain_of(folder: Path) -> tuple[Path, list[str]]:
    path = folder / "05-记录" / "记录链.jsonl"
    return path, path.read_text("utf-8").splitlines(keepends=True)


def _alter_a_byte(folder: Path) -> None:
    path = next((folder / "03-案件").rglob("01-基本情况.txt"))
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(content)


def _remove_a_file(folder: Path) -> None:
    next((folder / "03-案件").rglob("01-基本情况.txt")).unlink()


def _add_a_file(folder: Path) -> None:
    (folder / "03-案件" / "多余.txt").write_text("x", "utf-8")


def _edit_a_record(folder: Path) -> None:
    path, lines = chain_of(folder)
    lines[3] = lines[3].replace('"action": "', '"action": "x')
    path.write_text("".join(lines), "utf-8")
    _list_anew(folder, path)


def _drop_a_record(folder: Path) -> None:
    path, lines = chain_of(folder)
    path.write_text("".join(lines[:5] + lines[6:]), "utf-8")
    _list_anew(folder, path)


def _swap_records(folder: Path) -> None:
    path, lines = chain_of(folder)
    lines[4], lines[5] = lines[5], lines[4]
    path.write_text("".join(lines), "utf-8")
    _list_anew(folder, path)


def _add_a_record(folder: Path) -> None:
    path, lines = chain_of(folder)
    path.write_text("".join([*lines[:6], lines[5], *lines[6:]]), "utf-8")
    _list_anew(folder, path)


def _list_anew(folder: Path, path: Path) -> None:
    """Whoever changes the record changes the list too: the chain shows it all the same."""
    listed = folder / "清单.sha256"
    name = path.relative_to(folder).as_posix()
    lines = [line for line in listed.read_text("utf-8").splitlines() if not line.endswith(name)]
    listed.write_text("\n".join([*lines, f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}"]) + "\n", "utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_alter_a_byte, "文件被改动：03-案件/"),
        (_remove_a_file, "缺少文件：03-案件/"),
        (_add_a_file, "多出文件：03-案件/多余.txt"),
        (_edit_a_record, "记录内容被改动：第4条"),
        (_drop_a_record, "记录缺少：应当是第6条，却是第7条"),
        (_swap_records, "记录缺少：应当是第5条，却是第6条"),
        (_add_a_record, "记录调换了次序或者重复：应当是第7条，却是第6条"),
    ],
)
def test_what_was_changed_is_named(unpacked: Path, change: Callable[[Path], None], said: str) -> None:
    change(unpacked)
    code, output = check(unpacked)
    assert code == 1
    assert said in output


def test_a_record_cut_at_its_end_is_found_by_a_head_that_was_kept(unpacked: Path) -> None:
    path, lines = chain_of(unpacked)
    last = json.loads(lines[-1])
    path.write_text("".join(lines[:-1]), "utf-8")
    _list_anew(unpacked, path)
    code, output = check(unpacked, f"{last['id']}:{last['hash']}")
    assert (code, f"记录缺少第{last['id']}条" in output) == (1, True)


def test_the_program_is_short_and_needs_nothing(unpacked: Path) -> None:
    source = (unpacked / "核验.py").read_text("utf-8")
    assert len(source.splitlines()) <= 150
    modules = {
        line.split()[1].partition(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))
    }
    assert modules <= set(sys.stdlib_module_names) | {"__future__"}


def test_only_the_office_asks_with_a_reason_for_what_is_archived(ended: World, tmp_path: Path) -> None:
    vault = vault_in(tmp_path / "evidence", ended.key)
    for login in ("head", "auditor"):
        with pytest.raises(NotAllowed):
            packed(ended, vault, login)
    ended.run(setting_up.reopen, ended.programme, "还有一件事", by=ended.actor("office"), now=at(ENDED))
    with pytest.raises(WrongState):
        packed(ended, vault)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_whoever_is_recused_from_a_case_makes_no_archive(world: World, vault: Vault) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], FILED)
    with world.database.writer() as session:
        session.add(
            Recusal(case_id=case, user_id=world.people["office"], reason="与推荐对象是亲属", recused_at=at(FILED))
        )
        session.commit()
    second = world.actor("office2")
    world.run(closing.close_period, period, by=second, now=at(ENDED))
    world.run(setting_up.archive, world.programme, by=second, now=at(ENDED))
    with pytest.raises(NotAllowed, match="回避"):
        packed(world, vault)
    assert packed(world, vault, "office2")
