"""Planning a period: who may enter, the window day by day, saving, taking back, extending (R3, R4, R8, R9, R25)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from app.domain.calendar.workdays import Calendar, end_of, nth_workday
from app.domain.cases.states import require_office
from app.domain.periods.rounds import PUBLIC_FIELDS, Kind, Organiser, Round
from app.domain.periods.window import Phase, WindowPlan, explain, plan_window, too_late_to_conclude
from app.domain.refusals import (
    AlreadyClosed,
    BadValue,
    DeadlineSettled,
    EstimatedCalendar,
    NotAWorkday,
    NotEligible,
    NothingChosen,
    TooLateToConclude,
    WrongState,
)
from app.domain.refusals.base import begin
from app.domain.shared.privacy import require_publishable
from app.models import DeadlineExtension, Entry, Nominee, Period, Programme, Unit
from app.models.periods import days_to_json
from app.sealing import Keyring
from app.services.nominees import gates, marks
from app.services.nominees.access import NomineeTable
from app.services.periods.readiness import require_receiving_office
from app.services.programmes.locking import lock_programme_before_award
from app.services.shared.locks import lock_row
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

REASON = (2, 500)
CANDIDATES_ORDER = Nominee.kind, Nominee.recommender_id, Nominee.position, Nominee.id


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


def is_of_organiser(round_: Round, organiser: Unit, nominee: NomineeTable = Nominee) -> ColumnElement[bool]:
    """Return the condition on nominees of a programme that this organiser could show them in a round."""
    return true() if round_.organiser is Organiser.OFFICE else column_of_organiser(round_, nominee) == organiser.id


def column_of_organiser(round_: Round, nominee: NomineeTable = Nominee) -> InstrumentedAttribute[int]:
    """Return the column that names the unit which shows a nominee, in a round that the office does not organise."""
    return nominee.unit_id if round_.organiser is Organiser.OWN_UNIT else nominee.recommender_id


def candidates(
    session: Session,
    keyring: Keyring,
    programme: Programme,
    round_: Round,
    among: Unit | ColumnElement[bool],
    now: dt.datetime,
) -> list[Candidate]:
    """Every nominee an organiser could show in a round, with what stands in its way (R8); or those of a condition."""
    query = (
        select(Nominee)
        .where(Nominee.programme_id == programme.id)
        .order_by(*CANDIDATES_ORDER)
        .options(selectinload(Nominee.unit), selectinload(Nominee.recommender))
    )
    query = query.where(is_of_organiser(round_, among) if isinstance(among, Unit) else among)
    nominees = session.scalars(query).all()
    standings = gates.find_standings(session, keyring, programme, nominees, now)
    return [Candidate(nominee, standings[nominee.id].obstacles(round_)) for nominee in nominees]


def preview(
    opening: dt.date, conclude_workdays: int, calendar: Calendar, demonstration: bool, now: dt.datetime
) -> WindowPlan:
    """Return the window and the deadline as they would be saved.

    Raises what plan_window raises, and EstimatedCalendar.
    """
    plan = plan_window(opening, conclude_workdays, calendar, now)
    if plan.estimated and not demonstration:
        raise EstimatedCalendar
    return plan


@dataclass(frozen=True, slots=True)
class PeriodPlan:
    """A period to be: who shows whom, in which round, from which day on, and how long there is to conclude."""

    programme: Programme
    round_number: int
    organiser: Unit
    nominee_ids: Sequence[int]
    opening: dt.date
    conclude_workdays: int


@use_case
def schedule(work: Work, plan: PeriodPlan, calendar: Calendar) -> Period:
    """Save a period with its window, its explained days and its frozen entries (R4, R8, R9, R12).

    Raises Archived, ContactMissing, NothingChosen, NotEligible, QuotaExceeded, PrivateData and whatever `preview`
    raises.
    """
    period, entries = write_period(work, plan, calendar)
    work.did(
        "period.scheduled",
        period,
        round=plan.round_number,
        opens_at=period.opens_at.isoformat(),
        closes_at=period.closes_at.isoformat(),
        conclude_by=period.conclude_by.isoformat(),
        calendar=period.calendar_version,
        nominees=[entry.nominee_id for entry in entries],
    )
    return period


def write_period(work: Work, plan: PeriodPlan, calendar: Calendar) -> tuple[Period, list[Entry]]:
    """Write the rows of `schedule` without its act, for `schedule` itself and for a rehearsal.

    Raises what `schedule` raises.
    """
    require_office(work.actor)
    programme, round_ = plan.programme, plan.programme.rules.rounds[plan.round_number]
    planned = preview(plan.opening, plan.conclude_workdays, calendar, programme.demonstration, work.now)
    require_receiving_office(work.session, plan.organiser, work.now)
    lock_programme_before_award(work.session, programme.id)
    chosen = _chosen(work, programme, round_, plan.organiser, plan.nominee_ids)
    gates.check_places(work.session, programme, round_, chosen, work.now)
    entries = [_entry(nominee, round_, place) for place, nominee in enumerate(chosen, start=1)]
    _check_privacy(entries)
    period = Period(
        programme=programme,
        round_number=plan.round_number,
        organiser=plan.organiser,
        opens_at=planned.window.opens_at,
        closes_at=planned.window.closes_at,
        conclude_by=planned.conclude_by,
        conclude_workdays=plan.conclude_workdays,
        days=days_to_json(planned.days),
        calendar_version=planned.calendar_version,
        provisional=planned.provisional,
        estimated=planned.estimated,
        collectives=sum(entry.kind is Kind.COLLECTIVE for entry in entries),
        individuals=sum(entry.kind is Kind.INDIVIDUAL for entry in entries),
        recommenders=list(dict.fromkeys(entry.recommender for entry in entries if entry.recommender)),
        scheduled_by=work.actor.user_id,
        scheduled_at=work.now,
    )
    work.session.add(period)
    work.session.flush()
    for entry in entries:
        entry.period_id = period.id
    work.session.add_all(entries)
    marks.renew_shown(work.session, [entry.nominee_id for entry in entries])  # flushes: the next period counts these
    return period, entries


@use_case
def cancel(work: Work, period_id: int, reason: str) -> None:
    """Take a period back before it opens, with a reason (R3, R4). Raises WrongState, AlreadyClosed."""
    require_office(work.actor)
    period = lock_row(work.session, Period, period_id)
    if period.cancelled_at is not None:
        raise AlreadyClosed
    if work.now >= period.opens_at:
        raise WrongState(f"公示已于{begin(period.opens_at)}开始，不能再修改或撤回。")
    period.cancel_reason = checked_text(reason, "撤回公示安排的理由", REASON)
    period.cancelled_at = work.now
    shown = select(Entry.nominee_id).where(Entry.period_id == period.id)
    marks.renew_shown(work.session, work.session.scalars(shown))
    work.did("period.cancelled", period, reason=period.cancel_reason)


@use_case
def extend_deadline(work: Work, period_id: int, new_day: dt.date, reason: str, calendar: Calendar) -> None:
    """Move the deadline to 24:00 of a later working day, before it passes (R25).

    Raises TooLateToConclude, DeadlineSettled, AlreadyClosed, BadValue, NotAWorkday, BeyondHorizon, EstimatedCalendar.
    """
    require_office(work.actor)
    period = lock_row(work.session, Period, period_id)
    if period.phase(work.now) in (Phase.CLOSED, Phase.CANCELLED):
        raise AlreadyClosed
    if too_late_to_conclude(period.conclude_by, work.now):
        raise TooLateToConclude(period.conclude_by)
    if period.settled_at is not None:
        raise DeadlineSettled(period.settled_at)
    if new_day <= period.conclude_day:
        raise BadValue(
            "day", f"新的截止日须是{period.conclude_day:%Y-%m-%d}之后的工作日，现在填的是{new_day:%Y-%m-%d}。"
        )
    day = calendar.day(new_day)
    if not day.works:
        raise NotAWorkday(new_day, day.name or "周末", nth_workday(new_day, 1, calendar), "day")
    reason = checked_text(reason, "延长的理由", REASON)
    added = explain(period.conclude_day + dt.timedelta(days=1), period.window.last_day, new_day, calendar)
    if any(counted.day.estimated for counted in added) and not period.programme.demonstration:
        raise EstimatedCalendar
    period.days = [*period.days, *period.days_in_force[len(period.days) :], *days_to_json(added)]
    if period.recount is not None:
        period.recount = [*period.recount, *days_to_json(added)]
    previous, period.conclude_by = period.conclude_by, end_of(new_day)
    if calendar.version not in period.calendar_version:
        period.calendar_version = f"{period.calendar_version}；延长时 {calendar.version}"
    period.provisional = period.provisional or any(counted.day.provisional for counted in added)
    period.estimated = period.estimated or any(counted.day.estimated for counted in added)
    work.session.add(
        DeadlineExtension(
            period_id=period.id,
            previous=previous,
            extended_to=period.conclude_by,
            reason=reason,
            extended_by=work.actor.user_id,
            extended_at=work.now,
        )
    )
    details = {"from": previous.isoformat(), "to": period.conclude_by.isoformat(), "reason": reason}
    work.did("period.extended", period, **details)


def _chosen(
    work: Work, programme: Programme, round_: Round, organiser: Unit, nominee_ids: Sequence[int]
) -> list[Nominee]:
    wanted = set(nominee_ids)
    offered = candidates(work.session, work.keyring, programme, round_, organiser, work.now)
    chosen = [candidate for candidate in offered if candidate.nominee.id in wanted]
    if not chosen:
        raise NothingChosen("还没有选择推荐对象，请至少选一个。", "nominee")
    if len(chosen) != len(wanted):
        raise NotEligible("所选对象", "有的对象不属于这个单位或这个评选表彰活动")
    for candidate in chosen:
        if candidate.obstacle:
            raise NotEligible(candidate.nominee.name, candidate.obstacle)
    return [candidate.nominee for candidate in chosen]


def _entry(nominee: Nominee, round_: Round, position: int) -> Entry:
    """Make an entry of a nominee's allowed fields for a round, and nothing else (R12)."""
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
        texts = [str(getattr(entry, field) or "") for field in PUBLIC_FIELDS]
        require_publishable(f"{entry.name}的公示内容", "", *texts)
