"""A simulated year: one programme from its first list to the end of its third round, in one process.

The services are the real ones, on SQLite. The clock, the calendar, the faults and all that is drawn at random come from
one seed, so that a seed replays to the last byte. After each step every invariant of `gongshi check` is asked.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from unittest.mock import patch

from sqlalchemy import event, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from app.calendars.china import packaged_notice
from app.database import Database
from app.domain.calendar.workdays import Day, local_date, midnight, nth_workday_after, nth_workday_before
from app.domain.periods.rounds import Round
from app.domain.refusals import Refusal
from app.domain.shared.instants import SHANGHAI
from app.models import Case, Disqualification, Nominee, Period, Programme, ReviewStage, Unit
from app.services.calendar import availability
from app.services.calendar.calendars import calendar_of, load_notices
from app.services.cases import settlement, warnings
from app.services.cases.queue import list_without_hands
from app.services.periods import closing, replanning, scheduling
from tests.histories.verdict import Act, outs_by
from tests.world import World
from tests.years.checking import Checking
from tests.years.office import Office
from tests.years.people import People

HOUR, MOMENT = dt.timedelta(hours=1), dt.timedelta(microseconds=1)
FIRST_DAYS = (dt.date(2012, 1, 9), dt.date(2026, 6, 1))  # of the programmes; the package knows all of these years
KEY = b"a key for tests, thirty-two bytes"
OFFICE_HOUR = dt.time(10)  # when a diligent office looks at its cases, on working days
NO_HANDS = "open-case-has-two-people"
Step = Callable[[], object]
T = TypeVar("T")


class Crashed(Exception):
    """The process ended between two statements."""


@dataclass(frozen=True, slots=True)
class Dates:
    """What moves the clock of a year: the dates of a period."""

    opens_at: dt.datetime
    closes_at: dt.datetime
    conclude_by: dt.datetime
    closed_at: dt.datetime | None
    settled_at: dt.datetime | None
    cancelled_at: dt.datetime | None

    @property
    def is_over(self) -> bool:
        return self.closed_at is not None or self.cancelled_at is not None


_DATES = (
    Period.id,
    Period.opens_at,
    Period.closes_at,
    Period.conclude_by,
    Period.closed_at,
    Period.settled_at,
    Period.cancelled_at,
)


@dataclass
class Shown:
    """A period of the year: its id, and what was accepted in it, for the verdict."""

    id: int
    acts: list[Act]
    left_before: set[int]
    settled: bool = False


class Year:
    """One world, one clock, one calendar and the dice."""

    def __init__(self, database: Database, seed: str, *, diligent: bool) -> None:
        """`diligent`: the office works on every case that is its own on each working day."""
        self.dice, self.log, self.diligent = random.Random(seed), [seed], diligent
        first = FIRST_DAYS[0].toordinal() + self.dice.randrange((FIRST_DAYS[1] - FIRST_DAYS[0]).days)
        self.now = midnight(dt.date.fromordinal(first)) + 9 * HOUR
        self.served_until, self.looking_on = self.now, False
        event.listen(database.engine, "connect", _forget_the_disk)
        self.checking = Checking(database)
        self.world = World.build(database, KEY, self.now)
        self.people = People(self)
        self.office = Office(self)
        self.shown: list[Shown] = []  # in the round that is under way
        self.earlier: list[Shown] = []  # closed before their deadline, they settle later
        self.shut: set[str] = set()

    def run(self) -> None:
        """Live through three rounds, or until nobody is left to be shown."""
        for number in (1, 2, 3):
            if number > 1:
                self._review(ReviewStage.PRELIMINARY if number == 2 else ReviewStage.FINAL)
            self.earlier += self.shown
            self.shown = [
                shown for organiser in self._organisers(number) for shown in self._schedule(number, organiser)
            ]
            while not all(each.is_over for each in self.dates().values()):
                self._later()
                self.step(self._choose())
            self.check(self.checking.all_broken(self.now))
        assert not self.diligent or not any("lapsed" in line for line in self.log), "\n".join(self.log)

    # --- the plan ----------------------------------------------------------------------------------------------

    def _organisers(self, number: int) -> list[int]:
        """Who shows in a round: own units, recommending units, the office."""
        world = self.world
        if number == 1:
            with world.database.reader() as session:
                chosen = self.dice.sample(world.nominees, 2) + self.dice.sample(world.others, 1)
                return sorted({session.get_one(Nominee, each).unit_id for each in chosen})
        return [world.qilin, world.luoping] if number == 2 else [world.office]

    def _schedule(self, number: int, organiser: int) -> list[Shown]:
        """Schedule what may be shown, from the next working day but one on. Nothing where nobody may."""
        with self.world.database.reader() as session:
            programme, unit = session.get_one(Programme, self.world.programme), session.get_one(Unit, organiser)
            round_: Round = programme.rules.rounds[number]
            offered = scheduling.candidates(session, self.world.keyring, programme, round_, unit, self.now)
            ids = [each.nominee.id for each in offered if each.may_enter]
            out = {each.nominee.id for each in offered if not each.may_enter}
            opening = nth_workday_after(local_date(self.now), self.dice.randrange(1, 4), calendar_of(session))
        if not ids:
            return []
        now = f"{self.now.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        conclude = self.dice.randrange(3, 6)
        period = self.world.schedule(number, organiser, ids, opening.isoformat(), conclude, now)
        self.log.append(
            f"{self.clock} round {number} of unit {organiser}: {opening}, {conclude} days, {len(ids)} shown"
        )
        return [Shown(period, [], out)]

    def _review(self, stage: ReviewStage) -> None:
        self._later()
        everybody = self.world.nominees + self.world.others
        nominees = [nominee for nominee in everybody if not self.people.is_out(nominee)]
        for nominee in nominees:
            try:
                self.world.reviewed([nominee], stage, f"{self.now.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}")
            except Refusal as refusal:  # was not shown in the round before
                self.log.append(f"{self.clock} {stage} of {nominee}: {refusal}")

    # --- time --------------------------------------------------------------------------------------------------

    @property
    def clock(self) -> str:
        return self.now.astimezone(SHANGHAI).replace(tzinfo=None).isoformat(" ")

    def dates(self) -> dict[int, Dates]:
        """Return the dates of the periods of the round, by id."""
        query = select(*_DATES).where(Period.id.in_([shown.id for shown in self.shown]))
        rows = self.read(lambda session: session.execute(query).all())
        return {period_id: Dates(*dates) for period_id, *dates in rows}

    def _later(self) -> None:
        """Move the clock on: to an instant of change, to an hour of the office, or by some hours."""
        corners = [
            each - before
            for row in self.dates().values()
            for each in (row.closes_at, row.conclude_by)
            for before in (MOMENT, 0 * MOMENT)
        ]
        corners += [midnight(day.date) + OFFICE_HOUR.hour * HOUR for day in self._coming_days() if day.works]
        coming = sorted(each for each in corners if each > self.now)
        later = self.now + self.dice.random() * 20 * HOUR
        self.now = min([later, *coming[:1]])

    def _coming_days(self) -> list[Day]:
        today = local_date(self.now)
        with self.world.database.reader() as session:
            calendar = calendar_of(session)
            return [calendar.day(today + dt.timedelta(n)) for n in range(2)]

    def _is_office_hour(self) -> bool:
        return self.now.astimezone(SHANGHAI).time() == OFFICE_HOUR and self._coming_days()[0].works

    # --- steps -------------------------------------------------------------------------------------------------

    def _choose(self) -> list[tuple[str, Step]]:
        """What happens now, by name: one act or, in an hour of the office, all of its work."""
        people, office = self.people, self.office
        steps: list[tuple[str, Step]] = [("tick", self._tick)] if self.dice.random() < 0.6 else []
        if self._is_office_hour():
            steps += [
                ("replan", self._replan),
                *(office.at_work() if self.diligent else []),
                ("close", self._close),
            ]
            return steps
        acts: dict[Step, float] = {
            people.file: 6, people.objector: 3, people.unit: 9, people.recuse: 1, people.account: 0.4,
            people.leave: 0.5, office.watch: 1.5, office.look: 1, office.register: 1, office.reverse: 1,
            office.send_letters: 0.7, office.correct: 0.5, office.extend: 0.3, office.make_good: 0.3,
            office.take_back: 0.1, office.deputy: 0.4, office.reset: 0.6, office.agree: 0.3,
            self._notice: 0.6, self._two_settlers: 0.6, self._down: 0.5,
        }  # fmt: skip
        [act] = self.dice.choices([*acts], [*acts.values()])
        return [*steps, (act.__name__, act)]

    def step(self, steps: list[tuple[str, Step]]) -> None:
        """Take these steps, one of twelve with a crash on the way; after each the data must be sound."""
        for name, act in steps:
            self.log.append(f"{self.clock} {name}")
            crashes = self.dice.randrange(1, 60) if self.dice.random() < 0.08 else 0
            try:
                with crash_at(self.world.database, crashes, lambda: self.looking_on):
                    act()
            except Crashed:
                self.log.append(f"    crashed at statement {crashes}")
                if name == "office":
                    act()  # whoever is diligent tries again
            except Refusal as refusal:
                self.log.append(f"    refused: {refusal}")
                assert name != "office", "\n".join(self.log)  # it does what the portal says is its own to do
            except Exception as error:
                error.add_note("\n".join(self.log))
                raise
            if self.checking.written:
                # The sealer of some host goes on by itself, also after a crash of another.
                self.world.seal()
                self._note_settled()
                self.check()

    def check(self, found: list[str] | None = None) -> None:
        """Ask the invariants that the last step can have broken; at the end of a round all of them."""
        found = self.checking.broken(self.now) if found is None else found
        if not self.diligent and NO_HANDS in found:
            # What R21 asks for then is a red line on the office's page: where nobody minds it, the case may stay so.
            assert self.read(lambda session: list_without_hands(session, self.now)), "\n".join(self.log)
            found.remove(NO_HANDS)
        assert found == [], "\n".join([*self.log, *found])

    def do(self, use_case: Callable[..., Any], *arguments: object, by: str = "", **options: object) -> Any:
        """One use case now, by the account of this login."""
        actor = self.world.actor(by) if by else None
        return self.world.run(use_case, *arguments, by=actor, now=self.now, **options)

    def _tick(self) -> None:
        """What the clock of one host does; it may be two minutes behind or ahead of the others."""
        at = self.now + dt.timedelta(seconds=self.dice.choice([0, 0, -120, 120]))
        self.settle(at)
        self.world.run(warnings.warn_due, now=at)
        gap = at - self.served_until + dt.timedelta(minutes=5)
        self.world.run(availability.record_heartbeat, max(gap, dt.timedelta(minutes=5)), now=at)
        self.served_until = at

    def settle(self, at: dt.datetime) -> None:
        self.world.run(settlement.settle_due, now=at)

    def _note_settled(self) -> None:
        """Note what was settled, also by a process that ended after it. A clock that ran ahead is taken back."""
        known = {shown.id: shown for shown in self.shown + self.earlier}
        query = select(Period.id, Period.settled_at).where(Period.id.in_(known))
        for period_id, settled_at in self.read(lambda session: session.execute(query).all()):
            shown = known[period_id]
            if settled_at is not None and not shown.settled:
                shown.acts.append((settled_at, "settle", 0, ""))
            shown.settled = settled_at is not None

    def note(self, period: int, act: str, number: int, what: str) -> None:
        """Note what was accepted in a period, for the verdict."""
        [shown] = [each for each in self.shown if each.id == period]
        shown.acts.append((self.now, act, number, what))

    def note_everywhere(self, act: str, nominee: int) -> None:
        for shown in self.shown:
            shown.acts.append((self.now, act, nominee, ""))

    def read(self, reading: Callable[[Session], T]) -> T:
        """Look at the data from outside: nothing of the portal that could crash."""
        self.looking_on = True
        try:
            with self.world.database.reader() as session:
                return reading(session)
        finally:
            self.looking_on = False

    def _two_settlers(self) -> None:
        """Two hosts settle one after the other: the second finds nothing to do."""
        self.settle(self.now)
        assert self.world.run(settlement.settle_due, now=self.now) == []

    def _down(self) -> None:
        """Nobody can act for some hours. It never covers the last working day of a deadline: then nobody could."""
        until = self.now + self.dice.choice([3, 20, 70]) * HOUR
        with self.world.database.reader() as session:
            calendar = calendar_of(session)
            for shown in self.shown:
                deadline = session.get_one(Period, shown.id).conclude_by
                last = midnight(nth_workday_before(local_date(deadline), 2, calendar))
                if last < until and self.now < deadline:
                    return
        self.now = self.served_until = until

    def _notice(self) -> None:
        """A notice makes a working day of the coming two weeks a day off."""
        day = local_date(self.now) + dt.timedelta(self.dice.randrange(1, 14))
        with self.world.database.reader() as session:
            calendar = calendar_of(session)
            if not calendar.day(day).works or calendar.day(day).kind != "workday":
                return
            known = calendar._notices.get(day.year) or packaged_notice(day.year)
        body = {
            "notice": f"特{len(self.log)}号",
            "published": local_date(self.now).isoformat(),
            "off": sorted(each.isoformat() for each in known.off | {day}),
            "work": sorted(each.isoformat() for each in known.work),
        }
        self.do(load_notices, json.dumps({str(day.year): body}), looked_twice=True, by="office")
        self.log.append(f"    {day} is off")

    def _replan(self) -> None:
        with self.world.database.reader() as session:
            due = replanning.can_be_moved(replanning.list_moves_due(session, self.now))
        if due:
            self.do(replanning.replan, due, "按新的放假通知调整。", by="office")

    def _close(self) -> None:
        """The office closes what can be closed; what settles with that is compared like every settlement."""
        for shown in self.shown:
            before = self.dates()[shown.id]
            if before.is_over or self.now < before.closes_at:
                continue
            if before.settled_at is None and self.now >= before.conclude_by:
                self.settle(self.now)
            try:
                self.do(closing.close_period, shown.id, by="office")
            except Refusal as refusal:
                self.log.append(f"    not closed: {refusal}")
                continue
            self._note_settled()
            self._compare(shown)

    def _compare(self, shown: Shown) -> None:
        """Whoever is out by a period is who must be by R20-R29, by the acts that were accepted."""
        deadline = self.dates()[shown.id].conclude_by
        left: list[Act] = [(self.now, "leave", nominee, "") for nominee in sorted(shown.left_before)]
        must = outs_by(left + shown.acts, deadline)
        with self.world.database.reader() as session:
            of_period = select(Case.id).where(Case.entry.has(period_id=shown.id))
            query = (
                select(Disqualification).where(Disqualification.case_id.in_(of_period)).order_by(Disqualification.id)
            )
            there = [
                (row.nominee_id, row.case_id, row.ground.value, row.effective_at) for row in session.scalars(query)
            ]
        assert there == must, "\n".join([*self.log, f"out: {there}", f"by the verdict: {must}"])
        self.log += [f"    lapsed: nominee {nominee}" for nominee, _, ground, _ in there if ground == "lapsed"]


def _forget_the_disk(connection: sqlite3.Connection, _record: object) -> None:
    """A year ends with its process: nothing of it has to be on the disk."""
    connection.execute("PRAGMA synchronous=OFF")


@contextmanager
def crash_at(database: Database, statement: int, looking_on: Callable[[], bool]) -> Iterator[None]:
    """End what is done here before its statement of this number; 0 ends nothing, and who looks on is not counted."""
    left = statement

    def count(*_: object) -> None:
        nonlocal left
        left -= not looking_on()
        if left == 0 and not looking_on():
            raise Crashed

    event.listen(database.engine, "before_cursor_execute", count)
    try:
        yield
    except StatementError as error:  # it ended where the driver was asked for an id
        if isinstance(error.orig, Crashed):
            raise error.orig from None
        raise
    finally:
        event.remove(database.engine, "before_cursor_execute", count)


@contextmanager
def drawn_from(seed: str) -> Iterator[None]:
    """Codes, ids and nonces come from a seed while this lasts, so that a year can be lived again."""
    dice, system = random.Random(f"secrets of {seed}"), os.urandom

    def draw(size: int) -> bytes:
        # SQLAlchemy names a statement's aliases by chance, once a process: a second year would draw other secrets.
        by_library = sys._getframe(1).f_globals["__name__"].startswith("sqlalchemy.")
        return system(size) if by_library else dice.randbytes(size)

    with patch("os.urandom", draw), patch("random._urandom", draw):
        yield
