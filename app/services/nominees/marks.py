"""Nominees' marks: written with whatever they follow from, in its transaction, and counted by the database.

Every use case that changes a nominee's name, kind, category, rank, unit or dossier, or records a condition, an opinion
or a review, calls `renew`. One that shows nominees in a period, takes it back, or gives a nominee new deeds calls
`renew_shown`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from app.domain.nominees.eligibility import ConditionAnswer, NomineeFacts, checks_of
from app.domain.nominees.marks import Marks, marks_of, write_counted_as, write_shown
from app.domain.nominees.opinions import find_needed
from app.models import (
    Confirmation,
    Dossier,
    Entry,
    Nominee,
    NomineeMarks,
    Opinion,
    OpinionOutcome,
    Period,
    Programme,
    Review,
)
from app.notices.offered import notice_of
from app.sealing import Keyring, SealBroken
from app.services.nominees import dossiers

BATCH = 500  # ids in one statement: well below what either database takes
_OWN = ("programme_id", "recommender_id", "unit_id")  # the nominee's, kept beside its marks
_SHOW = update(NomineeMarks).where(NomineeMarks.nominee_id == bindparam("of")).values(shown_in=bindparam("written"))
KEPT = (*_OWN, "counted_as", "shown_in")
FOLLOW_FROM = frozenset({"name", "category"})  # of the fields that may be corrected


def renew(session: Session, keyring: Keyring | None, nominee_ids: Iterable[int]) -> None:
    """Judge these nominees anew and keep their marks, for the caller to commit. Raises SealBroken.

    Without a keyring nobody among them may have a dossier.
    """
    session.flush()
    ids = iter(sorted(set(nominee_ids)))
    while batch := list(islice(ids, BATCH)):
        rows = [{"nominee_id": id_, **found} for id_, found in _rows(session, keyring, batch).items()]
        session.execute(delete(NomineeMarks).where(NomineeMarks.nominee_id.in_(batch)))
        if rows:
            session.execute(insert(NomineeMarks), rows)


def renew_shown(session: Session, nominee_ids: Iterable[int]) -> None:
    """Keep beside their marks which periods show these nominees now, for the caller to commit. Nothing is judged."""
    session.flush()
    ids = iter(sorted(set(nominee_ids)))
    while batch := list(islice(ids, BATCH)):
        shown = find_shown(session, batch)
        written = [{"of": id_, "written": write_shown(shown.get(id_, ()))} for id_ in batch]
        session.connection().execute(_SHOW, written)  # where a nominee has no marks, there is nothing to keep


def _rows(session: Session, keyring: Keyring | None, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return everything that is kept of these nominees, by id and column. Raises SealBroken."""
    judged, shown = judge(session, keyring, ids), find_shown(session, ids)
    own = [getattr(Nominee, name) for name in ("id", "kind", "rank", *_OWN)]
    return {
        row.id: {name: getattr(row, name) for name in _OWN}
        | {
            "counted_as": write_counted_as(row.kind, row.rank, judged[row.id]),
            "shown_in": write_shown(shown.get(row.id, ())),
        }
        for row in session.execute(select(*own).where(Nominee.id.in_(judged)))
    }


def find_shown(session: Session, ids: Collection[int]) -> dict[int, list[tuple[int, bool]]]:
    """Return the periods that show these nominees and were not taken back, each with whether the deeds are current."""
    rows = session.execute(
        select(Entry.nominee_id, Entry.period_id, Entry.edition == Nominee.edition)
        .join(Nominee, Entry.nominee_id == Nominee.id)
        .join(Period, Entry.period_id == Period.id)
        .where(Entry.nominee_id.in_(ids), Period.cancelled_at.is_(None))
    )
    found: dict[int, list[tuple[int, bool]]] = {}
    for id_, period_id, current in rows:
        found.setdefault(id_, []).append((period_id, bool(current)))
    return found


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
    columns = [getattr(NomineeMarks, name) for name in KEPT]
    rows = session.execute(select(NomineeMarks.nominee_id, *columns).where(NomineeMarks.nominee_id.in_(ids)))
    kept = {id_: dict(zip(KEPT, values, strict=True)) for id_, *values in rows}
    if keyring is None:
        for id_ in session.scalars(select(Dossier.nominee_id).where(Dossier.nominee_id.in_(ids))):
            kept.pop(id_, None)
    try:
        judged = _rows(session, keyring, kept)
    except SealBroken:
        if len(ids) == 1:
            return ids
        return [found for id_ in ids for found in find_differing(session, keyring, [id_])]
    return [id_ for id_ in sorted(kept) if kept[id_] != judged[id_]]
