"""Steps that all programmes of the demonstration share: periods are scheduled, settled and closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.demo.cases import Script
from app.demo.cast import Cast
from app.demo.clearing import Clearing
from app.demo.diary import Diary
from app.demo.timetable import Shape
from app.domain.calendar.workdays import Calendar, midnight, nth_workday_after, nth_workday_before
from app.domain.cases.states import Actor
from app.models import Nominee, Period, Programme, Unit
from app.sealing import Keyring
from app.services.cases import settlement
from app.services.periods import closing, scheduling
from app.services.periods.scheduling import PeriodPlan
from app.services.shared.work import Work


@dataclass(frozen=True)
class Staging:
    """What the steps need: the diary, the units and logins, the calendar, and the reviews."""

    diary: Diary
    cast: Cast
    calendar: Calendar
    keyring: Keyring
    clearing: Clearing

    @property
    def office(self) -> Actor:
        return self.cast.of_the_office.handler

    def morning(self, before: dt.date, workdays: int, hour: int = 10) -> dt.datetime:
        """Return the instant `hour` o'clock on the day that is `workdays` working days before a day."""
        return midnight(nth_workday_before(before, workdays, self.calendar)) + dt.timedelta(hours=hour)

    def after(self, day: dt.date, workdays: int) -> dt.datetime:
        """Return ten o'clock on the day that many working days after a day; 0 is the day itself."""
        day = nth_workday_after(day, workdays, self.calendar) if workdays else day
        return midnight(day) + dt.timedelta(hours=10)

    def before_round_2(self, second: dt.date) -> Shape:
        """Return the shape of a round 1 that is closed well before round 2 opens on a day."""
        return Shape(nth_workday_before(second, 10, self.calendar), 3, closes=True)

    def round_one(self, programme_id: int, nominees: Sequence[Nominee], shape: Shape) -> None:
        """Note round 1 in the nominees' own units."""
        by_own_unit: dict[int, list[int]] = {}
        for nominee in nominees:
            by_own_unit.setdefault(nominee.unit_id, []).append(nominee.id)
        self._schedule(programme_id, 1, by_own_unit, shape, nominees[0].recommender_id)

    def show(
        self,
        programme_id: int,
        round_number: int,
        organiser_id: int,
        nominees: Sequence[Nominee],
        shape: Shape,
        script: Script | None = None,
    ) -> None:
        """Note one period of round 2 or 3, and the cases that are filed in it."""
        lists = {organiser_id: [nominee.id for nominee in nominees]}
        self._schedule(programme_id, round_number, lists, shape, organiser_id, script)

    def _schedule(
        self,
        programme_id: int,
        round_number: int,
        lists: dict[int, list[int]],
        shape: Shape,
        turn: int,
        script: Script | None = None,
    ) -> None:
        """Note the scheduling of periods in one transaction, three working days before they open, at a distinct
        minute."""

        def schedule(session: Session, now: dt.datetime) -> None:
            programme = session.get_one(Programme, programme_id)
            periods = []
            with Work(session, now, self.office, self.keyring) as work:
                for organiser_id, nominee_ids in lists.items():
                    organiser = session.get_one(Unit, organiser_id)
                    plan = PeriodPlan(programme, round_number, organiser, nominee_ids, shape.opening, shape.conclude)
                    periods.append(scheduling.schedule(work, plan, self.calendar))
            for period in periods:
                self._follow(period, shape)
                if script is not None and shape.plot:
                    script.play(period, lists[period.organiser_id], shape.plot)

        self.diary.note(self.morning(shape.opening, 3) + dt.timedelta(minutes=turn % 50), schedule)

    def _follow(self, period: Period, shape: Shape) -> None:
        """Note the closing of a period on the morning after its window, or its settlement at the deadline."""
        period_id = period.id
        if shape.closes:
            self.diary.note(
                period.closes_at + dt.timedelta(hours=9),
                lambda session, now: closing.close_period(Work(session, now, self.office), period_id),
            )
        else:
            self.diary.note(
                period.conclude_by + dt.timedelta(seconds=20),
                lambda session, now: settlement.settle_period(Work(session, now), period_id),
            )
