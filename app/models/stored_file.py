"""Columns shared by the rows of stored files: name in the store, kind, sealed key, verdict of the scanner."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.evidence.kinds import FileKind
from app.models.base import checked_column
from app.sealing import Cipher


class ScanState(StrEnum):
    """The scanner's verdict on a file. Without a scanner a file needs none."""

    UNSCANNED = "unscanned"
    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"


READABLE = frozenset({ScanState.UNSCANNED, ScanState.CLEAN})


class StoredFile:
    """Columns of a row that names one file of the store.

    `name` is what the store knows it by and tells nothing; its owner's name for it and the file's own key are sealed.
    `size` and `sha256` are of what was received, the `stored_` ones of what is kept of it.
    """

    id: Mapped[int]
    name: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[FileKind] = mapped_column(checked_column(FileKind, "kind"))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    stored_size: Mapped[int]
    stored_sha256: Mapped[str] = mapped_column(String(64))
    sealed_title: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    cipher: Mapped[Cipher] = mapped_column(checked_column(Cipher, "cipher"))
    received_at: Mapped[dt.datetime]
    scan: Mapped[ScanState] = mapped_column(checked_column(ScanState, "scan"))
    scanned_at: Mapped[dt.datetime | None]

    @property
    def subject(self) -> str:
        """Return its name in the record, the log and the console: `evidence:3`, `document:4`."""
        return f"{type(self).__name__.lower()}:{self.id}"
