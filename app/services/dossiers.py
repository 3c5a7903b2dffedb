"""Dossiers: what the forms say of a nominee and nobody outside may read, sealed to the nominee (R12)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.annexes import NONE
from app.domain.nominations import FIELD_NAMES
from app.models import Dossier
from app.sealing import Keyring

# Public in their rounds, and columns of their own: not twice.
_ELSEWHERE = frozenset({"name", "post", "deeds", "recommender"})
SEALED_FIELDS = tuple(key for key in FIELD_NAMES if key not in _ELSEWHERE)


def place(nominee_id: int) -> str:
    """What a dossier is sealed to."""
    return f"dossier:{nominee_id}"


def dossier(ring: Keyring, nominee_id: int, fields: Mapping[str, str]) -> Dossier:
    """The row that keeps these fields of a nominee, for the caller to add; unknown keys and empty ones stay out."""
    kept = {key: fields[key] for key in SEALED_FIELDS if fields.get(key)}
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True)
    return Dossier(
        nominee_id=nominee_id, sealed=ring.seal(text, place(nominee_id)), person_hash=person_hash(ring.hash_key, fields)
    )


def person_hash(key: bytes, fields: Mapping[str, str]) -> str | None:
    """The same for the same ID number or 社会信用代码, under one key of the ring; None where neither is given or there is none."""
    number = (fields.get("id_number") or fields.get("credit_code") or "").strip().upper()
    if number in ("", NONE):  # a collective without a code of its own says so
        return None
    return hmac.new(key, f"person {number}".encode(), hashlib.sha256).hexdigest()


def fields_of(session: Session, ring: Keyring, nominee_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """The sealed fields of these nominees, by id; {} for whom there is no dossier. Raises SealBroken.

    Whoever calls has made sure that the reader may: the office, or the unit that recommends them.
    """
    wanted = list(nominee_ids)
    rows = session.execute(select(Dossier.nominee_id, Dossier.sealed).where(Dossier.nominee_id.in_(wanted)))
    read = {nominee_id: json.loads(ring.unseal_text(sealed, place(nominee_id))) for nominee_id, sealed in rows}
    return {nominee_id: read.get(nominee_id, {}) for nominee_id in wanted}
