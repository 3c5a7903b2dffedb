"""An objection on the web and a registered one with the same moment of arrival get the same verdict (R33).

Random histories are each run twice: once the objection was filed on the web at a moment, once it reached a desk at that
moment and was registered later, by somebody who is recused from then on. The later acts are the same in both.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, replace

import pytest

from app.calendars.china import ChinaCalendar
from app.domain.calendar.workdays import end_of
from app.domain.cases.hands import find_escalation
from app.domain.cases.states import (
    OPEN_STATES,
    Action,
    Actor,
    CaseFacts,
    Conclusion,
    Role,
    State,
    check_action,
    takes_over,
)
from app.domain.cases.verdict import CaseOutcome, Ground, effective_state, grounds_against, lapses
from app.domain.objections.arrival import Arrival, Channel, require_in_time
from app.domain.periods.window import Window
from app.domain.refusals import Refusal
from tests.days import at

HISTORIES = 10_000
CHINA = ChinaCalendar()
OFFICE_UNIT, UNIT, NOMINEE = 1, 2, 7
OFFICE = [Actor(number, Role.OFFICE, OFFICE_UNIT) for number in (1, 2, 3)]
PEOPLE = [Actor(11, Role.HEAD, UNIT), Actor(12, Role.HANDLER, UNIT), Actor(13, Role.HANDLER, UNIT)]
EVERYBODY = OFFICE + PEOPLE
WINDOW = Window(at("2026-09-18 Fri 00:00"), at("2026-09-24 Thu 00:00"))
DEADLINE = end_of(dt.date(2026, 9, 29))
# The state that an act leads to; every other act leaves the state unchanged.
_LEADS = {
    Action.ACCEPT: State.ACCEPTED,
    Action.CONFIRM_DECLINE: State.DECLINED,
    Action.INVESTIGATE: State.INVESTIGATING,
    Action.RETURN: State.INVESTIGATING,
    Action.ASK: State.AWAITING_SUPPLEMENT,
    Action.PROPOSE: State.PROPOSED,
    Action.CONFIRM: State.CONCLUDED,
}
_WALKED = sorted(set(Action) - {Action.JOIN, Action.RECUSE})
_ONWARD = {
    State.RECEIVED: [Action.ACCEPT, Action.DECLINE, Action.CONFIRM_DECLINE],
    State.ACCEPTED: [Action.INVESTIGATE],
    State.INVESTIGATING: [Action.PROPOSE],
    State.AWAITING_SUPPLEMENT: [Action.RESUME],
    State.PROPOSED: [Action.CONFIRM],
}


@dataclass(frozen=True)
class Lived:
    """A case at a point of its history."""

    received: dt.datetime
    recused: frozenset[int]
    by_office: bool
    state: State = State.RECEIVED
    touched: dt.datetime | None = None
    proposer: int | None = None
    to_decline: bool = False
    asked: bool = False
    resumes: State = State.ACCEPTED
    proposed: Conclusion | None = None
    conclusion: Conclusion | None = None

    def facts(self, now: dt.datetime) -> CaseFacts:
        state = effective_state(self.state, DEADLINE, now)
        since = self.received if state is State.RECEIVED else self.touched or self.received
        office, unit = frozenset(one.user_id for one in OFFICE), frozenset(one.user_id for one in PEOPLE)
        return CaseFacts(
            state=state,
            handler_unit_id=OFFICE_UNIT if self.by_office else UNIT,
            handled_by_office=self.by_office,
            superior_unit_id=None if self.by_office else OFFICE_UNIT,
            escalates_at=DEADLINE if self.by_office else find_escalation(since, DEADLINE, CHINA),
            hands=office if self.by_office else unit,
            office_hands=office,
            recused=self.recused,
            proposed_by=self.proposer,
            decline_proposed=self.to_decline,
            supplement_asked=self.asked,
        )

    def after(self, act: Act) -> Lived:
        """Return the case after an act. Raises Refusal where the rules refuse it."""
        facts = self.facts(act.at)
        check_action(act.actor, act.action, facts, act.at)
        led = replace(self, touched=act.at, by_office=self.by_office or takes_over(act.actor, act.action, facts))
        match act.action:
            case Action.DECLINE:
                return replace(led, to_decline=True, proposer=act.actor.user_id)
            case Action.RETURN_DECLINE:
                return replace(led, to_decline=False, proposer=None)
            case Action.ASK:
                led = replace(led, asked=True, resumes=self.state)
            case Action.RESUME:
                return replace(led, state=self.resumes)
            case Action.PROPOSE:
                led = replace(led, proposer=act.actor.user_id, proposed=act.conclusion)
            case Action.CONFIRM:
                led = replace(led, conclusion=self.proposed)
            case Action.ACCEPT:
                led = replace(led, to_decline=False, proposer=None)
        return replace(led, state=_LEADS.get(act.action, self.state))

    def verdict(self, now: dt.datetime) -> tuple[State, frozenset[Ground], bool]:
        outcome = CaseOutcome(1, NOMINEE, self.state, self.conclusion)
        out = bool(lapses([outcome], DEADLINE, now))
        return effective_state(self.state, DEADLINE, now), grounds_against([outcome], DEADLINE, now), out


@dataclass(frozen=True)
class Act:
    at: dt.datetime
    actor: Actor
    action: Action
    conclusion: Conclusion


def moment(chance: random.Random, first: dt.datetime, last: dt.datetime) -> dt.datetime:
    """Return a random moment of the span, sometimes its first or last one."""
    edge = chance.random()
    if edge < 0.05:
        return first
    if edge > 0.95:
        return last - dt.timedelta(microseconds=1)
    return first + (last - first) * chance.random()


def taken_by_paper(arrived: dt.datetime, registered: dt.datetime) -> bool:
    try:
        arrival = Arrival(Channel.VISIT, arrived, late_reason="周末没有人开信箱")
        require_in_time(arrival, WINDOW, DEADLINE, registered)
    except Refusal:
        return False
    return True


def walked(chance: random.Random, paper: Lived) -> list[Act]:
    """Return the acts after the registration, each permitted by the rules."""
    acts: list[Act] = []
    now = paper.received
    for _ in range(chance.randrange(12)):
        if chance.random() < 0.15:
            now = moment(chance, now, DEADLINE)
        if paper.state not in _ONWARD:
            break
        for _ in range(3):
            action = chance.choice(_ONWARD[paper.state] if chance.random() < 0.7 else _WALKED)
            handlers = OFFICE if paper.by_office else PEOPLE
            actor = chance.choice(handlers if chance.random() < 0.8 else EVERYBODY)
            act = Act(now, actor, action, chance.choice(list(Conclusion)))
            try:
                paper = paper.after(act)
            except Refusal:
                continue
            acts.append(act)
            break
    return acts


@pytest.mark.walk
def test_the_verdict_by_the_web_is_the_verdict_by_paper() -> None:
    """The same holds at every moment in between: the two cases differ only in who may act."""
    chance = random.Random(33)
    ended: Counter[tuple[State, bool]] = Counter()
    late = 0
    for number in range(HISTORIES):
        arrived = moment(chance, WINDOW.opens_at, WINDOW.closes_at)
        registered = moment(chance, arrived, DEADLINE)
        assert taken_by_paper(arrived, registered)
        late += registered >= WINDOW.closes_at
        by_office = chance.random() < 0.3
        web = Lived(arrived, frozenset(), by_office)
        paper = Lived(registered, frozenset({chance.choice(EVERYBODY).user_id}), by_office)
        for act in walked(chance, paper):
            assert act.actor.user_id not in paper.recused
            web, paper = web.after(act), paper.after(act)
            assert web.verdict(act.at) == paper.verdict(act.at), number
        for now in (DEADLINE - dt.timedelta(microseconds=1), DEADLINE, DEADLINE + dt.timedelta(days=400)):
            assert web.verdict(now) == paper.verdict(now), number
        state, _, out = paper.verdict(DEADLINE)
        assert state not in OPEN_STATES
        ended[state, out] += 1
    # Every end occurs, and more than a few times.
    assert {state for state, _ in ended} == {State.CONCLUDED, State.DECLINED, State.LAPSED}
    assert min(ended.values()) > 300, ended
    assert 1_000 < late < HISTORIES - 1_000


def test_what_the_web_takes_paper_takes_and_nothing_else() -> None:
    chance = random.Random(6)
    edges = [WINDOW.opens_at, WINDOW.closes_at]
    moments = [edge + dt.timedelta(microseconds=shift) for edge in edges for shift in (-1, 0, 1)]
    span = WINDOW.opens_at - dt.timedelta(days=9), WINDOW.closes_at + dt.timedelta(days=4)
    moments += [moment(chance, *span) for _ in range(HISTORIES)]
    taken = 0
    for arrived in moments:
        by_web = WINDOW.contains(arrived)
        assert taken_by_paper(arrived, moment(chance, max(arrived, WINDOW.opens_at), DEADLINE)) is by_web, arrived
        taken += by_web
    assert 1_000 < taken < HISTORIES - 1_000


def test_the_registrar_can_do_nothing_in_the_case() -> None:
    for registrar in EVERYBODY:
        for by_office in (False, True):
            paper = Lived(WINDOW.opens_at, frozenset({registrar.user_id}), by_office)
            for action in Action:
                try:
                    check_action(registrar, action, paper.facts(WINDOW.opens_at), WINDOW.opens_at)
                except Refusal:
                    continue
                raise AssertionError((registrar, action))
