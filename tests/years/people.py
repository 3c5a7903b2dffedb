"""Who acts in a simulated year: citizens, the people of the units, the office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.domain.cases.states import (
    OPEN_STATES,
    Action,
    CaseFacts,
    Conclusion,
    DeclineGround,
    State,
    allowed_actions,
)
from app.models import Case, Disqualification, Entry, Nominee, Objection, Period
from app.services.accounts import making
from app.services.cases import investigation, second_looks
from app.services.nominees import reversal, withdrawals
from app.services.objections import following

if TYPE_CHECKING:
    from tests.years.year import Shown, Year

TEXT = "经走访和调阅档案核实。"
OF_UNITS = ["head", "handler", "handler2", "stranger"]
# What a person of a unit does to a case, beside its number.
_SAID: dict[Action, tuple[object, ...]] = {
    Action.ACCEPT: (),
    Action.INVESTIGATE: (),
    Action.RESUME: (),
    Action.ASK: (TEXT,),
    Action.NOTE: (TEXT,),
    Action.REPLY: (TEXT,),
    Action.HAND_UP: (TEXT,),
    Action.DECLINE: (DeclineGround.NO_FACTS, TEXT),
    Action.CONFIRM_DECLINE: (),
    Action.RETURN_DECLINE: (TEXT,),
    Action.PROPOSE: (),
    Action.CONFIRM: (),
    Action.RETURN: (TEXT,),
}
_PROPOSED = [Conclusion.DISMISSED, Conclusion.DISMISSED, Conclusion.PARTLY_UPHELD, Conclusion.UPHELD]
_NAMED: dict[Action, str] = {Action.RETURN: "return_proposal"}
T = TypeVar("T")


@dataclass(frozen=True)
class Known:
    """What is known of a case now."""

    id: int
    period: int
    facts: CaseFacts
    version: int | None
    proposed: str
    conclude_by: dt.datetime

    @classmethod
    def of(cls, case: Case, now: dt.datetime) -> Known:
        period = case.entry.period
        return cls(
            case.id,
            period.id,
            case.facts(now),
            case.proposal_version,
            case.proposed_conclusion or "",
            period.conclude_by,
        )

    @property
    def state(self) -> State:
        return self.facts.state


class People:
    """Everybody of one year. Each act is one use case of the portal, tried at the year's clock."""

    def __init__(self, year: Year) -> None:
        self.year, self.dice, self.world = year, year.dice, year.world

    # --- citizens ----------------------------------------------------------------------------------------------

    def file(self) -> None:
        """Somebody objects to a nominee who is shown now."""
        shown, nominee = self._some_entry()
        if shown is None:
            return
        case, _ = self.world.file(shown.id, nominee, self.year.clock, against_handler=self.dice.random() < 0.15)
        shown.acts.append((self.year.now, "file", case, str(nominee)))

    def objector(self) -> None:
        """An objector adds something, withdraws, or asks for a second look."""
        filed = self._list(lambda session: session.scalars(select(Objection.id).order_by(Objection.id)).all())
        if filed:
            act = self.dice.choice([following.supplement, following.withdraw, second_looks.ask])
            self.year.do(act, self.dice.choice(filed), TEXT)

    # --- people of a unit --------------------------------------------------------------------------------------

    def unit(self) -> None:
        """Somebody of a unit does one of the things that are theirs to do."""
        who = self.dice.choice(OF_UNITS)
        actor = self.world.actor(who)
        may = [
            (case, action)
            for case in self._cases()
            for action in sorted(allowed_actions(actor, case.facts, self.year.now))
            if action in _SAID and self.year.now < case.conclude_by
        ]
        if may:
            self.act(*self.dice.choice(may), who)

    def recuse(self) -> None:
        cases = [case for case in self._cases() if case.state in OPEN_STATES]
        if cases:
            who = self.dice.choice(OF_UNITS)
            self.year.do(investigation.recuse, self.dice.choice(cases).id, self.world.people[who], TEXT, by=who)

    def account(self) -> None:
        """An account of a unit is disabled, or enabled again."""
        who = self.dice.choice(OF_UNITS)
        shut = who in self.year.shut
        self.year.do(making.enable if shut else making.disable, who)
        self.year.shut ^= {who}

    def leave(self) -> None:
        """A nominee withdraws."""
        nominee = self.dice.choice(self.world.nominees + self.world.others)
        self.year.do(withdrawals.withdraw, nominee, TEXT, by="office")
        for shown in self.year.shown:
            shown.acts.append((self.year.now, "leave", nominee, ""))

    # --- the office --------------------------------------------------------------------------------------------

    def office_at_work(self) -> list[tuple[str, Callable[[], object]]]:
        """Every act by which a diligent office ends the cases that are its own now (R21), one person after another."""
        return [("office", lambda number=case.id: self._work_off(number)) for case in self._cases()]  # type: ignore[misc]

    def reverse(self) -> None:
        """Two people of the office reverse a disqualification (R29)."""
        rows = self._list(
            lambda session: [
                (row.id, row.nominee_id)
                for row in session.scalars(select(Disqualification).options(selectinload(Disqualification.reversal)))
                if row.reversal is None
            ]
        )
        if not rows:
            return
        row, nominee = self.dice.choice(rows)
        self.year.do(reversal.propose_reversal, row, TEXT, by="office")
        version = self._list(lambda session: session.get_one(Disqualification, row).reversal.id)
        self.year.do(reversal.confirm_reversal, row, version, by="office2")
        for shown in self.year.shown:
            shown.acts.append((self.year.now, "reverse", nominee, ""))

    def _work_off(self, number: int) -> None:
        """Bring one case to its end, as far as it is the office's: it handles it, or the case fell to it."""
        for _ in range(8):
            case = self._case(number)
            facts = case.facts
            fallen = facts.handled_by_office or facts.escalated(self.year.now)
            if case.state not in OPEN_STATES or not fallen or self.year.now >= case.conclude_by:
                return
            self._next(case, facts.handled_by_office)
        raise AssertionError(f"case {number} does not end")

    def _next(self, case: Known, ours: bool) -> None:
        if not ours:
            who = self._somebody()
            if case.state is State.RECEIVED:
                self.act(case, Action.ACCEPT, who)
            else:
                self.year.do(investigation.take_over, case.id, TEXT, by=who)
        elif case.state is State.PROPOSED:
            self.act(case, Action.CONFIRM, self._second(case))
        else:
            step = {
                State.RECEIVED: Action.ACCEPT,
                State.ACCEPTED: Action.INVESTIGATE,
                State.INVESTIGATING: Action.PROPOSE,
                State.AWAITING_SUPPLEMENT: Action.RESUME,
            }[case.state]
            self.act(case, step, self._somebody())

    def _somebody(self) -> str:
        return self.dice.choice(["office", "office2"])

    def _second(self, case: Known) -> str:
        return "office2" if case.facts.proposed_by == self.world.people["office"] else "office"

    # --- acts and what they mean for the verdict ---------------------------------------------------------------

    def act(self, case: Known, action: Action, who: str) -> None:
        """One act on a case. What decides it goes into the acts of its period."""
        said = _SAID[action]
        if action in (Action.CONFIRM, Action.CONFIRM_DECLINE):
            said = (case.version,)
        if action is Action.PROPOSE:
            conclusion = self.dice.choice(
                [Conclusion.DISMISSED, Conclusion.DISMISSED, Conclusion.PARTLY_UPHELD, Conclusion.UPHELD]
            )
            said = (conclusion, TEXT, TEXT, TEXT)
        self.year.log.append(f"    {action} by {who}")
        self.year.do(getattr(investigation, _NAMED.get(action, action.value)), case.id, *said, by=who)
        if action in (Action.CONFIRM, Action.CONFIRM_DECLINE):
            shown = next(each for each in self.year.shown if each.id == case.period)
            shown.acts.append((self.year.now, action.value, case.id, case.proposed))

    def is_out(self, nominee: int) -> bool:
        def out(session: Session) -> bool:
            rows = session.scalars(select(Disqualification).where(Disqualification.nominee_id == nominee))
            standing = any(row.reversal is None or row.reversal.confirmed_at is None for row in rows)
            return standing or session.get_one(Nominee, nominee).withdrawn_at is not None

        return bool(self._list(out))

    # --- reading -----------------------------------------------------------------------------------------------

    def _some_entry(self) -> tuple[Shown | None, int]:
        shown = [each for each in self.year.shown if self._open(self.year.period(each))]
        if not shown:
            return None, 0
        one = self.dice.choice(shown)
        query = select(Entry.nominee_id).where(Entry.period_id == one.id).order_by(Entry.position)
        return one, self.dice.choice(self._list(lambda session: session.scalars(query).all()))

    def _open(self, period: Period) -> bool:
        return period.opens_at <= self.year.now < period.closes_at

    def _cases(self) -> list[Known]:
        """The cases of the round, the one that came first on top."""
        ids = [shown.id for shown in self.year.shown]
        query = select(Case).join(Entry).where(Entry.period_id.in_(ids)).order_by(Case.received_at)
        return self._list(lambda session: [Known.of(case, self.year.now) for case in session.scalars(query)])

    def _case(self, number: int) -> Known:
        return self._list(lambda session: Known.of(session.get_one(Case, number), self.year.now))

    def _list(self, reading: Callable[[Session], T]) -> T:
        with self.world.database.reader() as session:
            return reading(session)
