"""What the office does in a simulated year, and what it shares with the units: papers, dates, accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.domain.accounts.deputies import DeputyDays
from app.domain.calendar.workdays import local_date
from app.domain.cases.states import LOOK_ANSWERS, OPEN_STATES, Action, State, allowed_actions
from app.domain.objections.arrival import Arrival, Channel
from app.domain.refusals import NotTwoPeople
from app.models import Case, Deputy, Disqualification, Entry, Letter, SecondLook
from app.services.accounts import making, staffing, standing_in, two_people
from app.services.calendar.calendars import calendar_of
from app.services.cases import investigation, letters, second_looks
from app.services.nominees import reversal
from app.services.objections import registering
from app.services.periods import corrections, interruption, scheduling
from tests.years.people import OF_ONE_UNIT, OF_UNITS, TEXT, Known

if TYPE_CHECKING:
    from tests.years.year import Year

OFFICE = ["office", "office2"]
_WATCHES = frozenset(
    {Action.URGE, Action.TAKE_OVER, Action.CONFIRM, Action.RETURN, Action.CONFIRM_DECLINE, Action.RETURN_DECLINE}
)
_DAY = dt.timedelta(days=1)
_PASSWORD = "清晨河边第{}次散步遇见三只白鹭"


class Office:
    """The office of one year. Each act is one use case of the portal, tried at the year's clock."""

    def __init__(self, year: Year) -> None:
        self.year, self.dice, self.world, self.people = year, year.dice, year.world, year.people

    # --- a diligent office -------------------------------------------------------------------------------------

    def at_work(self) -> list[tuple[str, Callable[[], object]]]:
        """Every act by which a diligent office ends the cases that are its own now (R21), one person after another."""
        asked, fallen = self._looks_waiting(), [case.id for case in self.people.cases() if self._is_ours(case)]
        steps: list[tuple[str, Callable[[], object]]] = []
        steps += [("office", lambda number=number: self._answer(number)) for number in asked]  # type: ignore[misc]
        steps += [("office", lambda number=number: self._work_off(number)) for number in [*asked, *fallen]]  # type: ignore[misc]
        return steps

    def _work_off(self, number: int) -> None:
        """Bring one case to its end, as far as it is the office's: it handles it, or the case fell to it."""
        for _ in range(8):
            case = self.people.case(number)
            if not self._is_ours(case):
                return
            self._next(case)
        raise AssertionError(f"case {number} does not end")

    def _is_ours(self, case: Known) -> bool:
        """Whether the case is open and is the office's to end: it handles it, or the case fell to it."""
        fallen = case.facts.handled_by_office or case.facts.escalated(self.year.now)
        return case.state in OPEN_STATES and fallen

    def _next(self, case: Known) -> None:
        if not case.facts.handled_by_office:
            who = self.dice.choice(OFFICE)
            if case.state is State.RECEIVED:
                self.people.act(case, Action.ACCEPT, who)
            else:
                self.year.do(investigation.take_over, case.id, TEXT, by=who)
        elif case.state is State.PROPOSED:
            second = self._second(case)
            self._as_told(second, lambda: self.people.act(case, Action.CONFIRM, second))
        else:
            step = {
                State.RECEIVED: Action.ACCEPT,
                State.ACCEPTED: Action.INVESTIGATE,
                State.INVESTIGATING: Action.PROPOSE,
                State.AWAITING_SUPPLEMENT: Action.RESUME,
            }[case.state]
            self.people.act(case, step, self.dice.choice(OFFICE))

    def _as_told(self, who: str, act: Callable[[], object]) -> None:
        """Do this. Where an account waits for an agreement (R22), the other of the office agrees to it first."""
        try:
            act()
        except NotTwoPeople:
            [other] = {*OFFICE} - {who}
            asked = self.year.read(lambda session: two_people.waiting(session, self.world.actor(other)))
            self.year.do(two_people.agree_to_each, [each.user.id for each in asked if each.mine], by=other)
            act()

    def _second(self, case: Known) -> str:
        return "office2" if case.facts.proposed_by == self.world.people["office"] else "office"

    # --- cases -------------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Somebody of the office urges, takes over, confirms or returns. A diligent one does so while there is time."""
        if not self._is_last_day():
            self.people.on_a_case(self.dice.choice(OFFICE), _WATCHES)

    def look(self) -> None:
        """Somebody answers a wish for a second look. A diligent office does so in its hours (R35)."""
        asked = self._looks_waiting()
        if asked and not self.year.diligent:
            self._answer(self.dice.choice(asked))

    def _looks_waiting(self) -> list[int]:
        query = select(SecondLook.case_id).where(SecondLook.outcome.is_(None)).order_by(SecondLook.case_id).distinct()
        ids = [shown.id for shown in self.year.shown]
        query = query.join(Case, SecondLook.case_id == Case.id).join(Entry).where(Entry.period_id.in_(ids))
        return list(self.year.read(lambda session: session.scalars(query).all()))

    def _answer(self, number: int) -> None:
        case = self.people.case(number)
        may = [
            (who, action)
            for who in OFFICE
            for action in sorted(allowed_actions(self.world.actor(who), case.facts, self.year.now) & LOOK_ANSWERS)
        ]
        if not may or self.year.now >= case.conclude_by:
            return  # both acted in the case: what two people decided stands
        who, action = self.dice.choice(may)
        self.year.log.append(f"    {action} of {number} by {who}")
        use_case = second_looks.reopen if action is Action.REOPEN else second_looks.confirm_look
        self._as_told(who, lambda: self.year.do(use_case, number, TEXT, by=who))
        if action is Action.REOPEN:
            self.year.note(case.period, "reopened", number, "")

    def register(self) -> None:
        """Somebody enters what came by a visit some hours ago (R33); where the office is diligent, in time for it.

        In a diligent office nobody does: with one of its two people recused it could end no case of an idle unit.
        """
        by = self.dice.choice(OF_UNITS if self.year.diligent else [*OF_UNITS, *OFFICE])
        actor, now = self.world.actor(by), self.year.now
        periods = self.year.read(
            lambda session: {p.id for p in registering.periods_to_register_for(session, actor, now)}
        )
        shown = [each for each in self.year.shown if each.id in periods]
        if not shown or self._is_last_day():
            return
        period = self.dice.choice(shown)
        entries = select(Entry.id, Entry.nominee_id).where(Entry.period_id == period.id).order_by(Entry.position)
        entry, nominee = self.dice.choice(self.year.read(lambda session: session.execute(entries).all()))
        filing = self.world.filing(against_handler=self.dice.random() < 0.15)
        arrival = Arrival(
            Channel.VISIT, now - self.dice.choice([0, 1, 20, 60]) * dt.timedelta(hours=1), late_reason=TEXT
        )
        with self.people.accepted(period, nominee):
            self.year.do(registering.register, entry, filing, arrival, by=by)

    def _is_last_day(self) -> bool:
        """Whether a diligent office would come too late: its last hour before a deadline is over."""
        return self.year.diligent and any(
            each.conclude_by - _DAY <= self.year.now for each in self.year.dates().values() if not each.is_over
        )

    # --- nominees and papers -----------------------------------------------------------------------------------

    def reverse(self) -> None:
        """Somebody of the office proposes to reverse a disqualification, or confirms what was proposed (R29)."""
        query = select(Disqualification).options(selectinload(Disqualification.reversal)).order_by(Disqualification.id)
        rows = self.year.read(lambda session: session.scalars(query).all())
        rows = [row for row in rows if row.reversal is None or row.reversal.confirmed_at is None]
        if not rows:
            return
        row, who = self.dice.choice(rows), self.dice.choice(OFFICE)
        if row.reversal is None:
            self.year.do(reversal.propose_reversal, row.id, TEXT, by=who)
            return
        self.year.do(reversal.confirm_reversal, row.id, row.reversal.id, by=who)
        assert row.reversal.proposed_by != self.world.people[who], "\n".join([*self.year.log, "reversed by one"])
        self.year.note_everywhere("reverse", row.nominee_id)

    def send_letters(self) -> None:
        """Some of the letters that wait are sent, many at once (R34)."""
        query = select(Letter.id).where(Letter.issued_at.is_(None)).order_by(Letter.id)
        waiting = self.year.read(lambda session: session.scalars(query).all())
        if waiting:
            some = self.dice.sample(waiting, self.dice.randrange(1, len(waiting) + 1))
            self.year.do(letters.issue, some, by=self.dice.choice(["head", *OFFICE, *OFFICE]))

    def correct(self) -> None:
        """A misprint is corrected in sight: one letter of a text becomes another (R9)."""
        query = select(Entry.nominee_id).where(Entry.period_id.in_([shown.id for shown in self.year.shown]))
        shown = self.year.read(lambda s: s.scalars(query.order_by(Entry.id)).all())
        if not shown:
            return
        nominee = self.dice.choice(shown)
        field = self.dice.choice(["name", "unit", "deeds"])
        text = self.year.read(lambda s: corrections.read_current_text(s, nominee, field, self.year.now))
        if text:
            place = self.dice.randrange(len(text))
            text = text[:place] + self.dice.choice("甲乙丙") + text[place + 1 :]
        self.year.do(corrections.correct, nominee, field, text or "没有公示", TEXT, by="office")

    # --- dates -------------------------------------------------------------------------------------------------

    def extend(self) -> None:
        """The office moves a deadline to a later day, or tries to (R25)."""
        shown = self.dice.choice(self.year.shown)
        day = local_date(self.year.dates()[shown.id].conclude_by) + self.dice.randrange(4) * _DAY
        calendar = self.year.read(calendar_of)
        self.year.do(scheduling.extend_deadline, shown.id, day, TEXT, calendar, by=self.dice.choice(OFFICE))

    def make_good(self) -> None:
        """The office adds the days that an outage took from an open window, or tries to (R7)."""
        shown, calendar = self.dice.choice(self.year.shown), self.year.read(calendar_of)
        self.year.do(interruption.extend_window, shown.id, TEXT, calendar, by=self.dice.choice(OFFICE))

    def take_back(self) -> None:
        """The office takes a period back that has not opened, or tries to (R3)."""
        self.year.do(scheduling.cancel, self.dice.choice(self.year.shown).id, TEXT, by=self.dice.choice(OFFICE))

    # --- accounts ----------------------------------------------------------------------------------------------

    def deputy(self) -> None:
        """Somebody of a unit gets a deputy for some days, or has one no longer."""
        people, today = self.world.people, local_date(self.year.now)
        named = self.year.read(lambda session: session.scalars(select(Deputy.id).order_by(Deputy.id)).all())
        if named and self.dice.random() < 0.4:
            self.year.do(standing_in.end_deputy, self.dice.choice(named), by=self.dice.choice(["head", "office"]))
            return
        absent, deputy = self.dice.sample(OF_ONE_UNIT, 2)
        first = today + self.dice.randrange(3) * _DAY
        days = DeputyDays(first, first + self.dice.randrange(5) * _DAY)
        by = self.dice.choice([absent, "head", "office"])
        self.year.do(standing_in.name_deputy, people[absent], people[deputy], days, TEXT, by=by)

    def reset(self) -> None:
        """Somebody of a unit gets a new password, and comes in with it at once, later, or never (R22)."""
        who = self.dice.choice(OF_ONE_UNIT)
        by = self.dice.choice([each for each in ("head", "office") if each != who])
        [slip] = self.year.do(staffing.invite_again, [self.world.people[who]], by=by)
        if self.dice.random() < 0.7:
            new = _PASSWORD.format(len(self.year.log))
            self.year.do(making.change_password, self.world.people[who], slip.password, new)

    def agree(self) -> None:
        """Somebody of the next level agrees to an account that was given out, or tries to."""
        self.year.do(two_people.agree, self.world.people[self.dice.choice(OF_ONE_UNIT)], by=self.dice.choice(OFFICE))
