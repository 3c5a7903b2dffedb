"""A backup in the hands of somebody who wants another portal to come out of it (SECURITY 9, 38, 55)."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.database import Database
from app.domain.refusals import NotABackup, WrongState
from app.evidence.store import Folder
from app.sealing import Keyring
from app.services.upkeep import portable
from app.services.upkeep import restore as restoring
from app.services.upkeep.backup import back_up
from app.services.upkeep.restore import restore
from tests.invariants import broken
from tests.services.upkeep.backups import NOW, RING, counts, eventful, manifest_of
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LATER_KEY = Keyring("a key that came after the first, for tests", ["a key for tests, thirty-two bytes"])
FOREIGN_KEY = Keyring("the key of another portal, for tests")
Attack = Callable[[Path], object]


@pytest.fixture
def store(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "evidence")


@pytest.fixture
def made(world: World, store: Folder, tmp_path: Path) -> Path:
    eventful(world, tmp_path)
    os.umask(0)
    try:
        return back_up(world.database, store, RING, tmp_path / "backups", NOW).folder
    finally:
        os.umask(0o022)


# --- what an attacker does, hashes made to agree -------------------------------------------------


def agreeing(change: Attack) -> Attack:
    """Change files, then write every hash anew, as whoever has the folder can."""

    def attack(folder: Path) -> None:
        change(folder)
        lines = []
        for path in sorted(each for each in folder.glob("*/**/*") if each.is_file()):
            lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n")
        (folder / "files.sha256").write_text("".join(lines))
        manifest = manifest_of(folder)
        manifest["files_sha256"] = hashlib.sha256("".join(lines).encode()).hexdigest()
        write(folder, manifest)

    return attack


def write(folder: Path, manifest: dict[str, Any]) -> None:
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")


def told(**changes: object) -> Attack:
    return lambda folder: write(folder, manifest_of(folder) | changes)


def in_table(name: str, old: str, new: str) -> Attack:
    def change(folder: Path) -> None:
        path = folder / "tables" / f"{name}.jsonl"
        assert old in path.read_text("utf-8")
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")

    return change


def cut(folder: Path) -> None:
    """Drop the record's last acts with their seals, and say so everywhere."""
    manifest = manifest_of(folder)
    for table in ("audit_rows", "seals"):
        path = folder / "tables" / f"{table}.jsonl"
        kept = path.read_text("utf-8").splitlines(keepends=True)[:-3]
        path.write_text("".join(kept), "utf-8")
        manifest["tables"][table]["rows"] = len(kept)
    last = json.loads(kept[-1])
    manifest["audit_head"] = f"{last['number']}:{last['hash']}"
    write(folder, manifest)


def swap(folder: Path) -> None:
    one, other = sorted(folder.glob("evidence/*/*"))[:2]
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def link(folder: Path) -> None:
    """The same content, by a symbolic link to where it may be another by the time it is read."""
    one = next(folder.glob("evidence/*/*"))
    one.rename(folder.parent / "elsewhere")
    one.symlink_to(folder.parent / "elsewhere")


def name_in_list(name: str) -> Attack:
    def change(folder: Path) -> None:
        lines = (folder / "files.sha256").read_text() + f"{'0' * 64}  {name}\n"
        (folder / "files.sha256").write_text(lines)
        write(folder, manifest_of(folder) | {"files_sha256": hashlib.sha256(lines.encode()).hexdigest()})

    return change


FORGED: dict[str, Attack] = {
    "a password of one's own": agreeing(in_table("users", '"login":"office"', '"login":"intruder"')),
    "a case decided otherwise": agreeing(in_table("objections", "甲", "乙")),
    "a record without its end": agreeing(cut),
    "files swapped": agreeing(swap),
    "a file left out": agreeing(lambda folder: next(folder.glob("evidence/*/*")).unlink()),
    "another head": told(audit_head="0:" + "0" * 64),
    "another moment": told(made_at="2030-01-01T00:00:00+00:00"),
    "a file by a link": link,
    "a name that leads out": name_in_list("evidence/../../../etc/passwd"),
    "an absolute name": name_in_list("/etc/passwd"),
    "a name with a zero": name_in_list("evidence/aa/" + "a" * 31 + "\0"),
    "no name at all": name_in_list(""),
    "a seal of nobody": told(seal="0" * 64),
    "a seal that is no text": told(seal=["封印"]),
}


def refused(folder: Path, tmp_path: Path, keyring: Keyring, *, unsealed: bool = False) -> str:
    """Return why it was refused. Nothing must have been written."""
    fresh, evidence = tmp_path / "fresh.sqlite", tmp_path / "fresh evidence"
    database = Database(f"sqlite:///{fresh}")
    with pytest.raises(NotABackup) as refusal:
        restore(database, Folder(evidence), keyring, folder, NOW, unsealed=unsealed)
    assert not fresh.exists()
    assert not evidence.exists()
    return str(refusal.value)


def test_security_09_a_forged_backup_is_refused_before_anything_is_written(made: Path, tmp_path: Path) -> None:
    for number, (what, attack) in enumerate(FORGED.items()):
        forged = tmp_path / f"forged{number}"
        shutil.copytree(made, forged)
        attack(forged)
        assert refused(forged, tmp_path, RING), what


def test_security_09_a_backup_of_another_key_or_without_a_seal_is_refused(made: Path, tmp_path: Path) -> None:
    assert "GONGSHI_IDENTITY_KEY" in refused(made, tmp_path, FOREIGN_KEY)
    assert "GONGSHI_IDENTITY_KEY" in refused(made, tmp_path, FOREIGN_KEY, unsealed=True)
    manifest = manifest_of(made)
    seal = manifest.pop("seal")
    write(made, manifest)
    assert "--unsealed" in refused(made, tmp_path, RING)
    write(made, manifest | {"seal": seal})  # however it is written: the seal is of what it says
    fresh = Database(f"sqlite:///{tmp_path}/fresh.sqlite")
    assert restore(fresh, Folder(tmp_path / "e2"), LATER_KEY, made, NOW).chain.holds  # of a key that was replaced
    fresh.dispose()


BROKEN: dict[str, Attack] = {
    "no tables": told(tables=None),
    "a table that is a list": told(tables={"users": []}),
    "an unheard-of kind": lambda folder: write(
        folder, json.loads(json.dumps(manifest_of(folder)).replace('"instant"', '"moment"'))
    ),
    "rows that are no number": lambda folder: write(
        folder, json.loads(json.dumps(manifest_of(folder)).replace('"rows": ', '"rows": "x", "was": '))
    ),
    "no head": told(audit_head=None),
    "nothing of evidence": told(evidence=None),
    "missing files that are none": told(evidence={"missing": 3}),
    "no hash": told(files_sha256=7),
    "no version": told(revision=None),
    "a depth without end": lambda folder: (folder / "manifest.json").write_text("[" * 100_000),
    "no text": lambda folder: (folder / "manifest.json").write_bytes(b"\xff\xfe\x00"),
    "names that are no text": lambda folder: (folder / "files.sha256").write_bytes(b"\xff" * 100),
}


def test_security_09_a_broken_manifest_is_refused_by_name_and_not_by_a_fault(made: Path, tmp_path: Path) -> None:
    """Also without a seal, where nothing else stands before the reading."""
    for number, (what, attack) in enumerate(BROKEN.items()):
        spoilt = tmp_path / f"spoilt{number}"
        shutil.copytree(made, spoilt)
        write(spoilt, {key: value for key, value in manifest_of(spoilt).items() if key != "seal"})
        attack(spoilt)
        assert refused(spoilt, tmp_path, RING, unsealed=True), what


# --- an old one over a new one, and one that is stopped ------------------------------------------


def test_security_09_an_older_backup_is_not_played_over_what_came_later(
    world: World, store: Folder, made: Path, tmp_path: Path
) -> None:
    world.file(6, world.nominees[2], "2026-09-19 Sat 13:00")
    before, evidence = world.everything(), sorted((tmp_path / "evidence").rglob("*"))
    with pytest.raises(WrongState, match="已有内容"):
        restore(world.database, store, RING, made, NOW)
    assert world.everything() == before
    assert sorted((tmp_path / "evidence").rglob("*")) == evidence


class Killed(BaseException):
    """As `kill`: nothing catches it."""


def stopped_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the restore end at its n-th step: a file put back, a migration, a table read, a counter, the record."""
    left = [step]

    def count(there: Any, name: str) -> None:
        before = getattr(there, name)

        def counted(*given: Any, **more: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return before(*given, **more)

        monkeypatch.setattr(there, name, counted)

    for there, name in (
        (Folder, "put"),
        (Database, "migrate"),
        (portable, "load"),
        (portable, "continue_ids_after"),
        (restoring, "verify"),
    ):
        count(there, name)


@pytest.mark.soak
def test_security_09_a_restore_stopped_at_any_step_is_empty_or_whole(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sum(table["rows"] for table in manifest_of(made)["tables"].values())
    outcomes = []
    for step in (1, 3, 6, 7, 8, 20, 40, 60, 80, 100, 110, 120, 130):
        fresh, evidence = Database(f"sqlite:///{tmp_path}/fresh{step}.sqlite"), Folder(tmp_path / f"e{step}")
        with monkeypatch.context() as killing:
            stopped_at(step, killing)
            try:
                restore(fresh, evidence, RING, made, NOW)
            except Killed:
                outcomes.append("stopped")
            else:
                outcomes.append("done")
        fresh.dispose()
        rows = sum(counts(fresh).values()) if fresh.revision() else 0
        if rows == 0:
            assert restore(fresh, evidence, RING, made, NOW).chain.holds
        elif outcomes[-1] == "stopped":  # all rows came in one transaction: only the word of it is lost
            assert rows == whole
            with pytest.raises(WrongState):
                restore(fresh, evidence, RING, made, NOW)
        assert broken(fresh, NOW) == []
        fresh.dispose()
    assert outcomes.count("stopped") > 8


# --- what lies there -----------------------------------------------------------------------------


def test_security_55_a_backup_is_its_owners_alone_and_holds_no_key(made: Path) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in made.rglob("*") if path.is_dir()} | {
        stat.S_IMODE(made.stat().st_mode)
    }
    assert modes == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.rglob("*") if path.is_file()} == {0o600}
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((made.parent / ".lock").stat().st_mode) == 0o600
    everything = b"".join(path.read_bytes() for path in made.rglob("*") if path.is_file())
    for secret in ("a key for tests, thirty-two bytes", "a secret for tests"):
        assert secret.encode() not in everything
