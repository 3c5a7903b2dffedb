"""The deadline (R26): claim a period, judge it, write lapses and disqualifications, once.

A period is claimed by one conditional UPDATE and settled in one transaction, so that a kill between any two
statements leaves nothing, and a second process finds nothing to do. It looks back without bound.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.domain.cases.clauses import lapse_clause
from app.domain.cases.reminders import Reminder
from app.domain.cases.states import OPEN_STATES, State
from app.domain.cases.verdict import CaseOutcome, Ground, Lapse, Left, lapses
from app.models import Case, Disqualification, Entry, OutboxRow, Period, Unit
from app.services.accounts.units import chain_of_command
from app.services.cases.lapse_letters import tell_of_lapses
from app.services.messages.outbox import mark_outgoing
from app.services.record.chain import CLOCK, on_case, on_nominee
from app.services.shared.leavers import lock_and_find_left
from app.services.shared.work import Work, use_case

_BATCH = 500  # ids in one statement: well below what either database takes


@dataclass(frozen=True, slots=True)
class Settled:
    """What one settlement did: counts for whoever ran it."""

    period_id: int
    lapsed_cases: int
    disqualified: int


def settle_due(work: Work) -> list[Settled]:
    """Settle every period whose deadline has come, however long ago, one transaction each."""
    due = work.session.scalars(
        select(Period.id)
        .where(Period.conclude_by <= work.now, Period.settled_at.is_(None), Period.cancelled_at.is_(None))
        .order_by(Period.conclude_by, Period.id)
    ).all()
    work.session.rollback()  # the claims below each want a transaction of their own
    return [settled for period_id in due if (settled := settle_period(work, period_id))]


@use_case
def settle_period(work: Work, period_id: int) -> Settled | None:
    """Settle one period and commit. None when it is not due or somebody else has claimed it."""
    claimed = work.session.execute(
        update(Period)
        .where(
            Period.id == period_id,
            Period.conclude_by <= work.now,
            Period.settled_at.is_(None),
            Period.cancelled_at.is_(None),
        )
        .values(settled_at=work.now)
        .returning(Period.id)
    ).scalar()
    if claimed is None:
        return None
    period = work.session.get_one(Period, period_id, populate_existing=True)
    cases = _lock_open_cases(work.session, period_id)
    left_before = _left_before(work.session, period_id, [case.outcome.nominee_id for case in cases], work.now)
    case_ids = [case.outcome.case_id for case in cases]
    lapsed = lapses((case.outcome for case in cases), period.conclude_by, work.now, left_before)
    _write_lapses(work.session, case_ids, period.conclude_by)
    _write_disqualifications(work, period, lapsed)
    tell_of_lapses(work, period, case_ids, lapsed, left_before)
    _tell_units(work, period, cases)
    _note(work, period, cases, lapsed)
    return Settled(period_id, len(cases), len(lapsed))


@dataclass(frozen=True, slots=True)
class _OpenCase:
    outcome: CaseOutcome
    handler_unit_id: int
    assignee_id: int | None


def _lock_open_cases(session: Session, period_id: int) -> list[_OpenCase]:
    """Lock the period's open cases.

    A conclusion under way is waited for and then seen.
    """
    rows = session.execute(
        select(Case.id, Entry.nominee_id, Case.state, Case.handler_unit_id, Case.assignee_id)
        .join(Entry, Case.entry_id == Entry.id)
        .where(Entry.period_id == period_id, Case.state.in_(OPEN_STATES))
        .order_by(Case.id)
        .with_for_update(of=Case)
    )
    return [
        _OpenCase(CaseOutcome(row.id, row.nominee_id, row.state, None), row.handler_unit_id, row.assignee_id)
        for row in rows
    ]


def _left_before(session: Session, period_id: int, nominee_ids: Sequence[int], now: dt.datetime) -> dict[int, Left]:
    """Return how those of these who had left already did: nobody is put out twice (R26).

    A lapse of this very period is one also where it was reversed: a clock may have run ahead.
    """
    once = select(Disqualification.nominee_id).where(
        Disqualification.period_id == period_id, Disqualification.ground == Ground.LAPSED
    )
    found = lock_and_find_left(session, nominee_ids, now)
    written = dict.fromkeys(session.scalars(once), Left.DISQUALIFIED)
    return written | {nominee_id: left.how for nominee_id, left in found.items() if left.settled}


def _write_lapses(session: Session, case_ids: Sequence[int], deadline: dt.datetime) -> None:
    for start in range(0, len(case_ids), _BATCH):
        session.execute(
            update(Case)
            .where(Case.id.in_(case_ids[start : start + _BATCH]))
            .values(state=State.LAPSED, lapsed_at=deadline)
            .execution_options(synchronize_session=False)
        )


def _write_disqualifications(work: Work, period: Period, lapsed: Sequence[Lapse]) -> None:
    if not lapsed:
        return
    clause = lapse_clause(period.round, period.programme.lapse_clause)
    work.session.execute(
        insert(Disqualification),
        [
            {
                "nominee_id": lapse.nominee_id,
                "period_id": period.id,
                "case_id": lapse.leading_case_id,
                "ground": Ground.LAPSED,
                "clause": clause,
                "effective_at": period.conclude_by,
                "carried_out_at": work.now,
            }
            for lapse in lapsed
        ],
    )


def _tell_units(work: Work, period: Period, cases: Sequence[_OpenCase]) -> None:
    """Tell the handling units, their superiors and the office that their cases have lapsed (R28)."""
    handlers = {case.handler_unit_id for case in cases}
    chains = {
        unit.id: chain_of_command(work.session, unit)
        for unit in work.session.scalars(select(Unit).where(Unit.id.in_(handlers)))
    }
    told = {"reminder": Reminder.LAPSED, "deadline": period.conclude_by, "created_at": work.now}
    rows = [
        {"case_id": case.outcome.case_id, "unit_id": unit.id, **told}
        for case in cases
        for unit in chains[case.handler_unit_id]
    ]
    if rows:
        work.session.execute(insert(OutboxRow), rows)
        mark_outgoing(work.session)


def _note(work: Work, period: Period, cases: Sequence[_OpenCase], lapsed: Sequence[Lapse]) -> None:
    """Record a settlement. The row of a lapsed case names who let it lapse (R27)."""
    deadline = period.conclude_by.isoformat()
    clause = lapse_clause(period.round, period.programme.lapse_clause)
    for case in cases:
        handler = {"handler_unit": case.handler_unit_id, "assignee": case.assignee_id}
        work.did_by(CLOCK, "case.lapsed", on_case(case.outcome.case_id), deadline=deadline, **handler)
    for lapse in lapsed:
        work.did_by(
            CLOCK,
            "nominee.disqualified",
            on_nominee(lapse.nominee_id),
            cases=list(lapse.case_ids),
            ground=Ground.LAPSED,
            clause=clause,
            effective_at=deadline,
        )
    details: dict[str, object] = {"deadline": deadline, "lapsed": len(cases), "disqualified": len(lapsed)}
    if period.waits_until is not None:  # its day became a holiday: settled at 24:00 of the next working day (R3)
        details["previous_deadline"] = period.set_deadline.isoformat()
    work.did_by(CLOCK, "period.settled", period, **details)
