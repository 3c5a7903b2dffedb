"""A backup: one moment of the database as lines of JSON, the stored files it names, and a hash of every file.

It is written under a temporary name and renamed when whole, so that whatever stops it leaves nothing that looks whole.
Nothing in it is decrypted, and no key is in it.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import CompoundSelect, Connection, or_, select, true, union_all
from sqlalchemy.orm import Session

from app.database import Database
from app.domain.refusals import BackupFailed
from app.evidence.names import FileMissing, StoreDown
from app.evidence.store import Store, sync
from app.models import Base, CaseFile, Document, Evidence
from app.sealing import Keyring
from app.services.record.chain import Head, head
from app.services.record.sealer import seal_all
from app.services.shared.work import Work
from app.services.upkeep import portable

FORMAT = 1
MANIFEST = "manifest.json"
HASHES = "files.sha256"  # as sha256sum writes and checks them
_UNFINISHED = ".unfinished"
_ROWS_AT_ONCE = 500
_KEYS_ARE_ELSEWHERE = (
    "身份、证据和文件名在备份里都是密文，密钥不在备份里。GONGSHI_IDENTITY_KEY（换过的，连同 "
    "GONGSHI_IDENTITY_KEYS_RETIRED）须另外保存：没有它们，密文打不开，查询码也对不上。"
)
_SEAL, _SEALED_TO = "seal", "backup-manifest"


@dataclass(frozen=True, slots=True)
class WrittenBackup:
    """What a backup holds. `missing` names stored files of which only the row is left."""

    folder: Path
    rows: int
    files: int
    missing: tuple[str, ...]
    head: Head


def sealed_manifest(manifest: dict[str, Any], keyring: Keyring) -> dict[str, Any]:
    """Return the manifest with its seal.

    The manifest has the hash of the list of all files, so that whoever changes any byte of a backup must make a new
    seal, and that takes the key of the identities, which no backup holds.
    """
    return manifest | {_SEAL: keyring.vouch(_as_sealed(manifest), _SEALED_TO)}


def seal_holds(manifest: dict[str, Any], keyring: Keyring) -> bool | None:
    """Tell whether this installation's key sealed the manifest; None where it has no seal."""
    seal = manifest.get(_SEAL)
    return None if seal is None else keyring.vouches(str(seal), _as_sealed(manifest), _SEALED_TO)


def _as_sealed(manifest: dict[str, Any]) -> bytes:
    told = {key: value for key, value in manifest.items() if key != _SEAL}
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def back_up(database: Database, store: Store, keyring: Keyring, into: Path, now: dt.datetime) -> WrittenBackup:
    """Write a new folder below `into`, named after `now`, and put that on the record. Raises BackupFailed."""
    name = f"{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    seal_all(database)  # so that the head in the manifest vouches for all that was done
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone_in(into):
            made = _whole_or_nothing(database, store, keyring, into / name, now)
    except (OSError, StoreDown) as fault:
        raise BackupFailed(str(fault.strerror if isinstance(fault, OSError) else fault)) from fault
    with database.writer() as session, Work(session, now) as work:
        work.did("backup.made", "portal", backup=name, head=str(made.head), rows=made.rows, files=made.files)
    seal_all(database)
    return made


@contextmanager
def _alone_in(into: Path) -> Iterator[None]:
    """Hold a folder for one backup at a time. What a killed one left behind is swept away."""
    with open(os.open(into / ".lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed("这个文件夹里另一个备份正在进行") from None
        for left_behind in into.glob(f"*{_UNFINISHED}"):
            shutil.rmtree(left_behind)
        yield


def _whole_or_nothing(
    database: Database, store: Store, keyring: Keyring, folder: Path, now: dt.datetime
) -> WrittenBackup:
    if folder.exists():
        raise BackupFailed(f"{folder.name} 已经有了")
    unfinished = folder.with_name(folder.name + _UNFINISHED)
    unfinished.mkdir(mode=0o700)
    try:
        with database.snapshot() as connection:
            writing = _Writing(unfinished, connection, store)
            manifest = sealed_manifest(writing.everything(database.revision() or "", now), keyring)
        _write_text(unfinished / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
        for path in (*(path for path in unfinished.rglob("*") if path.is_dir()), unfinished):
            sync(path)
        unfinished.rename(folder)
        sync(folder.parent)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return WrittenBackup(folder, writing.rows, writing.files, tuple(writing.missing), writing.head)


class _Writing:
    """The files of one backup under way, each written to disk with its hash noted."""

    def __init__(self, folder: Path, connection: Connection, store: Store) -> None:
        self._folder, self._connection, self._store = folder, connection, store
        self.rows, self.files, self.missing = 0, 0, list[str]()
        self.head = head(Session(connection))

    def everything(self, revision: str, now: dt.datetime) -> dict[str, Any]:
        """Tables, stored files, hashes; returns the manifest."""
        with _kept_private(self._folder / HASHES) as hashes:
            tables = self._tables(hashes)
            self._stored(hashes)
        return {
            "format": FORMAT,
            "portal": importlib.metadata.version("gongshi"),
            "revision": revision,
            "made_at": now.isoformat(),
            "audit_head": str(self.head),
            "tables": tables,
            "evidence": {"files": self.files, "missing": self.missing},
            "files_sha256": sha256_of(self._folder / HASHES),
            "keys": _KEYS_ARE_ELSEWHERE,
        }

    def _tables(self, hashes: Any) -> dict[str, Any]:
        """Write the tables in an order in which rows come after those they refer to."""
        (self._folder / "tables").mkdir(mode=0o700)
        tables = {}
        for table in Base.metadata.sorted_tables:
            rows = portable.lines_of(self._connection, table) if table.info.get("in_backups", True) else ()
            lines = _Counted(line.encode() for line in rows)
            self._file(f"tables/{table.name}.jsonl", lines, hashes)
            tables[table.name] = {
                "rows": lines.count,
                "last_id": portable.find_last_id(self._connection, table),
                "columns": portable.kinds_of(table),
            }
            self.rows += lines.count
        return tables

    def _stored(self, hashes: Any) -> None:
        """Every file that a row names, of objectors and of staff. One that is lost is named in the manifest: a backup
        without it is better than none. Evidence that was never filed may be gone since, its row with it."""
        (self._folder / "evidence").mkdir(mode=0o700)
        of_objectors = select(Evidence.name, Evidence.objection_id.is_not(None).label("belongs"))
        copies = select(Evidence.copy_name, Evidence.objection_id.is_not(None)).where(Evidence.copy_name.is_not(None))
        claimed = or_(CaseFile.note_id.is_not(None), CaseFile.proposal_version.is_not(None))
        of_handlers = select(CaseFile.name, claimed.label("belongs"))
        query: CompoundSelect[Any] = union_all(
            of_objectors, copies, of_handlers, select(Document.name, true().label("belongs"))
        )
        with self._connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query) as rows:
            for name, belongs in rows:
                path = f"evidence/{name[:2]}/{name}"
                try:
                    content = self._store.get(name)
                except FileMissing:
                    self.missing += [name] if belongs else []
                    continue
                (self._folder / path).parent.mkdir(mode=0o700, exist_ok=True)
                self._file(path, content, hashes)
                self.files += 1

    def _file(self, path: str, content: Iterable[bytes], hashes: Any) -> None:
        digest = hashlib.sha256()
        with _kept_private(self._folder / path) as file:
            for piece in content:
                digest.update(piece)
                file.write(piece)
        hashes.write(f"{digest.hexdigest()}  {path}\n".encode())


class _Counted:
    """An iterable that knows afterwards how many it gave."""

    def __init__(self, items: Iterable[bytes]) -> None:
        self._items, self.count = items, 0

    def __iter__(self) -> Iterator[bytes]:
        for item in self._items:
            self.count += 1
            yield item


@contextmanager
def _kept_private(path: Path) -> Iterator[Any]:
    """Open a new file that its owner alone may read. It is on disk when the block is left."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _write_text(path: Path, text: str) -> None:
    with _kept_private(path) as file:
        file.write(text.encode())


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
