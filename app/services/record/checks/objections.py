"""Invariants of objections: when they came, who filed, evidence, identities, messages, warnings (R6, R14-R19, R28)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from app.domain.cases.reminders import Reminder
from app.domain.objections.identity import READ_WITHIN
from app.evidence.inspection import FILES_PER_OBJECTION
from app.models import (
    AuditRow,
    Base,
    Case,
    Entry,
    Evidence,
    Identity,
    IdentityRequest,
    Message,
    MessageKind,
    Objection,
    OutboxRow,
    Period,
    ScanState,
)
from app.services.record.checks.registry import LiveData, invariant

Found = Iterator[tuple[type[Base], int]]
_HASH = 64  # hexadecimal characters
_SHORTEST, _LONGEST = 20, 3000
_KEPT_UNFILED = dt.timedelta(hours=24)
# What retention leaves of an objection (services/upkeep/retention.py): its text is gone, and with it who filed it.
_PURGED = Objection.content_hash == "0" * _HASH


def _filed(*wrong: ColumnElement[bool]) -> Select[int]:
    """Select objections, joined with entry and period."""
    return (
        select(Objection.id)
        .join(Entry, Objection.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(*wrong)
    )


# --- filing --------------------------------------------------------------------------------------


@invariant("R6", "异议都在公示时间内提出")
def objection_is_filed_inside_the_window(_live: LiveData) -> Select[int]:
    return _filed(or_(Objection.filed_at < Period.opens_at, Objection.filed_at >= Period.closes_at))


@invariant("R6", "撤回的公示没有异议")
def nothing_is_filed_against_a_cancelled_period(_live: LiveData) -> Select[int]:
    return _filed(Period.cancelled_at.is_not(None))


@invariant("R14", "异议写明20到3000字的事实")
def facts_have_their_length(_live: LiveData) -> Select[int]:
    return select(Objection.id).where(~func.length(Objection.facts).between(_SHORTEST, _LONGEST))


@invariant("R14", "每件异议都有密封的异议人身份（保存期满删除的除外）")
def objection_has_its_sealed_identity(_live: LiveData) -> Select[int]:
    return select(Objection.id).where(~_PURGED, ~exists().where(Identity.objection_id == Objection.id))


@invariant("R19", "异议人身份是密文")
def identity_is_sealed(_live: LiveData) -> Select[int]:
    return select(Identity.objection_id).where(func.length(Identity.sealed) < 16)


@invariant("R18", "查询码、表单、内容都只存加密摘要")
def only_hashes_are_kept(_live: LiveData) -> Select[int]:
    hashes = (Objection.form_hash, Objection.content_hash, Objection.receipt_hash)
    odd = [func.length(one) != _HASH for one in (*hashes, Objection.contact_hash, Objection.text_hash)]
    return select(Objection.id).where(or_(*odd))


@invariant("R18", "撤回异议写明了时间和原因，在提出以后")
def withdrawal_of_an_objection_is_whole(_live: LiveData) -> Select[int]:
    half = Objection.withdrawn_at.is_(None) != Objection.withdraw_reason.is_(None)
    return select(Objection.id).where(or_(half, Objection.withdrawn_at < Objection.filed_at))


@invariant("R18", "给出过的每张回执都能查到异议")
def receipt_has_its_objection(live: LiveData) -> Select[int]:
    there = select(Objection.id)
    return select(AuditRow.id).where(
        AuditRow.action == "objection.filed",
        live.detail("objection").in_(
            select(live.detail("objection")).where(AuditRow.action == "objection.filed").except_(there)
        ),
    )


# --- evidence ------------------------------------------------------------------------------------


@invariant("R14", "一天以前上传的证据都属于一件异议")
def evidence_has_its_objection(live: LiveData) -> Select[int]:
    old = Evidence.received_at <= live.lately - _KEPT_UNFILED
    return select(Evidence.id).where(Evidence.objection_id.is_(None), old)


@invariant("R14", "随补正来的证据，属于同一件异议的补正")
def evidence_is_of_its_supplements_objection(_live: LiveData) -> Select[int]:
    query = select(Evidence.id).join(Message, Evidence.message_id == Message.id)
    other = Message.objection_id != func.coalesce(Evidence.objection_id, 0)
    return query.where(or_(Message.kind != MessageKind.SUPPLEMENT, other))


@invariant("R14", "一件异议提出时所附的证据不超过规定件数")
def objection_has_not_too_many_files(_live: LiveData) -> Select[int]:
    crowded = (
        select(Evidence.objection_id)
        .where(Evidence.message_id.is_(None))
        .group_by(Evidence.objection_id)
        .having(func.count() > FILES_PER_OBJECTION)
    )
    return select(Objection.id).where(Objection.id.in_(crowded))


@invariant("R19", "查过毒的证据写明时间，没查过的没有")
def scan_of_evidence_is_dated(_live: LiveData) -> Select[int]:
    judged = Evidence.scan.in_((ScanState.CLEAN, ScanState.INFECTED))
    return select(Evidence.id).where(judged != Evidence.scanned_at.is_not(None))


# --- who looked at an identity -------------------------------------------------------------------


@invariant("R19", "查看异议人身份，由申请人以外的另一个人同意")
def identity_is_granted_by_another(_live: LiveData) -> Select[int]:
    return select(IdentityRequest.id).where(IdentityRequest.decided_by == IdentityRequest.asked_by)


@invariant("R19", "只有获得同意的申请才查看了身份")
def identity_is_read_when_it_was_granted(_live: LiveData) -> Select[int]:
    read = IdentityRequest.first_read_at.is_not(None)
    return select(IdentityRequest.id).where(read, ~func.coalesce(IdentityRequest.granted, False))


@invariant("R19", "身份在同意以后一天以内查看")
def identity_is_read_within_a_day(live: LiveData) -> Found:
    for row_id, decided_at, read_at in live.session.execute(
        select(IdentityRequest.id, IdentityRequest.decided_at, IdentityRequest.first_read_at).where(
            IdentityRequest.first_read_at.is_not(None), IdentityRequest.decided_at.is_not(None)
        )
    ):
        assert decided_at is not None and read_at is not None  # noqa: S101, PT018 - asked for above
        if not decided_at <= read_at < decided_at + READ_WITHIN:
            yield IdentityRequest, row_id


@invariant("R19", "每次查看身份都有记录")
def identity_reading_is_on_the_record(live: LiveData) -> Select[int]:
    recorded = select(live.detail("request")).where(AuditRow.action == "identity.read")
    read = IdentityRequest.first_read_at.is_not(None)
    return select(IdentityRequest.id).where(read, IdentityRequest.id.not_in(recorded))


@invariant("R19", "申请查看身份写明了理由")
def identity_request_says_why(_live: LiveData) -> Select[int]:
    return select(IdentityRequest.id).where(IdentityRequest.reason == "")


# --- what was said and who was warned ------------------------------------------------------------


@invariant("R18", "与异议人往来的消息都在提出异议以后")
def message_follows_its_objection(_live: LiveData) -> Select[int]:
    query = select(Message.id).join(Objection, Message.objection_id == Objection.id)
    return query.where(Message.sent_at < Objection.filed_at)


@invariant("R18", "与异议人往来的消息都是认识的种类")
def message_is_of_a_known_kind(_live: LiveData) -> Select[int]:
    return select(Message.id).where(Message.kind.not_in(list(MessageKind)))


@invariant("R28", "每个案件收到时都发过提醒")
def arrival_was_told(_live: LiveData) -> Select[int]:
    told = exists().where(OutboxRow.case_id == Case.id, OutboxRow.reminder == Reminder.ARRIVAL)
    return select(Case.id).where(~told)


@invariant("R28", "提醒都在它所说的办结期限以前")
def warning_comes_before_its_deadline(_live: LiveData) -> Select[int]:
    late = OutboxRow.created_at >= OutboxRow.deadline
    return select(OutboxRow.id).where(late, OutboxRow.reminder != Reminder.LAPSED)  # which tells that it has passed


@invariant("R28", "同一事项对同一单位只提醒一次")
def warning_is_given_once(_live: LiveData) -> Select[int]:
    again = func.row_number().over(
        partition_by=(OutboxRow.case_id, OutboxRow.unit_id, OutboxRow.reminder, OutboxRow.deadline),
        order_by=OutboxRow.id,
    )
    numbered = select(OutboxRow.id, again.label("number")).subquery()
    return select(OutboxRow.id).where(OutboxRow.id.in_(select(numbered.c.id).where(numbered.c.number > 1)))
