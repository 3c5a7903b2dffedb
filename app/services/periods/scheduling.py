"""Planning a period: who may enter, the window day by day, saving, taking back, extending (R3, R4, R8, R9, R25)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.domain.calendar.workdays import Calendar, end_of, nth_workday
from app.domain.cases.states import Actor, require_office
from app.domain.periods.rounds import PUBLIC_FIELDS, Kind, Organiser, Round
from app.domain.periods.window import Phase, Plan, explain, plan_window, too_late_to_conclude
from app.domain.refusals import (
    AlreadyClosed,
    AlreadyOpened,
    EstimatedCalendar,
    NotAWorkday,
    NotEligible,
    NothingToShow,
    NotLater,
    PrivateData,
    TooLateToConclude,
)
from app.domain.shared.privacy import find_private
from app.models import DeadlineExtension, Entry, Nominee, Period, Programme, Unit
from app.models.periods import days_to_json
from app.sealing import Keyring
from app.services.nominees import gates
from app.services.nominees.access import take_turns
from app.services.record.chain import Act, by_user, on_period, record
from app.services.shared.texts import checked_text

REASON = (2, 500)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A nominee that belongs to an organiser's list; `obstacles` say why it may not enter, none if it may."""

    nominee: Nominee
    obstacles: tuple[str, ...]

    @property
    def obstacle(self) -> str:
        """All of them as one text, the weightiest first."""
        return "；".join(self.obstacles)

    @property
    def may_enter(self) -> bool:
        return not self.obstacles


def candidates(
    session: Session, ring: Keyring, programme: Programme, round_: Round, organiser: Unit, now: dt.datetime
) -> list[Candidate]:
    """Every nominee an organiser could show in a round, with what stands in its way (R8)."""
    query = (
        select(Nominee)
        .where(Nominee.programme_id == programme.id)
        .order_by(Nominee.kind, Nominee.recommender_id, Nominee.position)
        .options(selectinload(Nominee.unit), selectinload(Nominee.recommender))
    )
    if round_.organiser is Organiser.OWN_UNIT:
        query = query.where(Nominee.unit_id == organiser.id)
    elif round_.organiser is Organiser.RECOMMENDER:
        query = query.where(Nominee.recommender_id == organiser.id)
    nominees = session.scalars(query).all()
    standings = gates.standings(session, ring, programme, nominees, now)
    return [Candidate(nominee, standings[nominee.id].obstacles(round_)) for nominee in nominees]


def preview(
    opening: dt.date, conclude_workdays: int, calendar: Calendar, demonstration: bool, now: dt.datetime
) -> Plan:
    """The window and deadline as they would be saved. Raises what plan_window raises, and EstimatedCalendar."""
    plan = plan_window(opening, conclude_workdays, calendar, now)
    if plan.estimated and not demonstration:
        raise EstimatedCalendar
    return plan


def schedule(
    session: Session,
    ring: Keyring,
    programme: Programme,
    round_number: int,
    organiser: Unit,
    nominee_ids: Sequence[int],
    opening: dt.date,
    conclude_workdays: int,
    calendar: Calendar,
    actor: Actor,
    now: dt.datetime,
) -> Period:
    """Save a period with its window, its explained days and its frozen entries (R4, R8, R9, R12).

    Raises Archived, NothingToShow, NotEligible, QuotaExceeded, PrivateData and whatever `preview` raises.
    """
    period, act = scheduled(
        session, ring, programme, round_number, organiser, nominee_ids, opening, conclude_workdays, calendar, actor, now
    )
    record(session, now, [act])
    session.commit()
    return period


def scheduled(
    session: Session,
    ring: Keyring,
    programme: Programme,
    round_number: int,
    organiser: Unit,
    nominee_ids: Sequence[int],
    opening: dt.date,
    conclude_workdays: int,
    calendar: Calendar,
    actor: Actor,
    now: dt.datetime,
) -> tuple[Period, Act]:
    """As `schedule`: the period in the caller's transaction, and the act for the caller to record and commit."""
    require_office(actor)
    plan = preview(opening, conclude_workdays, calendar, programme.demonstration, now)
    take_turns(session, programme.id)
    round_ = programme.rules.rounds[round_number]
    chosen = _chosen(session, ring, programme, round_, organiser, nominee_ids, now)
    gates.check_places(session, programme, round_, chosen, now)
    entries = [_entry(nominee, round_, place) for place, nominee in enumerate(chosen, start=1)]
    _check_privacy(entries)
    period = Period(
        programme=programme,
        round_number=round_number,
        organiser=organiser,
        opens_at=plan.window.opens_at,
        closes_at=plan.window.closes_at,
        conclude_by=plan.conclude_by,
        conclude_workdays=conclude_workdays,
        days=days_to_json(plan.days),
        calendar_version=plan.calendar_version,
        provisional=plan.provisional,
        estimated=plan.estimated,
        collectives=sum(entry.kind is Kind.COLLECTIVE for entry in entries),
        individuals=sum(entry.kind is Kind.INDIVIDUAL for entry in entries),
        recommenders=list(dict.fromkeys(entry.recommender for entry in entries if entry.recommender)),
        scheduled_by=actor.user_id,
        scheduled_at=now,
    )
    session.add(period)
    session.flush()
    for entry in entries:
        entry.period_id = period.id
    session.add_all(entries)
    session.flush()  # the next period of this transaction counts these entries too
    details = {
        "round": round_number,
        "opens_at": period.opens_at.isoformat(),
        "closes_at": period.closes_at.isoformat(),
        "conclude_by": period.conclude_by.isoformat(),
        "calendar": plan.calendar_version,
        "nominees": [nominee.id for nominee in chosen],
    }
    return period, Act(by_user(actor.user_id), "period.scheduled", on_period(period.id), details)


def cancel(session: Session, period_id: int, reason: str, actor: Actor, now: dt.datetime) -> None:
    """Take a period back before it opens, with a reason (R3, R4). Raises AlreadyOpened, AlreadyClosed."""
    require_office(actor)
    period = session.get_one(Period, period_id, with_for_update=True)
    if period.cancelled_at is not None:
        raise AlreadyClosed
    if now >= period.opens_at:
        raise AlreadyOpened(period.opens_at)
    period.cancel_reason = checked_text(reason, "撤回公示安排的理由", REASON)
    period.cancelled_at = now
    record(
        session,
        now,
        [
            Act(
                by_user(actor.user_id),
                "period.cancelled",
                on_period(period.id),
                {"reason": period.cancel_reason},
            )
        ],
    )
    session.commit()


def extend_deadline(
    session: Session,
    period_id: int,
    new_day: dt.date,
    reason: str,
    calendar: Calendar,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Move the deadline to 24:00 of a later working day, before it passes (R25).

    Raises TooLateToConclude, AlreadyClosed, NotLater, NotAWorkday, BeyondHorizon, EstimatedCalendar.
    """
    require_office(actor)
    period = session.get_one(Period, period_id, with_for_update=True)
    if period.phase(now) in (Phase.CLOSED, Phase.CANCELLED):
        raise AlreadyClosed
    if too_late_to_conclude(period.conclude_by, now):
        raise TooLateToConclude(period.conclude_by)
    if new_day <= period.conclude_day:
        raise NotLater(period.conclude_day, new_day)
    day = calendar.day(new_day)
    if not day.works:
        raise NotAWorkday(new_day, day.name or "周末", nth_workday(new_day, 1, calendar))
    reason = checked_text(reason, "延长的理由", REASON)
    added = explain(period.conclude_day + dt.timedelta(days=1), period.window.last_day, new_day, calendar)
    if any(counted.day.estimated for counted in added) and not period.programme.demonstration:
        raise EstimatedCalendar
    previous, period.conclude_by = period.conclude_by, end_of(new_day)
    period.days = [*period.days, *days_to_json(added)]
    if calendar.version not in period.calendar_version:
        period.calendar_version = f"{period.calendar_version}；延长时 {calendar.version}"
    period.provisional = period.provisional or any(counted.day.provisional for counted in added)
    period.estimated = period.estimated or any(counted.day.estimated for counted in added)
    session.add(
        DeadlineExtension(
            period_id=period.id,
            previous=previous,
            extended_to=period.conclude_by,
            reason=reason,
            extended_by=actor.user_id,
            extended_at=now,
        )
    )
    details = {"from": previous.isoformat(), "to": period.conclude_by.isoformat(), "reason": reason}
    record(session, now, [Act(by_user(actor.user_id), "period.extended", on_period(period.id), details)])
    session.commit()


def _chosen(
    session: Session,
    ring: Keyring,
    programme: Programme,
    round_: Round,
    organiser: Unit,
    nominee_ids: Sequence[int],
    now: dt.datetime,
) -> list[Nominee]:
    wanted = set(nominee_ids)
    offered = candidates(session, ring, programme, round_, organiser, now)
    chosen = [candidate for candidate in offered if candidate.nominee.id in wanted]
    if not chosen:
        raise NothingToShow
    if len(chosen) != len(wanted):
        raise NotEligible("所选对象", "有的对象不属于这个单位或这个评选表彰活动")
    for candidate in chosen:
        if candidate.obstacle:
            raise NotEligible(candidate.nominee.name, candidate.obstacle)
    return [candidate.nominee for candidate in chosen]


def _entry(nominee: Nominee, round_: Round, position: int) -> Entry:
    """A nominee's allowed fields for a round, and nothing else (R12)."""
    values = {
        "name": nominee.name,
        "kind": nominee.kind,
        "unit": nominee.unit.name,
        "recommender": nominee.recommender.name,
        "post": nominee.post,
        "category": nominee.category,
        "trade": nominee.trade,
        "deeds": nominee.deeds,
    }
    assert values.keys() == set(PUBLIC_FIELDS)  # noqa: S101 - the whitelist and this list are one
    shown = {field: value for field, value in values.items() if field in round_.shown}
    return Entry(nominee_id=nominee.id, edition=nominee.edition, position=position, **shown)


def _check_privacy(entries: Iterable[Entry]) -> None:
    for entry in entries:
        text = "\n".join(str(getattr(entry, field) or "") for field in PUBLIC_FIELDS)
        if findings := find_private(text):
            raise PrivateData(f"{entry.name}的公示内容", findings)
