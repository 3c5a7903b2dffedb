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

from app.domain.cases.states import OPEN_STATES, State
from app.domain.cases.verdict import CaseOutcome, Ground, Lapse, lapses
from app.models import Case, Disqualification, Entry, Period
from app.services.record.chain import CLOCK, Act, on_case, on_nominee, on_period, record

_BATCH = 500  # ids in one statement: well below what either database takes


@dataclass(frozen=True, slots=True)
class Settled:
    """What one settlement did: counts for whoever ran it."""

    period_id: int
    lapsed_cases: int
    disqualified: int


def settle_due(session: Session, now: dt.datetime) -> list[Settled]:
    """Settle every period whose deadline has come, however long ago, one transaction each."""
    due = session.scalars(
        select(Period.id)
        .where(Period.conclude_by <= now, Period.settled_at.is_(None), Period.cancelled_at.is_(None))
        .order_by(Period.conclude_by, Period.id)
    ).all()
    session.rollback()  # the claims below each want a transaction of their own
    return [settled for period_id in due if (settled := settle_period(session, period_id, now))]


def settle_period(session: Session, period_id: int, now: dt.datetime) -> Settled | None:
    """Settle one period and commit. None when it is not due or somebody else has claimed it."""
    claimed = session.execute(
        update(Period)
        .where(
            Period.id == period_id,
            Period.conclude_by <= now,
            Period.settled_at.is_(None),
            Period.cancelled_at.is_(None),
        )
        .values(settled_at=now)
        .returning(Period.id)
    ).scalar()
    if claimed is None:
        session.rollback()
        return None
    period = session.get_one(Period, period_id, populate_existing=True)
    cases = _open_cases(session, period_id)
    outs = _not_out_yet(session, period_id, lapses((case.outcome for case in cases), period.conclude_by, now))
    _write_lapses(session, [case.outcome.case_id for case in cases], period.conclude_by)
    _write_disqualifications(session, period, outs, now)
    record(session, now, _acts(period, cases, outs))
    session.commit()
    return Settled(period_id, len(cases), len(outs))


@dataclass(frozen=True, slots=True)
class _OpenCase:
    outcome: CaseOutcome
    handler_unit_id: int
    assignee_id: int | None


def _open_cases(session: Session, period_id: int) -> list[_OpenCase]:
    """The period's open cases, locked: a conclusion under way is waited for and then seen."""
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


def _not_out_yet(session: Session, period_id: int, outs: Sequence[Lapse]) -> list[Lapse]:
    """Without those whom an earlier settlement of the same period put out: a clock may have run ahead (R26: once)."""
    already = select(Disqualification.nominee_id).where(
        Disqualification.period_id == period_id, Disqualification.ground == Ground.LAPSED
    )
    out = set(session.scalars(already))
    return [lapse for lapse in outs if lapse.nominee_id not in out]


def _write_lapses(session: Session, case_ids: Sequence[int], deadline: dt.datetime) -> None:
    for start in range(0, len(case_ids), _BATCH):
        session.execute(
            update(Case)
            .where(Case.id.in_(case_ids[start : start + _BATCH]))
            .values(state=State.LAPSED, lapsed_at=deadline)
            .execution_options(synchronize_session=False)
        )


def _write_disqualifications(session: Session, period: Period, outs: Sequence[Lapse], now: dt.datetime) -> None:
    if not outs:
        return
    session.execute(
        insert(Disqualification),
        [
            {
                "nominee_id": lapse.nominee_id,
                "period_id": period.id,
                "case_id": lapse.leading_case_id,
                "ground": Ground.LAPSED,
                "clause": period.programme.lapse_clause,
                "effective_at": period.conclude_by,
                "carried_out_at": now,
            }
            for lapse in outs
        ],
    )


def _acts(period: Period, cases: Sequence[_OpenCase], outs: Sequence[Lapse]) -> list[Act]:
    """The record of a settlement; who let a case lapse stands in its row (R27)."""
    deadline = period.conclude_by.isoformat()
    lapsed = [
        Act(
            CLOCK,
            "case.lapsed",
            on_case(case.outcome.case_id),
            {"deadline": deadline, "handler_unit": case.handler_unit_id, "assignee": case.assignee_id},
        )
        for case in cases
    ]
    out = [
        Act(
            CLOCK,
            "nominee.disqualified",
            on_nominee(lapse.nominee_id),
            {
                "cases": list(lapse.case_ids),
                "ground": Ground.LAPSED,
                "clause": period.programme.lapse_clause,
                "effective_at": deadline,
            },
        )
        for lapse in outs
    ]
    counts = {"deadline": deadline, "lapsed": len(cases), "disqualified": len(outs)}
    return [*lapsed, *out, Act(CLOCK, "period.settled", on_period(period.id), counts)]
