"""One opening day for many units at once: looked at unit by unit first, then saved all or none (R4, R8, R9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.domain.calendar.workdays import Calendar
from app.domain.cases.states import require_office
from app.domain.periods.rounds import Kind, Round
from app.domain.refusals import ManyStopped, NothingChosen, Refusal
from app.models import Nominee, Period, Programme, Quota, Unit
from app.sealing import Keyring
from app.services.nominees.access import NomineeTable
from app.services.nominees.groups import find_groups, may_enter
from app.services.periods.scheduling import (
    CANDIDATES_ORDER,
    Candidate,
    PeriodPlan,
    candidates,
    column_of_organiser,
    preview,
    schedule,
    write_period,
)
from app.services.programmes.listing import organisers
from app.services.programmes.locking import lock_programme_before_award
from app.services.shared.work import Work, use_case

_FIRST = 20  # nominees of a unit told in short whose obstacles are named


@dataclass(frozen=True, slots=True)
class OrganiserChoice:
    """A unit that could organise a round: its nominees, those who may enter it, and its places (R9).

    `candidates` are those who were judged one by one, with what stands in the way of each: all `count`, or of a unit
    that is told in short the first few, and nobody where somebody may enter.
    """

    organiser: Unit
    count: int
    may_enter: Sequence[int]
    candidates: Sequence[Candidate]
    places: dict[Kind, int] | None  # None in round 1, which no quota bounds

    @property
    def hindered(self) -> list[tuple[str, list[str]]]:
        """Return each obstacle with the names of whom it keeps out, in the order of the candidates."""
        names: dict[str, list[str]] = {}
        for candidate in self.candidates:
            if candidate.obstacle:
                names.setdefault(candidate.obstacle, []).append(candidate.nominee.name)
        return list(names.items())


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be arranged: one round of a programme on one day, for these units with these of their nominees.

    Of the units in `whole` every nominee enters that may.
    """

    programme: Programme
    round_number: int
    organisers: frozenset[int]
    nominees: frozenset[int]
    opening: dt.date
    conclude_workdays: int
    whole: frozenset[int] = frozenset()

    def plan_for(self, choice: OrganiserChoice) -> PeriodPlan:
        """Plan the period of one unit, with those of the nominees that are its own."""
        own = choice.may_enter
        if choice.organiser.id not in self.whole:
            own = [each.nominee.id for each in choice.candidates if each.nominee.id in self.nominees]
        return PeriodPlan(
            self.programme, self.round_number, choice.organiser, own, self.opening, self.conclude_workdays
        )


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What saving one unit's period would come to: `refusal` is why it would be refused, empty if it would not."""

    choice: OrganiserChoice
    entering: int
    refusal: str


def list_choices(
    session: Session,
    keyring: Keyring,
    programme: Programme,
    round_number: int,
    now: dt.datetime,
    those: Sequence[Unit] | None = None,
    in_full: Collection[int] | None = None,
) -> list[OrganiserChoice]:
    """List the units with nominees in a round, in the order of the quota table; or `those` of them, in their order.

    Units that are not among `in_full`, by id, are told in short: who may enter is judged for one of each group that
    stands alike. None: all are told in full.
    """
    round_ = programme.rules.rounds[round_number]
    units = organisers(session, programme.id, round_number) if those is None else those
    in_short = [unit.id for unit in units if in_full is not None and unit.id not in in_full]
    theirs, able = _find_able(session, keyring, programme, round_, in_short, now)
    quotas = session.scalars(select(Quota).where(Quota.programme_id == programme.id))
    places = {
        quota.unit_id: {Kind.COLLECTIVE: quota.collectives, Kind.INDIVIDUAL: quota.individuals} for quota in quotas
    }
    choices = []
    for unit in units:
        own = places.get(unit.id) if round_number == 2 else None
        if unit.id in theirs:
            ids = theirs[unit.id]
            may = [id_ for id_ in ids if id_ in able]
            first = Nominee.id.in_(() if may else ids[:_FIRST])
            judged = candidates(session, keyring, programme, round_, first, now) if not may else []
            choices.append(OrganiserChoice(unit, len(ids), may, judged, own))
        else:
            judged = candidates(session, keyring, programme, round_, unit, now)
            may = [each.nominee.id for each in judged if each.may_enter]
            choices.append(OrganiserChoice(unit, len(judged), may, judged, own))
    return choices


def count_nominees(session: Session, programme: Programme, round_number: int, units: Iterable[int]) -> dict[int, int]:
    """Count the nominees of each of these units, by id, as round 1 or 2 has them."""
    owner = column_of_organiser(programme.rules.rounds[round_number])
    counted = select(owner, func.count()).where(Nominee.programme_id == programme.id, owner.in_(units)).group_by(owner)
    return dict(session.execute(counted).all())


def _find_able(
    session: Session, keyring: Keyring, programme: Programme, round_: Round, units: Collection[int], now: dt.datetime
) -> tuple[dict[int, list[int]], frozenset[int]]:
    """Return the nominees of these units, by unit in the order of `candidates`, and those who may enter the round."""
    if not units:
        return {}, frozenset()
    owner = column_of_organiser(round_)

    def among(nominee: NomineeTable) -> ColumnElement[bool]:
        return column_of_organiser(round_, nominee).in_(units)

    groups = find_groups(session, keyring, programme, now, among=among)
    theirs: dict[int, list[int]] = {}
    rows = (
        select(owner, Nominee.id)
        .where(Nominee.programme_id == programme.id, owner.in_(units))
        .order_by(*CANDIDATES_ORDER)
    )
    for unit_id, id_ in session.execute(rows):
        theirs.setdefault(unit_id, []).append(id_)
    return theirs, may_enter(groups, round_)


def rehearse(work: Work, order: Order, calendar: Calendar) -> list[Rehearsal]:
    """Rehearse each unit's period as it would be saved, and keep nothing.

    So whatever would be refused is known beforehand. Raises NothingChosen, and what is wrong for every unit alike:
    whatever `preview` raises.
    """
    rehearsals = []
    for choice, plan in _plans(work, order, calendar):
        refusal = ""
        try:
            with work.session.begin_nested():
                write_period(work, plan, calendar)
        except Refusal as refused:
            refusal = str(refused)
        rehearsals.append(Rehearsal(choice, len(plan.nominee_ids), refusal))
    work.session.rollback()
    return rehearsals


@use_case
def schedule_many(work: Work, order: Order, calendar: Calendar) -> list[Period]:
    """Schedule a period for each of the units, all or none, in one transaction.

    Each period is a row and an act of its own. Raises NothingChosen, whatever `preview` raises, and ManyStopped, which
    names the unit that can't have one.
    """
    periods = []
    for choice, plan in _plans(work, order, calendar):
        try:
            periods.append(schedule(work, plan, calendar))
        except Refusal as refused:
            raise ManyStopped(choice.organiser.name, refused) from refused
    return periods


def _plans(work: Work, order: Order, calendar: Calendar) -> list[tuple[OrganiserChoice, PeriodPlan]]:
    """Return the units of an order, each with a plan for its own nominees.

    Checks first that nothing is wrong for all units alike.
    """
    require_office(work.actor)
    preview(order.opening, order.conclude_workdays, calendar, order.programme.demonstration, work.now)
    lock_programme_before_award(work.session, order.programme.id)
    every = organisers(work.session, order.programme.id, order.round_number)
    those = [unit for unit in every if unit.id in order.organisers]
    if not those:
        raise NothingChosen("请至少选一家单位。")
    choices = list_choices(work.session, work.keyring, order.programme, order.round_number, work.now, those)
    return [(choice, order.plan_for(choice)) for choice in choices]
