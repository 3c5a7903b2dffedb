"""What a case waits for from one person (R20-R22, R35): the one step that this person can take next, or nothing."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from app.domain.cases.states import LOOK_ANSWERS, OPEN_STATES, Action, Actor, CaseFacts, State, allowed_actions


class CaseTask(StrEnum):
    """What is to be done to a case. A case stands under one of them for a person, the weightiest."""

    ADD_HANDS = "add_hands"  # no two people can conclude it
    ADD_REVIEWER = "add_reviewer"  # nobody is free to look at it a second time
    CONFIRM = "confirm"
    LOOK = "look"
    TAKE_OVER = "take_over"
    URGE = "urge"
    ACCEPT = "accept"
    DECIDE = "decide"
    RESUME = "resume"


CASE_TASK_NAMES = {
    CaseTask.ADD_HANDS: "没有两个人可以办理",
    CaseTask.ADD_REVIEWER: "没有人可以复核",
    CaseTask.CONFIRM: "待我确认",
    CaseTask.LOOK: "待复核",
    CaseTask.TAKE_OVER: "已转市级专班，待接办",
    CaseTask.URGE: "逾期未办，待催办",
    CaseTask.ACCEPT: "待受理",
    CaseTask.DECIDE: "待核查、提出处理意见",
    CaseTask.RESUME: "补正期限已过，待恢复办理",
}
# What the office alone can do.
OFFICE_TASKS = frozenset({CaseTask.ADD_HANDS, CaseTask.ADD_REVIEWER, CaseTask.LOOK, CaseTask.TAKE_OVER, CaseTask.URGE})
# What waits for a second person, whoever is named as the handler.
SECOND_PERSON = frozenset({CaseTask.CONFIRM, CaseTask.LOOK})


def find_task(
    actor: Actor, case: CaseFacts, now: dt.datetime, *, agreed: bool, supplement_by: dt.datetime | None
) -> CaseTask | None:
    """Return what the case waits for from this person; None where another has to act, or nobody.

    Nothing is named that would be refused. `agreed` is False while the account waits for an agreement: it proposes and
    confirms nothing (R22). `supplement_by` is the moment by which the objector has to answer.
    """
    if case.look_asked:
        return _find_look(actor, case, now, agreed=agreed)
    if case.state not in OPEN_STATES:
        return None
    if actor.is_office and not case.has_hands:
        return CaseTask.ADD_HANDS
    possible = allowed_actions(actor, case, now)
    if _may_confirm(actor, case, possible, agreed=agreed) and _is_asked(actor, case, now):
        return CaseTask.CONFIRM
    if actor.unit_id == case.handler_unit_id:
        return _find_own(case, possible, now, agreed=agreed, supplement_by=supplement_by)
    if actor.is_office and case.escalated(now):
        return CaseTask.TAKE_OVER if Action.TAKE_OVER in possible else CaseTask.URGE
    return None


def _find_own(
    case: CaseFacts,
    possible: frozenset[Action],
    now: dt.datetime,
    *,
    agreed: bool,
    supplement_by: dt.datetime | None,
) -> CaseTask | None:
    if case.state is State.RECEIVED:
        return None if case.decline_proposed or Action.ACCEPT not in possible else CaseTask.ACCEPT
    if Action.INVESTIGATE in possible or (agreed and Action.PROPOSE in possible):
        return CaseTask.DECIDE
    over = supplement_by is not None and supplement_by <= now
    return CaseTask.RESUME if over and Action.RESUME in possible else None


def _may_confirm(actor: Actor, case: CaseFacts, possible: frozenset[Action], *, agreed: bool) -> bool:
    """Tell whether the actor is the second person for what was proposed: also behind their accounts (R22)."""
    if case.proposed_by is None or not agreed or not {Action.CONFIRM, Action.CONFIRM_DECLINE} & possible:
        return False
    return case.persons(actor.user_id).isdisjoint(case.persons(case.proposed_by) | case.recused)


def _is_asked(actor: Actor, case: CaseFacts, now: dt.datetime) -> bool:
    """Tell whether a proposal waits for the actor.

    It does in the actor's own unit. The office may confirm at any time, and is asked where the unit has no second
    person, or the case has fallen to it.
    """
    if actor.unit_id == case.handler_unit_id or case.escalated(now):
        return True
    proposers = () if case.proposed_by is None else (case.proposed_by,)
    return not case.people(case.hands) - case.persons(*proposers)


def _find_look(actor: Actor, case: CaseFacts, now: dt.datetime, *, agreed: bool) -> CaseTask | None:
    if not actor.is_office:
        return None
    acted = case.persons(*case.acted)
    if not case.people(case.office_hands - case.acted) - acted:
        return CaseTask.ADD_REVIEWER
    mine = agreed and case.persons(actor.user_id).isdisjoint(acted | case.recused)
    return CaseTask.LOOK if mine and LOOK_ANSWERS & allowed_actions(actor, case, now) else None
