"""The table of moves, and who may do what to a case in which state (R20-R22)."""

import datetime as dt
from dataclasses import replace

import pytest

from app.domain.cases.states import (
    ACTION_STATES,
    LOOK_ANSWERS,
    MOVES,
    OPEN_STATES,
    Action,
    Actor,
    CaseFacts,
    Role,
    State,
    allowed_actions,
    check_action,
    check_recusal,
    may_see,
    require_move,
    require_office,
)
from app.domain.refusals import MoveRefused, NotAllowed, NotYourCase, SamePerson
from tests.days import at

ESCALATES_AT = at("2026-09-23 Wed 00:00")
BEFORE, AFTER = at("2026-09-22 Tue 23:59:59.999999"), ESCALATES_AT

OFFICE_UNIT, UNIT, OWN_UNIT, OTHER_UNIT = 1, 2, 3, 4
HEAD = Actor(10, Role.HEAD, UNIT)
HANDLER = Actor(11, Role.HANDLER, UNIT)
OFFICE = Actor(12, Role.OFFICE, OFFICE_UNIT)
AUDITOR = Actor(13, Role.AUDITOR, OFFICE_UNIT)
OWN_AUDITOR = Actor(14, Role.AUDITOR, UNIT)
STRANGER = Actor(15, Role.HEAD, OTHER_UNIT)
BELOW = Actor(16, Role.HEAD, OWN_UNIT)

HANDS, OFFICE_HANDS = frozenset({10, 11}), frozenset({12, 17, 18})

# A case of a recommending unit, and one of a nominee's own unit, below it.
OF_UNIT = CaseFacts(State.RECEIVED, UNIT, False, OFFICE_UNIT, ESCALATES_AT, HANDS, OFFICE_HANDS)
OF_OWN_UNIT = CaseFacts(State.RECEIVED, OWN_UNIT, False, UNIT, ESCALATES_AT, frozenset({16, 19}), OFFICE_HANDS)
OF_OFFICE = CaseFacts(State.RECEIVED, OFFICE_UNIT, True, None, ESCALATES_AT, OFFICE_HANDS, OFFICE_HANDS)


def states(names: str) -> frozenset[State]:
    return frozenset(map(State, names.split()))


def actions(names: str) -> frozenset[Action]:
    return frozenset(map(Action, names.split()))


# --- the moves -----------------------------------------------------------------------------------

EXPECTED_MOVES = {
    "received": "accepted declined joined lapsed",
    "accepted": "investigating awaiting_supplement joined lapsed",
    "investigating": "proposed awaiting_supplement joined lapsed",
    "awaiting_supplement": "accepted investigating lapsed",
    "proposed": "concluded investigating lapsed",
    "concluded": "investigating",
    "declined": "accepted",
    "lapsed": "",
    "joined": "",
}


def test_a_case_that_just_came_in_has_nothing_behind_it() -> None:
    assert (
        replace(
            OF_UNIT,
            recused=frozenset(),
            proposed_by=None,
            decline_proposed=False,
            supplement_asked=False,
            all_withdrawn=False,
            shown_to_units=True,
            look_asked=False,
            acted=frozenset(),
            behind={},
        )
        == OF_UNIT
    )


@pytest.mark.parametrize("role", Role)
def test_periods_and_reversals_are_the_offices(role: Role) -> None:
    if role is Role.OFFICE:
        require_office(Actor(1, role, 1))
        return
    with pytest.raises(NotAllowed, match="这一步由市级专班办理。"):
        require_office(Actor(1, role, 1))


def test_the_table_of_moves_is_this_one() -> None:
    assert {state: states(moves) for state, moves in EXPECTED_MOVES.items()} == MOVES
    assert states("received accepted investigating awaiting_supplement proposed") == OPEN_STATES


@pytest.mark.parametrize("current", State)
def test_a_move_outside_the_table_is_refused_by_name(current: State) -> None:
    for target in State:
        if target in states(EXPECTED_MOVES[current]):
            assert require_move(current, target, "办理") is target
        else:
            with pytest.raises(MoveRefused) as refused:
                require_move(current, target, "办理")
            assert refused.value.action == "办理"
            assert str(refused.value).startswith("案件目前是「")


@pytest.mark.parametrize(
    ("action", "target"),
    [
        (Action.ACCEPT, State.ACCEPTED),
        (Action.CONFIRM_DECLINE, State.DECLINED),
        (Action.INVESTIGATE, State.INVESTIGATING),
        (Action.ASK, State.AWAITING_SUPPLEMENT),
        (Action.PROPOSE, State.PROPOSED),
        (Action.CONFIRM, State.CONCLUDED),
        (Action.RETURN, State.INVESTIGATING),
        (Action.JOIN, State.JOINED),
    ],
)
def test_an_action_that_moves_is_offered_where_the_table_has_its_move(action: Action, target: State) -> None:
    """RETURN leads where INVESTIGATE does, so the states of both together are the table's. A second look reopens."""
    reaching = {state for state in State if target in MOVES[state]} - {State.CONCLUDED, State.DECLINED}
    offered = ACTION_STATES[action]
    if target is State.INVESTIGATING:
        offered = ACTION_STATES[Action.INVESTIGATE] | ACTION_STATES[Action.RETURN] | ACTION_STATES[Action.RESUME]
    if target is State.ACCEPTED:
        offered = ACTION_STATES[Action.ACCEPT] | ACTION_STATES[Action.RESUME]
    assert offered == reaching


# --- every action in every state, by the one who may most ------------------------------------------

# In each state what the head of the handling unit may do; what only a handler's own hands can't is below.
IN_STATE = {
    "received": "accept decline note reply assign recuse join hand_up",
    "accepted": "investigate ask_supplement note hear reply assign recuse join hand_up",
    "investigating": "ask_supplement note hear reply assign propose recuse join hand_up",
    "awaiting_supplement": "resume note hear reply assign recuse hand_up",
    "proposed": "note hear reply assign confirm return recuse",
    "concluded": "",
    "declined": "",
    "lapsed": "",
    "joined": "",
}


@pytest.mark.parametrize("state", State)
def test_what_the_head_may_do_in_each_state(state: State) -> None:
    case = replace(OF_UNIT, state=state)
    assert allowed_actions(HEAD, case, BEFORE) == actions(IN_STATE[state])
    for action in (
        set(Action)
        - actions(IN_STATE[state])
        - {Action.TAKE_OVER, Action.CONFIRM_DECLINE, Action.RETURN_DECLINE, Action.URGE}
        - LOOK_ANSWERS
    ):
        with pytest.raises(MoveRefused):
            check_action(HEAD, action, case, BEFORE)


# --- who may what ----------------------------------------------------------------------------------

EVERYTHING_RECEIVED = "accept decline note reply assign recuse join hand_up"
BY_HANDLER = "accept decline note reply recuse join"
TO_DECLINE = replace(OF_UNIT, decline_proposed=True, proposed_by=HANDLER.user_id)
LOOKED, LOOKING = replace(OF_UNIT, look_asked=True, acted=frozenset({10, 11})), "confirm_look reopen"
WHO = [
    # who, whose case, state, when, what
    ("its head", HEAD, OF_UNIT, "received", BEFORE, EVERYTHING_RECEIVED),
    ("its handler", HANDLER, OF_UNIT, "received", BEFORE, BY_HANDLER),
    ("its handler, escalated", HANDLER, OF_UNIT, "received", AFTER, BY_HANDLER),
    ("the office, watching", OFFICE, OF_UNIT, "received", BEFORE, "recuse take_over urge"),
    ("the office, escalated", OFFICE, OF_UNIT, "received", AFTER, "accept decline recuse take_over urge"),
    ("the office, accepted and idle", OFFICE, OF_UNIT, "accepted", AFTER, "recuse take_over urge"),
    ("the office, second person", OFFICE, OF_UNIT, "proposed", BEFORE, "confirm return recuse take_over urge"),
    (
        "the office, to decline",
        OFFICE,
        TO_DECLINE,
        "received",
        BEFORE,
        "confirm_decline return_decline recuse take_over urge",
    ),
    (
        "its head, to decline",
        HEAD,
        TO_DECLINE,
        "received",
        BEFORE,
        f"{EVERYTHING_RECEIVED} confirm_decline return_decline",
    ),
    ("the superior unit, to decline", HEAD, replace(OF_OWN_UNIT, decline_proposed=True), "received", BEFORE, "recuse"),
    ("the office, its own case", OFFICE, OF_OFFICE, "received", BEFORE, "accept decline note reply assign recuse join"),
    ("the office, its own, late", OFFICE, OF_OFFICE, "received", AFTER, "accept decline note reply assign recuse join"),
    ("another unit", STRANGER, OF_UNIT, "received", AFTER, ""),
    ("an auditor of the office", AUDITOR, OF_UNIT, "proposed", AFTER, ""),
    ("an auditor of the unit", OWN_AUDITOR, OF_UNIT, "received", AFTER, ""),
    ("the superior unit, watching", HEAD, OF_OWN_UNIT, "received", BEFORE, "recuse"),
    ("the superior unit, escalated", HEAD, OF_OWN_UNIT, "received", AFTER, "recuse"),
    ("the superior unit, proposed", HEAD, OF_OWN_UNIT, "proposed", BEFORE, "recuse"),
    ("the unit below", BELOW, OF_UNIT, "received", BEFORE, ""),
    ("the office, dismissed", OFFICE, OF_UNIT, "concluded", BEFORE, ""),
    ("the office, asked to look again", OFFICE, LOOKED, "concluded", BEFORE, "confirm_look reopen"),
    ("the office, asked about a decline", OFFICE, LOOKED, "declined", BEFORE, "confirm_look reopen"),
    ("the office, asked about its own", OFFICE, replace(OF_OFFICE, look_asked=True), "concluded", BEFORE, LOOKING),
    ("the office, acted in it before", OFFICE, replace(LOOKED, acted=OFFICE_HANDS), "concluded", BEFORE, ""),
    ("its head, asked to look again", HEAD, LOOKED, "concluded", BEFORE, ""),
    ("the superior unit, asked", HEAD, replace(OF_OWN_UNIT, look_asked=True), "declined", BEFORE, ""),
    ("the office, asked of a lapsed one", OFFICE, LOOKED, "lapsed", AFTER, ""),
    ("own unit's head", BELOW, OF_OWN_UNIT, "received", BEFORE, EVERYTHING_RECEIVED),
]


@pytest.mark.parametrize(
    ("actor", "case", "state", "now", "expected"), [row[1:] for row in WHO], ids=[r[0] for r in WHO]
)
def test_who_may_what(actor: Actor, case: CaseFacts, state: str, now: dt.datetime, expected: str) -> None:
    assert allowed_actions(actor, replace(case, state=State(state)), now) == actions(expected)


@pytest.mark.parametrize(
    ("actor", "case", "seen"),
    [
        (HEAD, OF_UNIT, True),
        (HANDLER, OF_UNIT, True),
        (OFFICE, OF_UNIT, True),
        (STRANGER, OF_UNIT, False),
        (AUDITOR, OF_UNIT, False),
        (OWN_AUDITOR, OF_UNIT, False),
        (BELOW, OF_UNIT, False),
        (HEAD, OF_OWN_UNIT, True),  # its recommending unit watches
        (OFFICE, OF_OWN_UNIT, True),
        (HEAD, OF_OFFICE, False),
        (AUDITOR, OF_OFFICE, False),
    ],
)
def test_whose_eyes_a_case_is_for(actor: Actor, case: CaseFacts, seen: bool) -> None:
    assert may_see(actor, case) is seen
    if not seen:
        for action in Action:
            with pytest.raises(NotYourCase):
                check_action(actor, action, case, BEFORE)


@pytest.mark.parametrize("actor", [HEAD, HANDLER, OFFICE])
def test_the_recused_see_nothing_and_do_nothing(actor: Actor) -> None:
    for state in State:
        case = replace(OF_UNIT, state=state, recused=frozenset({actor.user_id}))
        assert not may_see(actor, case)
        assert allowed_actions(actor, case, AFTER) == frozenset()


def test_who_proposed_may_return_it_and_not_confirm_it() -> None:
    case = replace(OF_UNIT, state=State.PROPOSED, proposed_by=HANDLER.user_id)
    with pytest.raises(SamePerson):
        check_action(HANDLER, Action.CONFIRM, case, BEFORE)
    assert Action.RETURN in allowed_actions(HANDLER, case, BEFORE)
    assert {Action.CONFIRM, Action.RETURN} <= allowed_actions(HEAD, case, BEFORE) & allowed_actions(
        OFFICE, case, BEFORE
    )


def test_a_supplement_is_asked_for_once() -> None:
    for state in (State.ACCEPTED, State.INVESTIGATING):
        case = replace(OF_UNIT, state=state)
        check_action(HANDLER, Action.ASK, case, BEFORE)
        with pytest.raises(NotAllowed, match="只能要求补正一次"):
            check_action(HANDLER, Action.ASK, replace(case, supplement_asked=True), BEFORE)


def test_a_case_falls_to_the_office_at_the_instant_in_every_open_state() -> None:
    assert [OF_UNIT.escalated(now) for now in (BEFORE, AFTER)] == [False, True]
    assert {state for state in State if replace(OF_UNIT, state=state).escalated(AFTER)} == OPEN_STATES
    assert not OF_OFFICE.escalated(AFTER)


def test_a_case_falls_to_the_office_at_once_when_nobody_of_its_unit_can_act_on_it() -> None:
    for facts, falls in [
        (replace(OF_UNIT, hands=frozenset()), True),
        (replace(OF_UNIT, recused=HANDS), True),
        (replace(OF_UNIT, hands=frozenset({10}), recused=frozenset({10})), True),
        (replace(OF_UNIT, recused=frozenset({10})), False),  # the other one can, and the office confirms
    ]:
        assert facts.escalated(BEFORE) is falls
        assert (Action.ACCEPT in allowed_actions(OFFICE, facts, BEFORE)) is falls


def test_who_proposed_to_decline_does_not_confirm_it() -> None:
    """One person of the nominee's own unit would end a case alone (R22)."""
    with pytest.raises(SamePerson):
        check_action(HANDLER, Action.CONFIRM_DECLINE, TO_DECLINE, BEFORE)
    check_action(HEAD, Action.CONFIRM_DECLINE, TO_DECLINE, BEFORE)
    with pytest.raises(NotAllowed, match="没有待确认的不予受理意见"):
        check_action(HEAD, Action.CONFIRM_DECLINE, OF_UNIT, BEFORE)


# --- two people are left ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "office", "recused", "by_office", "has"),
    [
        ({10, 11}, {12, 17}, set(), False, True),
        ({10, 11}, set(), set(), False, True),
        ({10}, {12}, set(), False, True),  # one proposes, the office confirms
        ({10}, set(), set(), False, False),
        (set(), {12}, set(), False, False),
        (set(), {12, 17}, set(), False, True),  # the office takes it over
        ({10, 11}, {12}, {10, 11}, False, False),
        ({12}, {12}, set(), True, False),
        ({12, 17}, {12, 17}, set(), True, True),
        ({12, 17}, {12, 17}, {17}, True, False),
    ],
)
def test_whether_two_people_can_still_conclude(
    unit: set[int], office: set[int], recused: set[int], by_office: bool, has: bool
) -> None:
    facts = replace(
        OF_UNIT,
        handled_by_office=by_office,
        hands=frozenset(unit),
        office_hands=frozenset(office),
        recused=frozenset(recused),
    )
    assert facts.has_hands is has


@pytest.mark.parametrize(
    ("unit", "office", "behind", "recused", "by_office", "has"),
    [
        ({10, 11}, set(), {10: 12, 11: 12}, set(), False, False),  # somebody gave out both: one proposes, none confirms
        ({10, 11}, {12}, {10: 12, 11: 12}, set(), False, False),  # nor does whoever gave them out
        ({10, 11}, {12}, {10: 17, 11: 17}, set(), False, True),  # another one of the office does
        ({10, 11}, {12}, {10: 12}, set(), False, True),  # one of them is their owner's
        ({10, 11}, {12}, {10: 12, 11: 17}, set(), False, True),  # two people gave out one each
        ({10}, {12}, {10: 17}, {17}, False, False),  # who gave it out keeps out of the case
        ({12, 17}, {12, 17}, {12: 17}, set(), True, False),
    ],
)
def test_accounts_that_one_person_gave_out_are_one_person(
    unit: set[int], office: set[int], behind: dict[int, int], recused: set[int], by_office: bool, has: bool
) -> None:
    facts = replace(
        OF_UNIT,
        handled_by_office=by_office,
        hands=frozenset(unit),
        office_hands=frozenset(office),
        behind={account: frozenset({person}) for account, person in behind.items()},
        recused=frozenset(recused),
    )
    assert facts.has_hands is has


def test_a_case_falls_to_the_office_where_all_who_are_left_speak_for_the_recused() -> None:
    left = replace(OF_UNIT, hands=frozenset({10, 11}), recused=frozenset({11}), behind={10: frozenset({11})})
    assert left.escalated(BEFORE)
    assert not replace(left, behind={10: frozenset({12})}).escalated(BEFORE)


def test_nobody_is_recused_with_whom_the_last_two_would_go() -> None:
    two = replace(OF_UNIT, hands=frozenset({10}), office_hands=frozenset({12, 17}))
    check_recusal(OFFICE, OFFICE, two)  # the other one of the office confirms what the unit proposes
    with pytest.raises(NotAllowed, match="先给市级专班增加一个账号"):
        check_recusal(HEAD, HEAD, replace(two, recused=frozenset({17})))
    check_recusal(OFFICE, OFFICE, replace(two, hands=frozenset(), office_hands=frozenset({12})))  # nothing to lose


def test_the_office_does_not_take_over_what_it_cannot_conclude() -> None:
    alone = replace(OF_UNIT, office_hands=frozenset({12}))
    with pytest.raises(NotAllowed, match="先给市级专班增加一个账号"):
        check_action(OFFICE, Action.TAKE_OVER, alone, BEFORE)
    with pytest.raises(NotAllowed, match="先给市级专班增加一个账号"):
        check_action(HEAD, Action.HAND_UP, alone, BEFORE)


def test_a_case_is_opened_again_only_where_the_office_has_two_people_to_conclude_it() -> None:
    """Also where the unit has nobody left, so that nothing would be lost by it: a reopened case lapses (R35)."""
    for hands in (HANDS, frozenset[int]()):
        alone = replace(LOOKED, state=State.CONCLUDED, hands=hands, office_hands=frozenset({12}))
        assert allowed_actions(OFFICE, alone, BEFORE) == actions("confirm_look")
    check_action(OFFICE, Action.REOPEN, replace(alone, office_hands=frozenset({12, 17})), BEFORE)


@pytest.mark.parametrize(
    ("actor", "action", "case", "now", "why"),
    [
        (OFFICE, Action.URGE, OF_OFFICE, BEFORE, "催办由市级专班办理，对象是其他单位正在办理的案件。"),
        (HEAD, Action.URGE, OF_UNIT, BEFORE, "催办由市级专班办理，对象是其他单位正在办理的案件。"),
        (OFFICE, Action.REOPEN, replace(OF_UNIT, state=State.DECLINED), BEFORE, "没有待复核的申请，可能刚刚已经复核。"),
        (
            OFFICE,
            Action.CONFIRM_LOOK,
            replace(LOOKED, state=State.DECLINED, acted=frozenset({12})),
            BEFORE,
            "复核由市级专班里没有办理过这个案件的人决定。",
        ),
        (HANDLER, Action.ASSIGN, OF_UNIT, BEFORE, "这一步由单位负责人办理。"),
        (HANDLER, Action.HAND_UP, OF_UNIT, BEFORE, "这一步由单位负责人办理。"),
        (OFFICE, Action.HAND_UP, OF_OFFICE, BEFORE, "案件已经由市级专班办理。"),
        (OFFICE, Action.TAKE_OVER, OF_OFFICE, AFTER, "案件已经由市级专班办理。"),
        (HEAD, Action.TAKE_OVER, OF_UNIT, AFTER, "接办由市级专班决定。"),
        (OFFICE, Action.ACCEPT, OF_UNIT, BEFORE, "案件由办理单位处理，您可以查看；需要由市级专班办理的，请先接办。"),
        (HEAD, Action.ACCEPT, OF_OWN_UNIT, AFTER, "案件由办理单位处理，您可以查看，不能操作。"),
    ],
)
def test_a_refusal_says_why(actor: Actor, action: Action, case: CaseFacts, now: dt.datetime, why: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        check_action(actor, action, case, now)
    assert str(refused.value) == why
