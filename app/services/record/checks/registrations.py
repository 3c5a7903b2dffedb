"""Invariants of objections that staff registered: in time, with a reason, and by somebody who stays out of it (R33)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import Role
from app.domain.objections.arrival import Channel
from app.models import AuditRow, Base, Entry, Objection, Period, Proposal, Recusal, Registration, Unit, User
from app.services.record.checks.registry import LiveData, invariant

Found = Iterator[tuple[type[Base], int]]


def _registered(*wrong: ColumnElement[bool]) -> Select[int]:
    """Select registrations, joined with objection, entry and period."""
    return (
        select(Registration.objection_id)
        .join(Objection, Registration.objection_id == Objection.id)
        .join(Entry, Objection.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(*wrong)
    )


@invariant("R33", "登记的异议，在收到以后、办结期限以前登记")
def registration_is_in_time(_live: LiveData) -> Select[int]:
    early = Registration.registered_at < Objection.filed_at
    return _registered(or_(early, Registration.registered_at >= Period.conclude_by))


@invariant("R33", "公示时间过后登记的异议，写明了为什么")
def late_registration_says_why(_live: LiveData) -> Select[int]:
    return _registered(Registration.registered_at >= Period.closes_at, Registration.late_reason.is_(None))


@invariant("R33", "登记异议的人不参与它的办理")
def registrar_is_out_of_the_case(_live: LiveData) -> Select[int]:
    out = exists().where(Recusal.case_id == Objection.case_id, Recusal.user_id == Registration.registered_by)
    return _registered(~out)


@invariant("R33", "来信写明邮戳日期，不晚于收到的日期，其他渠道没有邮戳")
def postmark_is_a_letters(live: LiveData) -> Found:
    for row, arrived_at in live.session.execute(
        select(Registration, Objection.filed_at).join(Objection, Registration.objection_id == Objection.id)
    ):
        late = row.postmark is not None and row.postmark > local_date(arrived_at)
        if late or (row.channel is Channel.LETTER) != (row.postmark is not None):
            yield Registration, row.objection_id


@invariant("R33", "登记异议的人在组织公示的单位、它的上级或者市级专班")
def registrar_is_on_the_organisers_line(_live: LiveData) -> Select[int]:
    organiser, above = aliased(Unit), aliased(Unit)
    line = or_(
        User.role == Role.OFFICE,
        User.unit_id == organiser.id,
        User.unit_id == organiser.parent_id,
        User.unit_id == func.coalesce(above.parent_id, 0),
    )
    query = _registered(or_(~line, User.role == Role.AUDITOR)).join(User, Registration.registered_by == User.id)
    return query.join(organiser, Period.organiser_id == organiser.id).outerjoin(above, organiser.parent_id == above.id)


@invariant("R33", "登记异议的人登记以后没有再对案件作过决定")
def registrar_decides_nothing(_live: LiveData) -> Select[int]:
    """Count from the recusal: an objection may come into a case in which its registrar had acted before."""
    person, since = Registration.registered_by, Recusal.recused_at
    wrote = and_(Proposal.proposed_by == person, Proposal.proposed_at > since)
    ended = and_(Proposal.ended_by == person, Proposal.ended_at > since)
    out = Recusal.case_id == Objection.case_id, Recusal.user_id == person
    return _registered(exists().where(*out, Proposal.case_id == Objection.case_id, or_(wrote, ended)))


@invariant("R33", "登记异议，记录里是登记人登记的")
def registration_is_on_the_record(live: LiveData) -> Select[int]:
    filed = select(live.detail("objection").label("objection"), AuditRow.actor)
    filed_by = filed.where(AuditRow.action == "objection.filed").subquery()
    actor = literal("user:") + cast(Registration.registered_by, String)
    same = and_(filed_by.c.objection == Registration.objection_id, filed_by.c.actor == actor)
    return select(Registration.objection_id).outerjoin(filed_by, same).where(filed_by.c.objection.is_(None))
