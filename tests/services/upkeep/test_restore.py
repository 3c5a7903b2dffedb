"""A backup is restored whole into an empty database, or not at all (SECURITY 9)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from app.database import Database
from app.domain.periods.window import Window
from app.domain.refusals import NotABackup, WrongState
from app.evidence.store import Folder
from app.models import Period
from app.services.upkeep import portable
from app.services.upkeep.backup import back_up
from tests.data import DATA
from tests.services.upkeep.backups import (
    NOW,
    RING,
    between_databases,
    counts,
    eventful,
    manifest_of,
    on_sqlite,
    restore,
)
from tests.world import World, at

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
    (edit("manifest.json", lambda text: text.replace('"units": {', '"passwords": {')), "manifest.json：封印对不上"),
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
    made = back_up(world.database, store, RING, tmp_path / "backups", NOW)
    for number, (spoil, said) in enumerate(SPOILT):
        spoilt = tmp_path / f"spoilt{number}"
        shutil.copytree(made.folder, spoilt)
        spoil(spoilt)
        fresh = Database(f"sqlite:///{tmp_path}/fresh{number}.sqlite")
        with pytest.raises(NotABackup, match=said):
            restore(fresh, Folder(tmp_path / f"e{number}"), RING, spoilt, NOW)
        assert not (tmp_path / f"fresh{number}.sqlite").exists()
        assert not (tmp_path / f"e{number}").exists()


@between_databases
def test_security_09_a_backup_is_put_back_into_an_empty_database_only(
    world: World, store: Folder, tmp_path: Path, elsewhere: Database
) -> None:
    eventful(world, tmp_path)
    made = back_up(world.database, store, RING, tmp_path / "backups", NOW)
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
    assert restore(elsewhere, Folder(tmp_path / "e2"), RING, made.folder, NOW).files == 5
    with pytest.raises(WrongState, match="现在的数据库里已有内容"):
        restore(elsewhere, Folder(tmp_path / "e2"), RING, made.folder, NOW)


def test_security_09_a_backup_of_the_first_version_is_put_back_and_migrated(
    elsewhere: Database, tmp_path: Path
) -> None:
    """`tests/data/backup-of-0001` was made by the code of migration 0001 and is never made anew."""
    made = DATA / "backup-of-0001"
    told = {name: table["rows"] for name, table in manifest_of(made)["tables"].items()}
    assert manifest_of(made)["revision"] == "0001"
    done = restore(elsewhere, Folder(tmp_path / "e2"), RING, made, NOW, unsealed=True)
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
    made = back_up(world.database, store, RING, tmp_path / "backups", NOW)
    fresh = Database(f"sqlite:///{tmp_path}/fresh.sqlite")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(portable, "continue_ids_after", stop)
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
    made = back_up(world.database, store, RING, tmp_path / "backups", NOW)
    fresh = Database(f"sqlite:///{tmp_path}/fresh.sqlite")
    done = restore(fresh, Folder(tmp_path / "e2"), RING, made.folder, NOW)
    assert (done.chain.broken_at, done.chain.problem) == (5, "内容被改动")
    fresh.dispose()
