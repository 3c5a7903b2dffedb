"""Whom a period could show, and who of them may enter: all of them, or a page at a time (R8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from app.domain.periods.rounds import Round
from app.models import Nominee, Programme, Unit
from app.sealing import Keyring
from app.services.nominees.groups import NomineeGroup, count, find_groups, may_enter
from app.services.periods.scheduling import CANDIDATES_ORDER, Candidate, candidates, is_of_organiser


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    """The nominees whom one organiser could show in a round, in the order of `candidates`. Each method reads them anew.

    `word` narrows them to those whose name, or whose unit's, has it. One nominee of each group that stands alike is
    judged.
    """

    session: Session
    keyring: Keyring
    programme: Programme
    round_: Round
    organiser: Unit
    now: dt.datetime

    def count(self, word: str = "") -> int:
        return self.session.scalar(select(func.count(Nominee.id)).where(*self._theirs(word))) or 0

    def ids(self, word: str = "", offset: int = 0, limit: int | None = None) -> Sequence[int]:
        query = select(Nominee.id).where(*self._theirs(word)).order_by(*CANDIDATES_ORDER)
        return self.session.scalars(query.offset(offset).limit(limit)).all()

    def candidates(self, ids: Sequence[int]) -> list[Candidate]:
        """Return these nominees with what stands in the way of each, in this order."""
        found = candidates(self.session, self.keyring, self.programme, self.round_, Nominee.id.in_(ids), self.now)
        by_id = {each.nominee.id: each for each in found}
        return [by_id[each] for each in ids if each in by_id]

    def count_able(self) -> int:
        """Count those whom nothing keeps from the round."""
        groups = self._groups(only_counted=True)
        return count(each for each in groups if not each.standing.obstacles(self.round_))

    def able(self) -> frozenset[int]:
        """Return the ids of those whom nothing keeps from the round."""
        return may_enter(self._groups(), self.round_)

    def _groups(self, only_counted: bool = False) -> list[NomineeGroup]:
        among = partial(is_of_organiser, self.round_, self.organiser)
        return find_groups(self.session, self.keyring, self.programme, self.now, among=among, only_counted=only_counted)

    def _theirs(self, word: str) -> tuple[ColumnElement[bool], ...]:
        return (
            Nominee.programme_id == self.programme.id,
            is_of_organiser(self.round_, self.organiser),
            _named(word) if word else true(),
        )


def _named(word: str) -> ColumnElement[bool]:
    units = select(Unit.id).where(Unit.name.contains(word, autoescape=True))
    in_unit = or_(Nominee.unit_id.in_(units), Nominee.recommender_id.in_(units))
    return or_(Nominee.name.contains(word, autoescape=True), in_unit)
