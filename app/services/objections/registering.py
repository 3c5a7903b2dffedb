"""Registration by staff of objections that came by letter, visit, telephone or mail (R33)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import Actor, Role
from app.domain.objections.arrival import Arrival, require_in_time
from app.domain.objections.giveaways import giveaways
from app.domain.periods.window import Window
from app.domain.refusals import BadValue, NotYourCase, WrongState
from app.domain.shared.wording import moment
from app.models import Entry, Objection, ObjectorKind, Period, Registration, Unit
from app.services.accounts.units import first_handler
from app.services.cases.registrars import build_recusal
from app.services.objections import intake
from app.services.objections.intake import Filed, Filing
from app.services.shared.locks import lock_row
from app.services.shared.work import Work, use_case


def register(work: Work, entry_id: int, filing: Filing, arrival: Arrival) -> Filed:
    """Register an objection against an entry, or give the receipt again for the same form sent twice (R16).

    Raises NotYourCase, TooLateToRegister, ArrivedOutside (R6), Unfit, WrongState, NomineeLeft (R26), NoHandsLeft,
    FormAlreadyUsed, FilesChanged. On return the rows are on disk.
    """
    try:
        return _register(work, entry_id, dataclasses.replace(filing, first_made=arrival.at), arrival)
    except IntegrityError:
        # The same form at the same moment, on a database that lets two writers in: the other one won.
        repeated = intake.filed_before(work.session, work.keyring, entry_id, filing)
        if repeated is None:
            raise
        return repeated


def periods_to_register_for(session: Session, actor: Actor, now: dt.datetime) -> Sequence[Period]:
    """List the periods that this person registers objections for, the one whose deadline comes first on top.

    The office does for all that opened, a unit for those that it organises or handles the cases of; until the deadline.
    """
    under_way = session.scalars(
        select(Period)
        .where(
            Period.opens_at <= now, Period.conclude_by > now, Period.cancelled_at.is_(None), Period.closed_at.is_(None)
        )
        .order_by(Period.conclude_by, Period.id)
        .options(joinedload(Period.organiser).selectinload(Unit.people), joinedload(Period.programme))
    ).all()
    return [period for period in under_way if _registers(session, actor, period, now)]


def entry_to_register_against(session: Session, entry_id: int, actor: Actor, now: dt.datetime) -> Entry:
    """Return an entry that this person may register an objection against at some time. Raises NotYourCase (R21)."""
    entry = session.get(Entry, entry_id, options=[joinedload(Entry.period).selectinload(Period.organiser)])
    if entry is None or not _registers(session, actor, entry.period, now):
        raise NotYourCase
    return entry


def entries_of(session: Session, period: Period) -> Sequence[Entry]:
    """List the entries of a period in its order."""
    return session.scalars(select(Entry).where(Entry.period_id == period.id).order_by(Entry.position)).all()


@use_case
def _register(work: Work, entry_id: int, filing: Filing, arrival: Arrival) -> Filed:
    session, now = work.session, work.now
    entry = entry_to_register_against(session, entry_id, work.actor, now)
    repeated = intake.filed_before(session, work.keyring, entry_id, filing)
    if repeated is not None:
        return repeated
    _require_open(lock_row(session, Period, entry.period_id), arrival, now)
    intake.require_still_there(session, entry.nominee_id, now)
    _require_nobody_named(arrival.late_reason, filing)
    period = session.execute(intake.PERIOD_OF_ENTRY, {"entry_id": entry_id, "now": now}).one()
    filed, acts = intake.write_down(session, work.keyring, entry_id, period, filing, now, work.actor)
    case_id = session.scalars(select(Objection.case_id).where(Objection.id == filed.objection_id)).one()
    registrar = work.actor.user_id
    session.add(
        Registration(
            objection_id=filed.objection_id,
            channel=arrival.channel,
            postmark=arrival.postmark,
            registered_by=registrar,
            registered_at=now,
            late_reason=arrival.late_reason or None,
        )
    )
    session.add(build_recusal(case_id, registrar, now))
    for act in acts:
        details = dict(act.details)
        if act.action == "objection.filed":
            details |= {"channel": arrival.channel.value}
            details |= {"reason": arrival.late_reason} if arrival.late_reason else {}
        work.did_by(act.actor, act.action, act.subject, **details)
    return filed


def _registers(session: Session, actor: Actor, period: Period, now: dt.datetime) -> bool:
    """Tell whether this person registers for a period: the office, its organiser, the unit that handles its cases."""
    if actor.role is Role.AUDITOR or period.cancelled_at is not None or now < period.opens_at:
        return False
    if actor.is_office or actor.unit_id == period.organiser_id:
        return True
    return actor.unit_id == first_handler(session, period.organiser, now).id


def _require_open(period: Period, arrival: Arrival, now: dt.datetime) -> None:
    require_in_time(arrival, Window(period.opens_at, period.closes_at), period.conclude_by, now)
    if period.closed_at is not None:
        raise WrongState(
            f"这次公示已经在{moment(period.closed_at)}办结，不能再登记，这一件没有登记。您填的内容仍保留在本页，"
            "请打印或者复制下来，连同原件交市工作专班处理。"
        )


def _require_nobody_named(late_reason: str, filing: Filing) -> None:
    """Raise BadValue where the reason, which stands on the record, tells who filed (R19)."""
    unit = filing.objector_kind is ObjectorKind.UNIT
    if giveaways(late_reason, filing.name, filing.contact_person, filing.contact, unit=unit):
        raise BadValue("late_reason", "补登原因会写进记录，不能写异议人的姓名、联系方式和证件号码，请改写。")
