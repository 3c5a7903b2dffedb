"""What handlers do to a case (R20-R24).

Each function checks the rules, changes the rows, writes the record, and commits once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases.letter_words import TurnFacts
from app.domain.cases.letters import Turn
from app.domain.cases.phrases import PhraseKind
from app.domain.cases.reminders import Reminder
from app.domain.cases.states import (
    ACTION_NAMES,
    CONCLUSION_NAMES,
    DECLINE_GROUND_NAMES,
    Action,
    Actor,
    Conclusion,
    DeclineGround,
    State,
    check_recusal,
    may_see,
    require_move,
)
from app.domain.cases.supplements import MOST_WORKDAYS, PROPOSED_WORKDAYS, find_answer_day
from app.domain.cases.verdict import Ground, Left
from app.domain.refusals import AlreadyDone, BadValue, NotAllowed, NotYourCase
from app.models import (
    Case,
    CaseNote,
    Disqualification,
    MessageKind,
    NoteKind,
    Proposal,
    ProposalEnd,
    Recusal,
    User,
)
from app.services.accounts.two_people import require_own_voice
from app.services.cases import phrases, proposals
from app.services.cases.choices import list_assignable, list_joinable_leads
from app.services.cases.enclosures import claim
from app.services.cases.handling import did as _did
from app.services.cases.handling import give_to_office as _give_to_office
from app.services.cases.handling import lock_case as _lock_case
from app.services.cases.handling import tell_objectors as _tell_objectors
from app.services.cases.handling import with_facts
from app.services.cases.lettering import write_letters
from app.services.cases.registrars import carry_recusals
from app.services.cases.telling import tell_units
from app.services.cases.visibility import cases_visible_to
from app.services.record.chain import on_nominee
from app.services.shared.bulk import BulkOutcome, do_each
from app.services.shared.leavers import lock_and_find_left
from app.services.shared.locks import lock_row_if_any
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

TEXT = (1, 2000)
REASON = (2, 500)


@use_case
def accept(work: Work, case_id: int, *, begin: bool = False) -> None:
    """Accept the case (受理). The office, which may do so when the case fell to it, takes it over with that (R21).

    With `begin` the investigation begins (开始核查) in the same transaction. Both moves are on the record.
    """
    case = _lock_case(work, case_id, Action.ACCEPT)
    case.state = require_move(case.state, State.ACCEPTED, ACTION_NAMES[Action.ACCEPT])
    case.decided_at = work.now
    proposals.end_waiting(work, case, ProposalEnd.DROPPED)
    _drop_decline(case)
    write_letters(work, Turn.ACCEPTED, case)
    _did(work, case, Action.ACCEPT)
    if begin:
        investigate(work, case_id)


def accept_each(work: Work, case_ids: Iterable[int], *, begin: bool = False) -> BulkOutcome:
    """Accept these cases one by one, as `accept` does. Raises NothingChosen, and NotYourCase before any is done."""
    return do_each(visible_ids(work, case_ids), "一个案件", lambda case_id: accept(work, case_id, begin=begin))


@use_case
def decline(work: Work, case_id: int, ground: DeclineGround, reason: str) -> None:
    """Propose to decline the case (不予受理), with a ground and a reason that every objector will be told (R22).

    A second person confirms it. The units above are told. Proposing again replaces what waits.
    """
    case = _lock_case(work, case_id, Action.DECLINE)
    require_own_voice(work, case.facts(work.now).recused)
    reason = checked_text(reason, "不予受理的理由", REASON)
    if ground is DeclineGround.WITHDRAWN and not case.facts(work.now).all_withdrawn:
        raise NotAllowed("异议人没有撤回，不能以撤回为由不予受理。")
    case.decline_proposed_ground, case.decline_proposed_reason = ground, reason
    proposals.keep_version(work, case, Proposal(decline_ground=ground, decline_reason=reason))
    phrases.note_uses(work, {PhraseKind.DECLINE: reason})
    tell_units(work, case, Reminder.DECLINE_PROPOSED)
    _did(work, case, Action.DECLINE, ground=ground, reason=reason, version=case.proposal_version)


@use_case
def confirm_decline(work: Work, case_id: int, version: int) -> None:
    """Confirm that the case is declined (确认不予受理), as a second person (R22). The objectors get their answer.

    Raises ProposalReplaced unless `version` is the proposal that waits, and NotTwoPeople.
    """
    case = _lock_case(work, case_id, Action.CONFIRM_DECLINE)
    proposals.require_second_person(work, case, version)
    case.state = require_move(case.state, State.DECLINED, ACTION_NAMES[Action.CONFIRM_DECLINE])
    ground, reason = case.decline_proposed_ground, case.decline_proposed_reason
    assert ground is not None  # noqa: S101 - `check_action` let it pass
    case.decided_at, case.decline_confirmed_by = work.now, work.actor.user_id
    case.decline_ground, case.decline_reason = ground, reason
    proposals.end_waiting(work, case, ProposalEnd.CONFIRMED)
    _drop_decline(case)
    _tell_objectors(work, case, MessageKind.ANSWER, f"不予受理。依据：{DECLINE_GROUND_NAMES[ground]}。理由：{reason}")
    tell_units(work, case, Reminder.DECLINED)
    write_letters(work, Turn.DECLINED, case, TurnFacts(ground=ground, reason=reason or "", may_look=True))
    _did(work, case, Action.CONFIRM_DECLINE, ground=ground, reason=reason, version=version)


@use_case
def return_decline(work: Work, case_id: int, reason: str) -> None:
    """Return the proposal to decline (退回) with a reason. The case waits again (R22)."""
    case = _lock_case(work, case_id, Action.RETURN_DECLINE)
    reason = checked_text(reason, "退回的理由", REASON)
    proposals.end_waiting(work, case, ProposalEnd.RETURNED, reason)
    _drop_decline(case)
    tell_units(work, case, Reminder.RETURNED)
    _did(work, case, Action.RETURN_DECLINE, reason=reason)


@use_case
def investigate(work: Work, case_id: int) -> None:
    """Begin to investigate the case (开始核查)."""
    case = _lock_case(work, case_id, Action.INVESTIGATE)
    case.state = require_move(case.state, State.INVESTIGATING, ACTION_NAMES[Action.INVESTIGATE])
    _did(work, case, Action.INVESTIGATE)


@use_case
def ask_supplement(work: Work, case_id: int, question: str, workdays: int = PROPOSED_WORKDAYS) -> None:
    """Ask the objectors for a supplement (要求补正), once a case, within so many working days.

    The deadline goes on running, and the day to answer by never lies behind it. Raises BadValue.
    """
    case = _lock_case(work, case_id, Action.ASK)
    question = checked_text(question, "需要补充的内容", TEXT)
    if not 1 <= workdays <= MOST_WORKDAYS:
        raise BadValue("workdays", f"补正的期限请填1到{MOST_WORKDAYS}个工作日。")
    phrases.note_uses(work, {PhraseKind.SUPPLEMENT: question})
    case.resume_state = case.state
    case.state = require_move(case.state, State.AWAITING_SUPPLEMENT, ACTION_NAMES[Action.ASK])
    period = case.entry.period
    answer_by = find_answer_day(work.now, workdays, period.conclude_by, period.day_table)
    case.supplement_asked_at, case.supplement_by = work.now, answer_by
    _tell_objectors(work, case, MessageKind.QUESTION, question)
    write_letters(work, Turn.SUPPLEMENT_ASKED, case, TurnFacts(question=question, answer_by=answer_by))
    _did(work, case, Action.ASK, answer_by=answer_by.isoformat())


@use_case
def resume(work: Work, case_id: int) -> None:
    """Resume the case (恢复办理) without the supplement: silence of the objector must not decide the case."""
    case = _lock_case(work, case_id, Action.RESUME)
    case.state = require_move(case.state, case.resume_state or State.ACCEPTED, ACTION_NAMES[Action.RESUME])
    case.resume_state = None
    _did(work, case, Action.RESUME)


@use_case
def note(work: Work, case_id: int, text: str, form: str = "") -> None:
    """Add a step of the investigation to the file, with what lies with `form` (enclosures)."""
    _write_note(work, case_id, Action.NOTE, NoteKind.NOTE, text, form)


@use_case
def hear(work: Work, case_id: int, text: str, form: str = "") -> None:
    """Record what the nominee says to the facts (R24), with what lies with `form` (enclosures)."""
    _write_note(work, case_id, Action.HEAR, NoteKind.STATEMENT, text, form)


@use_case
def reply(work: Work, case_id: int, text: str) -> None:
    """Send a message that every objector of the case reads on the receipt page."""
    case = _lock_case(work, case_id, Action.REPLY)
    text = checked_text(text, "回复内容", TEXT)
    phrases.note_uses(work, {PhraseKind.REPLY: text})
    _tell_objectors(work, case, MessageKind.REPLY, text)
    _did(work, case, Action.REPLY)


@use_case
def assign(work: Work, case_id: int, assignee_id: int) -> None:
    """Assign the case (指定经办人) to somebody of the handling unit who is not recused."""
    # The account first, as whoever disables it does: an account that ends meanwhile is seen to have ended.
    assignee = lock_row_if_any(work.session, User, assignee_id)
    case = _lock_case(work, case_id, Action.ASSIGN)
    if assignee is None or assignee not in list_assignable(work.session, case):
        raise NotAllowed("请选择本单位在岗、且不需要回避的人员。")
    case.assignee_id = assignee.id
    _did(work, case, Action.ASSIGN, assignee=assignee.id)


def assign_each(work: Work, case_ids: Iterable[int], assignee_id: int) -> BulkOutcome:
    """Assign all of these cases (指定经办人) to one person.

    Raises NothingChosen, and NotYourCase before anything is done.
    """
    return do_each(visible_ids(work, case_ids), "一个案件", lambda case_id: assign(work, case_id, assignee_id))


@use_case
def propose(
    work: Work, case_id: int, conclusion: Conclusion, findings: str, grounds: str, answer: str, form: str = ""
) -> None:
    """Propose a conclusion (提出处理意见) with findings, grounds and the answer the objectors will read (R22).

    What lies with `form` belongs to this version of the proposal (enclosures).
    """
    case = _lock_case(work, case_id, Action.PROPOSE)
    require_own_voice(work, case.facts(work.now).recused)
    findings = checked_text(findings, "核查情况", TEXT, "findings")
    grounds = checked_text(grounds, "依据", TEXT, "grounds")
    answer = checked_text(answer, "给异议人的答复", TEXT, "answer")
    if conclusion is Conclusion.WITHDRAWN and not case.facts(work.now).all_withdrawn:
        raise NotAllowed("异议人没有全部撤回，结论不能是“异议人撤回”。")
    case.state = require_move(case.state, State.PROPOSED, ACTION_NAMES[Action.PROPOSE])
    case.proposed_conclusion = conclusion
    case.findings, case.grounds, case.answer = findings, grounds, answer
    kept = Proposal(conclusion=conclusion, findings=findings, grounds=grounds, answer=answer)
    proposals.keep_version(work, case, kept)
    claim(work, case.id, form, version=case.proposal_version)
    used = {PhraseKind.FINDINGS: findings, PhraseKind.GROUNDS: grounds, PhraseKind.ANSWER: answer}
    phrases.note_uses(work, used)
    tell_units(work, case, Reminder.PROPOSED)
    _did(work, case, Action.PROPOSE, conclusion=conclusion, version=case.proposal_version)


@use_case
def confirm(work: Work, case_id: int, version: int) -> None:
    """Confirm the proposed conclusion (确认处理意见), as a second person (R22).

    From here on it counts, and an upheld objection disqualifies (R27). Raises ProposalReplaced unless `version` is the
    proposal that waits, and NotTwoPeople.
    """
    case = _lock_case(work, case_id, Action.CONFIRM)
    proposals.require_second_person(work, case, version)
    case.state = require_move(case.state, State.CONCLUDED, ACTION_NAMES[Action.CONFIRM])
    case.conclusion, case.confirmed_by, case.confirmed_at = case.proposed_conclusion, work.actor.user_id, work.now
    proposals.end_waiting(work, case, ProposalEnd.CONFIRMED)
    assert case.conclusion is not None  # noqa: S101 - a CHECK holds it
    assert case.answer is not None  # noqa: S101 - written with the proposal
    answer = f"{CONCLUSION_NAMES[case.conclusion]}。{case.answer}"
    _tell_objectors(work, case, MessageKind.ANSWER, answer)
    _did(work, case, Action.CONFIRM, conclusion=case.conclusion, version=version)
    told = TurnFacts(
        conclusion=case.conclusion,
        findings=case.findings or "",
        grounds=case.grounds or "",
        answer=case.answer,
        clause=case.entry.period.programme.upheld_clause,
        may_look=True,
    )
    if case.conclusion is Conclusion.UPHELD:
        told = replace(told, left=_disqualify(work, case))
    write_letters(work, Turn.CONCLUDED, case, told)
    if case.conclusion is Conclusion.UPHELD and told.left is None:
        write_letters(work, Turn.DISQUALIFIED, case, replace(told, out=Ground.UPHELD, since=work.now))


@use_case
def return_proposal(work: Work, case_id: int, reason: str) -> None:
    """Return the proposal (退回) with a reason. The case is investigated further (R22)."""
    case = _lock_case(work, case_id, Action.RETURN)
    reason = checked_text(reason, "退回的理由", REASON)
    case.state = require_move(case.state, State.INVESTIGATING, ACTION_NAMES[Action.RETURN])
    proposals.end_waiting(work, case, ProposalEnd.RETURNED, reason)
    tell_units(work, case, Reminder.RETURNED)
    _did(work, case, Action.RETURN, reason=reason)


@use_case
def recuse(work: Work, case_id: int, user_id: int, reason: str) -> None:
    """Recuse somebody from the case (回避): oneself or somebody else (R21).

    Only the head of the handling unit and the office may recuse somebody else. Raises NotAllowed where it would leave
    the case without two people who can conclude it.
    """
    case = _lock_case(work, case_id, Action.RECUSE)
    reason = checked_text(reason, "回避的原因", REASON)
    other = work.session.get(User, user_id)
    if other is None:
        raise NotAllowed("只有单位负责人可以让本单位其他人回避。")
    facts = case.facts(work.now)
    check_recusal(work.actor, other.actor, facts)
    if user_id in facts.recused:
        raise AlreadyDone("这个人已经回避了。")
    work.session.add(Recusal(case_id=case.id, user_id=user_id, reason=reason, recused_at=work.now))
    if case.assignee_id == user_id:
        case.assignee_id = None
    _did(work, case, Action.RECUSE, recused=user_id, reason=reason)


@use_case
def join(work: Work, case_id: int, lead_id: int) -> None:
    """Join this case's objections into `lead` (并案), an open case on the same entry. Each keeps its answer (R23).

    Whoever joins may act on both, and whoever is recused from this case is from then on recused from the lead (R21).
    """
    # Both are locked, in one order: a lead must not be concluded, nor joined itself, while this is under way.
    both = select(Case.id).where(Case.id.in_((case_id, lead_id))).order_by(Case.id)
    work.session.execute(both.with_for_update())
    case = _lock_case(work, case_id, Action.JOIN)
    seen = cases_visible_to(work.actor, work.now)
    if lead_id not in {lead.id for lead in list_joinable_leads(work.session, case, seen)}:
        raise NotAllowed("只能并入同一推荐对象、同一办理单位、尚在办理的另一个案件。")
    carry_recusals(work, case, work.session.get_one(Case, lead_id, options=with_facts()))
    for objection in case.objections:
        objection.case_id = lead_id
    case.state = require_move(case.state, State.JOINED, ACTION_NAMES[Action.JOIN])
    case.joined_into_id = lead_id
    joined = [objection.id for objection in case.objections]
    work.session.flush()
    lead = work.session.get_one(Case, lead_id)
    if joined and lead.state is not State.RECEIVED:  # else they are written to when the leading case is accepted
        write_letters(work, Turn.JOINED, lead, only=joined)
    _did(work, case, Action.JOIN, lead=lead_id)


@use_case
def hand_up(work: Work, case_id: int, reason: str) -> None:
    """Hand the case up to the office (移交).

    The unit does so when it is itself touched, or when nobody is left who may handle the case (R21).
    """
    case = _lock_case(work, case_id, Action.HAND_UP)
    reason = checked_text(reason, "移交的理由", REASON)
    _give_to_office(work, case)
    _did(work, case, Action.HAND_UP, reason=reason)


@use_case
def take_over(work: Work, case_id: int, reason: str) -> None:
    """Take over a case (接办), by the office before the deadline: sitting on a case must not decide it (R21)."""
    case = _lock_case(work, case_id, Action.TAKE_OVER)
    reason = checked_text(reason, "接办的理由", REASON)
    _give_to_office(work, case)
    _did(work, case, Action.TAKE_OVER, reason=reason)


def visible_case(session: Session, case_id: int, actor: Actor, now: dt.datetime) -> Case:
    """Return a case that this person may see. Raises NotYourCase for everybody else (R21)."""
    case = session.get(Case, case_id)
    if case is None or not may_see(actor, case.facts(now)):
        raise NotYourCase
    return case


def visible_ids(work: Work, case_ids: Iterable[int]) -> list[int]:
    """Return the ids of these cases. Raises NotYourCase unless this person may see every one of them (R21).

    Whoever names a case of somebody else is told of none.
    """
    seen = [visible_case(work.session, case_id, work.actor, work.now).id for case_id in sorted(set(case_ids))]
    work.session.rollback()  # each is read anew, and locked, when its turn comes
    return seen


def _write_note(work: Work, case_id: int, action: Action, kind: NoteKind, text: str, form: str) -> None:
    case = _lock_case(work, case_id, action)
    text = checked_text(text, ACTION_NAMES[action], TEXT)
    written = CaseNote(case_id=case.id, kind=kind, text=text, written_by=work.actor.user_id, written_at=work.now)
    work.session.add(written)
    work.session.flush()
    claim(work, case.id, form, note_id=written.id)
    _did(work, case, action)


def _disqualify(work: Work, case: Case) -> Left | None:
    """Put the nominee out, unless it has left already: no second stain is written (R26). Returns how it had left."""
    period = case.entry.period
    if left := lock_and_find_left(work.session, [case.entry.nominee_id], work.now):
        return left[case.entry.nominee_id].how
    clause = period.programme.upheld_clause
    work.session.add(
        Disqualification(
            nominee_id=case.entry.nominee_id,
            period_id=period.id,
            case_id=case.id,
            ground=Ground.UPHELD,
            clause=clause,
            effective_at=work.now,
            carried_out_at=work.now,
        )
    )
    work.did(
        "nominee.disqualified", on_nominee(case.entry.nominee_id), case=case.id, ground=Ground.UPHELD, clause=clause
    )
    return None


def _drop_decline(case: Case) -> None:
    case.decline_proposed_ground = case.decline_proposed_reason = None
