"""Before the deadline every case can be concluded by two people, and nobody ends a case alone (R21, R22).

Every state of the model in `tests/domain/hands_model.py` is visited: who acted, who is recused and whose account is
disabled, day by day to the deadline. The second half removes rights and guards from the rules, and asserts that each
removal is detected.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import pytest

from app.domain.cases import hands, states
from app.domain.cases.states import OPEN_STATES, RIGHTS, Action, Actor, CaseFacts, Role, Seat, State
from tests.days import at
from tests.domain.hands_model import LAST, OFFICE, Model, allowed, renamed, walked, with_a_way_out

Claim = Callable[[Model], None]
walked_once = cache(walked)


# --- what holds in every state ----------------------------------------------------------------------------------------


def a_way_out_where_there_are_two(model: Model) -> None:
    """Where the rules say that two people are there, a conclusion can be reached, and otherwise not.

    The exception is a proposal of somebody who has left: it waits, and one more person confirms it.
    """
    good = with_a_way_out(model)
    for node in model:
        facts = node.facts()
        if facts.state not in OPEN_STATES:
            continue
        left_behind = node.proposer is not None and (
            node.proposer not in node.live - node.recused or node.person(node.proposer) in node.recused
        )
        assert (node in good) is facts.has_hands or (left_behind and node in good), node
        if len({actor.user_id for actor in OFFICE} & node.live - node.recused) >= 2:
            assert node in good, node


def no_act_takes_the_last_hand(model: Model) -> None:
    """No act, a recusal or a hand-over included, leaves a case that had two people without two."""
    good = with_a_way_out(model)
    for node, steps in model.items():
        if node.facts().state in OPEN_STATES and node.facts().has_hands:
            assert all(after in good for _, _, after in steps), node


def nobody_ends_a_case_alone(model: Model) -> None:
    """Whoever proposed does not confirm, in any state, whatever that person did before."""
    for node, steps in model.items():
        for actor, action, after in steps:
            if after.state in (State.CONCLUDED, State.DECLINED) and not node.look:
                assert action in (Action.CONFIRM, Action.CONFIRM_DECLINE)
                assert node.proposer not in (None, actor.user_id), (node, actor, action)
                assert node.person(node.proposer) != node.person(actor.user_id), (node, actor, action)


def the_office_can_step_in_at_every_moment_before_the_deadline(model: Model) -> None:
    for node, steps in model.items():
        whole = {actor.user_id for actor in OFFICE} & node.live - node.recused
        if node.facts().state in OPEN_STATES and not node.by_office and len(whole) >= 2:
            assert any(actor.role is Role.OFFICE and after.by_office for actor, _, after in steps), node


def a_case_falls_to_the_office_with_a_whole_working_day_left(model: Model) -> None:
    latest = at("2026-09-29 Tue 00:00")
    for node in model:
        facts = node.facts()
        if facts.state in OPEN_STATES and not node.by_office:
            assert facts.escalates_at <= latest
            assert facts.escalated(latest)


def after_the_deadline_nobody_does_anything(model: Model) -> None:
    for node, steps in model.items():
        if node.step == LAST:
            assert steps == [], node
            assert node.state not in OPEN_STATES or node.facts().state is State.LAPSED, node


def nobody_who_is_recused_acts(model: Model) -> None:
    for node, steps in model.items():
        assert not node.recused & {actor.user_id for actor, _, _ in steps}, node


def a_second_look_is_decided_by_the_office_alone(model: Model) -> None:
    """By nobody who proposed; and a case that it reopens is the office's and has its hands (R35)."""
    for node, steps in model.items():
        for actor, action, after in steps:
            if node.look:
                assert action in (Action.CONFIRM_LOOK, Action.REOPEN, Action.RECUSE), node
                assert action is Action.RECUSE or actor.role is Role.OFFICE, node
                assert action is Action.RECUSE or actor.user_id != node.proposer, node
            if action is Action.REOPEN:
                assert after.by_office, node
                assert after.facts().has_hands, node


CLAIMS: list[Claim] = [
    a_way_out_where_there_are_two,
    no_act_takes_the_last_hand,
    nobody_ends_a_case_alone,
    the_office_can_step_in_at_every_moment_before_the_deadline,
    a_case_falls_to_the_office_with_a_whole_working_day_left,
    after_the_deadline_nobody_does_anything,
    nobody_who_is_recused_acts,
    a_second_look_is_decided_by_the_office_alone,
]
SIZES = [(2, 1, 1_540), (1, 2, 3_986), (2, 2, 7_675), (3, 2, 12_409), (2, 3, 18_440), (3, 3, 29_150)]


@pytest.mark.walk
@pytest.mark.parametrize(
    ("office", "unit", "nodes"), [*SIZES[:3], *(pytest.param(*size, marks=pytest.mark.soak) for size in SIZES[3:])]
)
def test_every_claim_holds_in_every_state(office: int, unit: int, nodes: int) -> None:
    model = walked_once(office, unit)
    for claim in CLAIMS:
        claim(model)
    assert len(model) == nodes


# Accounts of the unit that somebody gave out: both by one of the office, one of them, one by each, both from outside.
GIVEN = [((11, 1), (12, 1)), ((12, 1),), ((11, 1), (12, 2)), ((11, 9), (12, 9))]


@pytest.mark.walk
@pytest.mark.parametrize("behind", GIVEN)
@pytest.mark.parametrize("office", [1, 2])
def test_every_claim_holds_where_accounts_speak_for_whoever_gave_them_out(
    office: int, behind: tuple[tuple[int, int], ...]
) -> None:
    """Two accounts of one person are one hand: it counts as what can be done with them says (R22, SECURITY 50)."""
    model = walked(office, 2, behind)
    for claim in CLAIMS:
        claim(model)
    assert len(model) > 2_000


def _one_each(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(CaseFacts, "people", lambda case, accounts: accounts - case.recused)


@pytest.mark.parametrize("claim", [a_way_out_where_there_are_two, no_act_takes_the_last_hand])
def test_accounts_counted_as_people_are_found(claim: Claim, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they were counted once: the rules said that there were two, and no path led to a conclusion."""
    _one_each(monkeypatch)
    with pytest.raises(AssertionError):
        claim(walked(1, 2, GIVEN[0]))


@pytest.mark.soak
def test_people_of_one_role_in_one_unit_are_alike_to_the_rules() -> None:
    """One state stands for all that differ in who of them did what, because the rules answer alike for each."""
    other = {1: 2, 2: 1, 12: 13, 13: 12}
    for node in walked_once(2, 3):
        mirrored = renamed(node, other)
        facts = node.facts()
        assert mirrored.facts().has_hands is facts.has_hands
        may = allowed(node, facts)
        assert allowed(mirrored, mirrored.facts()) == {other.get(who, who): actions for who, actions in may.items()}


# --- and what is missed when a right or a guard is taken away ---------------------------------------------------------


def _without(action: Action, *seats: Seat) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setitem(RIGHTS, action, RIGHTS[action] - set(seats))


def _unguarded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(states, "_require_hands", lambda *_: None)


def _alone(patch: pytest.MonkeyPatch) -> None:
    real = states.check_action

    def check(actor: Actor, action: Action, case: CaseFacts, now: dt.datetime) -> None:
        with suppress(states.SamePerson):
            real(actor, action, case, now)

    patch.setattr(states, "check_action", check)


def _late(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hands, "find_escalation", lambda since, conclude_by, calendar: conclude_by)


def _recused_in(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(states, "concerns", lambda actor, case: actor.role is not Role.AUDITOR)


FAULTS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], Claim]] = {
    "the office may not take over": (
        _without(Action.TAKE_OVER, Seat.OFFICE, Seat.RESCUER),
        the_office_can_step_in_at_every_moment_before_the_deadline,
    ),
    "the office takes over only what fell to it": (
        _without(Action.TAKE_OVER, Seat.OFFICE),
        the_office_can_step_in_at_every_moment_before_the_deadline,
    ),
    "the office confirms for no unit": (
        _without(Action.CONFIRM, Seat.OFFICE, Seat.RESCUER),
        a_way_out_where_there_are_two,
    ),
    "handlers propose nothing": (_without(Action.PROPOSE, Seat.HAND), a_way_out_where_there_are_two),
    "the last two may go": (_unguarded, no_act_takes_the_last_hand),
    "who proposed confirms": (_alone, nobody_ends_a_case_alone),
    "a case falls to the office at its deadline": (
        _late,
        a_case_falls_to_the_office_with_a_whole_working_day_left,
    ),
    "the recused go on": (_recused_in, nobody_who_is_recused_acts),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_put_into_the_rules_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in, claim = FAULTS[fault]
    put_in(monkeypatch)
    with pytest.raises(AssertionError):
        claim(walked(1, 2) if claim is a_way_out_where_there_are_two else walked(2, 1))
