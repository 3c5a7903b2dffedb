"""Texts that a unit keeps to use again in its cases (常用语); those of the office are for all units.

Nothing of a unit's texts, nor how often one is used there, reaches another unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.phrases import MOST, PHRASE_KIND_NAMES, PhraseKind, find_used, length_of
from app.domain.cases.states import Actor
from app.domain.refusals import BadValue, NotThere
from app.domain.shared.privacy import require_publishable
from app.models import Phrase, PhraseUse, Unit, UnitKind
from app.models.drawing import BEYOND
from app.services.record.chain import on_unit
from app.services.shared.locks import lock_row, lock_row_if_any
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

# Two people of a unit who use one phrase at the same moment are both counted, on either database.
_COUNT = sql(
    "INSERT INTO phrase_uses (phrase_id, unit_id, uses) VALUES (:phrase, :unit, 1) "
    "ON CONFLICT (phrase_id, unit_id) DO UPDATE SET uses = phrase_uses.uses + 1"
)


@dataclass(frozen=True, slots=True)
class KeptPhrase:
    """A phrase as one unit sees it: `uses` is how often that unit used it; the office sees the uses of all units."""

    id: int
    kind: PhraseKind
    text: str
    uses: int
    mine: bool  # of one's own unit: one may change it
    writer: str  # who wrote it; "" for a phrase of the office that another unit sees


def list_kept(session: Session, actor: Actor) -> list[KeptPhrase]:
    """List the phrases that this person may use, by kind, the most used first."""
    counted = select(PhraseUse.phrase_id, func.sum(PhraseUse.uses).label("uses")).group_by(PhraseUse.phrase_id)
    if not actor.is_office:
        counted = counted.where(PhraseUse.unit_id == actor.unit_id)
    uses = counted.subquery()
    rows = session.execute(
        select(Phrase, uses.c.uses)
        .outerjoin(uses, uses.c.phrase_id == Phrase.id)
        .where(Phrase.removed_at.is_(None), Phrase.unit_id.in_(_units_of(actor)))
        .options(joinedload(Phrase.writer))
    ).all()
    kept = [_seen(actor, phrase, int(count or 0)) for phrase, count in rows]
    order = list(PhraseKind)
    return sorted(kept, key=lambda each: (order.index(each.kind), -each.uses, each.text))


@use_case
def add(work: Work, kind: PhraseKind, text: str) -> int:
    """Keep a text to use again, for the own unit; one of the office is for all. Returns its id.

    Raises MissingText, PrivateData, and BadValue where the unit keeps it already or keeps too many.
    """
    text = _checked(work, kind, text)
    row = Phrase(unit_id=work.actor.unit_id, kind=kind, text=text)
    row.written_by, row.written_at = work.actor.user_id, work.now
    work.session.add(row)
    work.session.flush()
    work.did("phrase.added", on_unit(row.unit_id), phrase=row.id, kind=kind)
    return row.id


@use_case
def change(work: Work, phrase_id: int, text: str) -> None:
    """Change the text of a phrase of the own unit. Its uses go on counting. Raises NotThere and what `add` raises."""
    row = _lock(work, phrase_id)
    row.text = _checked(work, row.kind, text, besides=row.id)
    row.written_by, row.written_at = work.actor.user_id, work.now
    work.did("phrase.changed", on_unit(row.unit_id), phrase=row.id, kind=row.kind)


@use_case
def remove(work: Work, phrase_id: int) -> None:
    """Keep a phrase of the own unit no longer. What was written with it stays. Raises NotThere."""
    row = _lock(work, phrase_id)
    row.removed_at = work.now
    work.did("phrase.removed", on_unit(row.unit_id), phrase=row.id, kind=row.kind)


def note_uses(work: Work, texts: Mapping[PhraseKind, str]) -> None:
    """Count the phrases that stand in these texts of an act, in the act's transaction."""
    there = select(Phrase.id, Phrase.kind, Phrase.text).where(
        Phrase.removed_at.is_(None), Phrase.unit_id.in_(_units_of(work.actor)), Phrase.kind.in_(texts)
    )
    phrases: dict[PhraseKind, dict[int, str]] = {}
    for phrase_id, kind, words in work.session.execute(there):
        phrases.setdefault(kind, {})[phrase_id] = words
    used = {each for kind, known in phrases.items() for each in find_used(known, texts[kind])}
    for phrase_id in sorted(used):  # in one order: two acts at once do not wait for each other
        work.session.execute(_COUNT, {"phrase": phrase_id, "unit": work.actor.unit_id})


def _units_of(actor: Actor) -> Select[int]:
    """Select the units whose phrases this person may use: the own one, and the office."""
    return select(Unit.id).where(or_(Unit.kind == UnitKind.OFFICE, Unit.id == actor.unit_id))


def _seen(actor: Actor, phrase: Phrase, uses: int) -> KeptPhrase:
    mine = phrase.unit_id == actor.unit_id
    return KeptPhrase(phrase.id, phrase.kind, phrase.text, uses, mine, phrase.writer.name if mine else "")


def _checked(work: Work, kind: PhraseKind, text: str, besides: int = 0) -> str:
    """Return the text if this unit can keep it. Its unit is locked: two at once could keep the same text twice."""
    text = checked_text(text, PHRASE_KIND_NAMES[kind], length_of(kind))
    require_publishable("常用语", "text", text)
    lock_row(work.session, Unit, work.actor.unit_id)
    same_kind = Phrase.unit_id == work.actor.unit_id, Phrase.kind == kind, Phrase.removed_at.is_(None)
    others = work.session.scalars(select(Phrase.text).where(*same_kind, Phrase.id != besides)).all()
    if text in others:
        raise BadValue("text", "已经有一样的常用语了。")
    if len(others) >= MOST:
        raise BadValue("text", f"每一类最多{MOST}条，请先移除用不着的。")
    return text


def _lock(work: Work, phrase_id: int) -> Phrase:
    lock_row(work.session, Unit, work.actor.unit_id)
    row = lock_row_if_any(work.session, Phrase, phrase_id) if 0 < phrase_id < BEYOND else None
    if row is None or row.unit_id != work.actor.unit_id or row.removed_at is not None:
        raise NotThere("没有找到这条常用语。")
    return row
