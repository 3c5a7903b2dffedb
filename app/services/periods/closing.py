"""Closing a period (R30): refused too early, otherwise with a complete report."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.calendar.workdays import local_date
from app.domain.cases.clauses import lapse_clause
from app.domain.cases.states import OPEN_STATES, Conclusion, State, require_office
from app.domain.cases.verdict import GROUND_NAMES, Ground, Left, grounds_against, lapses
from app.domain.periods.window import Phase, too_late_to_conclude
from app.domain.refusals import AlreadyClosed, CasesOpen, LooksOpen, WrongState
from app.domain.refusals.base import end
from app.models import Case, Closing, Disqualification, Entry, Period
from app.services.calendar.availability import availability
from app.services.cases.second_looks import list_holding_up
from app.services.cases.settlement import settle_period
from app.services.objections import channels
from app.services.periods.corrected_text import EntryView, read_entries
from app.services.periods.notice_words import words_of_notice
from app.services.periods.progress import count_filed_in
from app.services.shared.bulk import BulkOutcome, do_each
from app.services.shared.leavers import find_departures
from app.services.shared.locks import lock_row
from app.services.shared.work import Work, use_case


@use_case
def close_period(work: Work, period_id: int) -> None:
    """Close, storing the report as it stands. Past the deadline an unsettled period is settled first.

    Raises WrongState, CasesOpen and LooksOpen (before the deadline, naming them), AlreadyClosed.
    """
    require_office(work.actor)
    settle_period(work, period_id)
    period = lock_row(work.session, Period, period_id)
    if period.phase(work.now) in (Phase.CLOSED, Phase.CANCELLED):
        raise AlreadyClosed
    if work.now < period.closes_at:
        raise WrongState(f"公示要到{end(period.closes_at)}才结束，在此之前不能办结。")
    still_open = [case.number for case in cases_of(work.session, period) if case.state in OPEN_STATES]
    if still_open and not too_late_to_conclude(period.conclude_by, work.now):
        raise CasesOpen(still_open, period.conclude_by)
    held_up = list_holding_up(work.session, [period], work.now).get(period.id)
    if held_up is not None:
        raise LooksOpen(held_up.numbers, held_up.until)
    report = closing_report(work.session, period, work.now)
    work.session.add(Closing(period_id=period.id, report=report, closed_by=work.actor.user_id, closed_at=work.now))
    period.closed_at = work.now
    counts = {key: report[key] for key in ("entries", "filed", "by_channel", "by_state", "by_conclusion")}
    work.did("period.closed", period, **counts)


def close_each(work: Work, period_ids: Iterable[int]) -> BulkOutcome:
    """Close these periods one by one (R30). Raises NothingChosen, NotAllowed."""
    require_office(work.actor)
    existing = work.session.scalars(select(Period.id).where(Period.id.in_(set(period_ids)))).all()
    return do_each(existing, "一次公示", lambda period_id: close_period(work, period_id))


def cases_of(session: Session, period: Period) -> list[Case]:
    """Every case of a period by its day, with what lists of cases show.

    Of one day the order says nothing of who came first (R19).
    """
    found = list(
        session.scalars(
            select(Case)
            .join(Entry, Case.entry_id == Entry.id)
            .where(Entry.period_id == period.id)
            .order_by(Case.id)
            .options(
                joinedload(Case.entry).joinedload(Entry.period),
                joinedload(Case.handler_unit),
                joinedload(Case.assignee),
                selectinload(Case.objections),
                selectinload(Case.recusals),
                selectinload(Case.looks),
            )
        )
    )
    return sorted(found, key=lambda case: (local_date(case.received_at), case.id))


def entries_of(session: Session, period: Period, now: dt.datetime) -> list[EntryView]:
    """List all entries of a period as they read at `now`."""
    entries = session.scalars(select(Entry).where(Entry.period_id == period.id).order_by(Entry.position))
    return read_entries(session, entries, now)


def _named(entry: EntryView) -> dict[str, str]:
    return {"name": entry.name, "kind": entry.kind.value}


def closing_report(session: Session, period: Period, now: dt.datetime) -> dict[str, Any]:
    """Return the closing report as plain data.

    It holds the window and its days, availability, counts, who goes on, who doesn't and why, and who left.
    """
    cases = cases_of(session, period)
    entries = entries_of(session, period, now)
    by_channel = channels.counts_of_period(session, period.id)
    filed = sum(by_channel.values())
    by_state = Counter(case.state_at(now) for case in cases)
    by_conclusion = Counter(case.conclusion for case in cases if case.conclusion)
    out = who_is_out(session, period, cases, now)
    left = find_departures(session, [entry.nominee_id for entry in entries], now)
    before = {nominee_id: departed.how for nominee_id, departed in left.items() if nominee_id not in out}
    return {
        "drawn_up_at": now.isoformat(),
        "notice": words_of_notice(session, period),
        "window": [period.opens_at.isoformat(), period.closes_at.isoformat()],
        "conclude_by": period.conclude_by.isoformat(),
        "days": period.days_in_force,
        "calendar": period.calendar_version,
        "availability": availability(session, period, now).as_report(),
        "entries": len(entries),
        "filed": filed,
        "by_channel": {channel.value: count for channel, count in by_channel.items()},
        "accepted": sum(case.decided_at is not None and case.state is not State.DECLINED for case in cases),
        "by_state": {state.value: by_state[state] for state in State},
        "by_conclusion": {conclusion.value: by_conclusion[conclusion] for conclusion in Conclusion},
        "goes_on": [_named(entry) for entry in entries if entry.nominee_id not in left],
        "withdrawn": [_named(entry) for entry in entries if before.get(entry.nominee_id) is Left.WITHDRAWN],
        "out_before": [_named(entry) for entry in entries if before.get(entry.nominee_id) is Left.DISQUALIFIED],
        "goes_out": [
            {
                **_named(entry),
                "grounds": [GROUND_NAMES[ground] for ground in sorted(out[entry.nominee_id])],
                "clauses": [_clause(period, ground) for ground in sorted(out[entry.nominee_id])],
                "cases": [
                    case.number
                    for case in cases
                    if case.entry_id == entry.id
                    and grounds_against([case.outcome], period.conclude_by, now) & out[entry.nominee_id]
                ],
            }
            for entry in entries
            if entry.nominee_id in out
        ],
    }


def find_out(
    session: Session, period: Period, now: dt.datetime, nominee_ids: Sequence[int] = ()
) -> dict[int, frozenset[Ground]]:
    """Return the nominees this period put out, with the grounds; see `who_is_out`. It reads no case that does not tell.

    `nominee_ids` narrows it to these.
    """
    if period.settled_at is not None or now < period.conclude_by:
        return who_is_out(session, period, [], now)
    open_cases = select(Case).join(Entry, Case.entry_id == Entry.id).where(Entry.period_id == period.id)
    open_cases = open_cases.where(Case.state.in_(OPEN_STATES)).options(joinedload(Case.entry))
    if nominee_ids:
        open_cases = open_cases.where(Entry.nominee_id.in_(nominee_ids))
    return who_is_out(session, period, list(session.scalars(open_cases)), now)


def who_is_out(session: Session, period: Period, cases: list[Case], now: dt.datetime) -> dict[int, frozenset[Ground]]:
    """Return the nominees this period put out, with the grounds.

    They are the disqualifications that were written and not reversed (R29), and until the deadline is settled those
    who have lapsed at it and had not left before (R26).
    """
    rows = session.scalars(
        select(Disqualification)
        .where(Disqualification.period_id == period.id)
        .options(selectinload(Disqualification.reversal))
    )
    out: dict[int, set[Ground]] = {}
    for row in rows:
        if row.stands:
            out.setdefault(row.nominee_id, set()).add(row.ground)
    if period.settled_at is None:
        left = find_departures(session, [case.entry.nominee_id for case in cases], now)
        left_before = {nominee_id for nominee_id, departed in left.items() if departed.settled}
        for lapse in lapses((case.outcome for case in cases), period.conclude_by, now, left_before):
            out.setdefault(lapse.nominee_id, set()).add(Ground.LAPSED)
    return {nominee_id: frozenset(grounds) for nominee_id, grounds in out.items()}


def objections_by_day(session: Session, period: Period) -> dict[dt.date, int]:
    """Count the objections of each day of the window, days without any included."""
    counts = count_filed_in(session, period)
    return {
        counted.day.date: counts.get(counted.day.date, 0)
        for counted in period.counted_days
        if counted.day.date <= period.window.last_day
    }


def _clause(period: Period, ground: Ground) -> str:
    programme = period.programme
    if ground is Ground.LAPSED:
        return lapse_clause(period.round, programme.lapse_clause)
    return programme.upheld_clause
