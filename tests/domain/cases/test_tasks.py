"""What a case waits for from one person: never a step that would be refused (R20-R22, R35)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product

import pytest

from app.domain.cases.states import OPEN_STATES, Action, Actor, CaseFacts, Role, State, allowed_actions
from app.domain.cases.tasks import CASE_TASK_NAMES, OFFICE_TASKS, CaseTask, find_task
from tests.days import at

OFFICE_UNIT, UNIT, ABOVE = 1, 2, 3
ESCALATES_AT = at("2026-09-23 Wed 00:00")
IN_TIME, FALLEN = at("2026-09-22 Tue 09:00"), ESCALATES_AT
HEAD, HANDLER = Actor(10, Role.HEAD, UNIT), Actor(11, Role.HANDLER, UNIT)
OFFICE, OFFICE2 = Actor(20, Role.OFFICE, OFFICE_UNIT), Actor(21, Role.OFFICE, OFFICE_UNIT)
SUPERIOR, AUDITOR = Actor(30, Role.HEAD, ABOVE), Actor(22, Role.AUDITOR, OFFICE_UNIT)
PEOPLE = (HEAD, HANDLER, OFFICE, OFFICE2, SUPERIOR, AUDITOR)
OF_UNIT = CaseFacts(State.RECEIVED, UNIT, False, ABOVE, ESCALATES_AT, frozenset({10, 11}), frozenset({20, 21}))
OF_OFFICE = replace(OF_UNIT, handler_unit_id=OFFICE_UNIT, handled_by_office=True, hands=frozenset({20, 21}))
PROPOSED = replace(OF_UNIT, state=State.PROPOSED, proposed_by=11)
DECLINE = replace(OF_UNIT, proposed_by=11, decline_proposed=True)
# What a page offers for each task.
STEPS = {
    CaseTask.CONFIRM: {Action.CONFIRM, Action.CONFIRM_DECLINE},
    CaseTask.LOOK: {Action.CONFIRM_LOOK, Action.REOPEN},
    CaseTask.TAKE_OVER: {Action.TAKE_OVER},
    CaseTask.URGE: {Action.URGE},
    CaseTask.ACCEPT: {Action.ACCEPT},
    CaseTask.DECIDE: {Action.INVESTIGATE, Action.PROPOSE},
    CaseTask.RESUME: {Action.RESUME},
}


def waits(
    case: CaseFacts,
    actor: Actor,
    now: dt.datetime = IN_TIME,
    agreed: bool = True,
    asked: dt.datetime | None = None,
) -> CaseTask | None:
    return find_task(actor, case, now, agreed=agreed, supplement_by=asked)


@pytest.mark.parametrize(
    ("state", "task"),
    [
        (State.RECEIVED, CaseTask.ACCEPT),
        (State.ACCEPTED, CaseTask.DECIDE),
        (State.INVESTIGATING, CaseTask.DECIDE),
        (State.CONCLUDED, None),
        (State.DECLINED, None),
        (State.LAPSED, None),
        (State.JOINED, None),
    ],
)
def test_a_units_own_case_waits_for_its_people_and_for_nobody_else(state: State, task: CaseTask | None) -> None:
    case = replace(OF_UNIT, state=state)
    assert [waits(case, actor) for actor in PEOPLE] == [task, task, None, None, None, None]


def test_a_proposal_waits_for_the_second_person_alone() -> None:
    for case in (PROPOSED, DECLINE):
        assert [waits(case, actor) for actor in PEOPLE] == [CaseTask.CONFIRM, None, None, None, None, None]
        alone = replace(case, hands=frozenset({11}))  # the unit has nobody else: the office is the second person
        assert [waits(alone, actor) for actor in (HANDLER, OFFICE)] == [None, CaseTask.CONFIRM]
        behind = replace(case, behind={10: frozenset({11})})  # the handler gave out the head's password
        assert [waits(behind, actor) for actor in (HEAD, OFFICE)] == [None, CaseTask.CONFIRM]
        assert waits(case, HEAD, agreed=False) is None


def test_a_case_that_fell_to_the_office_waits_there_and_still_with_its_unit() -> None:
    assert waits(OF_UNIT, OFFICE, FALLEN) is CaseTask.TAKE_OVER
    assert waits(OF_UNIT, HANDLER, FALLEN) is CaseTask.ACCEPT
    assert waits(PROPOSED, OFFICE, FALLEN) is CaseTask.CONFIRM
    alone = replace(OF_UNIT, office_hands=frozenset({20}))  # one person of the office can't take it over
    assert waits(alone, OFFICE, FALLEN) is CaseTask.URGE


def test_a_supplement_that_did_not_come_is_a_task_from_its_last_moment_on() -> None:
    case = replace(OF_UNIT, state=State.AWAITING_SUPPLEMENT, supplement_asked=True)
    assert waits(case, HANDLER, asked=at("2026-09-22 Tue 09:01")) is None
    assert waits(case, HANDLER, asked=IN_TIME) is CaseTask.RESUME


@pytest.mark.parametrize(
    ("state", "changed", "agreed", "task"),
    [
        (State.RECEIVED, {}, True, CaseTask.ACCEPT),
        (State.RECEIVED, {}, False, CaseTask.ACCEPT),  # accepting needs nobody's agreement
        (State.RECEIVED, {"decline_proposed": True, "proposed_by": 11}, True, None),  # another one's turn
        (State.ACCEPTED, {}, False, CaseTask.DECIDE),  # it can be looked into
        (State.INVESTIGATING, {}, True, CaseTask.DECIDE),
        (State.INVESTIGATING, {}, False, None),  # what is left to do is to propose
        (State.PROPOSED, {"proposed_by": 11}, True, None),
        (State.AWAITING_SUPPLEMENT, {"supplement_asked": True}, True, None),
    ],
)
def test_what_a_handler_is_asked_for(
    state: State, changed: dict[str, object], agreed: bool, task: CaseTask | None
) -> None:
    case = replace(OF_UNIT, state=state, **changed)  # type: ignore[arg-type] # facts of a case
    assert waits(case, HANDLER, agreed=agreed) is task


@pytest.mark.parametrize(
    ("hands", "now", "asked"),
    [
        # handler 11 proposed; the office may confirm at any time, and is asked where nobody else of the unit can
        ({10, 11}, IN_TIME, None),
        ({10, 11}, FALLEN, CaseTask.CONFIRM),
        ({11}, IN_TIME, CaseTask.CONFIRM),
        (set(), IN_TIME, CaseTask.CONFIRM),
        ({10}, IN_TIME, None),
    ],
)
def test_the_office_is_asked_to_confirm_where_the_unit_has_no_second_person(
    hands: set[int], now: dt.datetime, asked: CaseTask | None
) -> None:
    for case in (PROPOSED, DECLINE):
        assert waits(replace(case, hands=frozenset(hands)), OFFICE, now) is asked


def test_no_two_people_stand_before_everything_else() -> None:
    case = replace(OF_UNIT, hands=frozenset(), office_hands=frozenset({20}))
    assert [waits(case, actor) for actor in (OFFICE, HEAD)] == [CaseTask.ADD_HANDS, CaseTask.ACCEPT]


def test_a_second_look_waits_for_who_had_no_part_in_the_case() -> None:
    case = replace(OF_OFFICE, state=State.CONCLUDED, look_asked=True, acted=frozenset({20}))
    assert [waits(case, actor) for actor in (OFFICE, OFFICE2, HEAD)] == [None, CaseTask.LOOK, None]
    everybody = replace(case, acted=frozenset({20, 21}))
    assert waits(everybody, OFFICE2) is CaseTask.ADD_REVIEWER
    assert waits(replace(case, behind={21: frozenset({20})}), OFFICE2) is CaseTask.ADD_REVIEWER


def test_whatever_is_named_is_allowed() -> None:
    """Every state, seat and moment: the page offers the step, and an account not agreed to is asked for none of two."""
    found = set()
    kinds = (OF_UNIT, OF_OFFICE, PROPOSED, DECLINE)
    for case, state, actor, now, agreed, look in product(
        kinds, State, PEOPLE, (IN_TIME, FALLEN), (True, False), (True, False)
    ):
        facts = replace(case, state=state, look_asked=look and state not in OPEN_STATES)
        task = find_task(actor, facts, now, agreed=agreed, supplement_by=IN_TIME)
        if task in STEPS:
            found.add(task)
            assert STEPS[task] & allowed_actions(actor, facts, now), (task, facts, actor)
        assert task is None or actor.is_office or task not in OFFICE_TASKS
        assert agreed or task not in (CaseTask.CONFIRM, CaseTask.LOOK)
    assert found == STEPS.keys() - {CaseTask.URGE}


def test_every_task_has_its_name() -> None:
    assert CASE_TASK_NAMES.keys() == set(CaseTask)


@pytest.mark.parametrize(
    ("behind", "recused", "asked"),
    [
        # person 20 acted; whose account stands behind whose, who is recused, and who of 20, 21 and 23 is asked
        ({}, set(), {21, 23}),
        ({21: 20}, set(), {23}),
        ({21: 23}, {23}, set()),
        ({}, {23}, {21}),
    ],
)
def test_a_second_look_waits_for_nobody_behind_whose_account_somebody_acted(
    behind: dict[int, int], recused: set[int], asked: set[int]
) -> None:
    case = replace(
        OF_OFFICE,
        state=State.CONCLUDED,
        look_asked=True,
        acted=frozenset({20}),
        office_hands=frozenset({20, 21, 23}),
        behind={account: frozenset({person}) for account, person in behind.items()},
        recused=frozenset(recused),
    )
    office = [Actor(number, Role.OFFICE, OFFICE_UNIT) for number in (20, 21, 23)]
    assert {actor.user_id for actor in office if waits(case, actor) is CaseTask.LOOK} == asked
