"""A programme's rounds against its timetable: what is arranged, what can still be, who is late (R4, R8, R25)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.calendar.workdays import Calendar, end_of, local_date
from app.domain.cases.states import Actor
from app.domain.periods.backward_planning import BackwardStep, Misfit, RoundToPlan, find_misfit, plan_backwards
from app.domain.periods.rounds import ROUND_NUMBERS, Round
from app.domain.periods.window import Phase, WindowPlan
from app.models import Entry, Nominee, Period, Programme, Quota, Stage, Unit, UnitKind
from app.services.nominees import reviews
from app.services.nominees.access import of_programme
from app.services.shared import leavers


class RoundStanding(StrEnum):
    """Where a unit stands in one round."""

    NOBODY = "nobody"
    WAITING = "waiting"
    LATE = "late"
    SCHEDULED = "scheduled"
    OVERRUNS = "overruns"
    DONE = "done"


STANDING_NAMES = {
    RoundStanding.NOBODY: "还没有推荐对象",
    RoundStanding.WAITING: "待安排",
    RoundStanding.LATE: "来不及",
    RoundStanding.SCHEDULED: "已安排",
    RoundStanding.OVERRUNS: "超过报送期限",
    RoundStanding.DONE: "已办结",
}
LATE = frozenset({RoundStanding.LATE, RoundStanding.OVERRUNS})


@dataclass(frozen=True, slots=True)
class UnitRound:
    """One unit in one round: its periods, how many of its nominees are still to be shown, and what can still be."""

    unit: Unit
    round: Round
    periods: Sequence[Period]
    nominees: int
    waiting: int
    step: BackwardStep
    standing: RoundStanding


@dataclass(frozen=True, slots=True)
class BackwardPlan:
    """A programme planned backwards. `steps` are its rounds as if nothing was arranged yet, from its own timetable."""

    programme: Programme
    stages: Sequence[Stage]
    steps: Sequence[BackwardStep]
    rows: Sequence[UnitRound]

    def of_unit(self, unit: Unit) -> list[UnitRound]:
        return [row for row in self.rows if row.unit.id == unit.id]

    @property
    def units(self) -> list[Unit]:
        return list({row.unit.id: row.unit for row in self.rows}.values())

    @property
    def late(self) -> list[UnitRound]:
        return [row for row in self.rows if row.standing in LATE]


def timetable_of(
    session: Session, programme: Programme, conclude_workdays: int, calendar: Calendar, actor: Actor, now: dt.datetime
) -> BackwardPlan:
    """Plan a programme's rounds backwards from its timetable.

    For the office, rounds 1 and 2 have a row for each recommending unit and round 3 has one for the office. The office
    sees all, a unit its own nominees. Without a timetable there are no steps and no rows. Raises BadValue.
    """
    spans = _spans(programme)
    if len(spans) < len(ROUND_NUMBERS):
        return BackwardPlan(programme, programme.stages, [], [])
    today = local_date(now)
    bare = [RoundToPlan(number, stage.starts_on, stage.ends_on) for number, stage in spans.items()]
    everything = _Shown(session, programme, of_programme(session, programme.id, actor), now)
    units = _units(session, programme, everything.nominees, actor)

    def rows_of(unit: Unit, nominees: Sequence[Nominee], rounds: Iterable[int]) -> list[UnitRound]:
        legs = [everything.leg(leg, nominees) for leg in bare]
        steps = plan_backwards(legs, conclude_workdays, calendar, today)
        return [everything.row(unit, nominees, step, now) for step in steps if step.leg.round in rounds]

    rows = []
    for unit in units:
        theirs = [nominee for nominee in everything.nominees if nominee.recommender_id == unit.id]
        rows += rows_of(unit, theirs, (1, 2) if actor.is_office else ROUND_NUMBERS)
    if actor.is_office and (office := _office(session)):
        rows += rows_of(office, everything.nominees, (3,))
    rows.sort(key=lambda row: row.round.number)
    return BackwardPlan(programme, programme.stages, plan_backwards(bare, conclude_workdays, calendar, today), rows)


def due_of(programme: Programme, round_number: int) -> Stage | None:
    """Return the stage at whose end a round has to be over; None while the programme has no timetable."""
    return _spans(programme).get(round_number)


def misfit_of(
    programme: Programme, round_number: int, plan: WindowPlan, conclude_workdays: int, calendar: Calendar
) -> Misfit | None:
    """Return where a period planned like this misses the programme's timetable; None if it fits.

    It is to warn of, not to refuse.
    """
    stage = due_of(programme, round_number)
    if stage is None or plan.conclude_by <= end_of(stage.ends_on):
        return None
    return find_misfit(plan.window.first_day, conclude_workdays, stage.ends_on, calendar)


def _spans(programme: Programme) -> dict[int, Stage]:
    """Return each round's stage, by the round's number."""
    named = programme.rules.stages
    return {number: stage for stage in programme.stages if (number := named[stage.number].round) is not None}


def _office(session: Session) -> Unit | None:
    return session.scalar(select(Unit).where(Unit.kind == UnitKind.OFFICE).order_by(Unit.id))


def _units(session: Session, programme: Programme, nominees: Sequence[Nominee], actor: Actor) -> Sequence[Unit]:
    """List the recommending units with places or with nominees.

    For a unit, only those it has to do with.
    """
    with_places = select(Quota.unit_id).where(Quota.programme_id == programme.id)
    if not actor.is_office:
        with_places = with_places.where(Quota.unit_id == actor.unit_id)
    recommenders = {nominee.recommender_id for nominee in nominees}
    wanted = Unit.id.in_(with_places) | Unit.id.in_(recommenders)
    return session.scalars(select(Unit).where(wanted).order_by(Unit.id)).all()


class _Shown:
    """A programme's nominees that have not left, and the periods in which each is or was shown with its present deeds.

    A nominee whom the office refused at a review goes no further than round 1.
    """

    def __init__(self, session: Session, programme: Programme, nominees: Sequence[Nominee], now: dt.datetime) -> None:
        self._rounds = programme.rules.rounds
        left = leavers.describe_left(session, nominees, now)
        self.nominees = [each for each in nominees if each.id not in left]
        self._refused = reviews.find_refused(session, [each.id for each in self.nominees])
        self._periods: dict[tuple[int, int], list[Period]] = {}
        self._now: set[tuple[int, int]] = set()  # who is through a round, or in it, with the present deeds
        editions = {each.id: each.edition for each in self.nominees}
        latest: dict[int, tuple[int, int]] = {}
        shown = session.execute(
            select(Entry, Period)
            .join(Period, Entry.period_id == Period.id)
            .where(Entry.nominee_id.in_(editions), Period.cancelled_at.is_(None))
            .order_by(Period.opens_at, Period.id)
            .options(joinedload(Period.organiser))
        )
        for entry, period in shown:
            self._periods.setdefault((entry.nominee_id, period.round_number), []).append(period)
            seen = (period.round_number, entry.edition)
            latest[entry.nominee_id] = max(latest.get(entry.nominee_id, seen), seen)
        for nominee_id, (number, edition) in latest.items():
            # Changed deeds are shown in the latest round once more, and in no earlier one (R9).
            last = number if edition == editions[nominee_id] else number - 1
            self._now |= {(nominee_id, each) for each in range(1, last + 1)}

    def going_on(self, nominees: Sequence[Nominee], round_number: int) -> list[Nominee]:
        return [each for each in nominees if round_number == 1 or each.id not in self._refused]

    def periods(self, nominees: Sequence[Nominee], round_number: int) -> list[Period]:
        found = {period.id: period for each in nominees for period in self._periods.get((each.id, round_number), ())}
        return sorted(found.values(), key=lambda period: (period.opens_at, period.id))

    def waiting(self, nominees: Sequence[Nominee], round_number: int) -> int:
        return sum((each.id, round_number) not in self._now for each in self.going_on(nominees, round_number))

    def leg(self, bare: RoundToPlan, nominees: Sequence[Nominee]) -> RoundToPlan:
        """Return the round as these nominees stand in it.

        While there are no nominees yet, all are still to come.
        """
        ends = [_over(period) for period in self.periods(nominees, bare.round)]
        waiting = not nominees or self.waiting(nominees, bare.round) > 0
        return RoundToPlan(bare.round, bare.starts, bare.due, waiting, max(ends, default=None))

    def row(self, unit: Unit, nominees: Sequence[Nominee], step: BackwardStep, now: dt.datetime) -> UnitRound:
        periods = self.periods(nominees, step.leg.round)
        waiting = self.waiting(nominees, step.leg.round)
        eligible = self.going_on(nominees, step.leg.round)
        standing = _standing(step, periods, len(eligible), waiting, now)
        return UnitRound(unit, self._rounds[step.leg.round], periods, len(eligible), waiting, step, standing)


def _over(period: Period) -> dt.date:
    """Return the day by whose end a period's conclusions are there.

    It is the day of the deadline, or the one on which the period was closed.
    """
    return local_date(period.closed_at) if period.closed_at else period.conclude_day


def _standing(
    step: BackwardStep, periods: Sequence[Period], nominees: int, waiting: int, now: dt.datetime
) -> RoundStanding:
    running = [period for period in periods if period.phase(now) is not Phase.CLOSED]
    if any(period.conclude_day > step.leg.due for period in running):
        return RoundStanding.OVERRUNS
    if step.leg.waiting and step.misfit is not None:
        return RoundStanding.LATE
    if not nominees:
        return RoundStanding.NOBODY
    if waiting:
        return RoundStanding.WAITING
    return RoundStanding.SCHEDULED if running else RoundStanding.DONE
