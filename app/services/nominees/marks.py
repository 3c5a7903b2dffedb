"""Nominees' marks: written with whatever they follow from, in its transaction, and counted by the database.

Every use case that changes a nominee's name, kind, category, rank or dossier, or records a condition, an opinion or a
review, calls `renew`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.domain.nominees.eligibility import ConditionAnswer, NomineeFacts, checks_of
from app.domain.nominees.marks import Marks, marks_of
from app.domain.nominees.opinions import find_needed
from app.models import Confirmation, Dossier, Nominee, NomineeMarks, Opinion, OpinionOutcome, Programme, Review
from app.notices.offered import notice_of
from app.sealing import Keyring, SealBroken
from app.services.nominees import dossiers

BATCH = 500  # ids in one statement: well below what either database takes
NAMES = tuple(Marks.__slots__)
FOLLOW_FROM = frozenset({"name", "category"})  # of the fields that may be corrected


def renew(session: Session, keyring: Keyring | None, nominee_ids: Iterable[int]) -> None:
    """Judge these nominees anew and keep their marks, for the caller to commit. Raises SealBroken.

    Without a keyring nobody among them may have a dossier.
    """
    session.flush()
    ids = iter(sorted(set(nominee_ids)))
    while batch := list(islice(ids, BATCH)):
        rows = [{"nominee_id": id_, **asdict(found)} for id_, found in judge(session, keyring, batch).items()]
        session.execute(delete(NomineeMarks).where(NomineeMarks.nominee_id.in_(batch)))
        if rows:
            session.execute(insert(NomineeMarks), rows)


def judge(session: Session, keyring: Keyring | None, nominee_ids: Collection[int]) -> dict[int, Marks]:
    """Return the marks of these nominees by the rules, by id. Raises SealBroken.

    Without a keyring nobody among them may have a dossier.
    """
    ids = list(nominee_ids)
    fields = dossiers.fields_of(session, keyring, ids) if keyring else {id_: {} for id_ in ids}
    said, negative, passed = _said(session, ids), _negative(session, ids), _passed(session, ids)
    columns = (Nominee.id, Nominee.kind, Nominee.name, Nominee.rank, Nominee.category, Programme.notice)
    rows = session.execute(
        select(*columns).join(Programme, Nominee.programme_id == Programme.id).where(Nominee.id.in_(ids))
    )
    found = {}
    for id_, kind, name, rank, category, notice_key in rows:
        notice = notice_of(notice_key)
        facts = NomineeFacts(kind, name, rank, fields[id_].get("penalties"))
        checks = checks_of(facts, said.get(id_, {}), notice)
        needed = find_needed(kind, category, fields[id_], notice)
        found[id_] = marks_of(checks, needed, negative.get(id_, {}), passed.get(id_, {}))
    return found


def _said(session: Session, ids: Sequence[int]) -> dict[int, dict[str, ConditionAnswer]]:
    """Return what people said last of each condition. Marks don't tell who: the name is left empty."""
    found: dict[int, dict[str, ConditionAnswer]] = {}
    for row in _in_order(session, ids, Confirmation, Confirmation.condition, Confirmation.met, Confirmation.note,
                         Confirmation.confirmed_at):  # fmt: skip
        id_, condition, met, note, at = row
        found.setdefault(id_, {})[condition] = ConditionAnswer(met, note, "", at)
    return found


def _negative(session: Session, ids: Sequence[int]) -> dict[int, dict[str, bool]]:
    found: dict[int, dict[str, bool]] = {}
    for id_, authority, outcome in _in_order(session, ids, Opinion, Opinion.authority, Opinion.outcome):
        found.setdefault(id_, {})[authority] = outcome is OpinionOutcome.NEGATIVE
    return found


def _passed(session: Session, ids: Sequence[int]) -> dict[int, dict[str, bool]]:
    found: dict[int, dict[str, bool]] = {}
    for id_, stage, passed in _in_order(session, ids, Review, Review.stage, Review.passed):
        found.setdefault(id_, {})[stage.value] = passed
    return found


def _in_order(session: Session, ids: Sequence[int], table: Any, *columns: Any) -> Iterable[Any]:
    """Read rows about these nominees, the oldest first: of several the last one counts."""
    return session.execute(select(table.nominee_id, *columns).where(table.nominee_id.in_(ids)).order_by(table.id))


def wrong_marks_by(keyring: Keyring | None) -> Callable[[Session, Sequence[int]], Sequence[int]]:
    """Return what `gongshi check` compares marks with; see `find_differing`."""
    return lambda session, nominee_ids: find_differing(session, keyring, nominee_ids)


def find_differing(session: Session, keyring: Keyring | None, nominee_ids: Collection[int]) -> list[int]:
    """Return those of these nominees whose marks are not what the rules say, or whose dossier does not open.

    Without a keyring nobody who has a dossier is judged.
    """
    ids = list(nominee_ids)
    columns = [getattr(NomineeMarks, name) for name in NAMES]
    rows = session.execute(select(NomineeMarks.nominee_id, *columns).where(NomineeMarks.nominee_id.in_(ids)))
    kept = {id_: Marks(*values) for id_, *values in rows}
    if keyring is None:
        for id_ in session.scalars(select(Dossier.nominee_id).where(Dossier.nominee_id.in_(ids))):
            kept.pop(id_, None)
    try:
        judged = judge(session, keyring, kept)
    except SealBroken:
        if len(ids) == 1:
            return ids
        return [found for id_ in ids for found in find_differing(session, keyring, [id_])]
    return [id_ for id_ in sorted(kept) if kept[id_] != judged[id_]]
