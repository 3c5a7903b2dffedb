"""Build the demonstration: the programme of the notice with its fourteen units, relative to today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.calendars.china import ChinaCalendar, estimated_notice
from app.database import Database
from app.demo import people
from app.demo.cases import Hands, Script
from app.demo.clearing import Clearing
from app.demo.diary import Diary
from app.demo.timetable import EARLIER_START, LOOK_AHEAD, Shape, shapes
from app.demo.words import AGENCY, CIVIL, INSTITUTION
from app.domain.annexes import Rank
from app.domain.cases import ROLE_NAMES, Actor, Role
from app.domain.rounds import Kind
from app.domain.workdays import Calendar, local_date, midnight, nth_workday_after, nth_workday_before
from app.models import Nominee, Period, Programme, Quota, Unit, UnitKind
from app.sealing import Keyring
from app.services import accounts, availability, calendars, closing, scheduling, settlement, warnings
from app.services.files import Vault
from app.services.record import COMMAND_LINE

PASSWORD = "gongshi-yanshi-2026"  # noqa: S105 - the demonstration's, printed on the terminal
_HOST_UNIT = "麒麟区"
LOGINS = (
    ("office", ROLE_NAMES[Role.OFFICE]),
    ("office2", ROLE_NAMES[Role.OFFICE] + "（第二人）"),
    ("head", f"{_HOST_UNIT} {ROLE_NAMES[Role.HEAD]}"),
    ("handler", f"{_HOST_UNIT} {ROLE_NAMES[Role.HANDLER]}"),
    ("auditor", ROLE_NAMES[Role.AUDITOR]),
)
_SEED = 20251016
_HOURS = "工作日 8:30-12:00，14:00-17:30"


def is_empty(database: Database) -> bool:
    with database.reader() as session:
        return session.scalar(select(Programme.id).limit(1)) is None


def build(database: Database, ring: Keyring, now: dt.datetime, vault: Vault) -> None:
    """Fill an empty database. Works on any day: where no notice reaches, an estimated one is loaded."""
    start = midnight(local_date(now) - EARLIER_START)
    diary = Diary(database, until=now)
    with database.writer() as session:
        _estimate_what_is_missing(session, local_date(now), start)
        calendar = calendars.calendar_of(session, demonstration=True)
        cast = _cast(session, start)
        for instant in (start, now):  # up without a break, so that no outage is there to make good for
            availability.beat(session, instant, now - start)
    script = Script(diary, cast.hands, ring, vault)
    clearing = Clearing(ring, vault, cast.hands[cast.office].handler)
    _earlier_programme(diary, cast, calendar, start, clearing)
    _this_programme(diary, cast, calendar, now, script, clearing)
    _watch_the_clock(diary, calendar, now)
    diary.live()


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the office, the recommending units by name, and who acts for each unit by its id."""

    office: int
    units: dict[str, int]
    hands: dict[int, Hands]  # who acts for each unit


def _estimate_what_is_missing(session: Session, today: dt.date, start: dt.datetime) -> None:
    horizon = calendars.calendar_of(session, demonstration=True).horizon
    needed = today + LOOK_AHEAD
    years = range(horizon.year + 1, needed.year + 1)
    notices = tuple(estimated_notice(year) for year in years)
    if notices:
        calendars.store_notices(session, notices, start, COMMAND_LINE)
        session.commit()


def _cast(session: Session, now: dt.datetime) -> Cast:
    office = Unit(
        kind=UnitKind.OFFICE,
        name="市实施群众满意度提升“四个工程”工作专班",
        phone="0874-0000000",
        address="演示市文昌街1号市级行政中心",
        email="office@example.com",
        hours=_HOURS,
    )
    session.add(office)
    session.flush()
    units: dict[str, int] = {}

    def person(login: str, name: str, role: Role, unit: Unit) -> Actor:
        # Whoever tries it out comes in with the password on the terminal, and keeps it.
        return accounts.add_user(session, login, name, role, unit, PASSWORD, now, must_change_password=False).actor

    hands = {
        office.id: Hands(person("office", "周工", Role.OFFICE, office), person("office2", "郑工", Role.OFFICE, office))
    }
    person("auditor", "监督员", Role.AUDITOR, office)
    for number, quota in enumerate(people.quotas(), start=1):
        unit = Unit(
            kind=UnitKind.RECOMMENDER,
            name=quota.recommender,
            parent=office,
            phone=f"0874-00000{number:02d}",
            address=f"{quota.recommender}评选推荐工作办公室",
            email=f"unit{number:02d}@example.com",
            hours=_HOURS,
        )
        session.add(unit)
        session.flush()
        units[unit.name] = unit.id
        suffix = "" if unit.name == _HOST_UNIT else f"{number:02d}"
        hands[unit.id] = Hands(
            person(f"handler{suffix}", "经办", Role.HANDLER, unit), person(f"head{suffix}", "负责人", Role.HEAD, unit)
        )
    return Cast(office.id, units, hands)


def _programme(session: Session, title: str, number: str, now: dt.datetime) -> Programme:
    programme = Programme(
        title=title,
        notice_number=number,
        collective_honour="提升人民群众获得感幸福感安全感先进集体",
        individual_honour="提升人民群众获得感幸福感安全感先进个人",
        lapse_clause="评选通知第四部分（二）3：若在规定时间内无法作出结论的，取消该推荐对象参评资格",
        upheld_clause="评选通知第七部分（二）：未按规定程序和要求推荐的，经核实后取消推荐评选资格",
        demonstration=True,
        created_at=now,
    )
    session.add(programme)
    session.flush()
    return programme


def _nominees(session: Session, programme: Programme, unit_id: int, made_up: Iterable[people.Person]) -> list[Nominee]:
    """Nominees with units of their own under the recommending one."""
    nominees = []
    for position, person in enumerate(made_up, start=1):
        own = session.scalar(select(Unit).where(Unit.name == person.workplace, Unit.parent_id == unit_id))
        own = own or Unit(kind=UnitKind.OWN, name=person.workplace, parent_id=unit_id, hours=_HOURS)
        session.add(own)
        session.flush()
        nominee = Nominee(
            programme_id=programme.id,
            kind=Kind(person.kind),
            name=person.name,
            unit_id=own.id,
            recommender_id=unit_id,
            position=position,
            post=person.post,
            category=person.category,
            trade=person.trade,
            rank=_rank(person),
            deeds=person.deeds,
        )
        session.add(nominee)
        nominees.append(nominee)
    session.flush()
    return nominees


def _rank(person: people.Person) -> Rank:
    if "处级" in person.post:
        return Rank.COUNTY
    return Rank.BELOW if person.category in (AGENCY, INSTITUTION, CIVIL) else Rank.NONE


def _cast_programme(
    diary: Diary, cast: Cast, title: str, number: str, seed: int, at: dt.datetime, most: int | None
) -> tuple[int, dict[int, list[Nominee]]]:
    """A programme with its quotas and nominees; `most` of each kind a unit for a small one."""
    with diary.database.writer() as session:
        programme = _programme(session, title, number, at)
        by_unit: dict[int, list[Nominee]] = {}
        for quota in people.quotas():
            unit_id = cast.units[quota.recommender]
            made_up = people.nominees(quota, seed)
            teams = [person for person in made_up if person.kind == Kind.COLLECTIVE][:most]
            persons = [person for person in made_up if person.kind == Kind.INDIVIDUAL][:most]
            session.add(
                Quota(
                    programme_id=programme.id,
                    unit_id=unit_id,
                    field=quota.field,
                    collectives=len(teams),
                    individuals=len(persons),
                )
            )
            by_unit[unit_id] = _nominees(session, programme, unit_id, [*teams, *persons])
        session.commit()
        return programme.id, by_unit


def _this_programme(
    diary: Diary, cast: Cast, calendar: Calendar, now: dt.datetime, script: Script, clearing: Clearing
) -> None:
    """Round 2 in the fourteen units, each at a place of its own in its period."""
    first = nth_workday_before(local_date(now), 40, calendar)
    programme_id, by_unit = _cast_programme(
        diary,
        cast,
        "提升人民群众获得感幸福感安全感先进集体和先进个人评选表彰（演示）",
        "演示〔2025〕239号",
        _SEED,
        midnight(first),
        None,
    )
    for unit_id, shape in zip(cast.units.values(), shapes(now, calendar, len(cast.units)), strict=True):
        nominees = by_unit[unit_id]
        _round_one(diary, cast, calendar, programme_id, nominees, shape.opening, clearing)
        handler = cast.hands[unit_id].handler
        clearing.look_through(diary, calendar, nominees, handler, shape.opening, all_of_them=False)
        _schedule(diary, cast, programme_id, 2, unit_id, nominees, shape, calendar, clearing, script)


def _earlier_programme(diary: Diary, cast: Cast, calendar: Calendar, start: dt.datetime, clearing: Clearing) -> None:
    """Last year's programme, small, through all three rounds; its city round is closed."""
    programme_id, by_unit = _cast_programme(
        diary, cast, "上一年度先进集体和先进个人评选表彰（演示）", "演示〔2024〕198号", _SEED - 1, start, 1
    )
    second = nth_workday_after(local_date(start), 15, calendar)
    third = nth_workday_after(second, 12, calendar)
    everybody = [nominee for nominees in by_unit.values() for nominee in nominees]
    for unit_id, nominees in by_unit.items():
        _round_one(diary, cast, calendar, programme_id, nominees, second, clearing)
        clearing.look_through(diary, calendar, nominees, cast.hands[unit_id].handler, second, all_of_them=True)
        _schedule(diary, cast, programme_id, 2, unit_id, nominees, Shape(second, 3, closes=True), calendar, clearing)
    clearing.look_once_more(diary, calendar, everybody, third)
    _schedule(diary, cast, programme_id, 3, cast.office, everybody, Shape(third, 3, closes=True), calendar, clearing)


def _round_one(
    diary: Diary,
    cast: Cast,
    calendar: Calendar,
    programme_id: int,
    nominees: list[Nominee],
    before: dt.date,
    clearing: Clearing,
) -> None:
    """Round 1 in the nominees' own units, over and closed well before round 2 opens."""
    opening = nth_workday_before(before, 10, calendar)
    by_own_unit: dict[int, list[Nominee]] = {}
    for nominee in nominees:
        by_own_unit.setdefault(nominee.unit_id, []).append(nominee)
    for unit_id, theirs in by_own_unit.items():
        shape = Shape(opening, 1, closes=True)
        _schedule(diary, cast, programme_id, 1, unit_id, theirs, shape, calendar, clearing)


def _schedule(
    diary: Diary,
    cast: Cast,
    programme_id: int,
    round_number: int,
    organiser_id: int,
    nominees: list[Nominee],
    shape: Shape,
    calendar: Calendar,
    clearing: Clearing,
    script: Script | None = None,
) -> None:
    """Schedule a period three working days before it opens, and whatever follows from it."""
    office = cast.hands[cast.office].handler

    def schedule(session: Session, now: dt.datetime) -> None:
        period = scheduling.schedule(
            session,
            clearing.ring,
            session.get_one(Programme, programme_id),
            round_number,
            session.get_one(Unit, organiser_id),
            [nominee.id for nominee in nominees],
            shape.opening,
            shape.conclude,
            calendar,
            office,
            now,
        )
        follow(period)

    def follow(period: Period) -> None:
        period_id = period.id
        diary.note(
            period.conclude_by + dt.timedelta(seconds=20),
            lambda session, now: settlement.settle_period(session, period_id, now),
        )
        if shape.closes:
            diary.note(
                period.closes_at + dt.timedelta(hours=9),
                lambda session, now: closing.close_period(session, period_id, office, now),
            )
        if script is not None and shape.plot:
            script.play(period, nominees, shape.plot)

    some_days_before = nth_workday_before(shape.opening, 3, calendar)
    diary.note(midnight(some_days_before) + dt.timedelta(hours=10, minutes=organiser_id % 50), schedule)


def _watch_the_clock(diary: Diary, calendar: ChinaCalendar, now: dt.datetime) -> None:
    """Every morning of the last weeks the warnings that were due."""
    today = local_date(now)
    for back in range(25):
        date = today - dt.timedelta(days=back)
        if calendar.day(date).works:
            diary.note(midnight(date) + dt.timedelta(hours=8, seconds=30), lambda s, at: warnings.warn_due(s, at))
