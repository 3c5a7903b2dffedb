"""Checks of a whole list against its programme: enough places, and nobody twice (R9, R11)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.domain.imports.lists import NOTHING_READ, PlacesTaken, Register, quota_problem
from app.domain.imports.nominations import Seen, order_problems
from app.domain.periods.rounds import Kind
from app.models import (
    Import,
    ImportForm,
    ImportRow,
    Nominee,
    Programme,
    Quota,
)
from app.sealing import Keyring
from app.services.imports import sealed_rows
from app.services.imports.sealed_rows import HEAD, What, worded
from app.services.nominees.dossiers import person_hashes
from app.services.nominees.nominating import ENTERED, OUT, list_standing

Found = dict[int, list[dict[str, str]]]


def across(session: Session, keyring: Keyring, import_id: int) -> Found:
    """Find the problems that no row has by itself, by the rows' numbers.

    Reads the rows as they stand, batch by batch.
    """
    imported = session.get_one(Import, import_id)
    found: Found = defaultdict(list)
    notice = session.get_one(Programme, imported.programme_id).rules
    register = Register(list_standing(session, imported.programme_id, imported.unit_id))
    fills = imported.form is ImportForm.FORMS
    coming: Counter[Kind] = Counter()
    seen = Seen(notice)
    for row in sealed_rows.each(session, keyring, import_id):
        if row.what is not What.NOMINEE or row.kind is None:
            continue
        if problem := seen.problem(row.nomination):
            found[row.number].append(worded(problem))
        if not row.name:
            continue
        unit = row.fields.get("unit", "")
        hashes = person_hashes(keyring, row.fields)
        for clash in register.clashes(row.kind, row.name, unit, hashes, fills=fills):
            found[row.number].append(worded(clash.problem) | {"to_office": clash.to_office})
        if register.filled(row.kind, row.name, unit, hashes, fills=fills) is None:
            coming[row.kind] += 1
    if not fills:
        rows = sealed_rows.each(session, keyring, import_id)
        in_order = order_problems(row.nomination for row in rows if row.what is What.NOMINEE)
        for number, problem in in_order.items():
            found[number].append(worded(problem))
    if not (coming or found or fills):
        found[HEAD].append(worded(NOTHING_READ))
    for kind, place in places_of(session, imported.programme_id, imported.unit_id).items():
        if problem := quota_problem(kind, place, coming[kind], notice):
            found[HEAD].append(worded(problem))
    return dict(found)


def note(session: Session, import_id: int, across: Mapping[int, Iterable[Mapping[str, str]]]) -> None:
    """Write these problems to the rows they belong to, beside what stands there, each once."""
    wanted = (ImportRow.import_id == import_id, ImportRow.number.in_(across))
    changed = [
        {"id": row.id, "problems": [*row.problems, *(each for each in across[row.number] if each not in row.problems)]}
        for row in session.execute(select(ImportRow.id, ImportRow.number, ImportRow.problems).where(*wanted))
    ]
    if changed:
        session.execute(update(ImportRow), changed)


def places_of(session: Session, programme_id: int, unit_id: int) -> dict[Kind, PlacesTaken]:
    """Count a unit's places of each kind (R9).

    A nominee who leaves after being shown keeps the place vacant, unless a replacement is named. A nominee who came
    back by a reversal has a place beside the replacement: together they may be one too many.
    """
    replacement = aliased(Nominee)
    holds = (
        Nominee.programme_id == programme_id,
        Nominee.recommender_id == unit_id,
        or_(~exists().where(replacement.replaces_id == Nominee.id), Nominee.withdrawn_at.is_(None) & ~OUT),
        Nominee.withdrawn_at.is_(None) | ENTERED,
    )
    taken = Counter(session.scalars(select(Nominee.kind).where(*holds)))
    quota = session.scalar(select(Quota).where(Quota.programme_id == programme_id, Quota.unit_id == unit_id))
    if quota is None:
        return {kind: PlacesTaken(0, 0, taken[kind]) for kind in Kind}
    return {
        Kind.COLLECTIVE: PlacesTaken(quota.collectives, quota.secret_collectives, taken[Kind.COLLECTIVE]),
        Kind.INDIVIDUAL: PlacesTaken(quota.individuals, quota.secret_individuals, taken[Kind.INDIVIDUAL]),
    }
