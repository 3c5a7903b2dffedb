"""Who acts in a simulated year: citizens, and the people of the units. The office has a file of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.domain.cases.states import (
    OPEN_STATES,
    Action,
    CaseFacts,
    Conclusion,
    DeclineGround,
    State,
    allowed_actions,
)
from app.models import Case, Disqualification, Entry, Nominee, Objection, User
from app.services.accounts import making
from app.services.cases import investigation, second_looks, urging
from app.services.cases.handling import with_facts
from app.services.nominees import withdrawals
from app.services.objections import following

if TYPE_CHECKING:
    from tests.years.year import Dates, Shown, Year

TEXT = "经走访和调阅档案核实。"
OF_UNITS = ["head", "handler", "handler2", "stranger"]
OF_ONE_UNIT = OF_UNITS[:3]
# What a person of a unit does to a case, beside its number.
_SAID: dict[Action, tuple[object, ...]] = {
    Action.ACCEPT: (),
    Action.INVESTIGATE: (),
    Action.RESUME: (),
    Action.ASK: (TEXT,),
    Action.NOTE: (TEXT,),
    Action.HEAR: (TEXT,),
    Action.REPLY: (TEXT,),
    Action.HAND_UP: (TEXT,),
    Action.DECLINE: (DeclineGround.NO_FACTS, TEXT),
    Action.CONFIRM_DECLINE: (),
    Action.RETURN_DECLINE: (TEXT,),
    Action.PROPOSE: (),
    Action.CONFIRM: (),
    Action.RETURN: (TEXT,),
    Action.RECUSE: (),
    Action.ASSIGN: (),
    Action.JOIN: (),
    Action.URGE: (TEXT,),
    Action.TAKE_OVER: (TEXT,),
}
_PROPOSED = [Conclusion.DISMISSED, Conclusion.DISMISSED, Conclusion.PARTLY_UPHELD, Conclusion.UPHELD]
_CONFIRMS = (Action.CONFIRM, Action.CONFIRM_DECLINE)
_LEADS_ON = (Action.ACCEPT, Action.INVESTIGATE, Action.PROPOSE, Action.DECLINE, *_CONFIRMS)  # done most often


@dataclass(frozen=True)
class Known:
    """What is known of a case now."""

    id: int
    entry: int
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
            case.entry_id,
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
        against = self.dice.random() < 0.15
        with self.accepted(shown, nominee):
            self.world.file(shown.id, nominee, self.year.clock, against_handler=against)

    @contextmanager
    def accepted(self, shown: Shown, nominee: int) -> Iterator[None]:
        """Note the case of what is filed here, also where the process ended after the commit."""
        before = self._newest_case()
        try:
            yield
        finally:
            if (case := self._newest_case()) != before:
                shown.acts.append((self.year.now, "file", case, str(nominee)))

    def _newest_case(self) -> int:
        newest = select(Objection.case_id).order_by(Objection.id.desc()).limit(1)
        return self.year.read(lambda session: session.scalar(newest)) or 0

    def objector(self) -> None:
        """An objector adds something, withdraws, or asks for a second look: most often what can be done."""
        query = select(Objection.id, Case.state).join(Case, Objection.case_id == Case.id).order_by(Objection.id)
        filed = self.year.read(lambda session: session.execute(query).all())
        if filed:
            objection, state = self.dice.choice(filed)
            acts = [following.supplement, following.withdraw] if state in OPEN_STATES else [second_looks.ask] * 8
            acts += [following.supplement, following.withdraw, second_looks.ask] if self.dice.random() < 0.3 else []
            self.year.do(self.dice.choice(acts), objection, TEXT)

    # --- people of a unit --------------------------------------------------------------------------------------

    def unit(self) -> None:
        """Somebody of a unit does one of the things that are theirs to do."""
        self.on_a_case(self.dice.choice(OF_UNITS), frozenset(_SAID) - {Action.RECUSE})

    def recuse(self) -> None:
        """Somebody is recused: oneself, or by the head somebody of the unit."""
        self.on_a_case(self.dice.choice(OF_UNITS), frozenset({Action.RECUSE}))

    def on_a_case(self, who: str, of: Collection[Action]) -> None:
        """One of these actions on one of the open cases, if `who` can log in and may do any."""
        actor, now = self.world.actor(who), self.year.now
        if not self.year.read(lambda session: session.get_one(User, actor.user_id).can_log_in(now)):
            return
        may = [
            (case, action)
            for case in self.cases()
            for action in sorted(allowed_actions(actor, case.facts, now) & frozenset(of))
        ]
        if may:
            [(case, action)] = self.dice.choices(may, [6 if action in _LEADS_ON else 1 for _, action in may])
            self.act(case, action, who, stale=action in _CONFIRMS and self.dice.random() < 0.1)

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
        self.year.note_everywhere("leave", nominee)

    # --- acts and what they mean for the verdict ---------------------------------------------------------------

    def act(self, case: Known, action: Action, who: str, *, stale: bool = False) -> None:
        """One act on a case. What decides it goes into the acts of its period.

        `stale`: it is said of the version before the one that waits, which must be refused (SECURITY 51).
        """
        said = self._said(case, action)
        if action in _CONFIRMS:
            said = ((case.version or 0) - stale,)
        self.year.log.append(f"    {action} of {case.id} by {who}{' unread' * stale}")
        self.year.do(_use_case(action), case.id, *said, by=who)
        assert not stale, "\n".join([*self.year.log, "what somebody else proposed since was confirmed"])
        if action in (*_CONFIRMS, Action.JOIN):
            self.year.note(case.period, action.value, case.id, case.proposed)

    def _said(self, case: Known, action: Action) -> tuple[object, ...]:
        """What is said beside the case's number."""
        if action is Action.PROPOSE:
            return (self.dice.choice(_PROPOSED), TEXT, TEXT, TEXT)
        if action is Action.ASSIGN:
            return (self.world.people[self.dice.choice(OF_ONE_UNIT)],)
        if action is Action.RECUSE:
            return (self.world.people[self.dice.choice(OF_ONE_UNIT)], TEXT)
        if action is Action.JOIN:
            same = [each.id for each in self.cases() if each.entry == case.entry]
            return (self.dice.choice(same),)
        return _SAID[action]

    def is_out(self, nominee: int) -> bool:
        def out(session: Session) -> bool:
            rows = session.scalars(select(Disqualification).where(Disqualification.nominee_id == nominee))
            standing = any(row.reversal is None or row.reversal.confirmed_at is None for row in rows)
            return standing or session.get_one(Nominee, nominee).withdrawn_at is not None

        return self.year.read(out)

    # --- reading -----------------------------------------------------------------------------------------------

    def _some_entry(self) -> tuple[Shown | None, int]:
        dates = self.year.dates()
        shown = [each for each in self.year.shown if self._open(dates[each.id])]
        if not shown:
            return None, 0
        one = self.dice.choice(shown)
        query = select(Entry.nominee_id).where(Entry.period_id == one.id).order_by(Entry.position)
        return one, self.dice.choice(self.year.read(lambda session: session.scalars(query).all()))

    def _open(self, dates: Dates) -> bool:
        return dates.opens_at <= self.year.now < dates.closes_at and not dates.is_over

    def open_cases(self) -> Select[Any]:
        """Select the open cases of the round, the one that came first on top."""
        ids = [shown.id for shown in self.year.shown]
        of_round = select(Case).join(Entry).where(Entry.period_id.in_(ids), Case.state.in_(OPEN_STATES))
        return of_round.order_by(Case.received_at, Case.id)

    def cases(self) -> list[Known]:
        query = self.open_cases().options(*with_facts())
        return self.year.read(lambda session: [Known.of(case, self.year.now) for case in session.scalars(query)])

    def case(self, number: int) -> Known:
        return self.year.read(
            lambda session: Known.of(session.get_one(Case, number, options=with_facts()), self.year.now)
        )


def _use_case(action: Action) -> Callable[..., object]:
    if action is Action.URGE:
        return urging.urge
    name = "return_proposal" if action is Action.RETURN else action.value
    found: Callable[..., object] = getattr(investigation, name)
    return found
