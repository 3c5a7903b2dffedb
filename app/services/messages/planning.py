"""Plans messages: each row of the outbox becomes dispatches to addresses, once (R28)."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.domain.calendar.workdays import Calendar
from app.domain.cases.states import Role
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Delivery
from app.domain.messages.hours import ALWAYS, Times, find_leaving_time, is_still_useful, is_wanted
from app.domain.messages.wording import NoticeKind
from app.models import Case, Dispatch, OutboxRow, Reach, Recusal, Unit, UnitKind, User
from app.models.arrivals import shown_to_units
from app.services.accounts import deputies
from app.services.shared.work import Work, use_case

_BATCH = 100
_STALE = dt.timedelta(days=7)  # events older than this are not sent: the senders were down that long


@dataclass(frozen=True, slots=True)
class SendingSetup:
    """What planning needs: the available channels, and the calendar in force."""

    channels: frozenset[OutgoingChannel]
    days: Calendar


def new_token() -> str:
    return secrets.token_hex(16)


def new_dispatch(
    reach: Reach,
    notice: NoticeKind,
    told_at: dt.datetime,
    due_at: dt.datetime,
    *,
    outbox_id: int | None = None,
    digest: bool = False,
) -> Dispatch:
    """Return a new message to an address, which waits until `due_at`."""
    return Dispatch(
        notice=notice,
        outbox_id=outbox_id,
        told_at=told_at,
        reach_id=reach.id,
        channel=reach.channel,
        digest=digest,
        token=new_token(),
        fate=Delivery.WAITING,
        due_at=due_at,
    )


@use_case
def plan_dispatches(work: Work, means: SendingSetup) -> int:
    """Make the dispatches of the oldest unplanned rows. Returns how many rows there were.

    A row about a case that is still held back from units waits until they may know of it (R19).
    """
    rows = work.session.scalars(
        select(OutboxRow)
        .join(Case, OutboxRow.case_id == Case.id)
        .join(Unit, OutboxRow.unit_id == Unit.id)
        .where(OutboxRow.planned_at.is_(None), or_(Unit.kind == UnitKind.OFFICE, shown_to_units(work.now)))
        .order_by(OutboxRow.id)
        .limit(_BATCH)
        .options(selectinload(OutboxRow.case))
        .with_for_update(of=OutboxRow, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        work.session.add_all(_make_dispatches(work, row, means))
        row.planned_at = work.now
    return len(rows)


def _make_dispatches(work: Work, row: OutboxRow, means: SendingSetup) -> Iterator[Dispatch]:
    if work.now - row.created_at > _STALE or not is_still_useful(row.reminder, row.case.state, row.deadline, work.now):
        return
    unit = work.session.get_one(Unit, row.unit_id)
    of_office = unit.kind is UnitKind.OFFICE
    for reach in _list_reaches(work, row.case, unit, means.channels):
        if not is_wanted(reach.times, row.reminder):
            continue
        digest = reach.times is Times.MORNING and row.reminder not in ALWAYS
        due = find_leaving_time(row.reminder, reach.times, of_office=of_office, now=work.now, days=means.days)
        yield new_dispatch(reach, NoticeKind.WARNING, row.created_at, due, outbox_id=row.id, digest=digest)


def _list_reaches(work: Work, case: Case, unit: Unit, channels: frozenset[OutgoingChannel]) -> Iterable[Reach]:
    """List the confirmed addresses of a unit and of its people who are told of this case.

    Leaves out a recused person, and then also the unit's shared address, which that person may read.
    """
    recused = set(work.session.scalars(select(Recusal.user_id).where(Recusal.case_id == case.id)))
    people = work.session.scalars(select(User).where(User.unit_id == unit.id, User.role != Role.AUDITOR)).all()
    absent = deputies.list_absent(work.session, [user.id for user in people], work.now)

    def is_told(user: User) -> bool:
        """Tell whether this person is, or one they stand in for: whoever is recused takes nobody's place."""
        for_whom = [user, *(each for each in absent.get(user.id, ()) if each.id not in recused)]
        return any(_is_told(each, case) for each in for_whom)

    told = [user.id for user in people if user.id not in recused and user.can_log_in(work.now) and is_told(user)]
    receivers: list[ColumnElement[bool]] = [Reach.user_id.in_(told)]
    if not recused & {user.id for user in people}:
        receivers.append(Reach.unit_id == unit.id)
    return work.session.scalars(
        select(Reach)
        .where(or_(*receivers), is_usable(), Reach.channel.in_(channels))
        .options(joinedload(Reach.user))
        .order_by(Reach.id)
    ).all()


def is_usable() -> ColumnElement[bool]:
    """Return the condition on Reach that it is confirmed, and neither ended nor returned."""
    return Reach.confirmed_at.is_not(None) & Reach.stopped_at.is_(None) & Reach.bounced_at.is_(None)


def _is_told(user: User, case: Case) -> bool:
    """Of the handling unit its heads and whoever has the case; of a unit above its heads; of the office everybody."""
    if user.role is not Role.HANDLER:
        return True
    return case.handler_unit_id == user.unit_id and case.assignee_id in (None, user.id)
