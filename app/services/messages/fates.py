"""The fates of messages for the office: the newest, those given up, and units that cannot be reached (R28)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, literal, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.domain.cases.states import Role, require_office
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import MOVES, Delivery
from app.domain.refusals import AlreadyDone, NotThere
from app.models import Case, Dispatch, OutboxRow, Reach, Unit, User
from app.services.messages.outbox import mark_outgoing
from app.services.messages.planning import is_usable
from app.services.shared.locks import lock_row_if_any
from app.services.shared.stored_rows import StoredRows
from app.services.shared.work import Work, use_case

OF_USER = aliased(Unit, name="unit_of_user")
_SINCE = dt.timedelta(days=30)
GIVEN_UP = (Delivery.FAILED, Delivery.BOUNCED)


@dataclass(frozen=True, slots=True)
class MessageFate:
    """One message as the office sees it. A message to an objector does not name its recipient.

    `case_id` is None too where the reader can't open the case (R21).
    """

    id: int
    notice: str
    told_at: dt.datetime
    channel: OutgoingChannel
    recipient: str
    case_number: str
    case_id: int | None
    occasion: str
    fate: Delivery
    tries: int
    words: str
    due_at: dt.datetime
    ended_at: dt.datetime | None

    @property
    def given_up(self) -> bool:
        return self.fate in GIVEN_UP


def stored_messages(session: Session, openable: ColumnElement[bool], now: dt.datetime) -> StoredRows[MessageFate]:
    """Return the messages of the last 30 days, the newest first; those given up come before the others.

    `openable`: the condition that the reader may open a Case.
    """
    bare = select(Dispatch.id).where(Dispatch.told_at > now - _SINCE)
    source = (
        bare.join(Reach, Dispatch.reach_id == Reach.id)
        .outerjoin(User, Reach.user_id == User.id)
        .outerjoin(OF_USER, User.unit_id == OF_USER.id)
        .outerjoin(Unit, Reach.unit_id == Unit.id)
        .outerjoin(OutboxRow, Dispatch.outbox_id == OutboxRow.id)
        .outerjoin(Case, OutboxRow.case_id == Case.id)
    )

    def load(ids: Sequence[int]) -> list[MessageFate]:
        rows = session.scalars(
            select(Dispatch)
            .where(Dispatch.id.in_(ids))
            .options(
                joinedload(Dispatch.reach).joinedload(Reach.user),
                joinedload(Dispatch.reach).joinedload(Reach.unit),
                joinedload(Dispatch.outbox).joinedload(OutboxRow.case),
            )
        ).all()
        cases = {row.outbox.case_id for row in rows if row.outbox}
        readable = frozenset(session.scalars(select(Case.id).where(Case.id.in_(cases), openable)))
        return [_describe(row, readable) for row in rows]

    order = (Dispatch.told_at.desc(), Dispatch.id.desc())
    given_up = Dispatch.fate.in_(GIVEN_UP)
    return StoredRows(session, Dispatch.id, source, order, load, lambda row: row.id, first=given_up, bare=bare)


def recipient() -> ColumnElement[str]:
    """Return whom a message is for, as the list names them."""
    person = User.name + literal("（") + OF_USER.name + literal("）")
    return case((User.id.is_not(None), person), (Unit.id.is_not(None), Unit.name), else_="异议人")


def _describe(row: Dispatch, readable: frozenset[int]) -> MessageFate:
    reach, told = row.reach, row.outbox
    if reach.user is not None:
        recipient = f"{reach.user.name}（{reach.user.unit.name}）"
    else:
        recipient = reach.unit.name if reach.unit is not None else "异议人"
    return MessageFate(
        row.id,
        row.notice,
        row.told_at,
        row.channel,
        recipient,
        told.case.number if told else "",
        told.case_id if told and told.case_id in readable else None,
        told.reminder if told else "",
        row.fate,
        row.tries,
        row.words,
        row.due_at,
        row.ended_at,
    )


def count_given_up(session: Session, now: dt.datetime) -> int:
    """Count the messages that were given up and not sent again: of those that `stored_messages` lists."""
    wrong = Dispatch.fate.in_(GIVEN_UP), Dispatch.told_at > now - _SINCE
    return session.scalar(select(func.count(Dispatch.id)).where(*wrong)) or 0


def list_unreachable(
    session: Session, units: Iterable[Unit], channels: Collection[OutgoingChannel], now: dt.datetime
) -> list[Unit]:
    """Return the units that no message can reach: without a shared address or a person with one.

    Returns none while no channel is set up.
    """
    if not channels:
        return []
    with_channel = select(Reach).options(joinedload(Reach.user)).where(is_usable(), Reach.channel.in_(channels))
    reached = {_find_reached_unit(reach, now) for reach in session.scalars(with_channel)}
    return [unit for unit in units if unit.id not in reached and (unit.hands(now) or unit.parent_id is None)]


def _find_reached_unit(reach: Reach, now: dt.datetime) -> int | None:
    """Return the unit whose messages this address receives. An auditor, and who cannot log in, is told nothing."""
    if reach.user is None:
        return reach.unit_id
    told = reach.user.can_log_in(now) and reach.user.role is not Role.AUDITOR
    return reach.user.unit_id if told else None


def list_units(session: Session) -> Sequence[Unit]:
    """List the units in use that handle cases: those with an account, and the office."""
    with_people = or_(Unit.parent_id.is_(None), Unit.id.in_(select(User.unit_id)))
    return session.scalars(select(Unit).where(Unit.retired_at.is_(None), with_people).order_by(Unit.id)).all()


@use_case
def send_again(work: Work, dispatch_id: int) -> None:
    """Put a message that was given up back into the queue. Raises AlreadyDone, NotThere."""
    require_office(work.actor)
    row = lock_row_if_any(work.session, Dispatch, dispatch_id)
    if row is None:
        raise NotThere("没有这条消息。")
    if Delivery.WAITING not in MOVES[row.fate] or row.fate not in GIVEN_UP:
        raise AlreadyDone("这条消息不需要再发。")
    row.fate, row.due_at, row.tries, row.unsure, row.ended_at = Delivery.WAITING, work.now, 0, 0, None
    work.session.get_one(Reach, row.reach_id).bounced_at = None
    mark_outgoing(work.session)
    work.did("message.sent_again", f"message:{row.id}")
