"""One opening day for many units at once: looked at unit by unit first, then saved all or none (R4, R8, R9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.calendar.workdays import Calendar
from app.domain.cases.states import require_office
from app.domain.periods.rounds import Kind
from app.domain.refusals import ManyStopped, NothingChosen, Refusal
from app.models import Period, Programme, Quota, Unit
from app.sealing import Keyring
from app.services.periods.scheduling import Candidate, PeriodPlan, candidates, preview, schedule, write_period
from app.services.programmes.listing import organisers
from app.services.programmes.locking import lock_programme_before_award
from app.services.shared.work import Work, use_case


@dataclass(frozen=True, slots=True)
class OrganiserChoice:
    """A unit that could organise a round: its nominees with what stands in the way of each, and its places (R9)."""

    organiser: Unit
    candidates: Sequence[Candidate]
    places: dict[Kind, int] | None  # None in round 1, which no quota bounds

    @property
    def may_enter(self) -> list[int]:
        return [candidate.nominee.id for candidate in self.candidates if candidate.may_enter]

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
) -> list[OrganiserChoice]:
    """List the units with nominees in a round, in the order of the quota table; or `those` of them, in their order."""
    quotas = session.scalars(select(Quota).where(Quota.programme_id == programme.id))
    places = {
        quota.unit_id: {Kind.COLLECTIVE: quota.collectives, Kind.INDIVIDUAL: quota.individuals} for quota in quotas
    }
    return [
        OrganiserChoice(
            unit,
            candidates(session, keyring, programme, programme.rules.rounds[round_number], unit, now),
            places.get(unit.id) if round_number == 2 else None,
        )
        for unit in (organisers(session, programme.id, round_number) if those is None else those)
    ]


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
