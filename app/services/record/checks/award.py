"""Invariants from the last review to the award and its revocation (R10, R31)."""

from __future__ import annotations

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.award.decision import ANSWERS, ProceedingKind
from app.domain.nominees.annexes import Rank
from app.domain.periods.rounds import LAST_ROUND
from app.models import (
    Confirmation,
    Disqualification,
    Entry,
    Honour,
    Nominee,
    Opinion,
    OpinionOutcome,
    Period,
    Proceeding,
    Reversal,
    Review,
    Revocation,
)
from app.services.record.checks.registry import LiveData, invariant


@invariant("R31", "一个评选活动只有一份表彰决定")
def programme_has_one_decision(_live: LiveData) -> Select[int]:
    other = aliased(Proceeding)
    twice = exists().where(
        other.programme_id == Proceeding.programme_id,
        other.kind == ProceedingKind.DECISION,
        other.id < Proceeding.id,
    )
    return select(Proceeding.id).where(Proceeding.kind == ProceedingKind.DECISION, twice)


@invariant("R31", "征求意见和批复写明同意与否")
def answer_says_yes_or_no(_live: LiveData) -> Select[int]:
    return select(Proceeding.id).where(Proceeding.kind.in_(ANSWERS), Proceeding.agreed.is_(None))


@invariant("R31", "受表彰的对象列在本活动的表彰决定里")
def honour_is_of_its_programmes_decision(_live: LiveData) -> Select[int]:
    query = select(Honour.id).join(Proceeding, Honour.decision_id == Proceeding.id)
    query = query.join(Nominee, Honour.nominee_id == Nominee.id)
    wrong = or_(Proceeding.kind != ProceedingKind.DECISION, Nominee.programme_id != Proceeding.programme_id)
    return query.where(wrong)


@invariant("R31", "受表彰的对象都经过全市公示并且已办结")
def honoured_nominee_went_through_the_last_round(_live: LiveData) -> Select[int]:
    shown = exists().where(
        Entry.nominee_id == Honour.nominee_id,
        Entry.period_id == Period.id,
        Period.round_number == LAST_ROUND,
        Period.closed_at.is_not(None),
        Period.cancelled_at.is_(None),
    )
    return select(Honour.id).where(~shown)


@invariant("R31", "作出表彰决定时，受表彰的对象没有退出，也没有被取消资格")
def nobody_is_honoured_who_was_out(_live: LiveData) -> Select[int]:
    query = select(Honour.id).join(Proceeding, Honour.decision_id == Proceeding.id)
    query = query.join(Nominee, Honour.nominee_id == Nominee.id)
    taken_back = exists().where(
        Reversal.disqualification_id == Disqualification.id, Reversal.confirmed_at <= Proceeding.recorded_at
    )
    taken_back = taken_back.correlate(Disqualification, Proceeding)  # by itself it would ask about any decision
    out = exists().where(
        Disqualification.nominee_id == Honour.nominee_id,
        Disqualification.effective_at <= Proceeding.recorded_at,
        ~taken_back,
    )
    return query.where(or_(Nominee.withdrawn_at <= Proceeding.recorded_at, out))


@invariant("R10", "受表彰的没有副厅级以上人员（单位）")
def nobody_is_honoured_above_the_rank(_live: LiveData) -> Select[int]:
    return select(Honour.id).join(Nominee, Honour.nominee_id == Nominee.id).where(Nominee.rank == Rank.ABOVE)


@invariant("R31", "表彰名单连续编号")
def honours_count_from_one(_live: LiveData) -> Select[int]:
    gaps = (
        select(Honour.decision_id)
        .group_by(Honour.decision_id)
        .having(or_(func.min(Honour.position) != 1, func.max(Honour.position) != func.count()))
    )
    return select(Proceeding.id).where(Proceeding.id.in_(gaps))


@invariant("R31", "撤销表彰由两个人办理")
def revocation_has_two_people(_live: LiveData) -> Select[int]:
    alone = Revocation.confirmed_at.is_not(None) & Revocation.confirmed_by.is_(None)
    return select(Revocation.id).where(or_(Revocation.confirmed_by == Revocation.proposed_by, alone))


@invariant("R31", "撤销表彰的决定不早于表彰决定，写明依据的条款")
def revocation_follows_the_decision(_live: LiveData) -> Select[int]:
    query = select(Revocation.id).join(Honour, Revocation.honour_id == Honour.id)
    query = query.join(Proceeding, Honour.decision_id == Proceeding.id)
    return query.where(or_(Revocation.dated < Proceeding.dated, Revocation.decision == ""))


@invariant("R10", "审核不通过写明理由")
def refused_review_says_why(_live: LiveData) -> Select[int]:
    return select(Review.id).where(~Review.passed, Review.reason == "")


@invariant("R10", "认定不符合条件的写明理由")
def denied_condition_says_why(_live: LiveData) -> Select[int]:
    return select(Confirmation.id).where(~Confirmation.met, Confirmation.note == "")


@invariant("R10", "有关机关的意见有扫描件，不同意见有内容")
def opinion_has_its_scan(_live: LiveData) -> Select[int]:
    unseen = (Opinion.outcome != OpinionOutcome.NOT_ASKED) & Opinion.document_id.is_(None)
    silent = (Opinion.outcome == OpinionOutcome.NEGATIVE) & (Opinion.text == "")
    return select(Opinion.id).where(or_(unseen, silent))
