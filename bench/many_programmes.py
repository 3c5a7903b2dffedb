"""An installation after years: many programmes in the archive, one whose deadline has come, one whose list is open.

Every programme has the three rounds, each shows every nominee, and each round has its own unit's, its recommending
unit's or the office's periods, as a city has them. Rows are inserted in bulk, programme by programme.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import Database
from app.domain.calendar.workdays import local_date, nth_workday_before
from app.domain.cases.states import Conclusion, State
from app.domain.objections.arrival import Channel
from app.domain.periods.rounds import PUBLIC_FIELDS, Kind, rounds_named
from app.domain.periods.window import WindowPlan, count_window
from app.models import Case, Closing, Entry, Nominee, Objection, Period, Programme, Review, ReviewStage, Unit, User
from app.models.periods import days_to_json
from app.services.record import chain
from app.services.record.chain import CLOCK, OBJECTOR, Act, by_user
from app.services.record.sealer import seal_all
from bench.content import CALENDAR
from bench.long_lists import _STATES as STATES
from bench.long_lists import _case as case_row
from bench.long_lists import _insert as insert_rows
from bench.long_lists import _objection as objection_row
from bench.long_lists import _own_units as own_units
from bench.long_lists import _people as staff
from bench.long_lists import _programme as programme_row
from bench.long_lists import _second_factors as second_factors
from bench.long_lists import _units as units_of_the_city

_SHOWN = {number: round_.shown for number, round_ in rounds_named(dict.fromkeys((1, 2, 3), "")).items()}
_CONCLUDE_WORKDAYS = 3
_BETWEEN_ROUNDS = dt.timedelta(days=21)
_BETWEEN_PROGRAMMES = dt.timedelta(days=7)
_DUE_SINCE = 20  # working days from the opening of a round whose deadline has come
_ENDED = (State.CONCLUDED, State.DECLINED)
_LED_THERE = {State.ACCEPTED: "case.accept", State.CONCLUDED: "case.confirm", State.DECLINED: "case.decline"}
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
_GIVEN = "安邦伯昌春达德恩芳福刚光国海涵和宏华辉慧佳建洁锦军康兰乐丽亮林明宁平启清荣瑞山"


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is: entries over all programmes, units below the recommending ones, cases."""

    programmes: int
    entries: int
    own_units: int
    cases: int  # in each programme of the archive, and under way on the open list
    due_cases: int  # open in each period whose deadline has come

    @property
    def nominees(self) -> int:
        """Return the nominees of one programme: each is shown once a round, but for the last round of one programme."""
        return -(-self.entries // (3 * self.programmes - 1))


@dataclass(frozen=True, slots=True)
class City:
    """What pages and commands are asked for, by id. `due` are the periods that wait for settlement."""

    office: int
    programmes: Sequence[int]
    due: Sequence[int]
    past: Sequence[int]
    open_period: int
    open_nominees: Sequence[int]
    cases: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Cast:
    """Who takes part in every programme."""

    office: Unit
    units: Sequence[Unit]
    own: Sequence[int]
    people: dict[str, User]


@dataclass(frozen=True, slots=True)
class _Shown:
    """One nominee of a programme under way, as its rows name it."""

    nominee: int
    unit: int
    recommender: int
    fields: dict[str, str]


def fill(database: Database, now: dt.datetime, size: Size) -> City:
    """Fill a migrated, empty database. Each programme is one transaction, and its acts are sealed after it."""
    with database.writer() as session:
        office, units = units_of_the_city(session)
        people = staff(session, office, units, 0)
        second_factors(session, now)
        cast = _Cast(office, units, own_units(session, units, size.own_units), people)
        session.commit()
    programmes = []
    for number in range(size.programmes):
        with database.writer() as session:
            programmes.append(_Filling(session, cast, size, now).programme(number))
            session.commit()
        seal_all(database)
    with database.reader() as session:
        return _city(session, cast, programmes, now)


def _city(session: Session, cast: _Cast, programmes: Sequence[int], now: dt.datetime) -> City:
    opened = session.scalars(select(Period.id).where(Period.closes_at > now)).one()
    due = select(Period.id).where(Period.settled_at.is_(None), Period.conclude_by <= now)
    return City(
        cast.people["office"].id,
        programmes,
        session.scalars(due.order_by(Period.id)).all(),
        session.scalars(select(Period.id).where(Period.closed_at.is_not(None)).order_by(Period.id)).all(),
        opened,
        session.scalars(select(Entry.nominee_id).where(Entry.period_id == opened).order_by(Entry.position)).all(),
        session.scalars(select(Case.id).order_by(Case.id)).all(),
    )


class _Filling:
    """Writes programmes: the last one is open in its third round, the one before is due in its second."""

    def __init__(self, session: Session, cast: _Cast, size: Size, now: dt.datetime) -> None:
        self._session, self._cast, self._size, self._now = session, cast, size, now
        self._acts: list[tuple[dt.datetime, Act]] = []

    def programme(self, number: int) -> int:
        """Write one programme, the oldest first. Returns its id."""
        open_now, due = number == self._size.programmes - 1, number == self._size.programmes - 2
        first = self._openings(number, open_now, due)
        row = programme_row(self._session, self._cast.units, self._size.nominees, self._now)
        row.title = f"{row.title}（第{number + 1}次）"
        row.letter_mark = f"评{number + 1}"
        row.created_at = count_window(first[0], _CONCLUDE_WORKDAYS, CALENDAR).window.opens_at - dt.timedelta(days=30)
        shown = self._nominees(row, number)
        if not (open_now or due):
            row.archived_at = row.created_at + 5 * _BETWEEN_ROUNDS
        for round_number, opening in enumerate(first, start=1):
            last = round_number == len(first)
            self._round(row, round_number, opening, shown, over=not (last and (open_now or due)))
        cases = self._size.due_cases if due else self._size.cases
        self._file(row, len(first), cases, ended=not (open_now or due))
        self._write_acts()
        return row.id

    def _openings(self, number: int, open_now: bool, due: bool) -> list[dt.date]:
        """Return the days on which the rounds open."""
        today = local_date(self._now)
        rounds = 2 if due else 3
        if open_now or due:
            last = nth_workday_before(today, _DUE_SINCE if due else 1, CALENDAR)
        else:
            weeks = self._size.programmes - number
            last = nth_workday_before(today - 2 * _BETWEEN_ROUNDS - weeks * _BETWEEN_PROGRAMMES, 1, CALENDAR)
        before = [last - (rounds - each) * _BETWEEN_ROUNDS for each in range(1, rounds)]
        return [*before, last]

    def _nominees(self, programme: Programme, number: int) -> list[_Shown]:
        """Write the nominees, collectives first, as lists show them."""
        count, names = self._size.nominees, _names(number)
        first = (self._session.scalar(select(func.max(Nominee.id))) or 0) + 1
        rows, shown = [], []
        for place in range(count):
            collective = place < count // 3
            own = place % len(self._cast.own)
            recommender = self._cast.units[own % len(self._cast.units)]
            kind = Kind.COLLECTIVE if collective else Kind.INDIVIDUAL
            fields = {
                "kind": kind,
                "name": f"{next(names)}班组" if collective else next(names),
                "post": "" if collective else "工作人员",
                "category": "企业" if collective else "公务员",
                "trade": "公共服务",
                "deeds": "长期在基层一线工作，完成了多项任务，得到群众好评。" * 8,
            }
            same = {"programme_id": programme.id, "unit_id": self._cast.own[own], "recommender_id": recommender.id}
            rows.append(fields | same | {"position": place + 1})
            told = {"unit": f"第{own}所在单位", "recommender": recommender.name}
            shown.append(_Shown(first + place, self._cast.own[own], recommender.id, fields | told))
        insert_rows(self._session, Nominee, rows)
        return shown

    def _round(
        self, programme: Programme, number: int, opening: dt.date, shown: Sequence[_Shown], *, over: bool
    ) -> None:
        """Write one round: its periods with their entries, and the reviews before it."""
        plan = count_window(opening, _CONCLUDE_WORKDAYS, CALENDAR)
        lists: dict[int, list[_Shown]] = {}
        for each in shown:
            organiser = {1: each.unit, 2: each.recommender, 3: self._cast.office.id}[number]
            lists.setdefault(organiser, []).append(each)
        rows = [self._period(programme, number, organiser, plan, of, over) for organiser, of in lists.items()]
        insert_rows(self._session, Period, rows)
        query = select(Period.organiser_id, Period.id).where(Period.programme_id == programme.id)
        ids = dict(self._session.execute(query.where(Period.round_number == number)).all())
        hidden = dict.fromkeys(set(PUBLIC_FIELDS) - _SHOWN[number])
        entries = [
            each.fields | hidden | {"period_id": ids[organiser], "nominee_id": each.nominee, "position": position}
            for organiser, of in lists.items()
            for position, each in enumerate(of, start=1)
        ]
        insert_rows(self._session, Entry, entries)
        stage = {2: ReviewStage.PRELIMINARY, 3: ReviewStage.FINAL}.get(number)
        if stage is not None:
            self._review(stage, [each.nominee for each in shown], plan.window.opens_at - dt.timedelta(days=3))
        self._note_periods(ids, plan, over)

    def _period(
        self, programme: Programme, number: int, organiser: int, plan: WindowPlan, of: Sequence[_Shown], over: bool
    ) -> dict[str, object]:
        collectives = sum(each.fields["kind"] == Kind.COLLECTIVE for each in of)
        named = "recommender" in _SHOWN[number]
        return {
            "programme_id": programme.id,
            "round_number": number,
            "organiser_id": organiser,
            "opens_at": plan.window.opens_at,
            "closes_at": plan.window.closes_at,
            "set_deadline": plan.conclude_by,
            "conclude_workdays": _CONCLUDE_WORKDAYS,
            "days": days_to_json(plan.days),
            "calendar_version": plan.calendar_version,
            "provisional": False,
            "estimated": False,
            "collectives": collectives,
            "individuals": len(of) - collectives,
            "recommenders": list(dict.fromkeys(each.fields["recommender"] for each in of)) if named else [],
            "scheduled_by": self._cast.people["office"].id,
            "scheduled_at": plan.window.opens_at - dt.timedelta(days=1),
            "settled_at": plan.conclude_by if over else None,
            "closed_at": plan.conclude_by + dt.timedelta(hours=9) if over else None,
        }

    def _review(self, stage: ReviewStage, nominees: Sequence[int], at: dt.datetime) -> None:
        office = self._cast.people["office"].id
        same = {"stage": stage, "passed": True, "reason": "", "reviewed_by": office, "reviewed_at": at}
        insert_rows(self._session, Review, [same | {"nominee_id": each} for each in nominees])

    def _note_periods(self, periods: dict[int, int], plan: WindowPlan, over: bool) -> None:
        office = by_user(self._cast.people["office"].id)
        for period in map(chain.on_period, periods.values()):
            self._acts.append((plan.window.opens_at - dt.timedelta(days=1), Act(office, "period.scheduled", period)))
            if over:
                self._acts.append((plan.conclude_by, Act(CLOCK, "period.settled", period)))
                self._acts.append((plan.conclude_by + dt.timedelta(hours=9), Act(office, "period.closed", period)))

    def _file(self, programme: Programme, last_round: int, count: int, *, ended: bool) -> None:
        """Write the cases of the last round, `count` in each of its periods, and the reports of all that closed."""
        query = select(Period).where(Period.programme_id == programme.id, Period.round_number == last_round)
        for period in self._session.scalars(query.order_by(Period.id)):
            self._cases(period, count, ended=ended)
        over = select(Period).where(Period.programme_id == programme.id, Period.closed_at.is_not(None))
        filed = dict(
            self._session.execute(
                select(Entry.period_id, func.count(Objection.id))
                .join(Objection, Objection.entry_id == Entry.id)
                .group_by(Entry.period_id)
                .join(Period, Entry.period_id == Period.id)
                .where(Period.programme_id == programme.id)
            ).all()
        )
        office = self._cast.people["office"].id
        reports = [
            {
                "period_id": period.id,
                "report": _report(period.collectives + period.individuals, filed.get(period.id, 0)),
                "closed_by": office,
                "closed_at": period.closed_at,
            }
            for period in self._session.scalars(over)
        ]
        insert_rows(self._session, Closing, reports)

    def _cases(self, period: Period, count: int, *, ended: bool) -> None:
        """Write cases on the entries of a period: all of them ended, or all open, where its deadline has come."""
        entries = self._session.scalars(select(Entry.id).where(Entry.period_id == period.id)).all()
        due = period.conclude_by <= self._now and not ended
        states = _ENDED if ended else (State.RECEIVED,) if due else STATES
        came = min(period.opens_at + dt.timedelta(days=1), self._now)
        first = (self._session.scalar(select(func.max(Case.id))) or 200_000_000) + 1
        people = self._cast.people["office"].id, self._cast.people["office2"].id
        cases, objections = [], []
        for place, (state, entry) in enumerate(islice(zip(cycle(states), cycle(entries), strict=False), count)):
            row = case_row(first + place, entry, state, period, came, people, place)
            cases.append(row | {"before_letters": ended})
            objections.append(objection_row(first + place, entry, first + place, came))
            self._acts += _acts_of(first + place, state, came)
        insert_rows(self._session, Case, cases)
        insert_rows(self._session, Objection, objections)

    def _write_acts(self) -> None:
        """Record the acts in the order of their times, those of one moment at once."""
        by_moment: dict[dt.datetime, list[Act]] = {}
        for at, act in self._acts:
            by_moment.setdefault(at, []).append(act)
        for at in sorted(by_moment):
            chain.record(self._session, at, by_moment[at])


def _acts_of(case: int, state: State, came: dt.datetime) -> Iterator[tuple[dt.datetime, Act]]:
    subject = chain.on_case(case)
    yield came, Act(OBJECTOR, "objection.filed", subject, {"objection": case, "channel": Channel.WEB.value})
    if state is not State.RECEIVED:
        yield came, Act(by_user(1), _LED_THERE.get(state, "case.accept"), subject)


def _report(entries: int, filed: int) -> dict[str, object]:
    """Return the figures of a closing report that pages and checks read."""
    return {
        "entries": entries,
        "filed": filed,
        "by_channel": {channel.value: filed if channel is Channel.WEB else 0 for channel in Channel},
        "accepted": 0,
        "by_state": {state.value: 0 for state in State},
        "by_conclusion": {conclusion.value: 0 for conclusion in Conclusion},
        "goes_out": [],
    }


def _names(number: int) -> Iterator[str]:
    """Yield names without end, other ones in each programme."""
    place = number * 7_919
    while True:
        first, rest = divmod(place, len(_GIVEN) ** 2)
        second, third = divmod(rest, len(_GIVEN))
        yield f"{_SURNAMES[first % len(_SURNAMES)]}{_GIVEN[second]}{_GIVEN[third]}"
        place += 1
