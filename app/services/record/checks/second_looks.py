"""Invariants of second looks: asked once, in time, answered by somebody else, and what came of them (R35)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, String, cast, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.domain.cases.second_look import LookOutcome
from app.domain.cases.states import Action, Conclusion, Role, State
from app.models import (
    AuditRow,
    Base,
    Case,
    Entry,
    Objection,
    Period,
    Recusal,
    SecondLook,
    Unit,
    UnitKind,
    User,
)
from app.services.record.checks.registry import LiveData, invariant, is_on_record

_ON_RECORD = {
    LookOutcome.CONFIRMED: f"case.{Action.CONFIRM_LOOK}",
    LookOutcome.REOPENED: f"case.{Action.REOPEN}",
}


def _looks() -> Select[int]:
    query = select(SecondLook.id).join(Case, SecondLook.case_id == Case.id).join(Entry, Case.entry_id == Entry.id)
    return query.join(Period, Entry.period_id == Period.id)


@invariant("R35", "复核都在办结期限以前申请、以前答复")
def second_look_is_before_the_deadline(_live: LiveData) -> Select[int]:
    late = SecondLook.asked_at >= Period.conclude_by, SecondLook.decided_at >= Period.conclude_by
    return _looks().where(or_(*late))


@invariant("R35", "每位异议人只申请一次复核")
def second_look_is_asked_once(_live: LiveData) -> Select[int]:
    first = aliased(SecondLook)
    again = exists().where(first.objection_id == SecondLook.objection_id, first.id < SecondLook.id)
    return select(SecondLook.id).where(again)


@invariant("R35", "申请复核的异议，针对复核的案件的公示条目")
def second_look_is_of_its_objection(_live: LiveData) -> Select[int]:
    return _looks().join(Objection, SecondLook.objection_id == Objection.id).where(Objection.entry_id != Case.entry_id)


@invariant("R35", "待复核和维持的，都是不予受理或者异议不成立（以后又重新办理的除外）")
def second_look_is_of_a_decline_or_a_dismissal(_live: LiveData) -> Select[int]:
    reopened = aliased(SecondLook)
    since = exists().where(
        reopened.case_id == SecondLook.case_id,
        reopened.outcome == LookOutcome.REOPENED,
        reopened.decided_at >= SecondLook.asked_at,
    )
    stands = or_(Case.state == State.DECLINED, func.coalesce(Case.conclusion == Conclusion.DISMISSED, False))
    return _looks().where(~stands, ~since)


@invariant("R35", "复核在作出决定以后申请，申请以后答复")
def second_look_follows_what_it_looks_at(_live: LiveData) -> Select[int]:
    """Leave out cases that were opened again: they lost the dates of their first end."""
    ended = func.coalesce(Case.confirmed_at, Case.decided_at)
    early = (SecondLook.outcome.is_distinct_from(LookOutcome.REOPENED)) & (SecondLook.asked_at < ended)
    again = aliased(SecondLook)
    once = ~exists().where(again.case_id == SecondLook.case_id, again.outcome == LookOutcome.REOPENED)
    return _looks().where(or_(early & once, SecondLook.decided_at < SecondLook.asked_at))


@invariant("R35", "答复了的复核写明结果、理由、谁、什么时候，没有答复的都没有")
def second_look_is_answered_whole(_live: LiveData) -> Select[int]:
    parts = SecondLook.decision, SecondLook.decided_by, SecondLook.decided_at
    half = [part.is_(None) != SecondLook.outcome.is_(None) for part in parts]
    return select(SecondLook.id).where(or_(*half))


@invariant("R35", "复核由市级专班的人决定")
def second_look_is_the_offices(_live: LiveData) -> Select[int]:
    query = select(SecondLook.id).join(User, SecondLook.decided_by == User.id)
    return query.where(User.role != Role.OFFICE)


@invariant("R35", "复核的人没有办理过这个案件")
def second_look_is_by_somebody_else(live: LiveData) -> Iterator[tuple[type[Base], int] | Select[int]]:
    """By what was noted when it was asked for, and by the record."""
    decided = select(SecondLook.id, SecondLook.decided_by, SecondLook.acted).where(SecondLook.decided_by.is_not(None))
    rows: Any = live.session.execute(decided)
    yield from ((SecondLook, look_id) for look_id, decided_by, acted in rows if decided_by in acted)
    before = exists().where(
        AuditRow.subject == literal("case:") + cast(SecondLook.case_id, String),
        AuditRow.actor == literal("user:") + cast(SecondLook.decided_by, String),
        AuditRow.action.like("case.%"),
        AuditRow.action != f"case.{Action.URGE}",
        AuditRow.at < SecondLook.decided_at,
    )
    yield select(SecondLook.id).where(before)


@invariant("R35", "回避的人没有决定复核")
def nobody_recused_decides_a_second_look(_live: LiveData) -> Select[int]:
    recused = (Recusal.user_id == SecondLook.decided_by) & (Recusal.recused_at < SecondLook.decided_at)
    return select(SecondLook.id).where(exists().where(Recusal.case_id == SecondLook.case_id, recused))


@invariant("R35", "复核后重新办理的案件由市级专班办理")
def reopened_case_is_the_offices(_live: LiveData) -> Select[int]:
    reopened = exists().where(SecondLook.case_id == Case.id, SecondLook.outcome == LookOutcome.REOPENED)
    return select(Case.id).join(Unit, Case.handler_unit_id == Unit.id).where(reopened, Unit.kind != UnitKind.OFFICE)


@invariant("R35", "申请复核、答复复核都有记录")
def second_look_is_on_the_record(_live: LiveData) -> Iterator[Select[int]]:
    yield select(SecondLook.id).where(~is_on_record("objection.look_asked", "case", SecondLook.case_id))
    for outcome, action in _ON_RECORD.items():
        answered = SecondLook.outcome == outcome
        yield select(SecondLook.id).where(answered, ~is_on_record(action, "case", SecondLook.case_id))
