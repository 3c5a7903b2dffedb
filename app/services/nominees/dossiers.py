"""Dossiers: what the forms say of a nominee and nobody outside may read, sealed to the nominee (R12)."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases.states import Actor
from app.domain.imports.nominations import FIELD_NAMES
from app.domain.nominees.annexes import NONE
from app.domain.refusals import NotYourCase
from app.evidence.kinds import FileKind
from app.models import Document, Dossier, Purpose
from app.sealing import Keyring
from app.services.nominees import access
from app.services.record.chain import on_nominee
from app.services.shared.work import Work, use_case

# Public in their rounds, and columns of their own: not twice.
_ELSEWHERE = frozenset({"name", "post", "deeds", "recommender"})
# Shown whole only to who asks, and on the record.
_MASKED = frozenset({"id_number", "phone"})
_ID_LENGTH, _MOBILE_LENGTH = 18, 11
SEALED_FIELDS = tuple(key for key in FIELD_NAMES if key not in _ELSEWHERE)


def sealing_place(nominee_id: int) -> str:
    """Return the place a dossier is sealed to."""
    return f"dossier:{nominee_id}"


def make_dossier(keyring: Keyring, nominee_id: int, fields: Mapping[str, str]) -> Dossier:
    """Make the row that keeps these fields of a nominee, for the caller to add.

    Unknown keys and empty fields are left out.
    """
    kept = {key: fields[key] for key in SEALED_FIELDS if fields.get(key)}
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True)
    return Dossier(
        nominee_id=nominee_id,
        sealed=keyring.seal(text, sealing_place(nominee_id)),
        person_hash=person_hash(keyring.hash_key, fields),
    )


def person_hash(key: bytes, fields: Mapping[str, str]) -> str | None:
    """Return the same hash for the same ID number or 社会信用代码, under one key of the ring.

    Returns None where there is no number.
    """
    number = (fields.get("id_number") or fields.get("credit_code") or "").strip().upper()
    if number in ("", NONE):  # a collective without a code of its own says so
        return None
    return hmac.new(key, f"person {number}".encode(), hashlib.sha256).hexdigest()


def person_hashes(keyring: Keyring, fields: Mapping[str, str]) -> list[str]:
    """Return the hashes of a number, one for each key of the ring; none where there is no number."""
    return [hash_ for key in keyring.hash_keys if (hash_ := person_hash(key, fields))]


def fields_of(session: Session, keyring: Keyring, nominee_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Return the fields of these nominees' dossiers, by id; {} for a nominee without one. Raises SealBroken.

    The caller has made sure that the reader may see them: the office, or the unit that recommends them.
    """
    wanted = list(nominee_ids)
    rows = session.execute(select(Dossier.nominee_id, Dossier.sealed).where(Dossier.nominee_id.in_(wanted)))
    read = {
        nominee_id: json.loads(keyring.unseal_text(sealed, sealing_place(nominee_id))) for nominee_id, sealed in rows
    }
    return {nominee_id: read.get(nominee_id, {}) for nominee_id in wanted}


@dataclass(frozen=True, slots=True)
class HandedInFile:
    """A file of a nominee, as a page lists it."""

    document_id: int
    kind: FileKind
    received_at: dt.datetime


@dataclass(frozen=True, slots=True)
class DossierView:
    """A dossier on a page: its fields in the order of the forms, with what names a person masked or not.

    Of its files the newest comes first; that one counts.
    """

    fields: dict[str, str]
    masked: bool
    photos: list[HandedInFile]
    materials: list[HandedInFile]


def view_dossier(session: Session, keyring: Keyring, nominee_id: int, actor: Actor) -> DossierView | None:
    """Return what a nominee's page shows of its dossier unasked.

    Returns None for a person whom the dossier is not for.
    """
    try:
        access.find_recommended(session, nominee_id, actor)
    except NotYourCase:
        return None
    fields = fields_of(session, keyring, [nominee_id])[nominee_id]
    return _shown(session, nominee_id, {key: _masked(key, text) for key, text in fields.items()}, masked=True)


@use_case
def read(work: Work, nominee_id: int) -> DossierView:
    """Read the whole dossier, for the office and the unit that recommends. Raises NotYourCase, SealBroken.

    The reading is on the record.
    """
    access.find_recommended(work.session, nominee_id, work.actor)
    found = _shown(
        work.session, nominee_id, fields_of(work.session, work.keyring, [nominee_id])[nominee_id], masked=False
    )
    work.did("dossier.read", on_nominee(nominee_id))
    return found


def _shown(session: Session, nominee_id: int, fields: Mapping[str, str], *, masked: bool) -> DossierView:
    in_order = {key: fields[key] for key in SEALED_FIELDS if key in fields}
    photos, materials = (_handed_in(session, nominee_id, purpose) for purpose in (Purpose.PHOTO, Purpose.MATERIAL))
    return DossierView(in_order, masked, photos, materials)


def _handed_in(session: Session, nominee_id: int, purpose: Purpose) -> list[HandedInFile]:
    rows = session.execute(
        select(Document.id, Document.kind, Document.received_at)
        .where(Document.nominee_id == nominee_id, Document.purpose == purpose)
        .order_by(Document.id.desc())
    )
    return [HandedInFile(*row) for row in rows]


def _masked(key: str, text: str) -> str:
    """Mask a value: 530302********1234, 138****5678. Whatever is shorter shows only its ends."""
    if key not in _MASKED:
        return text
    front, end = (6, 4) if len(text) == _ID_LENGTH else (3, 2 if len(text) < _MOBILE_LENGTH else 4)
    return text[:front] + "*" * max(0, len(text) - front - end) + text[-end:] if len(text) > front + end else "****"
