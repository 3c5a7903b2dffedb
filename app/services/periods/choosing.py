"""Who can be chosen for a period that has more candidates than a page shows: all ids, and a page at a time (R8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from app.domain.periods.rounds import Round
from app.models import Nominee, Programme, Unit
from app.sealing import Keyring
from app.services.nominees.groups import find_groups, may_enter
from app.services.periods.scheduling import CANDIDATES_ORDER, Candidate, candidates, is_of_organiser


@dataclass(frozen=True, slots=True)
class LongChoice:
    """Whom a period of one organiser could show: everybody, in the order of `candidates`, and those who may enter."""

    ids: Sequence[int]
    able: frozenset[int]


def long_choice(
    session: Session, keyring: Keyring, programme: Programme, round_: Round, organiser: Unit, now: dt.datetime
) -> LongChoice:
    """Return whom this organiser could show in a round. One nominee of each group that stands alike is judged."""
    groups = find_groups(session, keyring, programme, now, among=partial(is_of_organiser, round_, organiser))
    return LongChoice(find_ids(session, programme, round_, organiser), may_enter(groups, round_))


def find_ids(session: Session, programme: Programme, round_: Round, organiser: Unit, word: str = "") -> Sequence[int]:
    """Return the ids of an organiser's nominees in the order of `candidates`, those whose name or unit has the word."""
    query = select(Nominee.id).where(Nominee.programme_id == programme.id, is_of_organiser(round_, organiser))
    return session.scalars(query.where(_named(word)).order_by(*CANDIDATES_ORDER)).all()


def _named(word: str) -> ColumnElement[bool]:
    if not word:
        return true()
    units = select(Unit.id).where(Unit.name.contains(word, autoescape=True))
    in_unit = or_(Nominee.unit_id.in_(units), Nominee.recommender_id.in_(units))
    return or_(Nominee.name.contains(word, autoescape=True), in_unit)


def page_of(
    session: Session, keyring: Keyring, programme: Programme, round_: Round, now: dt.datetime, ids: Sequence[int]
) -> list[Candidate]:
    """Return these nominees with what stands in the way of each, in this order."""
    found = candidates(session, keyring, programme, round_, Nominee.id.in_(ids), now)
    by_id = {each.nominee.id: each for each in found}
    return [by_id[each] for each in ids if each in by_id]
