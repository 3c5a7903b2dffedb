"""By which acts the office becomes the handler of a case (R21)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.cases.states import Action, Actor, CaseFacts, Role, State, takes_over
from tests.days import at

CASE = CaseFacts(State.RECEIVED, 2, False, 3, at("2026-09-23 Wed 00:00"), frozenset({10, 11}), frozenset({20, 21}))
# Whoever does it: handing up, taking over and opening anew. By the office alone: what it decides of a case that fell
# to it.
BY_ANYBODY = {Action.HAND_UP, Action.TAKE_OVER, Action.REOPEN}
BY_OFFICE = BY_ANYBODY | {Action.ACCEPT, Action.DECLINE}


@pytest.mark.parametrize("role", Role)
def test_an_act_makes_the_office_the_handler(role: Role) -> None:
    actor = Actor(20, role, 1)
    assert {action for action in Action if takes_over(actor, action, CASE)} == (
        BY_OFFICE if role is Role.OFFICE else BY_ANYBODY
    )


@pytest.mark.parametrize("role", Role)
def test_what_the_office_handles_already_it_does_not_take_over(role: Role) -> None:
    case = replace(CASE, handled_by_office=True)
    assert not any(takes_over(Actor(20, role, 1), action, case) for action in Action)
