"""Invariants of letters, of the days that they name, and of second looks (R34, R35)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.cases.letters import ENDS, LetterKind, Reader
from app.domain.cases.second_look import LookOutcome
from app.models import (
    Base,
    Case,
    Disqualification,
    Entry,
    Letter,
    LetterCount,
    Objection,
    Period,
    SecondLook,
    Unit,
    UnitKind,
)
from app.services.record.checks.registry import LiveData, cases_in_periods, invariant

# A second look opened the case again after that letter: it is of an end that does not count any more.
_OPENED_AGAIN = exists().where(
    SecondLook.case_id == Case.id,
    SecondLook.outcome == LookOutcome.REOPENED,
    SecondLook.decided_at > Letter.made_at,
)


@invariant("R34", "办完的案件，每位异议人都有相应的文书")
def final_state_has_its_letter(_live: LiveData) -> Iterator[Select[int]]:
    """Leave out cases that had ended before there were letters: the migration marked them."""
    for state, kind in ENDS.items():
        if kind is None:
            continue
        there = exists().where(Letter.objection_id == Objection.id, Letter.kind == kind, ~_OPENED_AGAIN)
        query = select(Objection.id).join(Case, Objection.case_id == Case.id)
        yield query.where(Case.state == state, ~Case.before_letters, ~there)


@invariant("R34", "每项取消资格都有给推荐对象的告知书")
def disqualification_has_its_letter(_live: LiveData) -> Select[int]:
    on_the_same = aliased(Case)
    there = (
        select(Letter.id)
        .join(on_the_same, Letter.case_id == on_the_same.id)
        .where(
            Letter.kind == LetterKind.DISQUALIFICATION,
            Letter.reader == Reader.NOMINEE,
            on_the_same.entry_id == Case.entry_id,
        )
        .correlate(Case)
        .exists()
    )
    query = select(Disqualification.id).join(Case, Disqualification.case_id == Case.id)
    return query.where(~Case.before_letters, ~there)


@invariant("R34", "文书的编号从1连到最后一号，没有空号")
def letter_numbers_leave_none_out(_live: LiveData) -> Select[int]:
    theirs = and_(
        Letter.programme_id == LetterCount.programme_id,
        Letter.series == LetterCount.series,
        Letter.year == LetterCount.year,
    )
    there = select(func.count(Letter.number)).where(theirs).correlate(LetterCount).scalar_subquery()
    most = select(func.max(Letter.number)).where(theirs).correlate(LetterCount).scalar_subquery()
    return select(LetterCount.programme_id).where(or_(there != LetterCount.last, most != LetterCount.last))


@invariant("R19", "反映单位自身问题的案件，文书只有市工作专班看得到")
def letters_of_a_complaint_are_the_offices(_live: LiveData) -> Select[int]:
    complaint = exists().where(Objection.case_id == Case.id, Objection.against_handler)
    query = select(Letter.id).join(Case, Letter.case_id == Case.id).join(Entry, Case.entry_id == Entry.id)
    query = query.join(Period, Entry.period_id == Period.id).join(Unit, Period.organiser_id == Unit.id)
    told = or_(~Letter.office_only, Letter.reader == Reader.UNIT)
    return query.where(complaint, Unit.kind != UnitKind.OFFICE, told)


@invariant("R34", "补正的期限不晚于规定时间")
def supplement_is_due_before_the_deadline(_live: LiveData) -> Select[int]:
    return cases_in_periods(Case.supplement_by > Period.conclude_by)


def _looks() -> Select[int]:
    query = select(SecondLook.id).join(Case, SecondLook.case_id == Case.id).join(Entry, Case.entry_id == Entry.id)
    return query.join(Period, Entry.period_id == Period.id)


@invariant("R35", "复核都在规定时间以前申请、以前答复")
def second_look_is_before_the_deadline(_live: LiveData) -> Select[int]:
    late = SecondLook.asked_at >= Period.conclude_by, SecondLook.decided_at >= Period.conclude_by
    return _looks().where(or_(*late))


@invariant("R35", "复核的人没有办理过这个案件")
def second_look_is_by_somebody_else(live: LiveData) -> Iterator[tuple[type[Base], int]]:
    decided = select(SecondLook.id, SecondLook.decided_by, SecondLook.acted).where(SecondLook.decided_by.is_not(None))
    rows: Any = live.session.execute(decided)
    yield from ((SecondLook, look_id) for look_id, decided_by, acted in rows if decided_by in acted)
