"""No nominee falls by silence: before the deadline every case can be concluded, and nobody ends one alone (R21, R22).

The whole of the model is walked: every state, who acted, who is recused and whose account is shut, day by day to the
deadline. What a person may do is asked of the rules themselves.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import pytest

from app.calendars.china import ChinaCalendar
from app.domain.calendar.workdays import end_of
from app.domain.cases.hands import falls_at
from app.domain.cases.second_look import asked_until
from app.domain.cases.states import (
    OPEN_STATES,
    Action,
    Actor,
    CaseFacts,
    Role,
    State,
    allowed_actions,
    check_recusal,
    takes_over,
)
from app.domain.cases.verdict import effective_state
from app.domain.refusals import NotAllowed
from tests.world import at

CHINA = ChinaCalendar()
OFFICE_UNIT, UNIT = 1, 2
OFFICE = [Actor(1, Role.OFFICE, OFFICE_UNIT), Actor(2, Role.OFFICE, OFFICE_UNIT), Actor(3, Role.OFFICE, OFFICE_UNIT)]
PEOPLE = [Actor(11, Role.HEAD, UNIT), Actor(12, Role.HANDLER, UNIT), Actor(13, Role.HANDLER, UNIT)]
EVERYBODY = {actor.user_id: actor for actor in OFFICE + PEOPLE}

# Three working days to conclude. The objection came in at the last moment of the window, Wednesday; 中秋节 is between.
FILED = at("2026-09-23 Wed 23:59")
DEADLINE = end_of(dt.date(2026, 9, 29))
DAYS = [
    at("2026-09-23 Wed 23:59"),
    at("2026-09-24 Thu 10:00"),
    at("2026-09-26 Sat 10:00"),
    at("2026-09-28 Mon 00:00"),  # the last working day but one opens
    at("2026-09-28 Mon 10:00"),
    at("2026-09-29 Tue 10:00"),
    DEADLINE - dt.timedelta(microseconds=1),
    DEADLINE,
]
LAST = len(DAYS) - 1


@dataclass(frozen=True)
class Node:
    """One case at one moment, with all that what may be done to it depends on."""

    state: State
    step: int  # of DAYS
    touched: int  # the step at which it was last worked on
    by_office: bool
    live: frozenset[int]
    recused: frozenset[int]
    proposer: int | None = None
    to_decline: bool = False
    asked: bool = False
    resumes: State | None = None
    look: bool = False  # a second look is asked for (R35)

    def facts(self) -> CaseFacts:
        return facts_of(self)


@cache
def facts_of(node: Node) -> CaseFacts:
    office = frozenset(actor.user_id for actor in OFFICE) & node.live
    unit = frozenset(actor.user_id for actor in PEOPLE) & node.live
    state = effective_state(node.state, DEADLINE, DAYS[node.step])
    since = FILED if state is State.RECEIVED else DAYS[node.touched]
    return CaseFacts(
        state=state,
        handler_unit_id=OFFICE_UNIT if node.by_office else UNIT,
        handled_by_office=node.by_office,
        superior_unit_id=None if node.by_office else OFFICE_UNIT,
        escalates_at=falls_at(since, DEADLINE, CHINA),
        hands=office if node.by_office else unit,
        office_hands=office,
        recused=node.recused,
        proposed_by=node.proposer,
        decline_proposed=node.to_decline,
        supplement_asked=node.asked,
        look_asked=node.look and node.step < LAST,
        acted=frozenset({node.proposer} - {None}),
    )


def done(node: Node, actor: Actor, action: Action) -> Node | None:
    """What an act makes of a case; None for one that changes nothing of what the model knows, or takes one person."""
    state, proposer, to_decline, resumes = node.state, node.proposer, node.to_decline, node.resumes
    match action:
        case Action.ACCEPT:
            state, to_decline, proposer = State.ACCEPTED, False, None
        case Action.DECLINE:
            to_decline, proposer = True, actor.user_id
        case Action.CONFIRM_DECLINE:
            state = State.DECLINED
        case Action.RETURN_DECLINE:
            to_decline, proposer = False, None
        case Action.INVESTIGATE | Action.RETURN:
            state, proposer = State.INVESTIGATING, None
        case Action.ASK:
            state, resumes = State.AWAITING_SUPPLEMENT, node.state
        case Action.RESUME:
            state, resumes = resumes or State.ACCEPTED, None
        case Action.PROPOSE:
            state, proposer = State.PROPOSED, actor.user_id
        case Action.CONFIRM:
            state = State.CONCLUDED
        case Action.CONFIRM_LOOK:
            return replace(node, look=False)
        case Action.REOPEN:
            again = State.ACCEPTED if state is State.DECLINED else State.INVESTIGATING
            return replace(
                node, state=again, look=False, proposer=None, to_decline=False, touched=node.step, by_office=True
            )
        case Action.URGE:
            return None  # it leaves the case as it is, its two working days too
        case Action.NOTE | Action.HEAR | Action.REPLY | Action.HAND_UP | Action.TAKE_OVER | Action.ASSIGN:
            pass
        case Action.JOIN | Action.RECUSE:
            return None  # joining moves the objections to a case like this one; recusals are walked below
    return replace(
        node,
        state=state,
        proposer=proposer,
        to_decline=to_decline,
        resumes=resumes,
        asked=node.asked or action is Action.ASK,
        touched=node.step,
        by_office=node.by_office or takes_over(actor, action, node.facts()),
    )


def acts(node: Node) -> Iterator[tuple[Actor, Action, Node]]:
    """Every act that the rules let somebody with a live account take now."""
    for user_id in sorted(node.live):
        actor = EVERYBODY[user_id]
        for action in sorted(allowed_actions(actor, node.facts(), DAYS[node.step])):
            after = done(node, actor, action)
            if after is not None:
                yield actor, action, after


def mishaps(node: Node) -> Iterator[Node]:
    """What happens to people: a recusal that the rules let pass, and an account of the unit that is shut."""
    if node.facts().state not in OPEN_STATES and not node.look:
        return
    for user_id in sorted(node.live - node.recused):
        actor = EVERYBODY[user_id]
        try:
            if Action.RECUSE in allowed_actions(actor, node.facts(), DAYS[node.step]):
                check_recusal(actor, actor, node.facts())
                yield replace(node, recused=node.recused | {user_id}, touched=node.step)
        except NotAllowed:
            pass
        if actor in PEOPLE:
            yield replace(node, live=node.live - {user_id})


def later(node: Node) -> Iterator[Node]:
    if node.step < LAST and (node.facts().state in OPEN_STATES or node.look):
        yield replace(node, step=node.step + 1)


def wishes(node: Node) -> Iterator[Node]:
    """Yield a case whose objector asks for a second look: any that ended, as often as one could (R35)."""
    if node.state in (State.CONCLUDED, State.DECLINED) and DAYS[node.step] < asked_until(DEADLINE, CHINA):
        yield replace(node, look=True)


def beginnings(office: int, unit: int) -> Iterator[Node]:
    """A case as it comes in: of the unit, or of the office; whoever may be shut out or recused already."""
    offices = frozenset(actor.user_id for actor in OFFICE[:office])
    people = [actor.user_id for actor in PEOPLE[:unit]]
    for count in range(unit + 1):
        for live in itertools.combinations(people, count):
            for by_office in (False, True):
                yield Node(State.RECEIVED, 0, 0, by_office, offices | set(live), frozenset())


@cache
def reachable(office: int, unit: int) -> dict[Node, list[tuple[Actor, Action, Node]]]:
    """Every state of the model from these beginnings, with the acts that lead on from it at that moment."""
    found: dict[Node, list[tuple[Actor, Action, Node]]] = {}
    waiting = list(beginnings(office, unit))
    while waiting:
        node = waiting.pop()
        if node in found:
            continue
        found[node] = list(acts(node))
        waiting += [after for _, _, after in found[node]]
        waiting += mishaps(node)
        waiting += later(node)
        waiting += wishes(node)
    return found


def with_a_way_out(model: dict[Node, list[tuple[Actor, Action, Node]]]) -> set[Node]:
    """The states from which acts of this very moment lead to a conclusion, or to a confirmed decline."""
    before: dict[Node, set[Node]] = defaultdict(set)
    for node, steps in model.items():
        for _, _, after in steps:
            before[after].add(node)
    ended = [node for node in model if node.state in (State.CONCLUDED, State.DECLINED)]
    good = set(ended)
    while ended:
        for earlier in before[ended.pop()]:
            if earlier not in good:
                good.add(earlier)
                ended.append(earlier)
    return good


@pytest.mark.parametrize(
    ("office", "unit", "states"), [(2, 1, 9_028), (2, 2, 43_322), (2, 3, 170_673), (3, 2, 120_597), (1, 2, 16_466)]
)
def test_every_case_has_a_hand_until_its_deadline(office: int, unit: int, states: int) -> None:
    """Where the rules say that there are two people, there is a way to a conclusion, and else there is none.

    Else, but for a proposal of somebody who has gone: it waits, and one person more confirms it.
    """
    model = reachable(office, unit)
    good = with_a_way_out(model)
    for node in model:
        facts = node.facts()
        if facts.state not in OPEN_STATES:
            continue
        left_behind = node.proposer is not None and node.proposer not in node.live - node.recused
        assert (node in good) is facts.has_hands or (left_behind and node in good), node
        whole = {actor.user_id for actor in OFFICE[:office]} - node.recused
        if len(whole) >= 2:
            assert node in good, node
    assert len(model) == states
    assert all(node.facts().state is State.LAPSED for node in model if node.step == LAST and node.state in OPEN_STATES)


def test_nobody_ends_a_case_alone() -> None:
    """Whoever proposed is not who ends it, in any state, whatever else that person did before."""
    for node, steps in reachable(2, 2).items():
        for actor, action, after in steps:
            if after.state in (State.CONCLUDED, State.DECLINED) and not node.look:
                assert action in (Action.CONFIRM, Action.CONFIRM_DECLINE)
                assert node.proposer not in (None, actor.user_id), (node, actor, action)


def test_a_second_look_is_decided_by_the_office_alone_and_a_reopened_case_has_its_hands() -> None:
    reopened = 0
    for node, steps in reachable(2, 2).items():
        for actor, action, after in steps:
            if node.look:
                assert action in (Action.CONFIRM_LOOK, Action.REOPEN)
                assert actor.role is Role.OFFICE
                assert actor.user_id != node.proposer
            if action is Action.REOPEN:
                reopened += 1
                assert after.by_office
                assert after.facts().has_hands
    assert reopened


def test_the_office_can_step_in_at_every_moment_before_the_deadline() -> None:
    for node, steps in reachable(2, 2).items():
        if node.facts().state in OPEN_STATES and not node.by_office and not node.recused & {1, 2}:
            assert any(actor.role is Role.OFFICE and after.by_office for actor, _, after in steps), node


def test_a_case_falls_to_the_office_with_a_whole_working_day_left() -> None:
    latest = at("2026-09-29 Tue 00:00")
    for node in reachable(2, 2):
        facts = node.facts()
        if facts.state in OPEN_STATES and not node.by_office:
            assert facts.escalates_at <= latest
            assert facts.escalated(latest)


def test_after_the_deadline_nobody_does_anything() -> None:
    for node, steps in reachable(2, 2).items():
        if node.step == LAST:
            assert steps == [], node
