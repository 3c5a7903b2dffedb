"""Replacing the key: everything sealed is sealed anew with the one in use, a batch a transaction (R19).

A kill in between leaves some rows under the old key, which is still on the ring; run again, the rest follows.
Receipts can't be hashed anew, nobody has their codes: a retired key stays on the ring while its receipts count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import (
    CaseFile,
    DataRequest,
    Document,
    Dossier,
    Evidence,
    Identity,
    ImportRow,
    Objection,
    Reach,
    SecondFactor,
)
from app.services.accounts import second_factor
from app.services.imports import sealed_rows
from app.services.messages import codes
from app.services.nominees import dossiers
from app.services.objections import binding, identities
from app.services.shared.files import key_bound_to, title_bound_to
from app.services.shared.work import Work
from app.services.upkeep import data_requests

_BATCH = 200


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """Where sealed texts stand: the column, its row's id, and the place each is bound to."""

    column: InstrumentedAttribute[Any]
    row_id: InstrumentedAttribute[Any]
    named_by: InstrumentedAttribute[Any] | ColumnElement[str]
    place: Callable[[Any], str]


SEALED = (
    SealedColumn(Identity.sealed, Identity.objection_id, Identity.objection_id, identities.place),
    SealedColumn(Objection.sealed_salt, Objection.id, Objection.form_hash, binding.place),
    SealedColumn(Evidence.sealed_key, Evidence.id, Evidence.name, key_bound_to),
    SealedColumn(Evidence.sealed_copy_key, Evidence.id, Evidence.copy_name, key_bound_to),
    SealedColumn(Evidence.sealed_title, Evidence.id, Evidence.name, title_bound_to),
    SealedColumn(Document.sealed_key, Document.id, Document.name, key_bound_to),
    SealedColumn(Document.sealed_title, Document.id, Document.name, title_bound_to),
    SealedColumn(CaseFile.sealed_key, CaseFile.id, CaseFile.name, key_bound_to),
    SealedColumn(CaseFile.sealed_title, CaseFile.id, CaseFile.name, title_bound_to),
    SealedColumn(Dossier.sealed, Dossier.nominee_id, Dossier.nominee_id, dossiers.sealing_place),
    SealedColumn(ImportRow.sealed, ImportRow.id, sealed_rows.NAMED_BY, sealed_rows.place),
    SealedColumn(Reach.sealed, Reach.id, Reach.id, codes.seal_context),
    SealedColumn(DataRequest.sealed, DataRequest.id, DataRequest.id, data_requests.place),
    SealedColumn(DataRequest.sealed_answer, DataRequest.id, DataRequest.id, data_requests.answer_place),
    SealedColumn(SecondFactor.sealed_secret, SecondFactor.user_id, SecondFactor.user_id, second_factor.place),
    SealedColumn(SecondFactor.sealed_proposal, SecondFactor.user_id, SecondFactor.user_id, second_factor.place),
)


def rotate(work: Work) -> int:
    """Seal anew whatever is not under the current key and cipher. Returns how many there were.

    Raises SealBroken at the first that no key on the ring opens; what was done before it stays done.
    """
    return sum(_rotate(work, sealed) for sealed in SEALED)


def _rotate(work: Work, sealed: SealedColumn) -> int:
    count, last = 0, -1
    while True:
        with work:
            rows = _batch(work.session, sealed, last)
            if not rows:
                return count
            last = rows[-1][0]
            stale = [row for row in rows if row[2] is not None and not work.keyring.is_current(row[2])]
            _seal_anew(work, sealed, stale)
            count += len(stale)


def _batch(session: Session, sealed: SealedColumn, after: int) -> Sequence[tuple[int, Any, Any]]:
    query = select(sealed.row_id, sealed.named_by, sealed.column).where(sealed.row_id > after)
    rows = session.execute(query.order_by(sealed.row_id).limit(_BATCH))
    return [(row_id, named_by, content) for row_id, named_by, content in rows]


def _seal_anew(work: Work, sealed: SealedColumn, stale: Sequence[tuple[int, Any, Any]]) -> None:
    table = sealed.row_id.class_
    for row_id, named_by, content in stale:
        place = sealed.place(named_by)
        fresh = work.keyring.seal(work.keyring.unseal(content, place), place)
        work.session.execute(update(table).where(sealed.row_id == row_id).values({sealed.column: fresh}))
    if stale:
        work.did("keys.rotated", f"table:{table.__tablename__}", rows=len(stale))
