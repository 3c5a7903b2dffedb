"""Files of nominees that are sent along with papers. They are read from the vault after the session is closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.refusals import Refusal
from app.evidence.names import StoreDown
from app.models import Document, Nominee, Purpose
from app.papers.bundle import LeftOut
from app.services.shared import files
from app.services.shared.files import Stored, Vault


@dataclass(frozen=True, slots=True)
class StoredScan:
    """One file of a nominee: its extension, and how to read it. Reading raises LeftOut where it can't be had."""

    extension: str
    read: Callable[[], Iterable[bytes]]

    @classmethod
    def of(cls, vault: Vault, row: Document) -> StoredScan:
        return cls(row.kind.extension, partial(_read, vault, Stored.of(row), row))

    def whole(self) -> bytes | None:
        """Read a photo that is to be set into a form.

        Returns None for a photo that can't be had: its place stays free.
        """
        with suppress(LeftOut):
            return b"".join(self.read())
        return None


def newest_of(session: Session, vault: Vault, found: Sequence[Nominee], purpose: Purpose) -> dict[int, StoredScan]:
    """Return the newest file of one purpose, by nominee.

    A nominee who has none is left out.
    """
    rows = session.scalars(
        select(Document)
        .where(Document.purpose == purpose, Document.nominee_id.in_([one.id for one in found]))
        .order_by(Document.id)
    )
    return {row.nominee_id or 0: StoredScan.of(vault, row) for row in rows}


def photos_of(session: Session, vault: Vault, found: Sequence[Nominee]) -> dict[int, StoredScan]:
    """Return the newest photo of each nominee, by nominee."""
    return newest_of(session, vault, found, Purpose.PHOTO)


def read_no_photo() -> None:
    """Read the photo of somebody who has none: there is nothing to read."""


def _read(vault: Vault, stored: Stored, row: Document) -> Iterable[bytes]:
    try:
        return files.open_stored_file(vault, stored, row.scan, row.kind, row.name).content
    except Refusal as refusal:
        raise LeftOut(str(refusal)) from refusal
    except StoreDown as fault:
        raise LeftOut("文件存储暂时读不到，请稍后重新下载。") from fault
