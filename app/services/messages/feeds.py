"""The content of feeds: of a programme for everybody, of their own deadlines for staff (R5, R36)."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import OPEN_STATES, Role
from app.domain.objections.receipt import keyed_hash
from app.domain.periods.publicity import organiser_is_shown
from app.domain.refusals import NotThere
from app.domain.shared.wording import end_moment, moment
from app.models import (
    AuditRow,
    Case,
    Entry,
    Period,
    Proceeding,
    ProceedingKind,
    Programme,
    Recusal,
    StaffCalendar,
    Unit,
    User,
)
from app.models.arrivals import shown_to
from app.sealing import Keyring
from app.services.record.chain import on_period, on_unit
from app.services.shared.locks import lock_row
from app.services.shared.work import Work, use_case


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry of a feed, without a name. `ends` is None for an instant.

    `changed_at` is when it began to say what it says now, `changes` how often it has changed since `said_at`.
    """

    key: str
    title: str
    text: str
    path: str
    said_at: dt.datetime
    starts: dt.datetime
    ends: dt.datetime | None = None
    changed_at: dt.datetime | None = None
    changes: int = 0
    cancelled: bool = False

    @property
    def updated(self) -> dt.datetime:
        return self.changed_at or self.said_at


# The acts on the record that change what the entries of a period say: on the period, and on a unit of its title.
_CHANGING = ("period.extended", "period.recounted", "period.replanned", "period.window_extended", "period.cancelled")
_RENAMING = ("unit.renamed", "unit.moved")


def list_of_programme(session: Session, programme_id: int, now: dt.datetime) -> tuple[Programme, list[FeedItem]]:
    """Return a programme with its windows, deadlines and decision, the last changed first. Raises NotThere.

    A window that was taken back stays with a note of it: whoever has it in a calendar must read that it is off.
    """
    programme = session.get(Programme, programme_id)
    if programme is None:
        raise NotThere("没有这项评选活动。")
    periods = session.scalars(
        select(Period)
        .where(Period.programme_id == programme_id, Period.scheduled_at <= now)
        .options(joinedload(Period.organiser).joinedload(Unit.parent))
    ).all()
    changes = _changes(session, periods, now)
    found = [each for period in periods for each in _list_of_period(period, changes)]
    decisions = session.scalars(
        select(Proceeding).where(Proceeding.programme_id == programme_id, Proceeding.kind == ProceedingKind.DECISION)
    )
    for row in decisions:
        text = "表彰决定已经公布，请到网页查看。"
        found.append(
            FeedItem(f"decision-{row.id}", "表彰决定", text, f"/decisions/{row.id}", row.recorded_at, row.recorded_at)
        )
    return programme, sorted(found, key=lambda each: (each.updated, each.key), reverse=True)


def _changes(session: Session, periods: Sequence[Period], now: dt.datetime) -> dict[str, list[dt.datetime]]:
    """Return when what the entries say was changed, by the name of the period or unit in the record: one query."""
    units = {unit.id for period in periods for unit in _named(period)}
    of_periods = AuditRow.subject.in_([on_period(period.id) for period in periods]) & AuditRow.action.in_(_CHANGING)
    of_units = AuditRow.subject.in_([on_unit(unit_id) for unit_id in units]) & AuditRow.action.in_(_RENAMING)
    found = defaultdict(list)
    acts = select(AuditRow.subject, AuditRow.at).where(or_(of_periods, of_units), AuditRow.at <= now)
    for subject, at in session.execute(acts.order_by(AuditRow.id)):
        found[subject].append(at)
    return found


def _named(period: Period) -> list[Unit]:
    """Return the units whose names stand in the title outside the window."""
    above = [period.organiser.parent] if period.organiser.parent else []
    return above if organiser_is_shown(period.round, period.collectives) else [period.organiser]


def _list_of_period(period: Period, changes: dict[str, list[dt.datetime]]) -> list[FeedItem]:
    path, title, said = f"/periods/{period.id}", period.title_outside, period.scheduled_at
    subjects = [on_period(period.id), *(on_unit(unit.id) for unit in _named(period))]
    moments = [at for subject in subjects for at in changes.get(subject, ()) if at > said]
    changed: dict[str, Any] = {"changed_at": max(moments, default=said), "changes": len(moments)}
    opens, closes, deadline = moment(period.opens_at), end_moment(period.closes_at), end_moment(period.conclude_by)
    window = f"公示时间{opens}至{closes}。公示期间可以到网页查看，并提出异议。公示结束以后不再显示对象的内容。"
    until = f"办结期限{deadline}。届满仍没有结论的，取消参评资格。"
    name = f"{title}：办结期限"
    if period.cancelled_at is not None:
        title, name, changed["cancelled"] = f"已撤回：{title}", f"已撤回：{name}", True
        window = until = "这次公示的安排已经撤回，不在这个时间公示。"
    return [
        FeedItem(f"period-{period.id}-window", title, window, path, said, period.opens_at, period.closes_at, **changed),
        FeedItem(f"period-{period.id}-deadline", name, until, path, said, period.conclude_by, **changed),
    ]


def list_of_staff(session: Session, keyring: Keyring, token: str, now: dt.datetime) -> list[FeedItem]:
    """Return the deadlines of the open cases that the owner of a secret address handles. Raises NotThere.

    A calendar program asks at any minute. So a new case is not in it before its day is over, as on the pages (R19).
    """
    hashes = [keyed_hash(key, "calendar-feed", token) for key in keyring.hash_keys]
    calendar = session.scalar(select(StaffCalendar).where(StaffCalendar.token_hash.in_(hashes)))
    if calendar is None or not calendar.user.can_log_in(now) or calendar.user.role is Role.AUDITOR:
        raise NotThere("没有这个日历。")
    recused = select(Recusal.case_id).where(Recusal.user_id == calendar.user_id)
    cases = session.scalars(
        select(Case)
        .join(Entry, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(
            Case.handler_unit_id == calendar.user.unit_id,
            Case.state.in_(OPEN_STATES),
            Period.conclude_by > now,
            Case.id.not_in(recused),
            shown_to(calendar.user.actor, now),
        )
        .options(joinedload(Case.entry).joinedload(Entry.period))
        .order_by(Period.conclude_by, Case.id)
    )
    return [
        FeedItem(
            f"case-{case.id}",
            f"案件 {case.number}：办结期限",
            "最迟在此时作出结论。",
            f"/desk/cases/{case.id}",
            now,
            case.entry.period.conclude_by,
        )
        for case in cases
    ]


def has_calendar(session: Session, user_id: int) -> bool:
    return session.get(StaffCalendar, user_id) is not None


@use_case
def make_calendar(work: Work) -> str:
    """Make a new secret address for the actor and return its token, shown once. The previous one stops working."""
    token = secrets.token_urlsafe(24)
    hashed = keyed_hash(work.keyring.hash_key, "calendar-feed", token)
    calendar = _lock_own_calendar(work)
    if calendar is None:
        work.session.add(StaffCalendar(user_id=work.actor.user_id, token_hash=hashed, made_at=work.now))
    else:
        calendar.token_hash, calendar.made_at = hashed, work.now
    work.did("calendar_feed.made", f"user:{work.actor.user_id}")
    return token


@use_case
def revoke_calendar(work: Work) -> None:
    """Revoke the secret address of the actor."""
    calendar = _lock_own_calendar(work)
    if calendar is not None:
        work.session.delete(calendar)
        work.did("calendar_feed.revoked", f"user:{work.actor.user_id}")


def _lock_own_calendar(work: Work) -> StaffCalendar | None:
    """Return the actor's address, if there is one, behind the lock of the account: two presses take turns."""
    lock_row(work.session, User, work.actor.user_id)
    return work.session.get(StaffCalendar, work.actor.user_id, populate_existing=True)
