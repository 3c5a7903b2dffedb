"""异议台账: one line an objection, with the columns that an office keeps, and never who filed it (R19, R33).

An identity is opened one by one, by two people and with a reason, on the page of its case; a sheet that held them all
would be that for nobody's reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.calendar.workdays import local_date
from app.domain.cases.letters import LetterKind
from app.domain.cases.second_look import LOOK_OUTCOME_NAMES
from app.domain.cases.states import CONCLUSION_NAMES, DECLINE_GROUND_NAMES, STATE_NAMES, Actor, State
from app.domain.objections.arrival import CHANNEL_NAMES
from app.domain.shared.wording import coarse, full_day
from app.models import Case, Entry, Letter, Nominee, Objection, Period, Registration
from app.models.expressions import LocalDay
from app.models.objections import CATEGORY_NAMES, OBJECTOR_KIND_NAMES
from app.services.cases.visibility import cases_visible_to
from app.services.record.chain import on_unit
from app.services.shared.work import Work, use_case

COLUMNS = (
    ("序号", 8),
    ("受理编号", 18),
    ("收到日期", 16),
    ("渠道", 12),
    ("提出人", 10),
    ("推荐对象", 22),
    ("所在单位", 24),
    ("异议类别", 16),
    ("公示", 30),
    ("办理单位", 22),
    ("是否受理", 14),
    ("受理（不予受理）日期", 20),
    ("处理意见", 30),
    ("作出日期", 16),
    ("送达", 34),
    ("备注", 44),
)
_ENDS = {LetterKind.ANSWER, LetterKind.DECLINE, LetterKind.DISQUALIFICATION}
_AT_ONCE = 500


def each_line(session: Session, cases: Select[Any], actor: Actor, now: dt.datetime) -> Iterator[tuple[str, ...]]:
    """Yield a line for each objection of these cases that this person may see, by the day on which it came.

    `cases` selects their ids. A few hundred objections are in memory at once. Of one day the order says nothing of who
    came first (R19).
    """
    wanted = (
        select(Objection.id)
        .join(Case, Objection.case_id == Case.id)
        .where(Case.id.in_(cases.correlate(None)), cases_visible_to(actor, now))
        .order_by(LocalDay(Objection.filed_at), Case.id, Objection.id)
    )
    ids = session.scalars(wanted).all()
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        read = _read(session, some, actor)
        lines = {objection.id: _line(objection, case, letters, place, now) for objection, case, letters, place in read}
        yield from (lines[each] for each in some)


@use_case
def note_export(work: Work, lines: int) -> None:
    """Record that somebody took the ledger along (R32)."""
    work.did("paper.made", on_unit(work.actor.unit_id), paper="异议台账", rows=lines)


def _read(session: Session, ids: Sequence[int], actor: Actor) -> Iterator[tuple[Objection, Case, list[Letter], str]]:
    """Yield each of these objections with its case, its letters, and the nominee's place of work."""
    rows = session.execute(
        select(Objection, Case)
        .join(Case, Objection.case_id == Case.id)
        .where(Objection.id.in_(ids))
        .options(
            joinedload(Objection.registration).joinedload(Registration.registrar),
            joinedload(Case.entry).joinedload(Entry.period).joinedload(Period.organiser),
            joinedload(Case.entry).joinedload(Entry.period).joinedload(Period.programme),
            joinedload(Case.handler_unit),
            selectinload(Case.looks),
            selectinload(Case.objections),
        )
    ).all()
    letters: dict[int, list[Letter]] = {}
    for letter in session.scalars(select(Letter).where(Letter.objection_id.in_(ids)).order_by(Letter.made_at)):
        if letter.objection_id is not None and not (letter.office_only and not actor.is_office):
            letters.setdefault(letter.objection_id, []).append(letter)
    places = _places(session, {case.entry.nominee_id for _, case in rows})
    for objection, case in rows:
        place = case.entry.unit or places.get(case.entry.nominee_id, "")
        yield objection, case, letters.get(objection.id, []), place


def _places(session: Session, nominee_ids: set[int]) -> dict[int, str]:
    rows = session.scalars(select(Nominee).where(Nominee.id.in_(nominee_ids)).options(joinedload(Nominee.unit)))
    return {row.id: row.unit.name for row in rows}


def _line(objection: Objection, case: Case, letters: list[Letter], place: str, now: dt.datetime) -> tuple[str, ...]:
    state = case.state_at(now)
    decided, decided_on = _decision(case, state)
    ended, ended_on = _end(case, state)
    return (
        case.number,
        coarse(objection.filed_at),
        CHANNEL_NAMES[objection.channel],
        OBJECTOR_KIND_NAMES[objection.objector_kind],
        case.entry.name,
        place,
        CATEGORY_NAMES[objection.category],
        case.entry.period.title,
        case.handler_unit.name,
        decided,
        coarse(decided_on) if decided_on else "",
        ended,
        full_day(ended_on) if ended_on else "",
        _delivered(letters),
        "；".join(_remarks(objection, case)),
    )


def _decision(case: Case, state: State) -> tuple[str, dt.datetime | None]:
    if state is State.DECLINED:
        return "不予受理", case.decided_at
    if case.decided_at is not None:
        return "受理", case.decided_at
    return ("未受理即逾期" if state is State.LAPSED else "待决定"), None


def _end(case: Case, state: State) -> tuple[str, dt.date | None]:
    """Return how a case ended, and the day. A lapse is of the deadline's day, which ends at its 24:00."""
    if case.conclusion is not None and case.confirmed_at is not None:
        return CONCLUSION_NAMES[case.conclusion], local_date(case.confirmed_at)
    if state is State.DECLINED and case.decline_ground is not None and case.decided_at is not None:
        return f"不予受理：{DECLINE_GROUND_NAMES[case.decline_ground]}", local_date(case.decided_at)
    if state is State.LAPSED:
        return STATE_NAMES[state], case.entry.period.conclude_day
    return "", None


def _delivered(letters: list[Letter]) -> str:
    """Tell which letter ended it for the objector, and on which day its sealed copy went out."""
    ends = [letter for letter in letters if letter.kind in _ENDS]
    if not ends:
        return ""
    last = ends[-1]
    return f"{last.numbered}，{f'{coarse(last.issued_at)}发出' if last.issued_at else '还没有盖章发出'}"


def _remarks(objection: Objection, case: Case) -> Iterator[str]:
    registered: Any = objection.registration
    if len(case.objections) > 1:
        yield f"同案{len(case.objections)}件异议"
    if registered is not None and registered.late_reason:
        yield f"补登：{registered.late_reason}"
    if objection.withdrawn_at is not None:
        yield f"{coarse(objection.withdrawn_at)}异议人撤回"
    for look in case.looks:
        if look.objection_id == objection.id:
            yield f"申请复核：{LOOK_OUTCOME_NAMES[look.outcome] if look.outcome else '待答复'}"
