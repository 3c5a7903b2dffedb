"""Databases as older versions left them: each version is reached once a process, and copied for every test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import make_url

from app.database import Database
from app.sealing import Keyring
from tests.databases import Server


class Versions:
    """Databases of one kind, by the migration at which they stand. None is written to any more.

    `copy` makes a database out of another, or out of nothing, and returns its address.
    """

    def __init__(self, copy: Callable[[str | None], str]) -> None:
        self._copy = copy
        self._addresses: dict[str, str] = {}
        self._untouched: list[str] = []

    def empty(self) -> Empty:
        return Empty(self._untouched.pop() if self._untouched else self._copy(None), self)

    def give_back(self, address: str) -> None:
        """Keep a database into which nobody wrote anything for the next test."""
        self._untouched.append(address)

    def copy_of(self, revision: str) -> str:
        """Return the address of a database at this migration. It has come there through all before it."""
        if revision not in self._addresses:
            before = max((known for known in self._addresses if known < revision), default=None)
            address = self._copy(before and self._addresses[before])
            database = Database(address)
            database.migrate(revision=revision)
            database.dispose()
            self._addresses[revision] = address
        return self._copy(self._addresses[revision])


class Empty(Database):
    """A database without any table, which its first migration makes a copy of the one that came there before."""

    def __init__(self, url: str, versions: Versions) -> None:
        super().__init__(url)
        self._versions = versions

    def migrate(self, keyring: Keyring | None = None, revision: str = "head") -> None:
        if revision == "head" or self.revision() is not None:
            super().migrate(keyring, revision)
            return
        self.dispose()
        self._versions.give_back(self.url)
        super().__init__(self._versions.copy_of(revision))


def on_sqlite(folder: Path) -> Versions:
    made = iter(range(1_000_000))

    def copy(address: str | None) -> str:
        path = folder / f"{next(made)}.sqlite"
        if address is not None:
            shutil.copy(address.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    return Versions(copy)


def on_postgresql(server: Server) -> Versions:
    return Versions(lambda address: server.copy(str(make_url(address).database) if address else "template0"))
