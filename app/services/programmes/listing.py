"""Which programmes there are, and which units could organise a round of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select, true
from sqlalchemy.orm import Session

from app.domain.periods.rounds import LAST_ROUND
from app.models import Nominee, Programme, Unit, UnitKind
from app.services.shared.stored_rows import of_ids


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit by its id and name."""

    id: int
    name: str


def all_programmes(session: Session) -> Sequence[Programme]:
    """Every programme, the newest first."""
    return session.scalars(select(Programme).order_by(Programme.created_at.desc(), Programme.id.desc())).all()


def find_organisers(
    session: Session, programme_id: int, round_number: int, word: str, most: int, able: Collection[int]
) -> tuple[list[NamedUnit], list[NamedUnit], int]:
    """Find the units that could organise a round of a programme, by a word of their name, `most` of either kind.

    Returns those of them that are `able` to schedule somebody, the others, and how many others there are. All of `able`
    could organise it.
    """
    named = Unit.name.contains(word, autoescape=True) if word else true()
    first = able if word else sorted(able)[:most]
    of_others = _organises(programme_id, round_number), named, ~of_ids(Unit.id, able)

    def find(*conditions: ColumnElement[bool]) -> list[NamedUnit]:
        wanted = select(Unit.id, Unit.name).where(*conditions).order_by(Unit.id).limit(most)
        return [NamedUnit(*row) for row in session.execute(wanted)]

    in_all = session.scalar(select(func.count()).select_from(Unit).where(*of_others)) or 0
    return find(of_ids(Unit.id, first), named), find(*of_others) if in_all else [], in_all


def organisers(session: Session, programme_id: int, round_number: int) -> Sequence[Unit]:
    """List the units that could organise a round of a programme: those with nominees in it, or the office."""
    return session.scalars(select(Unit).where(_organises(programme_id, round_number)).order_by(Unit.id)).all()


def is_organiser(session: Session, programme_id: int, round_number: int, unit_id: int) -> bool:
    """Tell whether a unit could organise a round of a programme."""
    wanted = select(Unit.id).where(Unit.id == unit_id, _organises(programme_id, round_number))
    return session.scalar(wanted) is not None


def _organises(programme_id: int, round_number: int) -> ColumnElement[bool]:
    """Return the condition on Unit that it could organise the round. Of each unit one nominee is looked for."""
    if round_number == LAST_ROUND:
        return Unit.kind == UnitKind.OFFICE
    column = Nominee.unit_id if round_number == 1 else Nominee.recommender_id
    return exists().where(Nominee.programme_id == programme_id, column == Unit.id)
