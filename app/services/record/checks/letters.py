"""Invariants of letters, of their numbers, and of the days that they name (R34)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.calendar.workdays import midnight
from app.domain.cases.letters import ENDS, LETTERS, SIGNED_BY_OFFICE, LetterKind, Reader
from app.domain.cases.second_look import LookOutcome
from app.models import (
    Case,
    Disqualification,
    Entry,
    Letter,
    LetterCount,
    Objection,
    Period,
    Programme,
    Reversal,
    SecondLook,
    Unit,
    UnitKind,
)
from app.services.record.checks.registry import LiveData, cases_in_periods, invariant

# A second look opened the case again after that letter: it is of an end that does not count any more.
_OPENED_AGAIN = (
    exists()
    .where(
        SecondLook.case_id == Case.id,
        SecondLook.outcome == LookOutcome.REOPENED,
        SecondLook.decided_at > Letter.made_at,
    )
    .correlate(Case, Letter)  # by itself it would ask about any case
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


@invariant("R19", "反映单位自身问题的案件，文书只有市级专班看得到")
def letters_of_a_complaint_are_the_offices(_live: LiveData) -> Select[int]:
    complaint = exists().where(Objection.case_id == Case.id, Objection.against_handler)
    query = select(Letter.id).join(Case, Letter.case_id == Case.id).join(Entry, Case.entry_id == Entry.id)
    query = query.join(Period, Entry.period_id == Period.id).join(Unit, Period.organiser_id == Unit.id)
    told = or_(~Letter.office_only, Letter.reader == Reader.UNIT)
    return query.where(complaint, Unit.kind != UnitKind.OFFICE, told)


@invariant("R34", "补正的期限不晚于办结期限")
def supplement_is_due_before_the_deadline(_live: LiveData) -> Select[int]:
    return cases_in_periods(Case.supplement_by > Period.conclude_by)


@invariant("R34", "每份文书各有各的编号")
def letter_number_is_given_once(_live: LiveData) -> Select[int]:
    key = Letter.programme_id, Letter.series, Letter.year, Letter.number
    numbers = select(func.min(Letter.id).label("first"), *key).group_by(*key).having(func.count() > 1).subquery()
    same = and_(*(numbers.c[column.key] == column for column in key))
    return select(Letter.id).join(numbers, same).where(Letter.id != numbers.c.first)


@invariant("R34", "各项评选活动的文书代字各不相同")
def letter_mark_is_of_one_programme(_live: LiveData) -> Select[int]:
    first = select(func.min(Programme.id)).group_by(Programme.letter_mark)
    return select(Programme.id).where(Programme.id.not_in(first))


@invariant("R34", "文书按作出的年份编号")
def letter_is_numbered_in_its_year(live: LiveData) -> Iterator[Select[int]]:
    for year in live.session.scalars(select(Letter.year).distinct()).all():
        begins, ends = (midnight(dt.date(each, 1, 1)) for each in (year, year + 1))
        yield select(Letter.id).where(Letter.year == year, or_(Letter.made_at < begins, Letter.made_at >= ends))


@invariant("R34", "文书的种类和收件人与案件走到的那一步相符")
def letter_fits_its_turn(_live: LiveData) -> Select[int]:
    fits = [
        and_(Letter.turn == turn, Letter.kind == kind, Letter.reader == reader)
        for turn, letters in LETTERS.items()
        for kind, reader in letters
    ]
    return select(Letter.id).where(~or_(*fits))


@invariant("R34", "文书在案件收到以后作出，作出以后才印发，写明谁印发的")
def letter_goes_out_after_it_was_made(live: LiveData) -> Select[int]:
    half = Letter.issued_at.is_(None) != Letter.issued_by.is_(None)
    wrong = or_(half, Letter.issued_at < Letter.made_at, Letter.made_at < Case.received_at, Letter.made_at > live.soon)
    return select(Letter.id).join(Case, Letter.case_id == Case.id).where(wrong)


@invariant("R34", "给异议人的文书，说的是异议人自己那件异议的公示条目")
def letter_is_of_its_objection(_live: LiveData) -> Select[int]:
    """Compare entries, not cases: an objection goes on in the case that its own was joined into."""
    query = select(Letter.id).join(Case, Letter.case_id == Case.id)
    return query.join(Objection, Letter.objection_id == Objection.id).where(Objection.entry_id != Case.entry_id)


@invariant("R34", "由市级专班作出的决定，文书由市级专班具名")
def letter_of_the_office_is_signed_by_it(_live: LiveData) -> Select[int]:
    query = select(Letter.id).join(Unit, Letter.signed_by_id == Unit.id)
    return query.where(or_(Letter.turn.in_(SIGNED_BY_OFFICE), Letter.office_only), Unit.kind != UnitKind.OFFICE)


@invariant("R34", "取消决定撤销以后，有给推荐对象的恢复参评资格告知书")
def reversal_has_its_letter(_live: LiveData) -> Select[int]:
    on_the_same = aliased(Case)
    there = (
        select(Letter.id)
        .join(on_the_same, Letter.case_id == on_the_same.id)
        .where(Letter.kind == LetterKind.RESTORATION, Letter.reader == Reader.NOMINEE)
        .where(on_the_same.entry_id == Case.entry_id, Letter.made_at >= Reversal.confirmed_at)
        .correlate(Case, Reversal)
        .exists()
    )
    query = select(Reversal.id).join(Disqualification, Reversal.disqualification_id == Disqualification.id)
    query = query.join(Case, Disqualification.case_id == Case.id)
    return query.where(Reversal.confirmed_at.is_not(None), ~Case.before_letters, ~there)


@invariant("R34", "要求补正的，写明补正到哪一天，在要求以后")
def supplement_is_due_after_it_was_asked(_live: LiveData) -> Select[int]:
    return select(Case.id).where(Case.supplement_by <= Case.supplement_asked_at)
