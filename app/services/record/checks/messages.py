"""Invariants of what leaves: warnings planned and sent, addresses sealed and of use, codes bounded (R28, R36)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import Select, String, case, cast, exists, literal, or_, select
from sqlalchemy.orm import aliased

from app.domain.messages.channels import PERSONAL
from app.domain.messages.fate import Delivery
from app.domain.messages.wording import NoticeKind
from app.models import AuditRow, Base, Dispatch, OutboxRow, Reach, Unit, UnitKind
from app.models.arrivals import shown_to_units
from app.models.cases import Case
from app.services.record.checks.registry import LiveData, invariant

_SEALED_AT_LEAST = 1 + 4 + 12 + 16  # mark and key, nonce, tag: nothing sealed is shorter
_AN_HOUR = dt.timedelta(hours=1)


@invariant("R28", "每条案件提醒都对应一条提醒记录，别的消息没有")
def warning_that_leaves_has_its_outbox_row(_live: LiveData) -> Select[int]:
    warning = Dispatch.notice == NoticeKind.WARNING
    return select(Dispatch.id).where(warning != Dispatch.outbox_id.is_not(None))


@invariant("R28", "已发送、没有发出、被退信的消息都有时间，等待的没有")
def message_that_ended_is_dated(_live: LiveData) -> Select[int]:
    under_way = Dispatch.fate.in_((Delivery.WAITING, Delivery.SENDING))
    return select(Dispatch.id).where(under_way == Dispatch.ended_at.is_not(None))


@invariant("R28", "发出过消息的提醒都记有发出时间，没有发出过的没有")
def warning_sent_is_dated(_live: LiveData) -> Iterator[Select[int]]:
    """Whether a first message left is seen from both sides. What was sent and told anew begins without a date."""
    left = Dispatch.fate.in_((Delivery.SENT, Delivery.BOUNCED)) & (Dispatch.told_at == OutboxRow.created_at)
    of_it = select(Dispatch.id).where(Dispatch.outbox_id == OutboxRow.id)
    yield select(OutboxRow.id).where(OutboxRow.sent_at.is_(None), of_it.where(left).exists())
    yield select(OutboxRow.id).where(OutboxRow.sent_at.is_not(None), ~of_it.exists())


@invariant("R28", "提醒一小时之内都安排了发送")
def warning_is_planned_within_the_hour(live: LiveData) -> Select[int]:
    """Ask it only where senders have worked: where nothing was ever planned there are none yet."""
    another = aliased(OutboxRow)
    at_work = select(another.id).where(another.planned_at.is_not(None)).exists()
    return (
        select(OutboxRow.id)
        .join(Case, OutboxRow.case_id == Case.id)
        .join(Unit, OutboxRow.unit_id == Unit.id)
        .where(OutboxRow.planned_at.is_(None), OutboxRow.created_at < live.lately - _AN_HOUR, at_work)
        .where(or_(Unit.kind == UnitKind.OFFICE, shown_to_units(live.lately - _AN_HOUR)))
    )


@invariant("R28", "没有一条消息发给没有确认过的地址，确认码除外")
def message_goes_to_a_confirmed_address(_live: LiveData) -> Select[int]:
    """Leave out what left before an address was set anew: it is dated before the new code."""
    left = Dispatch.fate == Delivery.SENT, Dispatch.notice != NoticeKind.CODE
    unconfirmed = Reach.confirmed_at.is_(None) & (Dispatch.ended_at >= Reach.code_at)
    return select(Dispatch.id).join(Reach, Dispatch.reach_id == Reach.id).where(*left, unconfirmed)


@invariant("R28", "消息从地址所在的渠道发出")
def message_leaves_by_the_channel_of_its_address(_live: LiveData) -> Select[int]:
    return select(Dispatch.id).join(Reach, Dispatch.reach_id == Reach.id).where(Dispatch.channel != Reach.channel)


@invariant("R36", "只告诉异议人有新进展，不告诉案件")
def objector_is_told_no_case(_live: LiveData) -> Select[int]:
    objectors = Reach.objection_id.is_not(None)
    of_staff = Dispatch.notice == NoticeKind.WARNING
    news = Dispatch.notice == NoticeKind.NEWS
    query = select(Dispatch.id).join(Reach, Dispatch.reach_id == Reach.id)
    return query.where(or_(objectors & of_staff, ~objectors & news))


@invariant("R28", "每个接收消息的地址只属于一个人、一个单位或者一件异议")
def address_is_of_one(_live: LiveData) -> Select[int]:
    owners = [case((column.is_not(None), 1), else_=0) for column in (Reach.user_id, Reach.unit_id, Reach.objection_id)]
    return select(Reach.id).where(sum(owners[1:], owners[0]) != 1)


@invariant("R28", "人员和异议人的地址是邮箱或者手机号，群机器人只属于单位")
def robot_is_of_a_unit(_live: LiveData) -> Select[int]:
    return select(Reach.id).where(Reach.channel.not_in(PERSONAL), Reach.unit_id.is_(None))


@invariant("R28", "地址登记以后才发确认码、才确认、停用或者退信，没有一个时间在将来")
def address_moments_are_in_order(live: LiveData) -> Select[int]:
    after = Reach.code_at, Reach.confirmed_at, Reach.stopped_at, Reach.bounced_at
    return select(Reach.id).where(or_(*(or_(each < Reach.made_at, each > live.soon) for each in after)))


@invariant("R22", "记作本人确认过的地址，都是人员的，写明确认的时间")
def owners_address_is_confirmed(_live: LiveData) -> Select[int]:
    return select(Reach.id).where(Reach.owners.is_(True), or_(Reach.confirmed_at.is_(None), Reach.user_id.is_(None)))


@invariant("R22", "由市级专班登记的本人地址，属于人员，不是本人自己登记的，记录在案")
def entered_address_is_on_the_record(_live: LiveData) -> Select[int]:
    entered = AuditRow.actor == literal("user:") + cast(Reach.entered_by, String)
    subject = AuditRow.subject == literal("user:") + cast(Reach.user_id, String)
    on_record = exists().where(entered, subject, AuditRow.action == "reach.entered")
    return select(Reach.id).where(Reach.entered_by.is_not(None), ~on_record | (Reach.entered_by == Reach.user_id))


@invariant("R19", "接收消息的地址都密封保存")
def address_is_sealed(live: LiveData) -> Iterator[tuple[type[Base], int]]:
    for reach_id, sealed in live.session.execute(select(Reach.id, Reach.sealed)):
        if len(sealed) < _SEALED_AT_LEAST or sealed[:1] not in (b"A", b"S"):
            yield Reach, reach_id
