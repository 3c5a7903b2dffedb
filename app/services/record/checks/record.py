"""Invariants of the record: its chain, who acted on what, and that what happened stands in it (R1, R32)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, literal, or_, select

from app.domain.cases.states import State
from app.models import (
    ActSeal,
    AuditRow,
    Base,
    Case,
    Closing,
    Disqualification,
    Nominee,
    Objection,
    Period,
    Programme,
    StatedList,
    Unit,
    UnsealedAct,
    User,
)
from app.services.record.checks.registry import LiveData, invariant, is_on_record
from app.services.record.sealer import SEALED_WITHIN
from app.services.record.verifying import Part

Found = Iterator[tuple[type[Base], int]]
_SUBJECTS: dict[str, type[Base]] = {
    "case": Case,
    "nominee": Nominee,
    "period": Period,
    "programme": Programme,
    "unit": Unit,
    "user": User,
}
# One of these acts led there. A declined case that is opened again counts as accepted (R35).
_LED_THERE = {
    State.ACCEPTED: ("case.accept", "case.reopen"),
    State.INVESTIGATING: ("case.accept", "case.reopen"),
    State.CONCLUDED: ("case.confirm",),
    State.DECLINED: ("case.decline",),
    State.JOINED: ("case.join",),
    State.LAPSED: ("case.lapsed",),
}


def _misfit(live: LiveData, part: Part) -> Found:
    found = live.record
    if found.broken_at is not None and found.part is part:
        yield ActSeal, found.broken_at


@invariant("R32", "记录前后相连，没有改动、缺少或者调换")
def record_is_one_whole_chain(live: LiveData) -> Found:
    yield from _misfit(live, Part.CHAIN)


@invariant("R38", "校验树与记录逐条相符")
def tree_is_that_of_the_record(live: LiveData) -> Found:
    yield from _misfit(live, Part.TREE)


@invariant("R38", "公布的存证与记录相符")
def checkpoint_is_that_of_the_record(live: LiveData) -> Found:
    yield from _misfit(live, Part.CHECKPOINT)


@invariant("R38", "每条记录写下后一分钟内编号")
def act_is_sealed_within_a_minute(live: LiveData) -> Select[int]:
    """Count from when the portal was last on record as serving: what was written before a stop waits for the start."""
    late = AuditRow.at < live.served - SEALED_WITHIN
    return select(UnsealedAct.act_id).join(AuditRow, AuditRow.id == UnsealedAct.act_id).where(late)


@invariant("R1", "没有写到将来的记录")
def record_is_not_of_the_future(live: LiveData) -> Select[int]:
    return select(AuditRow.id).where(AuditRow.at > live.soon)


def _named(live: LiveData, column: ColumnElement[str]) -> Iterator[tuple[str, int, int]]:
    """Each kind and number that a column of the record names, with the first row that does."""
    named = select(column, func.min(AuditRow.id)).where(column.like("%:%")).group_by(column)
    for text, row_id in live.session.execute(named):
        kind, _, number = text.partition(":")
        if kind in _SUBJECTS and number.isascii() and number.isdigit():
            yield kind, int(number), row_id


@invariant("R32", "记录里的每个人都在账号里")
def actor_of_the_record_is_known(live: LiveData) -> Found:
    people = set(live.session.scalars(select(User.id)))
    for _, number, row_id in _named(live, AuditRow.actor.expression):
        if number not in people:
            yield AuditRow, row_id


@invariant("R32", "记录所说的案件、公示、对象、单位、人员都还在")
def subject_of_the_record_is_there(live: LiveData) -> Found:
    there = {kind: set(live.session.scalars(select(model.id))) for kind, model in _SUBJECTS.items()}  # type: ignore[attr-defined]
    for kind, number, row_id in _named(live, AuditRow.subject.expression):
        if number not in there[kind]:
            yield AuditRow, row_id


@invariant("R32", "每件异议的提出都有记录")
def filing_is_on_the_record(live: LiveData) -> Select[int]:
    recorded = select(live.detail("objection")).where(AuditRow.action == "objection.filed")
    unrecorded = select(Objection.id).except_(recorded)
    return select(Objection.id).where(Objection.id.in_(unrecorded))


@invariant("R32", "案件走到这一步，记录里有")
def state_of_a_case_is_on_the_record(_live: LiveData) -> Iterator[Select[int]]:
    for state, actions in _LED_THERE.items():
        led = [is_on_record(action, "case", Case.id) for action in actions]
        yield select(Case.id).where(Case.state == state, ~or_(*led))


@invariant("R32", "每次公示的安排都有记录")
def scheduling_is_on_the_record(_live: LiveData) -> Select[int]:
    return select(Period.id).where(~is_on_record("period.scheduled", "period", Period.id))


@invariant("R32", "每次公示的撤回、到期处理都有记录")
def end_of_a_period_is_on_the_record(_live: LiveData) -> Iterator[Select[int]]:
    for column, action in ((Period.cancelled_at, "period.cancelled"), (Period.settled_at, "period.settled")):
        yield select(Period.id).where(column.is_not(None), ~is_on_record(action, "period", Period.id))


@invariant("R32", "每次公示的办结都有记录")
def closing_is_on_the_record(_live: LiveData) -> Select[int]:
    return select(Closing.id).where(~is_on_record("period.closed", "period", Closing.period_id))


@invariant("R38", "每份存证的名单都有记录，校验值相同")
def stated_list_is_on_the_record(_live: LiveData) -> Select[int]:
    told = exists().where(
        AuditRow.subject == literal("period:") + cast(StatedList.period_id, String),
        AuditRow.action == literal("period.list_") + cast(StatedList.listing, String),
        AuditRow.details.contains(StatedList.digest),
    )
    return select(StatedList.id).where(~told)


@invariant("R32", "每次取消资格都有记录")
def disqualification_is_on_the_record(_live: LiveData) -> Select[int]:
    recorded = is_on_record("nominee.disqualified", "nominee", Disqualification.nominee_id)
    return select(Disqualification.id).where(~recorded)


@invariant("R32", "每次退出都有记录")
def withdrawal_is_on_the_record(_live: LiveData) -> Select[int]:
    return select(Nominee.id).where(
        Nominee.withdrawn_at.is_not(None), ~is_on_record("nominee.withdrawn", "nominee", Nominee.id)
    )


@invariant("R32", "记录的每一行都写明谁、做了什么、对什么事")
def row_of_the_record_is_complete(_live: LiveData) -> Select[int]:
    return select(AuditRow.id).where(or_(AuditRow.actor == "", AuditRow.action == "", AuditRow.subject == ""))
