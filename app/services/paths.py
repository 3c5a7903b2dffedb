"""A nominee's way through the rounds on one page: periods, cases, what put it out and what put it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.models import Case, Disqualification, Entry, Period
from app.services.outs import disqualified


@dataclass(frozen=True, slots=True)
class Stage:
    """One round a nominee took part in, with the cases filed there."""

    period: Period
    cases: Sequence[Case]


@dataclass(frozen=True, slots=True)
class Path:
    stages: Sequence[Stage]
    disqualifications: Sequence[Disqualification]
    out: bool


def path_of(session: Session, nominee_id: int, now: dt.datetime) -> Path:
    """What happened to one nominee, first round first; `out` as every page sees it at `now` (R26)."""
    entries = session.scalars(
        select(Entry)
        .join(Period, Entry.period_id == Period.id)
        .where(Entry.nominee_id == nominee_id)
        .order_by(Period.round_number, Period.opens_at)
        .options(joinedload(Entry.period).joinedload(Period.organiser))
    ).all()
    cases: dict[int, list[Case]] = {entry.id: [] for entry in entries}
    for case in session.scalars(select(Case).where(Case.entry_id.in_(cases)).order_by(Case.id)):
        cases[case.entry_id].append(case)
    rows = session.scalars(
        select(Disqualification)
        .where(Disqualification.nominee_id == nominee_id)
        .order_by(Disqualification.id)
        .options(selectinload(Disqualification.reversal))
    ).all()
    stages = [Stage(entry.period, cases[entry.id]) for entry in entries]
    return Path(stages, rows, out=bool(disqualified(session, [nominee_id], now)))
