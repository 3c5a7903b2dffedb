"""The model of one case: its states, who acted, who is recused and whose account is shut, day by day (R20-R22).

The model asks the rules themselves what a person may do. They see `CaseFacts`, an actor and the clock only, so two
states that are equal in these three are one node. The moment of the last act counts only by when the case falls to the
office. The rules compare ids of people for equality only, so people of one role in one unit are interchangeable: of the
states that differ only in which of them did what, one represents all (`one_of_all_alike`).
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from app.calendars.china import ChinaCalendar
from app.domain.calendar.workdays import end_of
from app.domain.cases import hands, states
from app.domain.cases.second_look import find_last_moment_to_ask
from app.domain.cases.states import OPEN_STATES, Action, Actor, CaseFacts, Role, State
from app.domain.cases.verdict import effective_state
from app.domain.refusals import NotAllowed
from tests.days import at

CHINA = ChinaCalendar()
OFFICE_UNIT, UNIT = 1, 2
OFFICE = [Actor(1, Role.OFFICE, OFFICE_UNIT), Actor(2, Role.OFFICE, OFFICE_UNIT), Actor(3, Role.OFFICE, OFFICE_UNIT)]
PEOPLE = [Actor(11, Role.HEAD, UNIT), Actor(12, Role.HANDLER, UNIT), Actor(13, Role.HANDLER, UNIT)]
EVERYBODY = {actor.user_id: actor for actor in OFFICE + PEOPLE}
ALIKE = [[1, 2, 3], [12, 13]]
# What takes a second person, and what takes one who does not speak for somebody recused.
SECOND = frozenset({Action.CONFIRM, Action.CONFIRM_DECLINE, Action.CONFIRM_LOOK, Action.REOPEN})
DECIDES = SECOND | {Action.PROPOSE, Action.DECLINE}
_OFFICE, _PEOPLE = ({actor.user_id for actor in group} for group in (OFFICE, PEOPLE))

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


@dataclass(frozen=True, slots=True)
class Node:
    """One case at one moment, with everything that decides what may be done to it."""

    state: State
    step: int  # of DAYS
    escalates_at: dt.datetime
    by_office: bool
    live: frozenset[int]
    recused: frozenset[int]
    proposer: int | None = None
    to_decline: bool = False
    asked: bool = False
    resumes: State | None = None
    look: bool = False  # a second look is asked for (R35)
    behind: tuple[tuple[int, int], ...] = ()  # accounts that somebody gave out, each with that person (R22)

    @property
    def now(self) -> dt.datetime:
        return DAYS[self.step]

    def person(self, account: int | None) -> int | None:
        """Return who counts as acting with an account."""
        return dict(self.behind).get(account, account) if account else None

    def lets(self, account: int, action: Action) -> bool:
        """Whether the word of an account counts: NotTwoPeople and RecusedBehindAccount, which the services raise."""
        who = self.person(account)
        if action in DECIDES and who in self.recused:
            return False
        return action not in SECOND or who != self.person(self.proposer)

    def facts(self) -> CaseFacts:
        office = self.live & _OFFICE
        return CaseFacts(
            state=effective_state(self.state, DEADLINE, self.now),
            handler_unit_id=OFFICE_UNIT if self.by_office else UNIT,
            handled_by_office=self.by_office,
            superior_unit_id=None if self.by_office else OFFICE_UNIT,
            escalates_at=self.escalates_at,
            hands=office if self.by_office else self.live & _PEOPLE,
            office_hands=office,
            recused=self.recused,
            proposed_by=self.proposer,
            decline_proposed=self.to_decline,
            supplement_asked=self.asked,
            look_asked=self.look and self.step < LAST,
            acted=frozenset({self.proposer} - {None}),
            behind={account: frozenset({person}) for account, person in self.behind},
        )


Step = tuple[Actor, Action, Node]
Model = dict[Node, list[Step]]


def renamed(node: Node, other: dict[int, int]) -> Node:
    """Return the same state with people's ids exchanged."""
    return replace(
        node,
        live=frozenset(other.get(user_id, user_id) for user_id in node.live),
        recused=frozenset(other.get(user_id, user_id) for user_id in node.recused),
        proposer=other.get(node.proposer, node.proposer) if node.proposer else None,
    )


def one_of_all_alike(node: Node) -> Node:
    """Return the state that represents all that differ only in which of several interchangeable people did what."""
    other: dict[int, int] = {}
    not_alike = {each for pair in node.behind for each in pair}
    for group in ([each for each in alike if each not in not_alike] for alike in ALIKE):
        first_comes = [(i not in node.live, i in node.recused, i != node.proposer, i) for i in group]
        for place, (*_, user_id) in zip(group, sorted(first_comes), strict=True):
            if place != user_id:
                other[user_id] = place
    return renamed(node, other) if other else node


def done(node: Node, facts: CaseFacts, actor: Actor, action: Action) -> Node | None:
    """Return the case after an act; None for an act that changes nothing in the model, or that removes one person."""
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
            falls = _falls_at(again, node.step)
            return replace(
                node, state=again, look=False, proposer=None, to_decline=False, escalates_at=falls, by_office=True
            )
        case Action.URGE:
            return None  # it leaves the case unchanged, the count of two working days too
        case Action.NOTE | Action.HEAR | Action.REPLY | Action.HAND_UP | Action.TAKE_OVER | Action.ASSIGN:
            pass
        case Action.JOIN | Action.RECUSE:
            return None  # joining moves the objections to a case like this one; of recusals see `recusals`
    return replace(
        node,
        state=state,
        proposer=proposer,
        to_decline=to_decline,
        resumes=resumes,
        asked=node.asked or action is Action.ASK,
        escalates_at=_falls_at(state, node.step),
        by_office=node.by_office or states.takes_over(actor, action, facts),
    )


def _falls_at(state: State, touched: int) -> dt.datetime:
    return _asked(hands.find_escalation, FILED if state is State.RECEIVED else DAYS[touched])


@cache
def _asked(rule: Callable[..., dt.datetime], since: dt.datetime) -> dt.datetime:
    return rule(since, DEADLINE, CHINA)


def allowed(node: Node, facts: CaseFacts) -> dict[int, frozenset[Action]]:
    """Return the acts that the rules permit each person with a live account now."""
    may = {who: states.allowed_actions(EVERYBODY[who], facts, node.now) for who in sorted(node.live)}
    if not node.behind:
        return may
    return {who: frozenset(each for each in actions if node.lets(who, each)) for who, actions in may.items()}


def acts(node: Node, facts: CaseFacts, may: dict[int, frozenset[Action]]) -> Iterator[Step]:
    """Yield every act that somebody may take now, with the state after it."""
    for user_id, actions in may.items():
        for action in actions:
            after = done(node, facts, EVERYBODY[user_id], action)
            if after is not None:
                yield EVERYBODY[user_id], action, one_of_all_alike(after)


def recusals(node: Node, facts: CaseFacts, may: dict[int, frozenset[Action]]) -> Iterator[Step]:
    """Yield everybody who may be recused now, with the state after it."""
    for user_id in node.live - node.recused:
        actor = EVERYBODY[user_id]
        if (facts.state in OPEN_STATES or node.look) and Action.RECUSE in may[user_id] and not _is_needed(actor, facts):
            falls = _falls_at(node.state, node.step)
            after = replace(node, recused=node.recused | {user_id}, escalates_at=falls)
            yield actor, Action.RECUSE, one_of_all_alike(after)


def mishaps(node: Node) -> Iterator[Node]:
    """Yield the state after each account of the unit was disabled."""
    for user_id in node.live & _PEOPLE - node.recused:
        yield one_of_all_alike(replace(node, live=node.live - {user_id}))


def wishes(node: Node) -> Iterator[Node]:
    """Yield the state after a request for a second look, for every ended case (R35)."""
    if node.state in (State.CONCLUDED, State.DECLINED) and node.now < _asked_until():
        yield replace(node, look=True)


@cache
def _asked_until() -> dt.datetime:
    return find_last_moment_to_ask(DEADLINE, CHINA)


def _is_needed(actor: Actor, facts: CaseFacts) -> bool:
    try:
        states.check_recusal(actor, actor, facts)
    except NotAllowed:
        return True
    return False


def beginnings(office: int, unit: int, behind: tuple[tuple[int, int], ...]) -> Iterator[Node]:
    """Yield the initial states: handled by the unit or the office, with any of the people disabled or recused."""
    offices = frozenset(actor.user_id for actor in OFFICE[:office])
    people = [actor.user_id for actor in PEOPLE[:unit]]
    for count in range(unit + 1):
        for live in itertools.combinations(people, count):
            for by_office in (False, True):
                falls = _falls_at(State.RECEIVED, 0)
                yield Node(State.RECEIVED, 0, falls, by_office, offices | set(live), frozenset(), behind=behind)


def walked(office: int, unit: int, behind: tuple[tuple[int, int], ...] = ()) -> Model:
    """Return every state reachable from these initial states, with the acts possible in each at its moment."""
    found: Model = {}
    waiting = [one_of_all_alike(node) for node in beginnings(office, unit, behind)]
    while waiting:
        node = waiting.pop()
        if node in found:
            continue
        facts = node.facts()
        may = allowed(node, facts)
        found[node] = [*acts(node, facts, may), *recusals(node, facts, may)]
        waiting += [after for _, _, after in found[node]]
        waiting += wishes(node)
        if facts.state in OPEN_STATES or node.look:
            waiting += mishaps(node)
            if node.step < LAST:
                waiting.append(replace(node, step=node.step + 1))
    return found


def with_a_way_out(model: Model) -> set[Node]:
    """Return the states from which acts at the same moment lead to a conclusion, or to a confirmed decline."""
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
