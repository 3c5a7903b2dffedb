"""Putting a backup back: into an empty database of either kind, after every file of it has been checked."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, select, table

from app.database import Database, knows_revision
from app.domain.refusals import NotABackup, WrongState
from app.evidence.store import Store
from app.sealing import Keyring
from app.services.record.chain import heads_in
from app.services.record.sealer import seal_all
from app.services.record.verifying import Verification, verify
from app.services.shared.work import Work
from app.services.upkeep import portable
from app.services.upkeep.backup import FORMAT, HASHES, MANIFEST, seal_holds, sha256_of
from app.services.upkeep.portable import KINDS

_HASH_LINE = re.compile(r"([0-9a-f]{64})  (tables/[a-z_]+\.jsonl|evidence/[0-9a-f]{2}/[0-9a-f]{32})\n")
_TABLES = "tables/"
_PIECE = 64 * 1024
_VERSIONS = "alembic_version"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and how the record's chain stands now: broken only where it was broken when backed up."""

    rows: int
    files: int
    missing: tuple[str, ...]
    chain: Verification


def restore(
    database: Database, store: Store, keyring: Keyring, folder: Path, now: dt.datetime, *, unsealed: bool = False
) -> Restored:
    """Check the backup, then put back evidence, rows and counters, and migrate forward.

    `unsealed` takes a backup without a seal, as earlier versions made them; one with a wrong seal is never taken.
    Raises NotABackup and WrongState before anything is written. Should it be stopped later, the database is still
    empty, and it can be run again.
    """
    manifest = _manifest(folder)
    _check_seal(manifest, keyring, unsealed)
    _check_files(folder, manifest)
    _require_empty(database, manifest["revision"])
    files = 0
    for name in _evidence_in(folder):
        store.put(name, _pieces(folder / f"evidence/{name[:2]}/{name}"))
        files += 1
    database.migrate(keyring, manifest["revision"])
    with database.engine.execution_options(gongshi_writes=True).begin() as connection:
        rows = _load(connection, folder, manifest["tables"])
    database.migrate(keyring)
    with database.writer() as session, Work(session, now) as work:
        chain = verify(session, heads_in(manifest["audit_head"]))
        work.did("backup.restored", "portal", backup=folder.name, head=manifest["audit_head"], rows=rows, files=files)
    seal_all(database)
    return Restored(rows, files, tuple(manifest["evidence"]["missing"]), chain)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
        known = manifest["format"] == FORMAT and knows_revision(manifest["revision"])
    except FileNotFoundError:
        raise NotABackup(str(folder), f"里面没有 {MANIFEST}，不是完整的备份") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotABackup(str(path), "内容读不懂") from None
    if not known:
        raise NotABackup(str(folder), f"由更新的版本（{manifest.get('portal')}）备份，请先升级本系统")
    if not _is_well_formed(manifest):
        raise NotABackup(str(path), "内容读不懂")
    return manifest


def _is_well_formed(manifest: dict[str, Any]) -> bool:
    """Tell whether everything is there that is asked for later, when half is written."""
    missing = _at(manifest, "evidence", "missing")
    tables = manifest.get("tables")
    texts = (manifest.get("audit_head"), manifest.get("files_sha256"), *(missing if isinstance(missing, list) else [0]))
    return (
        all(isinstance(each, str) for each in texts)
        and isinstance(tables, dict)
        and all(map(_is_a_table, tables.values()))
    )


def _is_a_table(told: Any) -> bool:
    columns, last = _at(told, "columns"), _at(told, "last_id")
    kinds = isinstance(columns, dict) and all(isinstance(kind, str) and kind in KINDS for kind in columns.values())
    return kinds and type(_at(told, "rows")) is int and (last is None or type(last) is int)


def _at(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _check_seal(manifest: dict[str, Any], keyring: Keyring, unsealed: bool) -> None:
    holds = seal_holds(manifest, keyring)
    if holds is None and not unsealed:
        raise NotABackup(
            MANIFEST, "没有封印，不能证明是本系统的备份。早期版本的备份没有封印：确定是它，请加 --unsealed 再运行一次"
        )
    if holds is False:
        raise NotABackup(MANIFEST, "封印对不上：备份被改动过，或者 GONGSHI_IDENTITY_KEY 不是备份时用的密钥")


def _check_files(folder: Path, manifest: dict[str, Any]) -> None:
    """Raise NotABackup for the first file that is gone or not as it was written."""
    hashes = folder / HASHES
    if not hashes.is_file() or sha256_of(hashes) != manifest["files_sha256"]:
        raise NotABackup(HASHES, "与备份时不一致")
    tables = set()
    for digest, path in _hash_lines(folder):
        if not (folder / path).is_file() or (folder / path).resolve() != folder.resolve() / path:  # no symbolic link
            raise NotABackup(path, "缺少这个文件")
        if sha256_of(folder / path) != digest:
            raise NotABackup(path, "与备份时不一致")
        if path.startswith(_TABLES):
            tables.add(Path(path).stem)
    if tables != set(manifest["tables"]):
        raise NotABackup(MANIFEST, "与备份时不一致")


def _hash_lines(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the hash and the path of every file. Only a path that a backup writes is accepted."""
    with (folder / HASHES).open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            found = _HASH_LINE.fullmatch(line)
            if found is None:
                raise NotABackup(HASHES, "内容读不懂")
            yield found[1], found[2]


def _evidence_in(folder: Path) -> Iterator[str]:
    return (Path(path).name for _, path in _hash_lines(folder) if not path.startswith(_TABLES))


def _require_empty(database: Database, revision: str) -> None:
    """Refuse a database with content.

    It must have no tables at all, or those of the backup's own schema without a row.
    """
    found = inspect(database.engine).get_table_names()
    if not found:
        return
    with database.engine.connect() as connection:
        full = [name for name in found if name != _VERSIONS and _has_rows(connection, name)]
    if full:
        raise _not_empty(f"现在的数据库里已有内容（{'、'.join(sorted(full)[:3])}……）")
    if database.revision() != revision:
        raise _not_empty(f"现在的数据库结构是 {database.revision()}，备份的是 {revision}")


def _not_empty(why: str) -> WrongState:
    return WrongState(f"没有恢复，只能恢复到空的数据库：{why}。请换一个新的数据库。")


def _has_rows(connection: Connection, name: str) -> bool:
    return connection.scalar(select(1).select_from(table(name)).limit(1)) is not None


def _load(connection: Connection, folder: Path, tables: dict[str, Any]) -> int:
    """Every row and every counter, in one transaction. Returns how many rows."""
    total = 0
    with _later_references(connection):
        for name, told in tables.items():
            with (folder / f"tables/{name}.jsonl").open(encoding="utf-8") as lines:
                try:
                    rows = portable.load(connection, name, told["columns"], lines)
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                    raise NotABackup(f"tables/{name}.jsonl", "内容读不懂") from None
            if rows != told["rows"]:
                raise NotABackup(f"tables/{name}.jsonl", f"应有{told['rows']}行，实有{rows}行")
            if told["last_id"] is not None:
                portable.continue_ids_after(connection, name, told["last_id"])
            total += rows
    return total


@contextmanager
def _later_references(connection: Connection) -> Iterator[None]:
    """Let rows refer to rows of their own table that come later, until this is left."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # until the commit
        yield
        return
    found = inspect(connection).get_multi_foreign_keys()
    own = [(name, key["name"]) for (_, name), keys in found.items() for key in keys if key["referred_table"] == name]
    for name, key in own:
        connection.exec_driver_sql(f"ALTER TABLE {name} ALTER CONSTRAINT {key} DEFERRABLE INITIALLY DEFERRED")
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for name, key in own:
        connection.exec_driver_sql(f"ALTER TABLE {name} ALTER CONSTRAINT {key} NOT DEFERRABLE")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
