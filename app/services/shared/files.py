"""Stored files: sealed into the store under a name that tells nothing, and read back whole or not at all.

A file lies in the store, whole and on disk, before its row is committed: no row ever names a file that is not there.
A kill in between leaves a file without a row, which `gongshi evidence check` lists.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from app.domain.refusals import FileDamaged, HeldBack, Refusal
from app.evidence.copier import made_copy
from app.evidence.kinds import FileKind
from app.evidence.names import FileMissing, StoreDown, new_name
from app.evidence.sealed_file import sealed, unsealed
from app.evidence.store import Store, store_of
from app.models import READABLE, Evidence, ScanState, StoredFile
from app.sealing import Cipher, Keyring, SealBroken, new_key
from config import Settings

if TYPE_CHECKING:
    from app.evidence.inspection import Inspected

_log = logging.getLogger("gongshi.files")
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Vault:
    """Where the files lie, what opens them, and whether a scanner looks at each before it is given out."""

    store: Store
    keyring: Keyring
    scanned: bool = False
    unfiled_limit: int = 2 * 1024**3  # bytes that may lie there without being filed (SECURITY 49)


def vault_of(settings: Settings, keyring: Keyring) -> Vault:
    return Vault(store_of(settings), keyring, scanned=bool(settings.clamd), unfiled_limit=settings.unfiled_bytes)


def title_bound_to(name: str) -> str:
    """Return the place a file's title is sealed to."""
    return f"evidence-title:{name}"


def key_bound_to(name: str) -> str:
    """Return the place a file's own key is sealed to."""
    return f"evidence-key:{name}"


def seal_into_store(vault: Vault, title: str, inspected: Inspected, now: dt.datetime) -> dict[str, Any]:
    """Seal a file into the store under a fresh name and key. Returns a StoredFile's columns. Raises StoreDown."""
    name, cipher = new_name(), vault.keyring.cipher
    key = new_key(cipher)
    vault.store.put(name, sealed(read_pieces(inspected.content), cipher, key, name))
    return {
        "name": name,
        "kind": inspected.kind,
        "size": inspected.size,
        "sha256": inspected.sha256,
        "stored_size": inspected.stored_size,
        "stored_sha256": inspected.stored_sha256,
        "sealed_title": vault.keyring.seal(title, title_bound_to(name)),
        "sealed_key": vault.keyring.seal(key, key_bound_to(name)),
        "cipher": cipher,
        "received_at": now,
        "scan": ScanState.WAITING if vault.scanned else ScanState.UNSCANNED,
    }


def seal_copy(vault: Vault, upload: BinaryIO, kind: FileKind, cipher: Cipher) -> dict[str, Any]:
    """Make the copy of a document that handlers read, and seal it into the store. Returns the columns that name it.

    Raises FileRefused where no copy can be made, StoreDown.
    """
    name, key = new_name(), new_key(cipher)
    digest, size = hashlib.sha256(), 0
    with closing(made_copy(upload, kind)) as copy:
        for piece in read_pieces(copy):
            digest.update(piece)
            size += len(piece)
        copy.seek(0)
        vault.store.put(name, sealed(read_pieces(copy), cipher, key, name))
    return {
        "copy_name": name,
        "sealed_copy_key": vault.keyring.seal(key, key_bound_to(name)),
        "copy_size": size,
        "copy_sha256": digest.hexdigest(),
    }


def discard(vault: Vault, name: str) -> None:
    """Delete a file that no row names. Should that fail, it is a file without a row: listed, and harmless."""
    with suppress(StoreDown):
        vault.store.delete(name)


@dataclass(slots=True)
class IncomingFile:
    """A file that is stored before its row. `columns` are those of the row, `named` says that the row was made."""

    columns: dict[str, Any]
    named: bool = False

    @property
    def names(self) -> list[str]:
        """Return what the store knows the file and its copy by."""
        return [self.columns[key] for key in ("name", "copy_name") if key in self.columns]


@contextmanager
def store_incoming(
    vault: Vault, title: str, upload: BinaryIO, now: dt.datetime, *, copied: bool = False
) -> Iterator[IncomingFile]:
    """Inspect and store an uploaded file, and delete it again on a refusal or where no row was made for it.

    `copied`: with the copy that handlers read, if it is of a kind that has one. No transaction should be open before:
    inspecting and storing takes long. After any other fault the file stays, since its row may have been committed.
    Raises FileRefused, StoreDown.
    """
    from app.evidence.inspection import inspect  # the tick stores nothing that came from outside

    inspected = inspect(upload)
    with closing(inspected.content):
        copy: dict[str, Any] = {}
        if copied and inspected.kind.copied:  # first: where none can be made, nothing is stored
            copy = seal_copy(vault, inspected.content, inspected.kind, vault.keyring.cipher)
            inspected.content.seek(0)
        try:
            file = IncomingFile(seal_into_store(vault, title, inspected, now) | copy)
        except BaseException:
            _discard_all(vault, [copy["copy_name"]] if copy else [])
            raise
    try:
        yield file
    except Refusal:
        _discard_all(vault, file.names)
        raise
    if not file.named:
        _discard_all(vault, file.names)


def _discard_all(vault: Vault, names: list[str]) -> None:
    for name in names:
        discard(vault, name)


def title_of(keyring: Keyring, row: StoredFile) -> str:
    """Return its owner's name for the file."""
    try:
        return keyring.unseal_text(row.sealed_title, title_bound_to(row.name))
    except SealBroken:  # the list is still good for its hashes
        return f"（名称无法显示）{row.kind.extension}"


@dataclass(frozen=True, slots=True)
class Stored:
    """What is needed to read a stored file, apart from any session. `subject` names its row."""

    subject: str
    name: str
    cipher: Cipher
    sealed_key: bytes
    size: int
    sha256: str

    @classmethod
    def of(cls, row: StoredFile) -> Stored:
        """Make one from a row of any table of stored files."""
        return cls(row.subject, row.name, row.cipher, row.sealed_key, row.stored_size, row.stored_sha256)

    @classmethod
    def copy_of(cls, row: Evidence) -> Stored | None:
        """Make one of the copy that handlers read (R19): of a picture itself. Returns None where there is none yet."""
        if not row.kind.copied:
            return cls.of(row)
        if row.copy_name is None or row.sealed_copy_key is None or row.copy_size is None or row.copy_sha256 is None:
            return None
        return cls(row.subject, row.copy_name, row.cipher, row.sealed_copy_key, row.copy_size, row.copy_sha256)

    def content(self, store: Store, keyring: Keyring) -> Iterator[bytes]:
        """Unseal the file, piece by piece. Raises SealBroken, FileMissing and StoreDown."""
        key = keyring.unseal(self.sealed_key, key_bound_to(self.name))
        return unsealed(store.get(self.name), self.cipher, key, self.name)

    def is_whole(self, vault: Vault) -> bool:
        """Whether it can be read to its end and is what was stored. Raises StoreDown."""
        digest = hashlib.sha256()
        try:
            for piece in self.content(vault.store, vault.keyring):
                digest.update(piece)
        except (SealBroken, FileMissing):
            return False
        return digest.hexdigest() == self.sha256


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file on its way to somebody: `content` gives `size` bytes."""

    file_name: str
    kind: FileKind
    size: int
    content: Iterator[bytes]


def open_stored_file(vault: Vault, stored: Stored, scan: ScanState, kind: FileKind, file_name: str) -> OpenedFile:
    """Open a stored file that is whole. Raises HeldBack, FileDamaged, StoreDown."""
    if scan not in READABLE:
        raise HeldBack(infected=scan is ScanState.INFECTED)
    # Read twice: what is damaged at its end is refused by a page, and not by a download that breaks off.
    if not stored.is_whole(vault):
        _log.error("a stored file is missing or damaged", extra={"file": stored.subject})
        raise FileDamaged
    return OpenedFile(file_name, kind, stored.size, stored.content(vault.store, vault.keyring))


def read_pieces(content: BinaryIO) -> Iterator[bytes]:
    while piece := content.read(_PIECE):
        yield piece
