"""A backup taken while people write, put back elsewhere: counts, receipts, chain and files agree (R18, R32)."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.database import ROOT, Database
from app.domain.refusals import BackupFailed, NotABackup
from app.evidence.store import Folder
from app.models import Document, Evidence, Purpose
from app.services.objections import evidence, following
from app.services.record.verifying import verify
from app.services.shared import documents
from app.services.upkeep import backup
from app.services.upkeep.backup import back_up
from tests.conftest import KEY
from tests.files import attach, form_hash, hand_in, pdf, png, vault_in
from tests.services.upkeep.backups import (
    FILED,
    NOW,
    RING,
    between_databases,
    counts,
    eventful,
    manifest_of,
    on_sqlite,
    restore,
)
from tests.web.browsing import TOKEN
from tests.world import World

NAME = "20260919T040000Z"


def copied(world: World, database: Database) -> World:
    """The same world in another database."""
    return replace(world, database=database)


def stored_names(world: World) -> list[str]:
    with world.database.reader() as session:
        return list(session.scalars(select(Evidence.name).order_by(Evidence.id)))


# --- while people write ----------------------------------------------------------------------------


@between_databases
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
        made = back_up(world.database, store, RING, tmp_path / "backups", NOW)
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
    acts = told["audit_rows"] + 1  # the restoring itself is on the record, and what waited is sealed
    assert found == told | {"audit_rows": acts, "seals": acts, "unsealed": 0, "tiles": found["tiles"]}
    assert sum(told.values()) == made.rows == done.rows
    # One moment: what is written in one transaction is there whole, in every table.
    assert found["objections"] == found["cases"] == found["identities"]
    assert len(before) <= found["objections"] - 3 <= len(shown)
    with elsewhere.reader() as session:
        for receipt in before:
            assert following.find_by_receipt(session, RING, receipt)
        whole = verify(session, [made.head])
        assert (whole.holds, whole.rows, whole.unsealed) == (True, acts, 0)
    assert (done.chain.holds, done.chain.rows, done.chain.head) == (True, made.head.number, made.head.hash)
    with world.database.reader() as session:
        assert verify(session, [made.head]).holds
    again = Folder(tmp_path / "evidence elsewhere")
    assert {n: b"".join(again.get(n)) for n in again.names()} == {n: b"".join(store.get(n)) for n in store.names()}
    assert done.files == made.files == 3 + 2  # three files, and the copies of two documents


def test_security_09_every_value_comes_back_exactly_and_new_rows_follow(
    world: World, store: Folder, tmp_path: Path, elsewhere: Database
) -> None:
    eventful(world, tmp_path)
    world.seal()
    before = world.everything()
    made = back_up(world.database, store, RING, tmp_path / "backups", NOW)
    restore(elsewhere, Folder(tmp_path / "e2"), RING, made.folder, NOW)
    copy = copied(world, elsewhere)
    after = copy.everything()
    for grown in ("audit_rows", "seals"):
        assert len(after.pop(grown)) == len(before.pop(grown)) + 1
    del after["tiles"], before["tiles"]
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


@between_databases
def test_security_09_an_id_that_was_given_out_is_not_given_again(
    world: World, store: Folder, tmp_path: Path, elsewhere: Database
) -> None:
    """The record names evidence by its id: one that is gone lends its id to nobody, after a restore either."""
    vault = vault_in(tmp_path / "evidence", world.key)
    gone = [attach(world, tmp_path / "evidence", png(shade), now=FILED) for shade in range(3)]
    for file in gone:
        world.run(evidence.remove, vault, form_hash(world.key, TOKEN), file.id, now=NOW)
    made = back_up(world.database, store, RING, tmp_path / "backups", NOW)
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
    made = back_up(world.database, store, RING, tmp_path / "backups", NOW)
    assert (made.files, made.missing) == (1, (lost,))
    there = Database(f"sqlite:///{tmp_path}/e/gongshi.sqlite")
    done = restore(there, Folder(tmp_path / "e2"), RING, made.folder, NOW)
    assert (done.files, done.missing) == (1, (lost,))
    again = vault_in(tmp_path / "e2", world.key)
    opened = copied(world, there).run(documents.open_document, again, 1, by=world.actor("office"), now=NOW)
    assert (opened.file_name, b"".join(opened.content)) == ("关于表彰的请示.pdf", pdf("关于表彰的请示.pdf"))
    assert set(again.store.names()) == {kept}
    there.dispose()


# --- what is in it ---------------------------------------------------------------------------------


@on_sqlite
def test_a_backup_can_be_checked_without_the_portal_and_is_its_owners_alone(
    world: World, store: Folder, tmp_path: Path
) -> None:
    eventful(world, tmp_path)
    made = back_up(world.database, store, RING, tmp_path / "backups", NOW)
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
        back_up(world.database, store, RING, tmp_path / "backups", NOW)


# --- what goes wrong -------------------------------------------------------------------------------


@on_sqlite
def test_security_09_whatever_stops_a_backup_leaves_no_half_of_one(
    world: World, store: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    eventful(world, tmp_path)
    acts = world.acts()
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(BackupFailed, match="Not a directory"):
        back_up(world.database, store, RING, tmp_path / "file" / "backups", NOW)
    backups = tmp_path / "backups"
    _, unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, unlimited))  # less than the larger evidence file
    try:
        with pytest.raises(BackupFailed, match="File too large"):
            back_up(world.database, store, RING, backups, NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (unlimited, unlimited))
    monkeypatch.setattr(backup, "sync", lambda folder: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        back_up(world.database, store, RING, backups, NOW)
    monkeypatch.undo()
    assert [path.name for path in backups.iterdir()] == [".lock"]
    assert world.acts() == acts
    assert back_up(world.database, store, RING, backups, NOW).files == 5  # two documents with their copies, a picture


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
            back_up(world.database, store, RING, backups, NOW)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    [half] = backups.glob("*.unfinished")
    with pytest.raises(NotABackup, match=r"没有 manifest\.json，不是完整的备份"):
        restore(Database(f"sqlite:///{tmp_path}/new.sqlite"), Folder(tmp_path / "e2"), RING, half, NOW)
    assert not (tmp_path / "new.sqlite").exists()
    (tmp_path / "kept").rename(stuck)
    back_up(world.database, store, RING, backups, NOW)
    assert {path.name for path in backups.iterdir()} == {".lock", NAME}


@on_sqlite
def test_evidence_that_is_lost_does_not_keep_the_rest_from_being_saved_and_is_named(
    world: World, store: Folder, tmp_path: Path
) -> None:
    eventful(world, tmp_path)
    lost, _, never_filed = stored_names(world)
    store.delete(lost)
    store.delete(never_filed)  # as if forgotten while the backup ran: its row is soon gone too
    made = back_up(world.database, store, RING, tmp_path / "backups", NOW)
    assert (made.files, made.missing) == (3, (lost,))
    fresh = Database(f"sqlite:///{tmp_path}/fresh.sqlite")
    done = restore(fresh, Folder(tmp_path / "e2"), RING, made.folder, NOW)
    assert (done.files, done.missing, done.chain.holds) == (3, (lost,), True)
    fresh.dispose()


# --- refused ---------------------------------------------------------------------------------------
