"""A programme's rounds against its timetable: what is arranged, what can still be, who is late (R4, R8, R25)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.calendar.workdays import Calendar, end_of, local_date
from app.domain.cases.states import Actor
from app.domain.periods.backward_planning import BackwardStep, Misfit, RoundToPlan, find_misfit, plan_backwards
from app.domain.periods.rounds import ROUND_NUMBERS, Round
from app.domain.periods.window import Phase, PhaseDates, Window, WindowPlan
from app.models import Period, Programme, Quota, Stage, Unit, UnitKind
from app.services.nominees.groups import NomineeGroup, count
from app.services.shared.stored_rows import of_ids


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
    """One unit in one round: the dates of its periods, how many of its nominees are still to be shown, what can be.

    Of periods that run over the same days, as those of own units often do, the dates stand there once.
    """

    unit: Unit
    round: Round
    periods: Sequence[PhaseDates]
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
    session: Session,
    programme: Programme,
    conclude_workdays: int,
    calendar: Calendar,
    actor: Actor,
    now: dt.datetime,
    groups: Sequence[NomineeGroup],
) -> BackwardPlan:
    """Plan a programme's rounds backwards from its timetable.

    For the office, rounds 1 and 2 have a row for each recommending unit and round 3 has one for the office. `groups`
    are the nominees that this person may see: the office sees all, a unit its own. Without a timetable there are no
    steps and no rows. Raises BadValue.
    """
    spans = _spans(programme)
    if len(spans) < len(ROUND_NUMBERS):
        return BackwardPlan(programme, programme.stages, [], [])
    today = local_date(now)
    bare = [RoundToPlan(number, stage.starts_on, stage.ends_on) for number, stage in spans.items()]
    there = [group for group in groups if not group.has_left]
    arranged = _arranged(session, there)

    def rows_of(unit: Unit, shown: _Shown, rounds: Iterable[int]) -> list[UnitRound]:
        steps = plan_backwards([shown.leg(leg) for leg in bare], conclude_workdays, calendar, today)
        return [shown.row(unit, programme.rules.rounds, step, now) for step in steps if step.leg.round in rounds]

    rows = []
    for unit in _units(session, programme, there, actor):
        theirs = _Shown(
            [group for group in there if group.recommender_id == unit.id],
            [each for each in arranged if each.recommender_id == unit.id],
        )
        rows += rows_of(unit, theirs, (1, 2) if actor.is_office else ROUND_NUMBERS)
    if actor.is_office and (office := _office(session)):
        rows += rows_of(office, _Shown(there, arranged), (3,))
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


def _units(session: Session, programme: Programme, groups: Sequence[NomineeGroup], actor: Actor) -> Sequence[Unit]:
    """List the recommending units with places or with nominees.

    For a unit, only those it has to do with.
    """
    with_places = select(Quota.unit_id).where(Quota.programme_id == programme.id)
    if not actor.is_office:
        with_places = with_places.where(Quota.unit_id == actor.unit_id)
    recommenders = {group.recommender_id for group in groups}
    wanted = Unit.id.in_(with_places) | Unit.id.in_(recommenders)
    return session.scalars(select(Unit).where(wanted).order_by(Unit.id)).all()


@dataclass(frozen=True, slots=True)
class _Arranged:
    """The dates of a period that shows, or showed, nominees of a recommending unit who have not left."""

    recommender_id: int
    round_number: int
    dates: PhaseDates


def _arranged(session: Session, groups: Iterable[NomineeGroup]) -> list[_Arranged]:
    """List the dates of the periods of these nominees by unit and round, in the order they open; see `UnitRound`."""
    showing: dict[int, set[int]] = {}
    for group in groups:
        for period_id in group.shown_in:
            showing.setdefault(period_id, set()).add(group.recommender_id)
    dates = Period.opens_at, Period.closes_at, Period.conclude_by.label("conclude_by")
    rows = session.execute(
        select(Period.id, Period.round_number, *dates, Period.closed_at)
        .where(of_ids(Period.id, showing), Period.cancelled_at.is_(None))
        .order_by(Period.opens_at, Period.closes_at, "conclude_by")
    )
    found = (
        _Arranged(
            unit_id, row.round_number, PhaseDates(Window(row.opens_at, row.closes_at), row.conclude_by, row.closed_at)
        )
        for row in rows
        for unit_id in showing[row.id]
    )
    return list(dict.fromkeys(found))  # the periods of several own units may have the same dates


class _Shown:
    """Some nominees that have not left, and the periods in which they are or were shown.

    A nominee whom the office refused at a review goes no further than round 1.
    """

    def __init__(self, groups: Sequence[NomineeGroup], arranged: Sequence[_Arranged]) -> None:
        self._groups, self._arranged = groups, arranged

    def going_on(self, round_number: int) -> list[NomineeGroup]:
        return [each for each in self._groups if round_number == 1 or not each.was_refused]

    def periods(self, round_number: int) -> list[PhaseDates]:
        return [each.dates for each in self._arranged if each.round_number == round_number]

    def waiting(self, round_number: int) -> int:
        """Count those who are not through the round, nor in it, with their present deeds.

        Changed deeds are shown in the latest round once more, and in no earlier one (R9).
        """
        return count(each for each in self.going_on(round_number) if each.standing.rounds_shown < round_number)

    def leg(self, bare: RoundToPlan) -> RoundToPlan:
        """Return the round as these nominees stand in it.

        While there are no nominees yet, all are still to come.
        """
        ends = [_over(dates) for dates in self.periods(bare.round)]
        waiting = not self._groups or self.waiting(bare.round) > 0
        return RoundToPlan(bare.round, bare.starts, bare.due, waiting, max(ends, default=None))

    def row(self, unit: Unit, rounds: Mapping[int, Round], step: BackwardStep, now: dt.datetime) -> UnitRound:
        number = step.leg.round
        periods, waiting, eligible = self.periods(number), self.waiting(number), count(self.going_on(number))
        standing = _standing(step, periods, eligible, waiting, now)
        return UnitRound(unit, rounds[number], periods, eligible, waiting, step, standing)


def _over(dates: PhaseDates) -> dt.date:
    """Return the day by whose end a period's conclusions are there.

    It is the day of the deadline, or the one on which the period was closed.
    """
    return local_date(dates.closed_at) if dates.closed_at else dates.conclude_day


def _standing(
    step: BackwardStep, periods: Sequence[PhaseDates], nominees: int, waiting: int, now: dt.datetime
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
