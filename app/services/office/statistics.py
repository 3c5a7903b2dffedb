"""Objections counted by unit, category, channel and outcome, and the time that decisions took: for the office alone.

The counts come from one statement. A joined case has no objection of its own left (R23), so none is counted twice.
Small numbers are in it: nothing of this is public (R5).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import ColumnElement, String, and_, case, cast, func, select
from sqlalchemy.orm import Session, joinedload

from app.domain.calendar.workdays import DayTable
from app.domain.cases.durations import TimesTaken, count_workdays_taken
from app.domain.cases.states import OPEN_STATES, Actor, Conclusion, State, require_office
from app.domain.objections.arrival import CHANNEL_NAMES, Channel
from app.models import Case, Category, Entry, Objection, Period, Registration, Unit
from app.models.objections import CATEGORY_NAMES


class CountedOutcome(StrEnum):
    """What became of an objection, as the statistics tell it apart."""

    OPEN = "open"
    DECLINED = "declined"
    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


COUNTED_OUTCOME_NAMES = {
    CountedOutcome.OPEN: "正在办理",
    CountedOutcome.DECLINED: "不予受理",
    CountedOutcome.UPHELD: "成立",
    CountedOutcome.PARTLY_UPHELD: "部分成立",
    CountedOutcome.DISMISSED: "不成立",
    CountedOutcome.WITHDRAWN: "撤回",
    CountedOutcome.LAPSED: "逾期",
}


@dataclass(frozen=True, slots=True)
class StatisticsScope:
    """Which objections are counted: of one programme, of one round of it, or all."""

    programme_id: int | None = None
    round_number: int | None = None


@dataclass
class StatisticsRow:
    """One line: its name, its objections by outcome, and of a unit its cases and the time that they took."""

    name: str
    outcomes: Counter[CountedOutcome] = field(default_factory=Counter)
    cases: int = 0
    to_decide: TimesTaken = field(default_factory=TimesTaken)
    to_conclude: TimesTaken = field(default_factory=TimesTaken)

    @property
    def objections(self) -> int:
        return self.outcomes.total()


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything the page, the picture and the sheet say. The total of each part is `total`."""

    total: StatisticsRow
    by_unit: list[StatisticsRow]
    by_category: list[StatisticsRow]
    by_channel: list[StatisticsRow]


@dataclass(frozen=True, slots=True)
class _Count:
    unit_id: int
    category: Category
    channel: Channel
    outcome: CountedOutcome
    objections: int


def count(session: Session, scope: StatisticsScope, actor: Actor, now: dt.datetime) -> Statistics:
    """Count the objections of a scope as they stand at `now`. Raises NotAllowed for anybody but the office."""
    require_office(actor)
    counts = _counts(session, scope, now)
    times = _times(session, scope)
    units = {unit.id: unit.name for unit in session.scalars(select(Unit).where(Unit.id.in_(times.keys())))}
    by_unit = {unit_id: StatisticsRow(units[unit_id]) for unit_id in sorted(times)}
    by_category = {each: StatisticsRow(name) for each, name in CATEGORY_NAMES.items()}
    by_channel = {each: StatisticsRow(name) for each, name in CHANNEL_NAMES.items()}
    total = StatisticsRow("合计")
    for each in counts:
        for row in (by_unit[each.unit_id], by_category[each.category], by_channel[each.channel], total):
            row.outcomes[each.outcome] += each.objections
    for unit_id, row in by_unit.items():
        _put_times(row, [times[unit_id]])
    _put_times(total, list(times.values()))
    return Statistics(total, list(by_unit.values()), list(by_category.values()), list(by_channel.values()))


@dataclass
class _Taken:
    cases: int = 0
    to_decide: list[int] = field(default_factory=list)
    to_conclude: list[int] = field(default_factory=list)


def _put_times(row: StatisticsRow, taken: Sequence[_Taken]) -> None:
    row.cases = sum(each.cases for each in taken)
    row.to_decide = TimesTaken.of([days for each in taken for days in each.to_decide])
    row.to_conclude = TimesTaken.of([days for each in taken for days in each.to_conclude])


def _counts(session: Session, scope: StatisticsScope, now: dt.datetime) -> list[_Count]:
    channel = func.coalesce(cast(Registration.channel, String), Channel.WEB.value)
    outcome = _outcome(now)
    rows = session.execute(
        select(Case.handler_unit_id, Objection.category, channel, outcome, func.count())
        .select_from(Objection)
        .join(Case, Objection.case_id == Case.id)
        .join(Entry, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .outerjoin(Registration, Registration.objection_id == Objection.id)
        .where(*_within(scope))
        .group_by(Case.handler_unit_id, Objection.category, channel, outcome)
    )
    return [
        _Count(unit_id, category, Channel(channel), CountedOutcome(outcome), number)
        for unit_id, category, channel, outcome, number in rows
    ]


def _outcome(now: dt.datetime) -> ColumnElement[str]:
    """Return the outcome of a case in SQL. An open one has lapsed from the deadline on, settled or not (R26)."""
    opened = Case.state.in_(OPEN_STATES)
    concluded = [
        (and_(Case.state == State.CONCLUDED, Case.conclusion == each), CountedOutcome(each.value).value)
        for each in Conclusion
    ]
    return case(
        (and_(opened, Period.conclude_by > now), CountedOutcome.OPEN.value),
        (opened, CountedOutcome.LAPSED.value),
        (Case.state == State.LAPSED, CountedOutcome.LAPSED.value),
        (Case.state == State.DECLINED, CountedOutcome.DECLINED.value),
        *concluded,
    )


def _within(scope: StatisticsScope) -> Iterable[ColumnElement[bool]]:
    if scope.programme_id is not None:
        yield Period.programme_id == scope.programme_id
    if scope.round_number is not None:
        yield Period.round_number == scope.round_number


def _times(session: Session, scope: StatisticsScope) -> dict[int, _Taken]:
    """Return how long the cases of each unit took, counted on the days that are stored with their periods."""
    found = session.execute(
        select(Case.handler_unit_id, Case.received_at, Case.decided_at, Case.confirmed_at, Period)
        .join(Entry, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(Case.state != State.JOINED, *_within(scope))
        .options(joinedload(Period.programme))
    ).all()
    tables: dict[int, DayTable] = {}
    by_unit: dict[int, _Taken] = {}
    for unit_id, received_at, decided_at, confirmed_at, period in found:
        days = tables.get(period.id) or tables.setdefault(period.id, period.day_table)
        taken = by_unit.setdefault(unit_id, _Taken())
        taken.cases += 1
        if decided_at is not None:
            taken.to_decide.append(count_workdays_taken(received_at, decided_at, days))
        if confirmed_at is not None:
            taken.to_conclude.append(count_workdays_taken(received_at, confirmed_at, days))
    return by_unit
