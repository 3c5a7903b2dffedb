"""Synthetic content, inserted in bulk: a city round open now, an archive of past periods, open cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.database import Database
from app.demo import people
from app.domain.calendar.workdays import Day, DayKind, local_date, nth_workday_before
from app.domain.cases.states import Role, State
from app.domain.periods.rounds import Kind
from app.domain.periods.window import WindowPlan, count_window
from app.models import Case, Entry, Nominee, Period, Programme, Unit, UnitKind, User
from app.models.periods import days_to_json

_SEED = 20251016
_COLLECTIVES = 3  # one of three is a collective, as in the notice
_ONE_DAY = dt.timedelta(days=1)


class EveryWeekday:
    """A calendar without holidays: the bench runs on any day, past any horizon."""

    version = "every weekday"

    def day(self, date: dt.date) -> Day:
        return Day(date, DayKind.WORKDAY if date.weekday() < 5 else DayKind.WEEKEND)


CALENDAR = EveryWeekday()


def as_counted(plan: WindowPlan, conclude_workdays: int) -> dict[str, Any]:
    """Return the columns of a period that its window and its calendar fill."""
    return {
        "opens_at": plan.window.opens_at,
        "closes_at": plan.window.closes_at,
        "conclude_by": plan.conclude_by,
        "conclude_workdays": conclude_workdays,
        "days": days_to_json(plan.days),
        "calendar_version": plan.calendar_version,
        "provisional": False,
        "estimated": False,
    }


def city_round(database: Database, now: dt.datetime, *, entries: int = 150, archive: int = 0, cases: int = 0) -> int:
    """Fill a migrated, empty database. Returns the period: open at `now`, with `cases` received on its entries.

    With `cases` its deadline is over instead, so that they can be settled.
    """
    with database.writer() as session:
        office = Unit(kind=UnitKind.OFFICE, name="市评选表彰工作专班", phone="0874-0000000", address="演示市文昌街1号")
        session.add(office)
        session.flush()
        user = User(login="office", name="周工", role=Role.OFFICE, unit_id=office.id, password_hash="")
        programme = Programme(
            title="提升人民群众获得感幸福感安全感先进集体和先进个人评选表彰",
            collective_honour="先进集体",
            individual_honour="先进个人",
            lapse_clause="第四部分（二）3：在规定时间内无法作出结论的，取消该推荐对象参评资格",
            upheld_clause="第七部分（二）：未按规定程序和要求推荐的，经核实后取消推荐评选资格",
            created_at=now,
        )
        units = [Unit(kind=UnitKind.RECOMMENDER, name=quota.recommender, parent=office) for quota in people.quotas()]
        session.add_all([user, programme, *units])
        session.flush()
        today = local_date(now)
        first = nth_workday_before(today, 20 if cases else 1, CALENDAR)
        period = _period(session, programme, office, user, first, units, entries)
        for number in range(archive):
            before = nth_workday_before(first - number // 4 * _ONE_DAY, 12, CALENDAR)
            _period(session, programme, units[number % len(units)], user, before, units, 1)
        entry_ids = _entries(session, programme, period, units, entries)
        if cases:
            _cases(session, period, entry_ids, cases)
        session.commit()
        return period.id


def _period(
    session: Session, programme: Programme, organiser: Unit, user: User, opening: dt.date, units: list[Unit], size: int
) -> Period:
    plan: WindowPlan = count_window(opening, 3, CALENDAR)
    over = organiser.kind is not UnitKind.OFFICE
    period = Period(
        programme_id=programme.id,
        round_number=2 if over else 3,
        organiser_id=organiser.id,
        **as_counted(plan, 3),
        collectives=size // _COLLECTIVES,
        individuals=size - size // _COLLECTIVES,
        recommenders=[unit.name for unit in units],
        scheduled_by=user.id,
        scheduled_at=plan.window.opens_at - _ONE_DAY,
        settled_at=plan.conclude_by if over else None,
    )
    session.add(period)
    session.flush()
    return period


def _entries(session: Session, programme: Programme, period: Period, units: list[Unit], count: int) -> list[int]:
    rows = [
        {
            "position": position,
            "kind": Kind(person.kind),
            "name": person.name,
            "post": person.post,
            "category": person.category,
            "trade": person.trade,
            "deeds": person.deeds,
            "unit": person.workplace,
            "recommender": unit,
        }
        for position, (unit, person) in enumerate(islice(_people(units), count), start=1)
    ]
    nominees = list(
        session.scalars(
            insert(Nominee).returning(Nominee.id, sort_by_parameter_order=True),
            [
                {name: value for name, value in row.items() if name not in ("unit", "recommender")}
                | {
                    "programme_id": programme.id,
                    "unit_id": row["recommender"].id,
                    "recommender_id": row["recommender"].id,
                }
                for row in rows
            ],
        )
    )
    return list(
        session.scalars(
            insert(Entry).returning(Entry.id, sort_by_parameter_order=True),
            [
                row | {"recommender": row["recommender"].name, "period_id": period.id, "nominee_id": nominee}
                for row, nominee in zip(rows, nominees, strict=True)
            ],
        )
    )


def _people(units: list[Unit]) -> Iterator[tuple[Unit, people.DemoNominee]]:
    """Repeat the demonstration's 150 made-up nominees without end, so that every page of 150 shows the same."""
    quotas = list(zip(units, people.quotas(), strict=True))
    return cycle([(unit, person) for unit, quota in quotas for person in people.nominees(quota, _SEED)])


def _cases(session: Session, period: Period, entries: list[int], count: int) -> None:
    highest = session.scalar(select(func.max(Case.id))) or 0
    session.execute(
        insert(Case),
        [
            {
                "id": highest + number,  # counted: ids drawn for so many rows at once may meet
                "entry_id": entry,
                "state": State.RECEIVED,
                "handler_unit_id": period.organiser_id,
                "received_at": period.opens_at,
                "escalates_at": period.conclude_by,
            }
            for number, entry in enumerate(islice(cycle(entries), count), start=1)
        ],
    )
