"""The states of a case, the closed table of moves, and who may make them (R20-R23, R35)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.domain.refusals import MoveRefused, NotAllowed, NotYourCase, SamePerson


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"  # 待受理
    ACCEPTED = "accepted"  # 已受理
    INVESTIGATING = "investigating"  # 核查中
    AWAITING_SUPPLEMENT = "awaiting_supplement"  # 待补正
    PROPOSED = "proposed"  # 拟定意见待确认
    CONCLUDED = "concluded"  # 已有结论
    DECLINED = "declined"  # 不予受理
    LAPSED = "lapsed"  # 逾期未结论
    JOINED = "joined"  # 已并案


STATE_NAMES = {
    State.RECEIVED: "待受理",
    State.ACCEPTED: "已受理",
    State.INVESTIGATING: "核查中",
    State.AWAITING_SUPPLEMENT: "待补正",
    State.PROPOSED: "待确认",
    State.CONCLUDED: "已有结论",
    State.DECLINED: "不予受理",
    State.LAPSED: "逾期未结论",
    State.JOINED: "已并案",
}

# Joining (R23) is the one addition to R20's list: the objections move to the leading case, which alone is decided, so a
# joined case can neither be concluded twice nor lapse by itself. A decision of two people is reopened only by a second
# look (R35): a dismissal is investigated anew, a declined case counts as accepted.
MOVES: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.ACCEPTED, State.DECLINED, State.JOINED, State.LAPSED}),
    State.ACCEPTED: frozenset({State.INVESTIGATING, State.AWAITING_SUPPLEMENT, State.JOINED, State.LAPSED}),
    State.INVESTIGATING: frozenset({State.PROPOSED, State.AWAITING_SUPPLEMENT, State.JOINED, State.LAPSED}),
    State.AWAITING_SUPPLEMENT: frozenset({State.ACCEPTED, State.INVESTIGATING, State.LAPSED}),
    State.PROPOSED: frozenset({State.CONCLUDED, State.INVESTIGATING, State.LAPSED}),
    State.CONCLUDED: frozenset({State.INVESTIGATING}),
    State.DECLINED: frozenset({State.ACCEPTED}),
    State.LAPSED: frozenset(),
    State.JOINED: frozenset(),
}
OPEN_STATES = frozenset(state for state, moves in MOVES.items() if State.LAPSED in moves)


class Conclusion(StrEnum):
    """处理意见."""

    UPHELD = "upheld"  # 异议成立
    PARTLY_UPHELD = "partly_upheld"  # 部分成立，不影响参评
    DISMISSED = "dismissed"  # 异议不成立
    WITHDRAWN = "withdrawn"  # 异议人撤回


CONCLUSION_NAMES = {
    Conclusion.UPHELD: "异议成立",
    Conclusion.PARTLY_UPHELD: "部分成立，不影响参评资格",
    Conclusion.DISMISSED: "异议不成立",
    Conclusion.WITHDRAWN: "异议人撤回",
}


class DeclineGround(StrEnum):
    """The grounds for declining a case."""

    NOT_REAL_NAME = "not_real_name"
    OUT_OF_SCOPE = "out_of_scope"
    NO_FACTS = "no_facts"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"


DECLINE_GROUND_NAMES = {
    DeclineGround.NOT_REAL_NAME: "未署真实姓名（单位名称），无法核实",
    DeclineGround.OUT_OF_SCOPE: "所提事项与该对象参评无关",
    DeclineGround.NO_FACTS: "没有具体事实或者线索",
    DeclineGround.DUPLICATE: "同一人就同一事实重复提出",
    DeclineGround.WITHDRAWN: "受理前异议人已经撤回",
}


class Role(StrEnum):
    """What a member of staff is. The auditor reads the record and touches no case."""

    OFFICE = "office"  # 市级专班
    HEAD = "head"  # 单位负责人
    HANDLER = "handler"  # 单位经办人
    AUDITOR = "auditor"  # 监督员


ROLE_NAMES = {
    Role.OFFICE: "市级专班",
    Role.HEAD: "单位负责人",
    Role.HANDLER: "单位经办人",
    Role.AUDITOR: "监督员",
}


class Action(StrEnum):
    """What a person can do to a case."""

    ACCEPT = "accept"
    DECLINE = "decline"
    CONFIRM_DECLINE = "confirm_decline"
    RETURN_DECLINE = "return_decline"
    INVESTIGATE = "investigate"
    ASK = "ask_supplement"
    RESUME = "resume"
    NOTE = "note"
    HEAR = "hear"
    REPLY = "reply"
    ASSIGN = "assign"
    PROPOSE = "propose"
    CONFIRM = "confirm"
    RETURN = "return"
    RECUSE = "recuse"
    JOIN = "join"
    HAND_UP = "hand_up"
    TAKE_OVER = "take_over"
    URGE = "urge"
    CONFIRM_LOOK = "confirm_look"
    REOPEN = "reopen"


ACTION_NAMES = {
    Action.ACCEPT: "受理",
    Action.DECLINE: "提出不予受理",
    Action.CONFIRM_DECLINE: "确认不予受理",
    Action.RETURN_DECLINE: "退回不予受理的意见",
    Action.INVESTIGATE: "开始核查",
    Action.ASK: "要求补正",
    Action.RESUME: "恢复办理",
    Action.NOTE: "记录",
    Action.HEAR: "记录当事人陈述",
    Action.REPLY: "回复异议人",
    Action.ASSIGN: "指定经办人",
    Action.PROPOSE: "提出处理意见",
    Action.CONFIRM: "确认处理意见",
    Action.RETURN: "退回处理意见",
    Action.RECUSE: "回避",
    Action.JOIN: "并案",
    Action.HAND_UP: "移交市级专班",
    Action.TAKE_OVER: "接办",
    Action.URGE: "催办",
    Action.CONFIRM_LOOK: "复核维持",
    Action.REOPEN: "复核重办",
}

# The states in which an action is possible. Where it moves the case, MOVES must agree (a test holds it).
ACTION_STATES: dict[Action, frozenset[State]] = {
    Action.ACCEPT: frozenset({State.RECEIVED}),
    Action.DECLINE: frozenset({State.RECEIVED}),
    Action.CONFIRM_DECLINE: frozenset({State.RECEIVED}),
    Action.RETURN_DECLINE: frozenset({State.RECEIVED}),
    Action.INVESTIGATE: frozenset({State.ACCEPTED}),
    Action.ASK: frozenset({State.ACCEPTED, State.INVESTIGATING}),
    Action.RESUME: frozenset({State.AWAITING_SUPPLEMENT}),
    Action.NOTE: OPEN_STATES,
    Action.HEAR: OPEN_STATES - {State.RECEIVED},
    Action.REPLY: OPEN_STATES,
    Action.ASSIGN: OPEN_STATES,
    Action.PROPOSE: frozenset({State.INVESTIGATING}),
    Action.CONFIRM: frozenset({State.PROPOSED}),
    Action.RETURN: frozenset({State.PROPOSED}),
    Action.RECUSE: OPEN_STATES,
    Action.JOIN: frozenset({State.RECEIVED, State.ACCEPTED, State.INVESTIGATING}),
    Action.HAND_UP: OPEN_STATES - {State.PROPOSED},
    Action.TAKE_OVER: OPEN_STATES,
    Action.URGE: OPEN_STATES,
    Action.CONFIRM_LOOK: frozenset({State.CONCLUDED, State.DECLINED}),
    Action.REOPEN: frozenset({State.CONCLUDED, State.DECLINED}),
}
# What answers a request for a second look (R35).
LOOK_ANSWERS = frozenset({Action.CONFIRM_LOOK, Action.REOPEN})


@dataclass(frozen=True, slots=True)
class Actor:
    """The acting member of staff, with the facts that the rules need."""

    user_id: int
    role: Role
    unit_id: int

    @property
    def is_office(self) -> bool:
        return self.role is Role.OFFICE


class Seat(StrEnum):
    """The position of a person towards a case, by which the table of rights is read (R21)."""

    HEAD = "head"  # of the handling unit; in the office everybody
    HAND = "hand"  # a handler of the handling unit
    SUPERIOR = "superior"  # the unit above the handling one: it watches
    OFFICE = "office"  # the office, while a unit handles the case in time
    RESCUER = "rescuer"  # the office, once the case has fallen to it
    REVIEWER = "reviewer"  # of the office, never acted in the case, while a second look is asked for (R35)


_UNIT = frozenset({Seat.HEAD, Seat.HAND})
_RESCUED = _UNIT | {Seat.RESCUER}
_ANY_OFFICE = frozenset({Seat.OFFICE, Seat.RESCUER})
# Who may do what (R21, R22). Accepting and proposing to decline are the office's only when the case fell to it, and
# then they take the case over. Confirming is the office's at any time: it is the second person where a unit has none.
RIGHTS: dict[Action, frozenset[Seat]] = {
    Action.ACCEPT: _RESCUED,
    Action.DECLINE: _RESCUED,
    Action.CONFIRM_DECLINE: _UNIT | _ANY_OFFICE,
    Action.RETURN_DECLINE: _UNIT | _ANY_OFFICE,
    Action.INVESTIGATE: _UNIT,
    Action.ASK: _UNIT,
    Action.RESUME: _UNIT,
    Action.NOTE: _UNIT,
    Action.HEAR: _UNIT,
    Action.REPLY: _UNIT,
    Action.ASSIGN: frozenset({Seat.HEAD}),
    Action.PROPOSE: _UNIT,
    Action.CONFIRM: _UNIT | _ANY_OFFICE,
    Action.RETURN: _UNIT | _ANY_OFFICE,
    Action.RECUSE: frozenset(Seat),
    Action.JOIN: _UNIT,
    Action.HAND_UP: frozenset({Seat.HEAD}),
    Action.TAKE_OVER: _ANY_OFFICE,
    Action.URGE: _ANY_OFFICE,
    Action.CONFIRM_LOOK: frozenset({Seat.REVIEWER}),
    Action.REOPEN: frozenset({Seat.REVIEWER}),
}
PEOPLE_TO_CONCLUDE = 2  # people who together bring a case to a conclusion (R22)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the rules need to know of a case.

    `hands` can log in for the handling unit, `office_hands` for the office; `behind` names who may be acting with an
    account among them that somebody gave out (R22). `escalates_at` is when the case falls to the office if nothing more
    is done (`hands.find_escalation`). `shown_to_units` is False while its arrival is held back from units (`arrivals`).
    """

    state: State
    handler_unit_id: int
    handled_by_office: bool
    superior_unit_id: int | None
    escalates_at: dt.datetime
    hands: frozenset[int]
    office_hands: frozenset[int]
    recused: frozenset[int] = frozenset()
    proposed_by: int | None = None
    decline_proposed: bool = False
    supplement_asked: bool = False
    all_withdrawn: bool = False
    shown_to_units: bool = True
    look_asked: bool = False
    acted: frozenset[int] = frozenset()  # everybody who did, apart from urging; for a second look only
    behind: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def escalated(self, now: dt.datetime) -> bool:
        """Tell whether the case has fallen to the office: its unit was idle too long, or nobody there may act (R21)."""
        with_a_unit = self.state in OPEN_STATES and not self.handled_by_office
        return with_a_unit and (now >= self.escalates_at or not self.people(self.hands))

    def people(self, accounts: frozenset[int]) -> frozenset[int]:
        """Return the people who decide with these accounts, none recused: one for all that one gave out (R22)."""
        return self.persons(*(accounts - self.recused)) - self.recused

    def persons(self, *accounts: int) -> frozenset[int]:
        """Return who may be acting with these accounts (R22)."""
        return frozenset(one for each in accounts for one in self.behind.get(each, (each,)))

    @property
    def has_hands(self) -> bool:
        """Tell whether two people with live accounts can together bring the case to a conclusion (R21).

        The office may take a case over with two people. With one it confirms what a person of the unit proposes.
        """
        office = self.people(self.office_hands)
        if len(office) >= PEOPLE_TO_CONCLUDE or self.handled_by_office:
            return len(office) >= PEOPLE_TO_CONCLUDE
        unit = self.people(self.hands)
        return bool(unit) and len(unit | office) >= PEOPLE_TO_CONCLUDE

    @property
    def at_office(self) -> CaseFacts:
        """Return the facts as they are once the office handles the case."""
        return replace(self, handled_by_office=True, hands=self.office_hands)


def concerns(actor: Actor, case: CaseFacts) -> bool:
    """Return whether a case is this person's: its unit's, its superior's, the office's; never the recused's (R21)."""
    if actor.user_id in case.recused or actor.role is Role.AUDITOR:
        return False
    return actor.role is Role.OFFICE or actor.unit_id in (case.handler_unit_id, case.superior_unit_id)


def may_see(actor: Actor, case: CaseFacts) -> bool:
    """Tell whether a person may know of a case: it is theirs, and for a unit the day of its arrival is over (R19)."""
    return concerns(actor, case) and (actor.role is Role.OFFICE or case.shown_to_units)


def takes_over(actor: Actor, action: Action, case: CaseFacts) -> bool:
    """Tell whether this act makes the office the handler of the case (R21)."""
    by_office = actor.role is Role.OFFICE and action in (Action.ACCEPT, Action.DECLINE)
    return (by_office or action in (Action.HAND_UP, Action.TAKE_OVER, Action.REOPEN)) and not case.handled_by_office


def check_action(actor: Actor, action: Action, case: CaseFacts, now: dt.datetime) -> None:
    """Let the action pass, or raise NotYourCase, MoveRefused, NotAllowed or SamePerson (R20-R22)."""
    if not concerns(actor, case):
        raise NotYourCase
    if case.state not in ACTION_STATES[action]:
        raise MoveRefused(ACTION_NAMES[action], STATE_NAMES[case.state])
    if action in (Action.HAND_UP, Action.TAKE_OVER) and case.handled_by_office:
        raise NotAllowed("案件已经由市级专班办理。")
    if action in LOOK_ANSWERS and not case.look_asked:
        raise NotAllowed("没有待复核的申请，可能刚刚已经复核。")
    seat = _find_seat(actor, case, now)
    if seat not in RIGHTS[action]:
        raise NotAllowed(_explain_refusal(action, seat))
    if action in (Action.CONFIRM_DECLINE, Action.RETURN_DECLINE) and not case.decline_proposed:
        raise NotAllowed("没有待确认的不予受理意见，可能刚刚已经退回。")
    if action in (Action.CONFIRM, Action.CONFIRM_DECLINE) and actor.user_id == case.proposed_by:
        raise SamePerson
    if action is Action.ASK and case.supplement_asked:
        raise NotAllowed("每个案件只能要求补正一次，这个案件已经要求过了。")
    if takes_over(actor, action, case):
        _require_hands(case, case.at_office)
    if action is Action.REOPEN and not case.at_office.has_hands:
        raise NotAllowed("市级专班没有两个人可以一起办结这个案件。请先增加一个账号，再重新办理。")


def check_recusal(actor: Actor, other: Actor, case: CaseFacts) -> None:
    """Let `actor` recuse `other`, oneself or somebody else, or raise NotAllowed (R21).

    The head of the handling unit and the office may recuse its people. A recusal that leaves fewer than two people who
    can conclude the case is refused: another account has to be added first.
    """
    if other.user_id != actor.user_id:
        leads = actor.is_office or (actor.role is Role.HEAD and actor.unit_id == case.handler_unit_id)
        if not leads or other.unit_id != case.handler_unit_id:
            raise NotAllowed("只有单位负责人可以让本单位其他人回避。")
    _require_hands(case, replace(case, recused=case.recused | {other.user_id}))


def check_joining(lead: CaseFacts, recused: frozenset[int]) -> None:
    """Let a case come into `lead`, from which `recused` of either are recused from then on (R21).

    Raises NotAllowed where the lead would be left without two people who can conclude it.
    """
    _require_hands(lead, replace(lead, recused=lead.recused | recused))


def _require_hands(case: CaseFacts, after: CaseFacts) -> None:
    if case.has_hands and not after.has_hands:
        raise NotAllowed("这样一来，就没有两个人可以一起办结这个案件了。请先给市级专班增加一个账号，再办这一步。")


def _find_seat(actor: Actor, case: CaseFacts, now: dt.datetime) -> Seat:
    if case.look_asked and case.state not in OPEN_STATES and actor.is_office and actor.user_id not in case.acted:
        return Seat.REVIEWER
    if actor.unit_id == case.handler_unit_id:
        return Seat.HEAD if actor.role in (Role.HEAD, Role.OFFICE) else Seat.HAND
    if actor.role is Role.OFFICE:
        return Seat.RESCUER if case.escalated(now) else Seat.OFFICE
    return Seat.SUPERIOR


def _explain_refusal(action: Action, seat: Seat) -> str:
    if action is Action.TAKE_OVER:
        return "接办由市级专班决定。"
    if action in LOOK_ANSWERS:
        return "复核由市级专班里没有办理过这个案件的人决定。"
    if action is Action.URGE:
        return "催办由市级专班办理，对象是其他单位正在办理的案件。"
    if seat is Seat.HAND:
        return "这一步由单位负责人办理。"
    if seat is Seat.OFFICE:
        return "案件由办理单位处理，您可以查看；需要由市级专班办理的，请先接办。"
    return "案件由办理单位处理，您可以查看，不能操作。"


def allowed_actions(actor: Actor, case: CaseFacts, now: dt.datetime) -> frozenset[Action]:
    """Return every action that `check_action` would let pass, for the page that offers them."""
    return frozenset(action for action in Action if _passes(check_action, actor, action, case, now))


def _passes(rule: Callable[..., None], *facts: object) -> bool:
    try:
        rule(*facts)
    except (NotYourCase, MoveRefused, NotAllowed):
        return False
    return True


def require_office(actor: Actor) -> None:
    """Raise NotAllowed for everybody but the office, to which periods and reversals are reserved (R29, R30)."""
    if actor.role is not Role.OFFICE:
        raise NotAllowed("这一步由市级专班办理。")


def require_move(current: State, target: State, action: str) -> State:
    """Return `target` if the table has that move. Raises MoveRefused otherwise (R20)."""
    if target not in MOVES[current]:
        raise MoveRefused(action, STATE_NAMES[current])
    return target


assert MOVES.keys() == set(State), "every state has its row"  # noqa: S101 - a table checked once, at import
assert ACTION_STATES.keys() == RIGHTS.keys() == set(Action), "every action has its rows"  # noqa: S101 - as above
