"""Objections by channel: the list for staff, and the counts for reports (R33)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import Actor
from app.domain.objections.arrival import CHANNEL_NAMES, Channel
from app.models import Case, Entry, Objection, Period, Registration, User
from app.models.expressions import LocalDay
from app.services.cases.visibility import cases_visible_to, not_recused
from app.services.shared.stored_rows import StoredRows


@dataclass(frozen=True, slots=True)
class CameIn:
    """One objection as the list shows it. Its registrar cannot open the case: `readable` is False."""

    objection: Objection
    case: Case
    readable: bool

    @property
    def arrived_on(self) -> dt.date:
        """A unit is told the day, not the hour (R19)."""
        return local_date(self.objection.filed_at)


def stored_objections(session: Session, actor: Actor, now: dt.datetime) -> StoredRows[CameIn]:
    """Return the objections whose case this person may see, and those that they registered themselves, latest first.

    A complaint against the unit is not among them, whoever of the unit registered it (R19). Of one day the order says
    nothing of who came first.
    """
    seen = not_recused(actor, Objection.case_id) if actor.is_office else cases_visible_to(actor, now)
    objections = (
        select(Objection.id)
        .join(Entry, Objection.entry_id == Entry.id)
        .outerjoin(Registration, Registration.objection_id == Objection.id)
        .where(or_(seen, _registered_by(actor)))
    )
    with_cases = objections.join(Case, Objection.case_id == Case.id)
    source = with_cases.outerjoin(User, Registration.registered_by == User.id)

    def load(ids: Sequence[int]) -> list[CameIn]:
        rows = session.execute(
            select(Objection, Case, seen.label("seen"))
            .join(Case, Objection.case_id == Case.id)
            .where(Objection.id.in_(ids))
            .options(
                joinedload(Objection.registration).joinedload(Registration.registrar),
                joinedload(Objection.entry).joinedload(Entry.period).joinedload(Period.organiser),
                joinedload(Objection.entry).joinedload(Entry.period).joinedload(Period.programme),
            )
        ).all()
        return [CameIn(objection, case, bool(visible)) for objection, case, visible in rows]

    bare = objections if actor.is_office else with_cases  # the office sees by the objection alone
    order = (LocalDay(Objection.filed_at).desc(), Objection.id)
    return StoredRows(session, Objection.id, source, order, load, lambda row: row.objection.id, bare=bare)


def counts_of_period(session: Session, period_id: int) -> dict[Channel, int]:
    """Count the objections of a period by channel, with a zero where there is none."""
    return _counts(session, Period.id == period_id)


def counts_under_way(session: Session) -> dict[Channel, int]:
    """Count the objections of all periods that are not closed by channel."""
    return _counts(session, Period.closed_at.is_(None), Period.cancelled_at.is_(None))


def _counts(session: Session, *wanted: ColumnElement[bool]) -> dict[Channel, int]:
    rows = session.execute(
        select(Registration.channel, func.count())
        .select_from(Objection)
        .join(Entry, Objection.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .outerjoin(Registration, Registration.objection_id == Objection.id)
        .where(*wanted)
        .group_by(Registration.channel)
    )
    by_channel: Counter[Channel] = Counter()
    for channel, number in rows:
        by_channel[channel or Channel.WEB] += number
    return {channel: by_channel[channel] for channel in Channel}


def said(counts: Mapping[Channel, int]) -> str:
    """Say in one sentence how objections came in; nothing where none did."""
    named = "、".join(f"{CHANNEL_NAMES[channel]}{count}件" for channel, count in counts.items() if count)
    return f"异议的来源渠道：{named}。" if named else ""


@dataclass(frozen=True, slots=True)
class ObjectionsThere:
    """How many objections of a list came in by each channel, and the ids of the periods that they are in."""

    by_channel: dict[Channel, int]
    periods: set[int]


def find_there(rows: StoredRows[CameIn]) -> ObjectionsThere:
    """Look once at the objections of a list for what its page says of them and offers."""
    by_channel: Counter[Channel] = Counter()
    groups = rows.counts_of_groups(Registration.channel, Entry.period_id)
    for channel, _, count in groups:
        by_channel[channel or Channel.WEB] += count
    return ObjectionsThere({channel: by_channel[channel] for channel in Channel}, {group[1] for group in groups})


def _registered_by(actor: Actor) -> ColumnElement[bool]:
    mine = Registration.registered_by == actor.user_id
    return mine if actor.is_office else and_(mine, Objection.against_handler.is_(False))
