"""A backup taken while people write, put back elsewhere: counts, receipts, chain and files agree (R18, R32)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.database import ROOT, Database
from app.domain.cases.states import State
from app.domain.periods.window import Window
from app.domain.refusals import BackupFailed, NotABackup, WrongState
from app.evidence.store import Folder
from app.models import Base, Document, Evidence, Period, Purpose
from app.sealing import Keyring
from app.services.cases import investigation
from app.services.objections import evidence, following
from app.services.record import chain
from app.services.shared import documents
from app.services.upkeep import backup, portable
from app.services.upkeep import restore as putting_back
from app.services.upkeep.backup import back_up
from app.services.upkeep.restore import Restored
from tests.conftest import KEY, copy_of_template
from tests.data import DATA
from tests.files import attach, form_hash, hand_in, pdf, png, vault_in
from tests.invariants import broken
from tests.web.browsing import TOKEN
from tests.world import World, at

RING = Keyring(KEY.decode())

FILED = "2026-09-18 Fri 09:00"
NOW = at("2026-09-18 Fri 12:00")
NAME = "20260918T040000Z"
ODD_TEXT = "甲" * 1500 + '\u2028\\"\n“乙”\U0001f600' + "丙" * 1400
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

across = pytest.mark.parametrize(
    ("database", "elsewhere"), [("sqlite", "postgresql"), ("postgresql", "sqlite")], indirect=True
)


@pytest.fixture
def store(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "evidence")


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Another database, without any table."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path}/elsewhere/gongshi.sqlite")
    else:
        made = Database(copy_of_template(request.getfixturevalue("postgresql_url"), tmp_path / "2", "template0"))
    yield made
    made.dispose()


def restore(database: Database, store: Folder, keyring: Keyring, folder: Path, now: dt.datetime) -> Restored:
    """Put back and checked: what kept every rule when it was backed up keeps it now (R37)."""
    done = putting_back.restore(database, store, keyring, folder, now)
    if done.chain.holds:
        assert broken(database, now) == []
    return done


def counts(database: Database) -> dict[str, int]:
    with database.reader() as session:
        return {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in Base.metadata.sorted_tables}


def manifest_of(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return manifest


def eventful(world: World, tmp_path: Path) -> int:
    """A period with cases in several states, two files with one of them, and one that was never filed."""
    period = world.round_two()
    for content in (pdf(), pdf(padding=250_000)):
        attach(world, tmp_path / "evidence", content, now=FILED)
    first, _ = world.file(period, world.nominees[0], FILED, form_token=TOKEN, files=2)
    attach(world, tmp_path / "evidence", png(), token="another-token-of-24-char", now=FILED)
    second, _ = world.file(period, world.nominees[1], FILED)
    world.bring(second, State.CONCLUDED, FILED)
    joined, _ = world.file(period, world.nominees[0], FILED, facts=ODD_TEXT)
    world.act(investigation.join, first, "head", joined, now=FILED)  # a case that refers to a later one
    return period


def copied(world: World, database: Database) -> World:
    """The same world in another database."""
    return replace(world, database=database)


def stored_names(world: World) -> list[str]:
    with world.database.reader() as session:
        return list(session.scalars(select(Evidence.name).order_by(Evidence.id)))


# --- while people write ----------------------------------------------------------------------------


@across
def test_security_09_a_backup_made_while_people_write_is_one_moment_and_is_put_back_elsewhere(
    world: World, store: Folder, tmp_path: Path, elsewhere: Database
) -> None:
    period = eventful(world, tmp_path)
    shown: list[str] = []
    stop = threading.Event()

    def write(nominee: int) -> None:
        while not stop.is_set():
            shown.append(world.file(period, nominee, FILED)[1])

    writers = [threading.Thread(target=write, args=(nominee,)) for nominee in world.nominees[:3]]
    for writer in writers:
        writer.start()
    try:
        while len(shown) < 5:
            time.sleep(0.01)
        before = list(shown)
        made = back_up(world.database, store, tmp_path / "backups", NOW)
        during = len(shown)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert made.folder == tmp_path / "backups" / NAME
    done = restore(elsewhere, Folder(tmp_path / "evidence elsewhere"), RING, made.folder, NOW)
    assert during > len(before)  # somebody did write meanwhile
    told = {name: table["rows"] for name, table in manifest_of(made.folder)["tables"].items()}
    found = counts(elsewhere)
    assert found == told | {"audit_rows": told["audit_rows"] + 1}  # the restoring itself is on the record
    assert sum(told.values()) == made.rows == done.rows
    # One moment: what is written in one transaction is there whole, in every table.
    assert found["objections"] == found["cases"] == found["identities"]
    assert len(before) <= found["objections"] - 3 <= len(shown)
    with elsewhere.reader() as session:
        for receipt in before:
            assert following.find_by_receipt(session, RING, receipt)
        whole = chain.verify(session, [made.head])
        assert (whole.holds, whole.rows) == (True, made.head.number + 1)
    assert (done.chain.holds, done.chain.rows, done.chain.head) == (True, made.head.number, made.head.hash)
    with world.database.reader() as session:
        assert chain.verify(session, [made.head]).holds
    again = Folder(tmp_path / "evidence elsewhere")
    assert {n: b"".join(again.get(n)) for n in again.names()} == {n: b"".join(store.get(n)) for n in store.names()}
    assert done.files == made.files == 3


def test_security_09_every_value_comes_back_exactly_and_new_rows_follow(
    world: World, store: Folder, tmp_path: Path, elsewhere: Database
) -> None:
    eventful(world, tmp_path)
    before = world.everything()
    made = back_up(world.database, store, tmp_path / "backups", NOW)
    restore(elsewhere, Folder(tmp_path / "e2"), RING, made.folder, NOW)
    copy = copied(world, elsewhere)
    after = copy.everything()
    assert len(after.pop("audit_rows")) == len(before.pop("audit_rows")) + 1
    assert after == before
    assert copy.acts()[-1] == ("cli", "backup.restored", "portal")
    assert world.acts()[-1] == ("cli", "backup.made", "portal")
    # It goes on working: ids follow the last one, references are checked again.
    case, receipt = copy.file(6, copy.nominees[2], FILED)
    assert case == 4
    assert copy.do(following.find_by_receipt, RING, receipt) == 4
    if elsewhere.engine.dialect.name == "postgresql":
        with elsewhere.reader() as session:
            late = session.scalars(text("SELECT conname FROM pg_constraint WHERE condeferrable")).all()
        assert late == []


@across
def test_security_09_an_id_that_was_given_out_is_not_given_again(
    world: World, store: Folder, tmp_path: Path, elsewhere: Database
) -> None:
    """The record names evidence by its id: one that is gone lends its id to nobody, after a restore either."""
    vault = vault_in(tmp_path / "evidence", world.key)
    gone = [attach(world, tmp_path / "evidence", png(shade), now=FILED) for shade in range(3)]
    for file in gone:
        world.run(evidence.remove, vault, form_hash(world.key, TOKEN), file.id, now=NOW)
    made = back_up(world.database, store, tmp_path / "backups", NOW)
    restore(elsewhere, Folder(tmp_path / "e2"), RING, made.folder, NOW)
    assert attach(copied(world, elsewhere), tmp_path / "e2", png(), now=FILED).id == gone[-1].id + 1


@on_sqlite
def test_security_09_files_of_staff_come_back_whole_and_a_lost_one_is_named(
    world: World, store: Folder, tmp_path: Path
) -> None:
    evidence_folder = tmp_path / "evidence"
    for title in ("关于表彰的请示.pdf", "关于表彰的批复.pdf"):
        hand_in(world, evidence_folder, Purpose.PROCEEDING, pdf(title), title, now=FILED)
    with world.database.reader() as session:
        kept, lost = session.scalars(select(Document.name).order_by(Document.id))
    (evidence_folder / lost[:2] / lost).unlink()
    made = back_up(world.database, store, tmp_path / "backups", NOW)
    assert (made.files, made.missing) == (1, (lost,))
    there = Database(f"sqlite:///{tmp_path}/e/gongshi.sqlite")
    done = restore(there, Folder(tmp_path / "e2"), RING, made.folder, NOW)
    assert (done.files, done.missing) == (1, (lost,))
    again = vault_in(tmp_path / "e2", world.key)
    opened = copied(world, there).run(documents.open_document, again, 1, by=world.actor("office"), now=NOW)
    assert (opened.file_name, b"".join(opened.content)) == ("关于表彰的请示.pdf", pdf("关于表彰的请示.pdf"))
    assert set(again.store.names()) == {kept}
    there.dispose()


def test_every_column_of_every_table_has_a_portable_kind() -> None:
    for table in Base.metadata.sorted_tables:
        assert portable.kinds_of(table).keys() == set(table.columns.keys())


# --- what is in it ---------------------------------------------------------------------------------


@on_sqlite
def test_a_backup_can_be_checked_without_the_portal_and_is_its_owners_alone(
    world: World, store: Folder, tmp_path: Path
) -> None:
    eventful(world, tmp_path)
    made = back_up(world.database, store, tmp_path / "backups", NOW)
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "files.sha256"], cwd=made.folder, check=True)
    paths = list((tmp_path / "backups" / NAME).rglob("*"))
    assert {oct(path.stat().st_mode & 0o777) for path in paths} == {"0o600", "0o700"}
    listed = {line.split("  ")[1] for line in (made.folder / "files.sha256").read_text().splitlines()}
    there = {str(path.relative_to(made.folder)) for path in paths if path.is_file()}
    assert there == listed | {"files.sha256", "manifest.json"}
    manifest = manifest_of(made.folder)
    assert manifest["audit_head"] == str(made.head)
    assert manifest["revision"] == world.database.revision()
    assert manifest["files_sha256"] == hashlib.sha256((made.folder / "files.sha256").read_bytes()).hexdigest()
    assert "密钥不在备份里" in manifest["keys"]
    for path in paths:
        assert not path.is_file() or KEY not in path.read_bytes()
    with pytest.raises(BackupFailed, match=f"{NAME} 已经有了"):
        back_up(world.database, store, tmp_path / "backups", NOW)


# --- what goes wrong -------------------------------------------------------------------------------


@on_sqlite
def test_security_09_whatever_stops_a_backup_leaves_no_half_of_one(
    world: World, store: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    eventful(world, tmp_path)
    acts = world.acts()
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(BackupFailed, match="Not a directory"):
        back_up(world.database, store, tmp_path / "file" / "backups", NOW)
    backups = tmp_path / "backups"
    _, unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, unlimited))  # less than the larger evidence file
    try:
        with pytest.raises(BackupFailed, match="File too large"):
            back_up(world.database, store, backups, NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (unlimited, unlimited))
    monkeypatch.setattr(backup, "sync", lambda folder: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        back_up(world.database, store, backups, NOW)
    monkeypatch.undo()
    assert [path.name for path in backups.iterdir()] == [".lock"]
    assert world.acts() == acts
    assert back_up(world.database, store, backups, NOW).files == 3


@on_sqlite
def test_security_09_a_backup_killed_outright_leaves_nothing_that_looks_whole(
    world: World, store: Folder, tmp_path: Path
) -> None:
    eventful(world, tmp_path)
    backups, last = tmp_path / "backups", stored_names(world)[-1]
    stuck = tmp_path / "evidence" / last[:2] / last
    stuck.rename(tmp_path / "kept")
    os.mkfifo(stuck)  # whoever reads this waits
    command = [sys.executable, "-c", "from app.cli import gongshi; gongshi()", "backup", str(backups)]
    environment = os.environ | {
        "GONGSHI_DATABASE_URL": world.database.url,
        "GONGSHI_EVIDENCE_DIR": str(tmp_path / "evidence"),
    }
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while len(list(backups.glob("*/evidence/*/*"))) < 2:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        with pytest.raises(BackupFailed, match="另一个备份正在进行"):
            back_up(world.database, store, backups, NOW)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    [half] = backups.glob("*.unfinished")
    with pytest.raises(NotABackup, match=r"没有 manifest\.json，不是完整的备份"):
        restore(Database(f"sqlite:///{tmp_path}/new.sqlite"), Folder(tmp_path / "e2"), RING, half, NOW)
    assert not (tmp_path / "new.sqlite").exists()
    (tmp_path / "kept").rename(stuck)
    back_up(world.database, store, backups, NOW)
    assert {path.name for path in backups.iterdir()} == {".lock", NAME}


@on_sqlite
def test_evidence_that_is_lost_does_not_keep_the_rest_from_being_saved_and_is_named(
    world: World, store: Folder, tmp_path: Path
) -> None:
    eventful(world, tmp_path)
    lost, _, never_filed = stored_names(world)
    store.delete(lost)
    store.delete(never_filed)  # as if forgotten while the backup ran: its row is soon gone too
    made = back_up(world.database, store, tmp_path / "backups", NOW)
    assert (made.files, made.missing) == (1, (lost,))
    fresh = Database(f"sqlite:///{tmp_path}/fresh.sqlite")
    done = restore(fresh, Folder(tmp_path / "e2"), RING, made.folder, NOW)
    assert (done.files, done.missing, done.chain.holds) == (1, (lost,), True)
    fresh.dispose()


# --- refused ---------------------------------------------------------------------------------------

Spoil = Callable[[Path], object]


def edit(name: str, change: Callable[[str], str]) -> Spoil:
    """Change a text file, and see that it did change."""

    def spoil(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        assert change(text) != text
        (folder / name).write_text(change(text), "utf-8")

    return spoil


SPOILT: list[tuple[Spoil, str]] = [
    (lambda folder: (folder / "manifest.json").unlink(), "没有 manifest.json，不是完整的备份"),
    (edit("manifest.json", lambda text: text[:-20]), "manifest.json：内容读不懂"),
    (edit("manifest.json", lambda text: "[]"), "manifest.json：内容读不懂"),
    (edit("manifest.json", lambda text: text.replace('"revision": "', '"revision": "9')), "请先升级本系统"),
    (edit("manifest.json", lambda text: text.replace('"format": 1', '"format": 2')), "请先升级本系统"),
    (edit("manifest.json", lambda text: text.replace('"units": {', '"passwords": {')), "manifest.json：与备份时不一致"),
    (edit("files.sha256", lambda text: text[1:]), "files.sha256：与备份时不一致"),
    (lambda folder: (folder / "files.sha256").unlink(), "files.sha256：与备份时不一致"),
    (
        edit("tables/objections.jsonl", lambda text: text.replace("甲", "乙", 1)),
        "tables/objections.jsonl：与备份时不一致",
    ),
    (
        edit("tables/audit_rows.jsonl", lambda text: text.rpartition("\n{")[0] + "\n"),
        "tables/audit_rows.jsonl：与备份时不一致",
    ),
    (lambda folder: (folder / "tables" / "cases.jsonl").unlink(), "tables/cases.jsonl：缺少这个文件"),
    (lambda folder: next(folder.glob("evidence/*/*")).write_bytes(b"x"), "：与备份时不一致"),
    (lambda folder: next(folder.glob("evidence/*/*")).unlink(), "：缺少这个文件"),
]


@on_sqlite
def test_security_09_a_backup_that_differs_from_its_manifest_is_refused_before_anything_is_written(
    world: World, store: Folder, tmp_path: Path
) -> None:
    eventful(world, tmp_path)
    made = back_up(world.database, store, tmp_path / "backups", NOW)
    for number, (spoil, said) in enumerate(SPOILT):
        spoilt = tmp_path / f"spoilt{number}"
        shutil.copytree(made.folder, spoilt)
        spoil(spoilt)
        fresh = Database(f"sqlite:///{tmp_path}/fresh{number}.sqlite")
        with pytest.raises(NotABackup, match=said):
            restore(fresh, Folder(tmp_path / f"e{number}"), RING, spoilt, NOW)
        assert not (tmp_path / f"fresh{number}.sqlite").exists()
        assert not (tmp_path / f"e{number}").exists()


@across
def test_security_09_a_backup_is_put_back_into_an_empty_database_only(
    world: World, store: Folder, tmp_path: Path, elsewhere: Database
) -> None:
    eventful(world, tmp_path)
    made = back_up(world.database, store, tmp_path / "backups", NOW)
    before = world.everything()
    with pytest.raises(WrongState, match="现在的数据库里已有内容（audit_rows、"):
        restore(world.database, Folder(tmp_path / "e2"), RING, made.folder, NOW)
    assert world.everything() == before
    elsewhere.migrate()  # tables without rows are as good as none
    with elsewhere.writer() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
        session.commit()
    with pytest.raises(WrongState, match="现在的数据库结构是 0000"):
        restore(elsewhere, Folder(tmp_path / "e2"), RING, made.folder, NOW)
    assert not (tmp_path / "e2").exists()
    with elsewhere.writer() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": world.database.revision()})
        session.commit()
    assert restore(elsewhere, Folder(tmp_path / "e2"), RING, made.folder, NOW).files == 3
    with pytest.raises(WrongState, match="现在的数据库里已有内容"):
        restore(elsewhere, Folder(tmp_path / "e2"), RING, made.folder, NOW)


def test_security_09_a_backup_of_the_first_version_is_put_back_and_migrated(
    elsewhere: Database, tmp_path: Path
) -> None:
    """`tests/data/backup-of-0001` was made by the code of migration 0001 and is never made anew."""
    made = DATA / "backup-of-0001"
    told = {name: table["rows"] for name, table in manifest_of(made)["tables"].items()}
    assert manifest_of(made)["revision"] == "0001"
    done = restore(elsewhere, Folder(tmp_path / "e2"), RING, made, NOW)
    assert elsewhere.is_migrated()
    assert (done.rows, done.files, done.chain.holds, done.chain.rows) == (sum(told.values()), 1, True, 5)
    found = counts(elsewhere)
    assert {name: found[name] for name in told} == told | {"audit_rows": 6}
    with elsewhere.reader() as session:
        assert session.get_one(Period, 3).window == Window(at("2026-09-18 00:00"), at("2026-09-24 00:00"))


@on_sqlite
def test_what_stops_a_restore_leaves_the_database_empty_for_another_try(
    world: World, store: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    eventful(world, tmp_path)
    made = back_up(world.database, store, tmp_path / "backups", NOW)
    fresh = Database(f"sqlite:///{tmp_path}/fresh.sqlite")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(portable, "go_on_after", stop)
    with pytest.raises(KeyboardInterrupt):
        restore(fresh, Folder(tmp_path / "e2"), RING, made.folder, NOW)
    monkeypatch.undo()
    assert set(counts(fresh).values()) == {0}
    assert restore(fresh, Folder(tmp_path / "e2"), RING, made.folder, NOW).chain.holds
    fresh.dispose()


@on_sqlite
def test_a_record_that_was_broken_is_put_back_as_it_was_and_said_to_be_broken(
    world: World, store: Folder, tmp_path: Path
) -> None:
    eventful(world, tmp_path)
    with world.database.writer() as session:
        session.execute(text("DROP TRIGGER audit_rows_no_update"))
        session.execute(text("UPDATE audit_rows SET actor = 'user:9' WHERE id = 5"))
        session.commit()
    made = back_up(world.database, store, tmp_path / "backups", NOW)
    fresh = Database(f"sqlite:///{tmp_path}/fresh.sqlite")
    done = restore(fresh, Folder(tmp_path / "e2"), RING, made.folder, NOW)
    assert (done.chain.broken_at, done.chain.problem) == (5, "内容被改动")
    fresh.dispose()
