"""The office sees every nominee, a unit only its own, and nobody acts on another unit's (R20)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.refusals import NothingChosen, NotYourCase, Refusal
from app.services.nominees import access
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("login", "own", "others"),
    [
        ("stranger", False, True),
        ("handler", True, False),
        ("head", True, False),
        ("office", True, True),
        ("auditor", True, True),
    ],
)
def test_who_sees_whom_in_the_order_of_preference(world: World, login: str, own: bool, others: bool) -> None:
    with world.database.reader() as session:
        found = access.of_programme(session, world.programme, world.actor(login))
        seen = [nominee.id for nominee in found]
    assert seen == (world.nominees if own else []) + (world.others if others else [])


def test_whoever_may_not_see_or_act_is_told_nothing_of_the_nominee(world: World) -> None:
    mine, theirs = world.nominees[0], world.others[0]
    table: list[tuple[type[Refusal], Callable[..., object], Any, str]] = [
        (NotYourCase, access.find_visible, theirs, "head"),
        (NotYourCase, access.find_visible, 999, "office"),
        (NotYourCase, access.find_recommended, theirs, "head"),
        (NotYourCase, access.find_recommended, mine, "auditor"),  # sees it, and changes nothing
        (NotYourCase, access.find_recommended, 999, "office"),
        (NothingChosen, access.find_chosen, [], "office"),
        (NotYourCase, access.find_chosen, [mine, theirs], "head"),
        (NotYourCase, access.find_chosen, [mine, 999], "office"),
        (NotYourCase, access.lock_chosen, [theirs], "head"),
        (NothingChosen, access.lock_chosen, [], "head"),
    ]
    for refusal, use, whom, login in table:
        with pytest.raises(refusal):
            world.do(use, whom, world.actor(login))


def test_chosen_nominees_come_in_the_order_of_the_list(world: World) -> None:
    chosen = [world.others[1], world.nominees[3], world.nominees[0]]
    with world.database.writer() as session:
        found = access.lock_chosen(session, chosen, world.actor("office"))
        assert [nominee.id for nominee in found] == [world.nominees[0], world.nominees[3], world.others[1]]
