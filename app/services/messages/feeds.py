"""The content of feeds: of a programme for everybody, of their own deadlines for staff (R5, R36)."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import OPEN_STATES, Role
from app.domain.objections.receipt import keyed_hash
from app.domain.refusals import NotThere
from app.models import Case, Entry, Period, Proceeding, ProceedingKind, Programme, Recusal, StaffCalendar
from app.models.arrivals import shown_to
from app.sealing import Keyring
from app.services.shared.work import Work, use_case


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry of a feed, without a name. `ends` is None for an instant."""

    key: str
    title: str
    text: str
    path: str
    said_at: dt.datetime
    starts: dt.datetime
    ends: dt.datetime | None = None


def list_of_programme(session: Session, programme_id: int, now: dt.datetime) -> tuple[Programme, list[FeedItem]]:
    """Return a programme with its windows, deadlines and decision, the newest first. Raises NotThere."""
    programme = session.get(Programme, programme_id)
    if programme is None:
        raise NotThere("没有这项评选活动。")
    periods = session.scalars(
        select(Period)
        .where(Period.programme_id == programme_id, Period.cancelled_at.is_(None), Period.scheduled_at <= now)
        .options(joinedload(Period.organiser))
    ).all()
    found = [each for period in periods for each in _list_of_period(period)]
    decisions = session.scalars(
        select(Proceeding).where(Proceeding.programme_id == programme_id, Proceeding.kind == ProceedingKind.DECISION)
    )
    for row in decisions:
        text = "表彰决定已经公布，请到网页查看。"
        found.append(
            FeedItem(f"decision-{row.id}", "表彰决定", text, f"/decisions/{row.id}", row.recorded_at, row.recorded_at)
        )
    return programme, sorted(found, key=lambda each: (each.said_at, each.key), reverse=True)


def _list_of_period(period: Period) -> list[FeedItem]:
    path, title = f"/periods/{period.id}", period.title_outside
    window = "公示期间可以到网页查看，并提出异议。公示结束以后不再显示对象的内容。"
    deadline = "规定时间届满，仍没有结论的，取消参评资格。"
    said = period.scheduled_at
    return [
        FeedItem(f"period-{period.id}-window", title, window, path, said, period.opens_at, period.closes_at),
        FeedItem(f"period-{period.id}-deadline", f"{title}：规定时间", deadline, path, said, period.conclude_by),
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
            f"案件 {case.number}：规定时间",
            "在此以前作出结论。",
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
    there = work.session.get(StaffCalendar, work.actor.user_id)
    if there is None:
        work.session.add(StaffCalendar(user_id=work.actor.user_id, token_hash=hashed, made_at=work.now))
    else:
        there.token_hash, there.made_at = hashed, work.now
    work.did("calendar_feed.made", f"user:{work.actor.user_id}")
    return token


@use_case
def revoke_calendar(work: Work) -> None:
    """Revoke the secret address of the actor."""
    there = work.session.get(StaffCalendar, work.actor.user_id)
    if there is not None:
        work.session.delete(there)
        work.did("calendar_feed.revoked", f"user:{work.actor.user_id}")
