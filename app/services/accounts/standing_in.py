"""Naming a deputy (代理) and ending one early: by whoever is away, or by whoever manages that account."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.accounts.deputies import REASON, DeputyDays, find_faults_of_days
from app.domain.accounts.staffing import manages
from app.domain.calendar.workdays import local_date
from app.domain.cases.states import Actor, Role
from app.domain.refusals import AlreadyDone, BadValue, NotAllowed, NotYourCase, Unfit
from app.models import Deputy, User
from app.services.accounts import deputies
from app.services.accounts.staffing import lock_accounts
from app.services.shared.locks import lock_row_if_any
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case


def may_name_for(actor: Actor, absent: User) -> bool:
    """Return whether this person names deputies of somebody: their own, and those of the accounts they manage."""
    return absent.id == actor.user_id or manages(actor, absent.place)


def list_candidates(session: Session, absent: User) -> Sequence[User]:
    """List who can stand in: people of the same unit with an account in use. An auditor has nobody, and is nobody's."""
    if absent.role is Role.AUDITOR:
        return []
    of_unit = User.unit_id == absent.unit_id, User.disabled_at.is_(None), User.role != Role.AUDITOR
    return session.scalars(select(User).where(*of_unit, User.id != absent.id).order_by(User.id)).all()


@use_case
def name_deputy(work: Work, absent_id: int, deputy_id: int, days: DeputyDays, reason: str) -> Deputy:
    """Name who stands in for somebody from day to day. Raises NotYourCase, NotAllowed, Unfit, BadValue, MissingText.

    The deputy acts in their own name and with their own rights: that two people are needed holds between the two as
    between any others (R22), and so does whatever either is recused from (R21).
    """
    if faults := find_faults_of_days(days, local_date(work.now)):
        raise Unfit(faults)
    reason = checked_text(reason, "原因", REASON, "reason")
    users = {user.id: user for user in lock_accounts(work, sorted({absent_id, *([deputy_id] if deputy_id else [])}))}
    absent = users[absent_id]
    if not may_name_for(work.actor, absent):
        raise NotYourCase
    if absent.disabled_at is not None:
        raise NotAllowed(f"{absent.name}的账号已经停用，不用请人代理。")
    if deputy_id not in {user.id for user in list_candidates(work.session, absent)}:
        raise BadValue("deputy", "请选择同一单位在用的账号，不能是本人，也不能是监督员。")
    _require_free(work, absent, users[deputy_id], days)
    row = Deputy(
        absent_id=absent.id,
        deputy_id=deputy_id,
        first_day=days.first,
        last_day=days.last,
        reason=reason,
        named_by=work.actor.user_id,
        named_at=work.now,
    )
    work.session.add(row)
    details = {"first_day": days.first.isoformat(), "last_day": days.last.isoformat(), "reason": reason}
    work.did("deputy.named", absent, deputy=deputy_id, **details)
    return row


def _require_free(work: Work, absent: User, deputy: User, days: DeputyDays) -> None:
    """Raise BadValue where somebody has a deputy on these days already, or the deputy is away on one of them."""
    for row in deputies.list_coming(work.session, absent.id, work.now):
        if not row.days.meet(days):
            continue
        until = f"{row.first_day:%Y-%m-%d}至{row.last_day:%Y-%m-%d}"
        if row.absent_id == absent.id:
            raise BadValue("first", f"{until}已经由{row.deputy.name}代理，请先结束，或者选别的日子。")
        raise BadValue("first", f"{until}{absent.name}正代理{row.absent.name}，请先给{row.absent.name}另请人代理。")
    for row in deputies.list_coming(work.session, deputy.id, work.now):
        if row.absent_id == deputy.id and row.days.meet(days):
            raise BadValue("deputy", f"{deputy.name}那几天也不在，由{row.deputy.name}代理，请选别人。")


def require_of(session: Session, absent_id: int, deputy_row_id: int) -> None:
    """Raise NotYourCase unless this deputy is this person's. Where a page names both, the one must be the other's."""
    if session.scalar(select(Deputy.id).where(Deputy.id == deputy_row_id, Deputy.absent_id == absent_id)) is None:
        raise NotYourCase


@use_case
def end_deputy(work: Work, deputy_row_id: int) -> None:
    """End a deputy before the last day. Raises NotYourCase, AlreadyDone."""
    row = lock_row_if_any(work.session, Deputy, deputy_row_id)
    if row is None or not may_name_for(work.actor, row.absent):
        raise NotYourCase
    if row.ended_at is not None or row.last_day < local_date(work.now):
        raise AlreadyDone("这次代理已经结束。")
    deputies.end(work, row)
