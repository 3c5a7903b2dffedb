"""Evidence on its way out: only to who may see it, whole or not at all, every opening by staff on the record."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases import Actor
from app.domain.errors import FileDamaged, HeldBack, NotYourCase
from app.evidence.kinds import FileKind
from app.evidence.sealed_file import unsealed
from app.evidence.store import FileMissing, Store
from app.models import Evidence, Objection, ScanState
from app.models.evidence import READABLE
from app.sealing import Cipher, Keyring, SealBroken
from app.services.evidence import Vault, key_bound_to
from app.services.investigation import visible_case
from app.services.record import Act, by_user, on_case, record

_log = logging.getLogger("gongshi.evidence")


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A file as handlers see it: by number, never by the name its owner gave it (R19)."""

    id: int
    number: int  # from 1, in the order in which the objection's files came
    kind: FileKind
    size: int
    sha256: str
    scan: ScanState
    supplement: bool

    @property
    def file_name(self) -> str:
        return f"证据{self.number}{self.kind.extension}"

    @property
    def readable(self) -> bool:
        return self.scan in READABLE


@dataclass(frozen=True, slots=True)
class Stored:
    """What is needed to read a stored file, apart from any session."""

    id: int
    name: str
    cipher: Cipher
    sealed_key: bytes
    size: int
    sha256: str

    @classmethod
    def of(cls, row: Evidence) -> Stored:
        return cls(row.id, row.name, row.cipher, row.sealed_key, row.stored_size, row.stored_sha256)

    def content(self, store: Store, keyring: Keyring) -> Iterator[bytes]:
        """The file, piece by piece. Raises SealBroken, FileMissing and StoreDown."""
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
class Opened:
    """A file on its way to somebody: `content` gives `size` bytes."""

    file_name: str
    kind: FileKind
    size: int
    content: Iterator[bytes]


def exhibits(session: Session, case_id: int) -> dict[int, list[Exhibit]]:
    """The files of a case's objections, by objection."""
    found: defaultdict[int, list[Exhibit]] = defaultdict(list)
    query = select(Evidence).join(Objection, Evidence.objection_id == Objection.id)
    for row in session.scalars(query.where(Objection.case_id == case_id).order_by(Evidence.id)):
        of_this = found[row.objection_id or 0]
        of_this.append(_exhibit(row, len(of_this) + 1))
    return dict(found)


def open_for_handler(
    session: Session, vault: Vault, case_id: int, evidence_id: int, actor: Actor, now: dt.datetime
) -> Opened:
    """A file of a case, for somebody who may see the case; on the record before a byte of it goes out.

    Raises NotYourCase, HeldBack, FileDamaged, StoreDown.
    """
    visible_case(session, case_id, actor, now)
    of_case = (exhibit for each in exhibits(session, case_id).values() for exhibit in each)
    exhibit = next((exhibit for exhibit in of_case if exhibit.id == evidence_id), None)
    if exhibit is None:
        raise NotYourCase
    opened = _opened(session, vault, exhibit)
    details = {"evidence": evidence_id, "number": exhibit.number}
    record(session, now, [Act(by_user(actor.user_id), "evidence.opened", on_case(case_id), details)])
    session.commit()
    return opened


def open_for_objector(session: Session, vault: Vault, objection_id: int, evidence_id: int) -> Opened:
    """One of the objector's own files, as it is kept. Raises as `open_for_handler` does."""
    row = session.get(Evidence, evidence_id)
    if row is None or row.objection_id != objection_id:
        raise NotYourCase
    number = select(Evidence.id).where(Evidence.objection_id == objection_id, Evidence.id <= evidence_id)
    return _opened(session, vault, _exhibit(row, len(session.scalars(number).all())))


def _opened(session: Session, vault: Vault, exhibit: Exhibit) -> Opened:
    if not exhibit.readable:
        raise HeldBack(infected=exhibit.scan is ScanState.INFECTED)
    stored = Stored.of(session.get_one(Evidence, exhibit.id))
    session.rollback()  # nobody waits for the database while a file is read
    # Read twice: what is damaged at its end is refused by a page, and not by a download that breaks off.
    if not stored.is_whole(vault):
        _log.error("evidence %d is missing or damaged", stored.id)
        raise FileDamaged
    return Opened(exhibit.file_name, exhibit.kind, stored.size, stored.content(vault.store, vault.keyring))


def _exhibit(row: Evidence, number: int) -> Exhibit:
    return Exhibit(
        id=row.id,
        number=number,
        kind=row.kind,
        size=row.stored_size,
        sha256=row.stored_sha256,
        scan=row.scan,
        supplement=row.message_id is not None,
    )
