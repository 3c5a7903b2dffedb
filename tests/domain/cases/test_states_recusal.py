"""Who may recuse whom: everybody oneself; its people whoever leads the handling unit, and the office."""

from __future__ import annotations

import pytest

from app.domain.cases.states import Actor, CaseFacts, Role, State, check_joining, check_recusal
from app.domain.refusals import NotAllowed
from tests.days import at

OFFICE_UNIT, UNIT, OTHER_UNIT = 1, 2, 3
HEAD, HANDLER, COLLEAGUE = Actor(10, Role.HEAD, UNIT), Actor(11, Role.HANDLER, UNIT), Actor(12, Role.HANDLER, UNIT)
OFFICE, OF_OFFICE = Actor(20, Role.OFFICE, OFFICE_UNIT), Actor(21, Role.OFFICE, OFFICE_UNIT)
OTHER_HEAD, OTHER_HANDLER = Actor(30, Role.HEAD, OTHER_UNIT), Actor(31, Role.HANDLER, OTHER_UNIT)
CASE = CaseFacts(
    State.INVESTIGATING,
    UNIT,
    handled_by_office=False,
    superior_unit_id=OFFICE_UNIT,
    escalates_at=at("2026-09-23 Wed 00:00"),
    hands=frozenset({10, 11, 12}),
    office_hands=frozenset({20, 21}),
)


@pytest.mark.parametrize(
    ("actor", "other", "may"),
    [
        (HANDLER, HANDLER, True),
        (OF_OFFICE, OF_OFFICE, True),
        (HEAD, HANDLER, True),
        (OFFICE, HANDLER, True),
        (OFFICE, HEAD, True),
        (HANDLER, COLLEAGUE, False),
        (HANDLER, HEAD, False),
        (HEAD, OFFICE, False),  # not of the unit that handles the case
        (OFFICE, OF_OFFICE, False),
        (OFFICE, OTHER_HANDLER, False),
        (OTHER_HEAD, HANDLER, False),
        (OTHER_HEAD, OTHER_HANDLER, False),
    ],
)
def test_who_recuses_whom(actor: Actor, other: Actor, may: bool) -> None:
    if may:
        check_recusal(actor, other, CASE)
        return
    with pytest.raises(NotAllowed, match="只有单位负责人可以让本单位其他人回避。"):
        check_recusal(actor, other, CASE)


@pytest.mark.parametrize(
    ("recused", "may"),
    [
        (frozenset(), True),
        (frozenset({10, 11}), True),
        (frozenset({10, 11, 12}), True),  # the office has two
        (frozenset({10, 11, 12, 20}), False),
        (frozenset({20, 21}), True),  # the unit has three
        (frozenset({11, 12, 20, 21}), False),
    ],
)
def test_a_case_is_joined_only_if_two_people_are_left_for_both(recused: frozenset[int], may: bool) -> None:
    if may:
        check_joining(CASE, recused)
        return
    with pytest.raises(NotAllowed, match="没有两个人可以一起办结这个案件"):
        check_joining(CASE, recused)
