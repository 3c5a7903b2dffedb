"""Where sealed files are kept: a folder, or a bucket of an S3-compatible store.

A file is there whole or not at all. Its name is random and tells nothing; what it is stands in the database.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from app.evidence.names import FileMissing, StoreDown, checked, is_name
from config import Settings

_FAN = re.compile(r"[0-9a-f]{2}")
_READ = 64 * 1024
UNFINISHED = ".part"


class Store(Protocol):
    """A place for sealed files. Every method raises StoreDown where it fails, and ValueError for a malformed name."""

    def put(self, name: str, content: Iterable[bytes]) -> None:
        """Keep a file, whole or not at all: it is on disk when this returns."""

    def get(self, name: str) -> Iterator[bytes]:
        """Return the file, piece by piece. Raises FileMissing at once, not at the first piece."""

    def delete(self, name: str) -> None:
        """Remove a file; no error when it is not there."""

    def names(self) -> Iterator[str]:
        """Every file that is kept whole."""

    def unfinished(self) -> Iterator[str]:
        """List half-written files, of an upload under way or a killed process, for the comparison with the rows."""


def store_of(settings: Settings) -> Store:
    """Return the store that the settings name."""
    if settings.evidence_s3_bucket:
        from app.evidence.s3 import S3  # takes half a second to load, so it is loaded only where it is used

        return S3(settings.evidence_s3_bucket, settings.evidence_s3_endpoint or None)
    return Folder(settings.evidence_dir)


class Folder:
    """Files in a folder, fanned out by the first two characters of their names: ab/ab12…"""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, content: Iterable[bytes]) -> None:
        path = self._path(name)
        with _faults_named():
            self._make(path.parent)
            part = path.with_name(f"{name}.{secrets.token_hex(4)}{UNFINISHED}")
            try:
                _write(part, content)
                part.replace(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
            sync(path.parent)

    def get(self, name: str) -> Iterator[bytes]:
        with _faults_named():
            try:
                file = self._path(name).open("rb")
            except FileNotFoundError:
                raise FileMissing(name) from None
        return _pieces(file)

    def delete(self, name: str) -> None:
        path = self._path(name)
        with _faults_named():
            try:
                path.unlink()
            except FileNotFoundError:
                return
            sync(path.parent)

    def names(self) -> Iterator[str]:
        return (path.name for path in self._files() if is_name(path.name) and path.name[:2] == path.parent.name)

    def unfinished(self) -> Iterator[str]:
        return (str(path.relative_to(self._root)) for path in self._files() if path.name.endswith(UNFINISHED))

    def _files(self) -> Iterator[Path]:
        with _faults_named():
            if self._root.is_dir():
                for folder in sorted(self._root.iterdir()):
                    if _FAN.fullmatch(folder.name) and folder.is_dir():
                        yield from sorted(folder.iterdir())

    def _path(self, name: str) -> Path:
        return self._root / checked(name)[:2] / name

    def _make(self, folder: Path) -> None:
        """Make the folder and sync its parent: a file is lost if the entry of its folder is not on disk."""
        if not self._root.is_dir():
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync(self._root.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync(self._root)  # always: another upload may have made the folder a moment ago


def _write(path: Path, content: Iterable[bytes]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        for piece in content:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file, _faults_named():
        while piece := file.read(_READ):
            yield piece


def sync(folder: Path) -> None:
    """Put a folder's list of names on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _faults_named() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise StoreDown(fault.strerror or type(fault).__name__) from fault
