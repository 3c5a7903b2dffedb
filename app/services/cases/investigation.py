"""What handlers do to a case (R20-R24). Every function: the rules, the rows, the record, one commit."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases.states import (
    ACTION_NAMES,
    CONCLUSION_NAMES,
    DECLINE_GROUND_NAMES,
    OPEN_STATES,
    Action,
    Actor,
    Conclusion,
    DeclineGround,
    Role,
    State,
    check,
    may_see,
    move,
)
from app.domain.cases.verdict import Ground
from app.domain.periods.window import too_late_to_conclude
from app.domain.refusals import AlreadyDone, NotAllowed, NotYourCase, TooLateToConclude
from app.models import (
    Case,
    CaseNote,
    Disqualification,
    Message,
    MessageKind,
    NoteKind,
    Objection,
    Recusal,
    User,
)
from app.services.objections.intake import chain_of_command
from app.services.record.chain import Act, by_user, on_case, on_nominee, record
from app.services.shared.texts import checked_text

TEXT = (1, 2000)
REASON = (2, 500)


def accept(session: Session, case_id: int, actor: Actor, now: dt.datetime) -> None:
    """受理."""
    case = _take(session, case_id, actor, Action.ACCEPT, now)
    case.state = move(case.state, State.ACCEPTED, ACTION_NAMES[Action.ACCEPT])
    case.decided_at = now
    _done(session, case, actor, Action.ACCEPT, now)


def decline(session: Session, case_id: int, actor: Actor, ground: DeclineGround, reason: str, now: dt.datetime) -> None:
    """不予受理, with a ground and a reason that every objector is told."""
    record(session, now, [declined(session, case_id, actor, ground, reason, now)])
    session.commit()


def declined(session: Session, case_id: int, actor: Actor, ground: DeclineGround, reason: str, now: dt.datetime) -> Act:
    """One case declined and its objectors told: the act, for the caller to record and commit."""
    case = _take(session, case_id, actor, Action.DECLINE, now)
    reason = checked_text(reason, "不予受理的理由", REASON)
    if ground is DeclineGround.WITHDRAWN and not case.facts(now).all_withdrawn:
        raise NotAllowed("异议人没有撤回，不能以撤回为由不予受理。")
    case.state = move(case.state, State.DECLINED, ACTION_NAMES[Action.DECLINE])
    case.decided_at = now
    case.decline_ground, case.decline_reason = ground, reason
    _tell_objectors(
        session,
        case,
        MessageKind.ANSWER,
        f"不予受理。依据：{DECLINE_GROUND_NAMES[ground]}。理由：{reason}",
        now,
    )
    return _act(case, actor, Action.DECLINE, ground=ground, reason=reason)


def investigate(session: Session, case_id: int, actor: Actor, now: dt.datetime) -> None:
    """开始核查."""
    case = _take(session, case_id, actor, Action.INVESTIGATE, now)
    case.state = move(case.state, State.INVESTIGATING, ACTION_NAMES[Action.INVESTIGATE])
    _done(session, case, actor, Action.INVESTIGATE, now)


def ask_supplement(session: Session, case_id: int, actor: Actor, question: str, now: dt.datetime) -> None:
    """要求补正, once a case. The deadline goes on running."""
    case = _take(session, case_id, actor, Action.ASK, now)
    question = checked_text(question, "需要补充的内容", TEXT)
    case.resume_state = case.state
    case.state = move(case.state, State.AWAITING_SUPPLEMENT, ACTION_NAMES[Action.ASK])
    case.supplement_asked_at = now
    _tell_objectors(session, case, MessageKind.QUESTION, question, now)
    _done(session, case, actor, Action.ASK, now)


def resume(session: Session, case_id: int, actor: Actor, now: dt.datetime) -> None:
    """恢复办理 without the supplement: silence of the objector must not decide the case."""
    case = _take(session, case_id, actor, Action.RESUME, now)
    case.state = move(case.state, case.resume_state or State.ACCEPTED, ACTION_NAMES[Action.RESUME])
    case.resume_state = None
    _done(session, case, actor, Action.RESUME, now)


def note(session: Session, case_id: int, actor: Actor, text: str, now: dt.datetime) -> None:
    """A step of the investigation, for the file."""
    _write_note(session, case_id, actor, Action.NOTE, NoteKind.NOTE, text, now)


def hear(session: Session, case_id: int, actor: Actor, text: str, now: dt.datetime) -> None:
    """What the nominee says to the facts (R24)."""
    _write_note(session, case_id, actor, Action.HEAR, NoteKind.STATEMENT, text, now)


def reply(session: Session, case_id: int, actor: Actor, text: str, now: dt.datetime) -> None:
    """A message that every objector of the case reads on the receipt page."""
    case = _take(session, case_id, actor, Action.REPLY, now)
    _tell_objectors(session, case, MessageKind.REPLY, checked_text(text, "回复内容", TEXT), now)
    _done(session, case, actor, Action.REPLY, now)


def assign(session: Session, case_id: int, actor: Actor, assignee_id: int, now: dt.datetime) -> None:
    """指定经办人: somebody of the handling unit who is not recused."""
    case = _take(session, case_id, actor, Action.ASSIGN, now)
    assignee = session.get(User, assignee_id)
    if assignee is None or assignee not in assignable(session, case):
        raise NotAllowed("请选择本单位在岗、且不需要回避的人员。")
    case.assignee_id = assignee.id
    _done(session, case, actor, Action.ASSIGN, now, assignee=assignee.id)


def propose(
    session: Session,
    case_id: int,
    actor: Actor,
    conclusion: Conclusion,
    findings: str,
    grounds: str,
    answer: str,
    now: dt.datetime,
) -> None:
    """提出处理意见, with findings, grounds and the answer the objectors will read (R22)."""
    case = _take(session, case_id, actor, Action.PROPOSE, now)
    findings = checked_text(findings, "核查情况", TEXT)
    grounds = checked_text(grounds, "依据", TEXT)
    answer = checked_text(answer, "给异议人的答复", TEXT)
    if conclusion is Conclusion.WITHDRAWN and not case.facts(now).all_withdrawn:
        raise NotAllowed("异议人没有全部撤回，结论不能是“异议人撤回”。")
    case.state = move(case.state, State.PROPOSED, ACTION_NAMES[Action.PROPOSE])
    case.proposed_conclusion, case.proposed_by, case.proposed_at = conclusion, actor.user_id, now
    case.findings, case.grounds, case.answer = findings, grounds, answer
    _done(session, case, actor, Action.PROPOSE, now, conclusion=conclusion)


def confirm(session: Session, case_id: int, actor: Actor, now: dt.datetime) -> None:
    """确认处理意见 by a second person: from here on it counts, and an upheld objection disqualifies (R22, R27)."""
    case = _take(session, case_id, actor, Action.CONFIRM, now)
    case.state = move(case.state, State.CONCLUDED, ACTION_NAMES[Action.CONFIRM])
    case.conclusion, case.confirmed_by, case.confirmed_at = case.proposed_conclusion, actor.user_id, now
    assert case.conclusion is not None  # noqa: S101 - a CHECK holds it
    assert case.answer is not None  # noqa: S101 - written with the proposal
    answer = f"{CONCLUSION_NAMES[case.conclusion]}。{case.answer}"
    _tell_objectors(session, case, MessageKind.ANSWER, answer, now)
    acts = [_act(case, actor, Action.CONFIRM, conclusion=case.conclusion)]
    if case.conclusion is Conclusion.UPHELD:
        acts.append(_disqualify(session, case, actor, now))
    record(session, now, acts)
    session.commit()


def return_proposal(session: Session, case_id: int, actor: Actor, reason: str, now: dt.datetime) -> None:
    """退回 the proposal with a reason; the case is investigated further (R22)."""
    case = _take(session, case_id, actor, Action.RETURN, now)
    reason = checked_text(reason, "退回的理由", REASON)
    case.state = move(case.state, State.INVESTIGATING, ACTION_NAMES[Action.RETURN])
    _done(session, case, actor, Action.RETURN, now, reason=reason)


def recuse(session: Session, case_id: int, actor: Actor, user_id: int, reason: str, now: dt.datetime) -> None:
    """回避: oneself, or, by the head of the handling unit or the office, somebody else (R21)."""
    case = _take(session, case_id, actor, Action.RECUSE, now)
    reason = checked_text(reason, "回避的原因", REASON)
    if user_id != actor.user_id:
        leads = actor.role is Role.OFFICE or (actor.role is Role.HEAD and actor.unit_id == case.handler_unit_id)
        other = session.get(User, user_id)
        if not leads or other is None or other.unit_id != case.handler_unit_id:
            raise NotAllowed("只有单位负责人可以让本单位其他人回避。")
        if user_id in case.facts(now).recused:
            raise AlreadyDone("这个人已经回避了。")
    session.add(Recusal(case_id=case.id, user_id=user_id, reason=reason, recused_at=now))
    if case.assignee_id == user_id:
        case.assignee_id = None
    _done(session, case, actor, Action.RECUSE, now, recused=user_id, reason=reason)


def join(session: Session, case_id: int, actor: Actor, lead_id: int, now: dt.datetime) -> None:
    """并案: this case's objections go into `lead`, an open case on the same entry; each keeps its answer (R23)."""
    # Both are locked, in one order: a lead must not be concluded, nor joined itself, while this is under way.
    both = select(Case.id).where(Case.id.in_((case_id, lead_id))).order_by(Case.id)
    session.execute(both.with_for_update())
    case = _take(session, case_id, actor, Action.JOIN, now)
    if lead_id not in {lead.id for lead in joinable_leads(session, case)}:
        raise NotAllowed("只能并入同一推荐对象、同一办理单位、尚在办理的另一个案件。")
    for objection in case.objections:
        objection.case_id = lead_id
    case.state = move(case.state, State.JOINED, ACTION_NAMES[Action.JOIN])
    case.joined_into_id = lead_id
    _done(session, case, actor, Action.JOIN, now, lead=lead_id)


def hand_up(session: Session, case_id: int, actor: Actor, reason: str, now: dt.datetime) -> None:
    """移交 to the office, when the unit itself is touched or nobody is left who may handle it (R21)."""
    case = _take(session, case_id, actor, Action.HAND_UP, now)
    reason = checked_text(reason, "移交的理由", REASON)
    _give_to_office(session, case)
    _done(session, case, actor, Action.HAND_UP, now, reason=reason)


def take_over(session: Session, case_id: int, actor: Actor, reason: str, now: dt.datetime) -> None:
    """接办 by the office of an escalated case: sitting on a case must not decide it (R21)."""
    case = _take(session, case_id, actor, Action.TAKE_OVER, now)
    reason = checked_text(reason, "接办的理由", REASON)
    _give_to_office(session, case)
    _done(session, case, actor, Action.TAKE_OVER, now, reason=reason)


def visible_case(session: Session, case_id: int, actor: Actor, now: dt.datetime) -> Case:
    """A case to look at. Raises NotYourCase for everyone it is not for (R21)."""
    case = session.get(Case, case_id)
    if case is None or not may_see(actor, case.facts(now)):
        raise NotYourCase
    return case


def assignable(session: Session, case: Case) -> list[User]:
    """Who of the handling unit may be given the case."""
    recused = {recusal.user_id for recusal in case.recusals}
    staff = session.scalars(
        select(User)
        .where(User.unit_id == case.handler_unit_id, User.disabled_at.is_(None), User.role != Role.AUDITOR)
        .order_by(User.id)
    )
    return [user for user in staff if user.id not in recused]


def joinable_leads(session: Session, case: Case) -> list[Case]:
    """The open cases this one may be joined into: not one whose conclusion is worded and waits to be confirmed."""
    return list(
        session.scalars(
            select(Case)
            .where(
                Case.entry_id == case.entry_id,
                Case.handler_unit_id == case.handler_unit_id,
                Case.id != case.id,
                Case.state.in_(OPEN_STATES - {State.PROPOSED}),
            )
            .order_by(Case.id)
        )
    )


def _take(session: Session, case_id: int, actor: Actor, action: Action, now: dt.datetime) -> Case:
    """The case, locked, once the rules let this person do this to it at this moment."""
    case = session.get(Case, case_id, with_for_update={"of": Case})
    if case is None:
        raise NotYourCase
    facts = case.facts(now)
    if not may_see(actor, facts):
        raise NotYourCase
    conclude_by = case.entry.period.conclude_by
    if case.state in OPEN_STATES and too_late_to_conclude(conclude_by, now):
        raise TooLateToConclude(conclude_by)
    check(actor, action, facts, now)
    return case


def _act(case: Case, actor: Actor, action: Action, **details: Any) -> Act:
    return Act(by_user(actor.user_id), f"case.{action}", on_case(case.id), details)


def _done(session: Session, case: Case, actor: Actor, action: Action, now: dt.datetime, **details: Any) -> None:
    record(session, now, [_act(case, actor, action, **details)])
    session.commit()


def _write_note(
    session: Session, case_id: int, actor: Actor, action: Action, kind: NoteKind, text: str, now: dt.datetime
) -> None:
    case = _take(session, case_id, actor, action, now)
    text = checked_text(text, ACTION_NAMES[action], TEXT)
    session.add(CaseNote(case_id=case.id, kind=kind, text=text, written_by=actor.user_id, written_at=now))
    _done(session, case, actor, action, now)


def _tell_objectors(session: Session, case: Case, kind: MessageKind, text: str, now: dt.datetime) -> None:
    objections = select(Objection.id).where(Objection.case_id == case.id).order_by(Objection.id)
    for objection_id in session.scalars(objections):
        session.add(Message(objection_id=objection_id, kind=kind, text=text, sent_at=now))


def _disqualify(session: Session, case: Case, actor: Actor, now: dt.datetime) -> Act:
    period = case.entry.period
    clause = period.programme.upheld_clause
    session.add(
        Disqualification(
            nominee_id=case.entry.nominee_id,
            period_id=period.id,
            case_id=case.id,
            ground=Ground.UPHELD,
            clause=clause,
            effective_at=now,
            carried_out_at=now,
        )
    )
    return Act(
        by_user(actor.user_id),
        "nominee.disqualified",
        on_nominee(case.entry.nominee_id),
        {"case": case.id, "ground": Ground.UPHELD, "clause": clause},
    )


def _give_to_office(session: Session, case: Case) -> None:
    case.handler_unit_id = chain_of_command(session, case.handler_unit)[-1].id
    case.assignee_id = None
