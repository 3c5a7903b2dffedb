"""A second programme of a long installation: its nominees wait for round 1, for conditions, for a review, for round 2.

Each has a sealed dossier. Of eight in a unit, four wait for round 1; of two somebody has to confirm the conditions, one
waits for the first review, and one for round 2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.domain.calendar.workdays import local_date, nth_workday_before
from app.domain.nominees.eligibility import conditions_of
from app.domain.periods.rounds import Kind
from app.domain.periods.window import count_window
from app.models import Confirmation, Dossier, Entry, Nominee, Period, Programme, Quota, Review, ReviewStage, Stage, Unit
from app.sealing import Keyring
from app.services.nominees.dossiers import make_dossier
from bench.content import CALENDAR, as_counted

_AT_ONCE = 1_000
_SHARES = 8
_SHOWN, _CONFIRMED, _REVIEWED = 4, 6, 7  # from this place among eight on
_LASTS = dt.timedelta(days=40)  # each of its stages


def write(
    session: Session, keyring: Keyring, units: Sequence[Unit], user_id: int, now: dt.datetime, shares: Sequence[int]
) -> Programme:
    """Write the programme with so many nominees of each unit, older than any other, and return it."""
    programme = _programme(session, units, now, sum(shares))
    own = session.scalars(select(Unit.id).where(Unit.parent_id.in_([unit.id for unit in units])).order_by(Unit.id))
    by_parent: dict[int, list[int]] = {unit.id: [] for unit in units}
    parents = {row.id: row.parent_id for row in session.execute(select(Unit.id, Unit.parent_id))}
    for unit_id in own:
        by_parent[parents[unit_id] or 0].append(unit_id)
    first = (session.scalar(select(func.max(Nominee.id))) or 0) + 1
    places = [_Place(unit, within) for unit, share in enumerate(shares) for within in range(share)]
    nominees = [
        (place, _nominee(programme, units[place.unit], by_parent, first + number, place))
        for number, place in enumerate(places)
    ]
    rows = [row for _, row in nominees]
    _insert(session, Nominee, rows)
    sealed = [make_dossier(keyring, row["id"], {"penalties": "无", "unit_type": "机关"}) for row in rows]
    _insert(session, Dossier, [{"nominee_id": row.nominee_id, "sealed": row.sealed} for row in sealed])
    _shown(session, programme, units, user_id, now, nominees)
    _judged(session, programme, user_id, now, nominees)
    return programme


def _programme(session: Session, units: Sequence[Unit], now: dt.datetime, count: int) -> Programme:
    programme = Programme(
        title="见义勇为先进集体和先进个人评选表彰",
        letter_mark="见义",
        collective_honour="见义勇为先进集体",
        individual_honour="见义勇为先进个人",
        lapse_clause="第四部分（二）3：在规定时间内无法作出结论的，取消该推荐对象参评资格",
        upheld_clause="第七部分（二）：未按规定程序和要求推荐的，经核实后取消推荐评选资格",
        created_at=now - dt.timedelta(days=90),
    )
    session.add(programme)
    session.flush()
    starts = local_date(now) - dt.timedelta(days=20)
    for number in range(1, 5):
        ends = starts + _LASTS
        session.add(Stage(programme_id=programme.id, number=number, starts_on=starts, ends_on=ends))
        starts = ends + dt.timedelta(days=1)
    places = {"programme_id": programme.id, "collectives": count, "individuals": count}
    session.add_all(Quota(unit_id=unit.id, **places) for unit in units)
    session.flush()
    return programme


@dataclass(frozen=True, slots=True)
class _Place:
    """The how manieth nominee of which unit, both from 0."""

    unit: int
    within: int

    @property
    def of_eight(self) -> int:
        """How far a nominee is. Units begin at different places, so that those with few nominees differ."""
        return (self.within + self.unit) % _SHARES


_Nominees = Sequence[tuple[_Place, dict[str, Any]]]


def _nominee(programme: Programme, unit: Unit, own: dict[int, list[int]], id_: int, place: _Place) -> dict[str, Any]:
    below = own[unit.id] or [unit.id]
    return {
        "id": id_,
        "programme_id": programme.id,
        "recommender_id": unit.id,
        "unit_id": below[place.within % len(below)],
        "kind": Kind.COLLECTIVE if place.within % 3 == 0 else Kind.INDIVIDUAL,
        "name": f"候选对象{id_}",
        "position": place.within + 1,
        "category": "公务员" if place.within % 2 else "",
        "rank": "none",
        "deeds": "长期在基层一线工作，完成了多项任务，得到群众好评。" * 8,
    }


def _shown(
    session: Session, programme: Programme, units: Sequence[Unit], user_id: int, now: dt.datetime, nominees: _Nominees
) -> None:
    """Show half of each unit's nominees in a round 1 that is over."""
    plan = count_window(nth_workday_before(local_date(now), 15, CALENDAR), 3, CALENDAR)
    for number, unit in enumerate(units):
        period = Period(
            programme_id=programme.id,
            round_number=1,
            organiser_id=unit.id,
            **as_counted(plan, 3),
            collectives=0,
            individuals=0,
            recommenders=[unit.name],
            scheduled_by=user_id,
            scheduled_at=plan.window.opens_at - dt.timedelta(days=1),
            settled_at=plan.conclude_by,
            closed_at=plan.conclude_by,
        )
        session.add(period)
        session.flush()
        there = [row for place, row in nominees if place.unit == number and place.of_eight >= _SHOWN]
        shown = [
            {"period_id": period.id, "nominee_id": row["id"], "position": position}
            | {name: row[name] for name in ("kind", "name", "category", "deeds")}
            for position, row in enumerate(there, start=1)
        ]
        _insert(session, Entry, shown)


def _judged(session: Session, programme: Programme, user_id: int, now: dt.datetime, nominees: _Nominees) -> None:
    by = {"met": True, "note": "", "confirmed_by": user_id, "confirmed_at": now}
    said = [
        by | {"nominee_id": row["id"], "condition": key}
        for place, row in nominees
        if place.of_eight >= _CONFIRMED
        for key in conditions_of(row["kind"], programme.rules)
    ]
    _insert(session, Confirmation, said)
    passed = {"stage": ReviewStage.PRELIMINARY, "passed": True, "reviewed_by": user_id, "reviewed_at": now}
    reviewed = [row for place, row in nominees if place.of_eight >= _REVIEWED]
    _insert(session, Review, [passed | {"nominee_id": row["id"], "reason": ""} for row in reviewed])


def _insert(session: Session, table: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        session.execute(insert(table), rows[start : start + _AT_ONCE])
