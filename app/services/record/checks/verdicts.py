"""Invariants of the deadline and of disqualifications: who is out, why, since when, and who came back (R25-R29)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.cases.states import OPEN_STATES, Conclusion, State
from app.domain.cases.verdict import Ground
from app.models import Case, Disqualification, Entry, Nominee, Period, Reversal
from app.services.record.checks.registry import LiveData, cases_in_periods, invariant

_OPEN = Case.state.in_(OPEN_STATES)


@invariant("R26", "办结期限届满的案件都已按逾期处理")
def no_case_is_open_past_its_deadline(live: LiveData) -> Select[int]:
    return cases_in_periods(
        _OPEN, Period.conclude_by <= live.lately, Period.settled_at.is_(None), Period.closed_at.is_(None)
    )


@invariant("R26", "作过到期处理的公示，没有还在办理的案件")
def settled_period_has_no_open_case(_live: LiveData) -> Select[int]:
    return (
        select(Period.id)
        .join(Entry, Entry.period_id == Period.id)
        .join(Case, Case.entry_id == Entry.id)
        .where(Period.settled_at.is_not(None), _OPEN)
    )


@invariant("R26", "逾期的时间就是办结期限")
def case_lapses_at_the_deadline(_live: LiveData) -> Select[int]:
    return cases_in_periods(Case.lapsed_at != Period.conclude_by)


def _gone_before(moment: Any, but: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the entry's nominee had left the programme by then: it is not put out a second time."""
    earlier = aliased(Disqualification)
    withdrew = exists().where(Nominee.id == Entry.nominee_id, Nominee.withdrawn_at <= moment)
    out = exists().where(earlier.nominee_id == Entry.nominee_id, earlier.effective_at <= moment)
    return or_(withdrew, out) & but


@invariant("R26", "有案件逾期的对象，都已取消参评资格（已经退出或者取消的不重复）")
def lapse_puts_the_nominee_out(_live: LiveData) -> Select[int]:
    out = exists().where(
        Disqualification.nominee_id == Entry.nominee_id,
        Disqualification.period_id == Period.id,
        Disqualification.ground == Ground.LAPSED,
    )
    return cases_in_periods(Case.state == State.LAPSED, ~out, ~_gone_before(Period.conclude_by, ~out))


@invariant("R27", "异议成立的对象，都已取消参评资格（已经退出或者取消的不重复）")
def upheld_objection_puts_the_nominee_out(_live: LiveData) -> Select[int]:
    out = exists().where(Disqualification.case_id == Case.id, Disqualification.ground == Ground.UPHELD)
    upheld = (Case.state == State.CONCLUDED) & (Case.conclusion == Conclusion.UPHELD)
    return cases_in_periods(upheld, ~out, ~_gone_before(Case.confirmed_at, ~out))


def _disqualifications(*wrong: ColumnElement[bool]) -> Select[int]:
    """Select disqualifications, joined with case, entry and period."""
    return (
        select(Disqualification.id)
        .join(Case, Disqualification.case_id == Case.id)
        .join(Entry, Case.entry_id == Entry.id)
        .join(Period, Disqualification.period_id == Period.id)
        .where(*wrong)
    )


@invariant("R27", "每项取消资格都有一件逾期或者成立的异议作为依据")
def disqualification_has_its_case(_live: LiveData) -> Select[int]:
    lapsed = (Disqualification.ground == Ground.LAPSED) & (Case.state == State.LAPSED)
    upheld = (Disqualification.ground == Ground.UPHELD) & (Case.conclusion == Conclusion.UPHELD)
    case = exists().where(Case.id == Disqualification.case_id, or_(lapsed, upheld))
    return select(Disqualification.id).where(~case)


@invariant("R27", "取消资格的对象和公示，就是案件所针对的对象和公示")
def disqualification_is_of_its_cases_nominee(_live: LiveData) -> Select[int]:
    return _disqualifications(
        or_(Entry.nominee_id != Disqualification.nominee_id, Entry.period_id != Disqualification.period_id)
    )


@invariant("R26", "一个对象在一次公示中只因逾期取消一次")
def nominee_lapses_once_a_period(_live: LiveData) -> Select[int]:
    other = aliased(Disqualification)
    twice = exists().where(
        other.nominee_id == Disqualification.nominee_id,
        other.period_id == Disqualification.period_id,
        other.ground == Ground.LAPSED,
        other.id < Disqualification.id,
    )
    return select(Disqualification.id).where(Disqualification.ground == Ground.LAPSED, twice)


@invariant("R26", "因逾期取消的，自办结期限起生效")
def lapse_takes_effect_at_the_deadline(_live: LiveData) -> Select[int]:
    return _disqualifications(
        Disqualification.ground == Ground.LAPSED, Disqualification.effective_at != Period.conclude_by
    )


@invariant("R27", "因异议成立取消的，自确认之时起生效")
def upheld_takes_effect_at_confirmation(_live: LiveData) -> Select[int]:
    return _disqualifications(
        Disqualification.ground == Ground.UPHELD, Disqualification.effective_at != Case.confirmed_at
    )


@invariant("R26", "取消资格在生效以后才执行")
def disqualification_is_carried_out_after_it_took_effect(_live: LiveData) -> Select[int]:
    return select(Disqualification.id).where(Disqualification.carried_out_at < Disqualification.effective_at)


@invariant("R27", "取消资格写明依据的条款")
def disqualification_names_its_clause(_live: LiveData) -> Select[int]:
    return select(Disqualification.id).where(func.trim(Disqualification.clause) == "")


@invariant("R29", "撤销取消决定由两个人办理")
def reversal_has_two_people(_live: LiveData) -> Select[int]:
    confirmed = Reversal.confirmed_at.is_not(None)
    return select(Reversal.id).where(
        or_(Reversal.confirmed_by == Reversal.proposed_by, confirmed & Reversal.confirmed_by.is_(None))
    )


@invariant("R29", "撤销取消决定在取消以后提出，提出以后才确认，并有决定全文")
def reversal_follows_what_it_reverses(_live: LiveData) -> Select[int]:
    query = select(Reversal.id).join(Disqualification, Reversal.disqualification_id == Disqualification.id)
    return query.where(
        or_(
            Reversal.proposed_at < Disqualification.carried_out_at,
            Reversal.confirmed_at < Reversal.proposed_at,
            Reversal.decision == "",
        )
    )
