"""Invariants of cases: states and what each implies, who may act, two people, what the objector is told (R20-R24)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.cases.states import OPEN_STATES, Conclusion, DeclineGround, Role, State
from app.models import (
    AuditRow,
    Case,
    CaseNote,
    Message,
    MessageKind,
    Objection,
    Period,
    Proposal,
    ProposalEnd,
    Recusal,
    Unit,
    UnitKind,
    User,
)
from app.models.accounts import accounts_in_doubt
from app.services.record.checks.registry import LiveData, cases_in_periods, invariant

_OPEN = Case.state.in_(OPEN_STATES)
_ACCEPTED = (State.ACCEPTED, State.INVESTIGATING, State.AWAITING_SUPPLEMENT, State.PROPOSED, State.CONCLUDED)


# --- states --------------------------------------------------------------------------------------


@invariant("R20", "已受理、不予受理的案件写明了受理与否的时间，待受理的没有")
def decision_to_accept_is_dated(_live: LiveData) -> Select[int]:
    decided = Case.decided_at.is_not(None)
    return select(Case.id).where(
        or_(
            and_(Case.state.in_((*_ACCEPTED, State.DECLINED)), ~decided),
            and_(Case.state == State.RECEIVED, decided),
        )
    )


@invariant("R20", "待补正的案件记着补正以后回到哪一步")
def waiting_case_knows_where_it_resumes(_live: LiveData) -> Select[int]:
    resumes = Case.resume_state.in_((State.ACCEPTED, State.INVESTIGATING))
    waits = and_(resumes, Case.supplement_asked_at.is_not(None))
    return select(Case.id).where(Case.state == State.AWAITING_SUPPLEMENT, ~func.coalesce(waits, False))


@invariant("R20", "每个案件只要求补正一次")
def supplement_is_asked_once(_live: LiveData) -> Select[int]:
    first = aliased(AuditRow)
    asked = AuditRow.action == "case.ask_supplement"
    again = exists().where(first.subject == AuditRow.subject, first.action == AuditRow.action, first.id < AuditRow.id)
    return select(AuditRow.id).where(asked, again)


@invariant("R20", "有结论的案件都是已办结状态，已办结的都有结论")
def concluded_case_has_its_conclusion(_live: LiveData) -> Select[int]:
    concluded, has_one = Case.state == State.CONCLUDED, Case.conclusion.is_not(None)
    return select(Case.id).where(concluded != has_one)


@invariant("R20", "不予受理的案件写明依据和理由")
def declined_case_says_why(_live: LiveData) -> Select[int]:
    says = and_(Case.decline_ground.is_not(None), func.coalesce(Case.decline_reason, "") != "")
    return select(Case.id).where((Case.state == State.DECLINED) != says)


@invariant("R20", "逾期的案件写明逾期的时间，其他的没有")
def lapsed_case_is_dated(_live: LiveData) -> Select[int]:
    return select(Case.id).where((Case.state == State.LAPSED) != Case.lapsed_at.is_not(None))


# --- joined cases --------------------------------------------------------------------------------


@invariant("R23", "并案的案件写明并入哪一件，针对同一公示条目")
def joined_case_leads_to_one_on_the_same_entry(_live: LiveData) -> Select[int]:
    lead = aliased(Case)
    query = select(Case.id).outerjoin(lead, Case.joined_into_id == lead.id)
    wrong = or_(lead.id.is_(None), lead.id == Case.id, lead.entry_id != Case.entry_id)
    return query.where(Case.state == State.JOINED, wrong)


@invariant("R23", "已并案的案件名下不再有异议，异议都在并入的案件里")
def joined_case_has_no_objection_left(_live: LiveData) -> Select[int]:
    return select(Case.id).where(Case.state == State.JOINED, exists().where(Objection.case_id == Case.id))


@invariant("R23", "没有并案的案件至少有一件异议")
def case_has_an_objection(_live: LiveData) -> Select[int]:
    return select(Case.id).where(Case.state != State.JOINED, ~exists().where(Objection.case_id == Case.id))


@invariant("R23", "异议与它的案件针对同一公示条目")
def case_is_on_its_objections_entry(_live: LiveData) -> Select[int]:
    return select(Objection.id).join(Case, Objection.case_id == Case.id).where(Objection.entry_id != Case.entry_id)


@invariant("R23", "有了结果的案件，每位异议人都收到了答复")
def every_objector_is_answered(_live: LiveData) -> Select[int]:
    answered = exists().where(Message.objection_id == Objection.id, Message.kind == MessageKind.ANSWER)
    ended = Case.state.in_((State.CONCLUDED, State.DECLINED))
    return select(Objection.id).join(Case, Objection.case_id == Case.id).where(ended, ~answered)


# --- who handles ---------------------------------------------------------------------------------


def _people(now: dt.datetime, *more: ColumnElement[bool]) -> Any:
    """How many people can conclude a case: with live accounts of the handling unit and of the office, not recused.

    An account that a colleague gave out, and nobody agreed to, concludes nothing. One that the next level gave out is
    the word of whoever gave it out (R22).
    """
    owners = or_(User.password_given_by.is_(None), User.agreed_at.is_not(None))
    speaks = select(User.id.label("account"), User.id.label("person")).where(owners).cte("speaks", recursive=True)
    speaks = speaks.union_all(
        select(User.id, speaks.c.person).join(speaks, User.password_given_by == speaks.c.account).where(~owners)
    )
    giver, unit = aliased(User), aliased(Unit)
    of_next_level = or_(
        and_(giver.role == Role.OFFICE, unit.parent_id.is_not(None)),
        and_(giver.role == Role.HEAD, giver.unit_id == unit.parent_id),
    )
    by_colleague = exists().where(giver.id == User.password_given_by, ~owners, ~of_next_level).correlate(User, unit)
    waits = or_(by_colleague, User.id.in_(accounts_in_doubt()))
    opens = or_(User.password_expires_at.is_(None), User.password_expires_at > now)
    recused = exists().where(Recusal.case_id == Case.id, Recusal.user_id.in_((User.id, speaks.c.person)))
    # By itself it would look no further than the people: at any case's recusals.
    recused = recused.correlate(Case, User, speaks)
    return (
        select(func.count(speaks.c.person.distinct()))
        .select_from(User)
        .join(speaks, speaks.c.account == User.id)
        .join(unit, unit.id == User.unit_id)
        .where(User.disabled_at.is_(None), User.role != Role.AUDITOR, opens, ~waits, ~recused, *more)
        .correlate(Case)
        .scalar_subquery()
    )


@invariant("R21", "没有办结的案件，至少有两个人能够一起办结")
def open_case_has_two_people(live: LiveData) -> Select[int]:
    people = _people(live.now, or_(User.unit_id == Case.handler_unit_id, User.role == Role.OFFICE))
    return cases_in_periods(_OPEN, Period.conclude_by > live.now, people < 2)


@invariant("R21", "没有办结的案件，收到的时候办理单位有人能够登录；没有的，由上级办理")
def open_case_is_not_with_a_unit_without_accounts(live: LiveData) -> Select[int]:
    """Whoever is disabled later leaves the case to the office without another act (`CaseFacts.escalated`)."""
    there_then = or_(User.disabled_at.is_(None), User.disabled_at >= Case.received_at)
    had_person = exists().where(User.unit_id == Case.handler_unit_id, User.role != Role.AUDITOR, there_then)
    return cases_in_periods(_OPEN, Period.conclude_by > live.now, Case.escalates_at > live.now, ~had_person)


@invariant("R21", "案件由组织公示的单位或者它的上级办理")
def handler_is_on_the_organisers_line(_live: LiveData) -> Select[int]:
    organiser, above = aliased(Unit), aliased(Unit)
    line = or_(
        Case.handler_unit_id == organiser.id,
        Case.handler_unit_id == organiser.parent_id,
        Case.handler_unit_id == func.coalesce(above.parent_id, 0),
    )
    return (
        cases_in_periods(~line)
        .join(organiser, Period.organiser_id == organiser.id)
        .outerjoin(above, organiser.parent_id == above.id)
    )


@invariant("R21", "针对办理单位本身的异议由市级专班办理")
def complaint_against_the_handler_is_with_the_office(_live: LiveData) -> Select[int]:
    query = select(Objection.id).join(Case, Objection.case_id == Case.id).join(Unit, Case.handler_unit_id == Unit.id)
    return query.where(Objection.against_handler, Unit.kind != UnitKind.OFFICE)


@invariant("R21", "逾期未受理的升级时间，在收到之后、办结期限之前")
def case_escalates_in_time(_live: LiveData) -> Select[int]:
    return cases_in_periods(or_(Case.escalates_at > Period.conclude_by, Case.escalates_at < Case.received_at))


@invariant("R21", "回避的人不是案件的经办人")
def assignee_is_not_recused(_live: LiveData) -> Select[int]:
    recused = exists().where(Recusal.case_id == Case.id, Recusal.user_id == Case.assignee_id)
    return select(Case.id).where(_OPEN, recused)


@invariant("R21", "回避以后没有再提出处理意见")
def nobody_recused_proposes(_live: LiveData) -> Select[int]:
    recused = (Recusal.user_id == Case.proposed_by) & (Recusal.recused_at < Case.proposed_at)
    return select(Case.id).where(exists().where(Recusal.case_id == Case.id, recused))


@invariant("R21", "回避以后没有再确认处理意见")
def nobody_recused_confirms(_live: LiveData) -> Select[int]:
    recused = (Recusal.user_id == Case.confirmed_by) & (Recusal.recused_at < Case.confirmed_at)
    return select(Case.id).where(exists().where(Recusal.case_id == Case.id, recused))


@invariant("R21", "回避以后没有再写核查记录")
def nobody_recused_writes_notes(_live: LiveData) -> Select[int]:
    recused = (Recusal.user_id == CaseNote.written_by) & (Recusal.recused_at < CaseNote.written_at)
    return select(CaseNote.id).where(exists().where(Recusal.case_id == CaseNote.case_id, recused))


# --- two people ----------------------------------------------------------------------------------


@invariant("R22", "每项结论都有第二个人确认，写明时间")
def conclusion_has_a_second_person(_live: LiveData) -> Select[int]:
    unconfirmed = or_(Case.confirmed_by.is_(None), Case.confirmed_at.is_(None))
    return select(Case.id).where(Case.state == State.CONCLUDED, unconfirmed)


@invariant("R22", "提出处理意见和确认的不是同一个人")
def proposer_does_not_confirm(_live: LiveData) -> Select[int]:
    return select(Case.id).where(Case.confirmed_by == Case.proposed_by)


@invariant("R22", "处理意见写明提出人、结论、核查情况、依据和答复")
def proposal_is_complete(_live: LiveData) -> Select[int]:
    parts = (
        Case.proposed_by,
        Case.proposed_at,
        Case.proposed_conclusion,
        Case.findings,
        Case.grounds,
        Case.answer,
    )
    missing = or_(*(part.is_(None) for part in parts))
    return select(Case.id).where(Case.state.in_((State.PROPOSED, State.CONCLUDED)), missing)


@invariant("R22", "确认的结论就是提出的结论")
def conclusion_is_the_one_proposed(_live: LiveData) -> Select[int]:
    return select(Case.id).where(Case.conclusion != Case.proposed_conclusion)


@invariant("R22", "结论在提出以后才确认")
def conclusion_is_confirmed_after_it_was_proposed(_live: LiveData) -> Select[int]:
    return select(Case.id).where(Case.confirmed_at < Case.proposed_at)


@invariant("R22", "拟不予受理的意见写明提出人、依据和理由，案件还没有受理或者不予受理")
def waiting_decline_is_complete(_live: LiveData) -> Select[int]:
    waits = Case.decline_proposed_ground.is_not(None)
    half = waits != Case.decline_proposed_reason.is_not(None)
    decided = Case.state.in_((*_ACCEPTED, State.DECLINED))
    unknown = or_(Case.proposed_by.is_(None), Case.proposal_version.is_(None))
    return select(Case.id).where(or_(half, and_(waits, or_(decided, unknown))))


@invariant("R22", "不予受理由提出人以外的第二个人确认（以前由一个人决定的除外）")
def decline_has_a_second_person(_live: LiveData) -> Select[int]:
    alone = or_(Case.decline_confirmed_by.is_(None), Case.decline_confirmed_by == Case.proposed_by)
    since_two = Case.proposal_version.is_not(None)  # of older rows it was not kept
    return select(Case.id).where(Case.state == State.DECLINED, since_two, alone)


@invariant("R21", "回避以后没有再确认不予受理")
def nobody_recused_confirms_a_decline(_live: LiveData) -> Select[int]:
    recused = (Recusal.user_id == Case.decline_confirmed_by) & (Recusal.recused_at < Case.decided_at)
    return select(Case.id).where(exists().where(Recusal.case_id == Case.id, recused))


@invariant("R22", "待确认的意见和确认了的结论，都存有那一版的全文")
def proposal_is_kept_with_its_text(_live: LiveData) -> Select[int]:
    ended = and_(Case.state == State.CONCLUDED, Proposal.ended == ProposalEnd.CONFIRMED)
    waits = and_(Case.state == State.PROPOSED, Proposal.ended.is_(None))
    this = Proposal.case_id == Case.id, Proposal.version == func.coalesce(Case.proposal_version, 0)
    kept = exists().where(*this, or_(ended, waits))
    return select(Case.id).where(Case.state.in_((State.PROPOSED, State.CONCLUDED)), ~kept)


@invariant("R22", "由同事发放密码、上一级还没有同意的账号没有确认过结论")
def account_that_waits_confirms_nothing(_live: LiveData) -> Select[int]:
    giver = aliased(User)
    waiting = (
        giver.id == User.password_given_by,
        giver.unit_id == User.unit_id,
        Case.confirmed_at >= User.password_given_at,
        or_(User.agreed_at.is_(None), Case.confirmed_at < User.agreed_at),
    )
    return select(Case.id).where(exists().where(User.id == Case.confirmed_by, *waiting))


@invariant("R18", "以异议人撤回为由办结的，异议人都撤回了")
def withdrawn_outcome_has_its_withdrawals(_live: LiveData) -> Select[int]:
    stands = exists().where(Objection.case_id == Case.id, Objection.withdrawn_at.is_(None))
    withdrawn = or_(Case.conclusion == Conclusion.WITHDRAWN, Case.decline_ground == DeclineGround.WITHDRAWN)
    return select(Case.id).where(withdrawn, stands)


# --- their times ---------------------------------------------------------------------------------


@invariant("R26", "结论都在办结期限以前确认")
def nothing_is_concluded_after_the_deadline(_live: LiveData) -> Select[int]:
    return cases_in_periods(Case.confirmed_at >= Period.conclude_by)


@invariant("R26", "受理、不予受理都在办结期限以前决定，在收到以后")
def nothing_is_decided_after_the_deadline(_live: LiveData) -> Select[int]:
    return cases_in_periods(or_(Case.decided_at >= Period.conclude_by, Case.decided_at < Case.received_at))


@invariant("R24", "核查记录和当事人陈述写在收到异议以后、办结期限以前")
def note_is_written_while_the_case_is_open(_live: LiveData) -> Select[int]:
    wrong = or_(CaseNote.written_at < Case.received_at, CaseNote.written_at >= Period.conclude_by)
    return cases_in_periods(wrong).join(CaseNote, CaseNote.case_id == Case.id).with_only_columns(CaseNote.id)
