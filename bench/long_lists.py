"""An installation with everything that pages of staff list, inserted in bulk: so many nominees, so many cases.

Its units and people are as many at every size.
Two units handle half of the cases each, so that the list of one of them is long too. Every state, way in and outcome
is among them in the same share at every size.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.database import Database
from app.domain.calendar.workdays import local_date, nth_workday_before
from app.domain.cases.letters import LetterKind, Reader, Turn
from app.domain.cases.reminders import Reminder
from app.domain.cases.states import Conclusion, DeclineGround, Role, State
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Delivery
from app.domain.messages.hours import Times
from app.domain.messages.wording import NoticeKind
from app.domain.objections.arrival import Channel
from app.domain.periods.rounds import Kind
from app.domain.periods.window import count_window
from app.domain.upkeep.data_requests import DataOutcome, DataRequestKind, Requester
from app.models import (
    Case,
    Category,
    DataRequest,
    Dispatch,
    Entry,
    IdentityRequest,
    Import,
    ImportForm,
    ImportState,
    Letter,
    Nominee,
    Objection,
    ObjectorKind,
    OutboxRow,
    Period,
    Programme,
    Quota,
    Reach,
    Registration,
    Review,
    ReviewStage,
    SecondFactor,
    Unit,
    UnitKind,
    User,
)
from app.sealing import Keyring
from app.services.nominees import marks
from app.services.record import chain
from app.services.record.chain import Act
from app.services.record.sealer import seal_all
from bench import not_shown_yet
from bench.content import CALENDAR, as_counted

_AT_ONCE = 1_000
_PAGE = 110  # rows of what is few beside entries and cases: more than a page of a list shows
_HANDLING = 2
_UNITS = 20
_FULL = _PAGE * _UNITS  # of what each unit has its own part of: more than a page of one unit's list shows
_MORE_PEOPLE = 300  # who handle nothing
_OPEN = (State.RECEIVED, State.ACCEPTED, State.INVESTIGATING, State.PROPOSED)
# Of ten cases four are open: what is under way is a part of what an installation ever had.
_STATES = (*_OPEN, State.CONCLUDED, State.CONCLUDED, State.DECLINED, State.CONCLUDED, State.DECLINED, State.CONCLUDED)
_CONCLUSIONS = (Conclusion.DISMISSED, Conclusion.PARTLY_UPHELD)


@dataclass(frozen=True, slots=True)
class LongLists:
    """Who looks, and at what: ids for the addresses of pages."""

    office: int
    head: int
    auditor: int
    programme: int
    waiting: int  # the programme whose nominees are not shown to the city yet
    period: int
    unit: int
    office_unit: int


def fill(database: Database, now: dt.datetime, keyring: Keyring, *, entries: int, cases: int) -> LongLists:
    """Fill a migrated, empty database: `entries` nominees, shown in windows open now, and `cases` on them.

    As many nominees of a second programme are not shown to the city yet (bench/not_shown_yet.py).
    """
    with database.writer() as session:
        office, units = _units(session)
        people = _people(session, office, units, _MORE_PEOPLE)
        _second_factors(session, now)
        programme = _programme(session, units, entries, now)
        own = _own_units(session, units, _FULL)
        shares = _shares(entries)
        periods = [
            _period(session, programme, unit, people["office"], now, share)
            for unit, share in zip(units, shares, strict=True)
        ]
        shown = _entries(session, programme, periods, own, shares)
        _reviews(session, people["office"], entries, now)
        _cases(session, periods, shown, people, now, cases)
        _records(session, programme, periods, people, now, cases)
        later = not_shown_yet.write(session, keyring, units, people["office"].id, now, shares)
        marks.renew(session, keyring, session.scalars(select(Nominee.id)))
        session.commit()
        persons = (people[name].id for name in ("office", "head", "auditor"))
        ids = LongLists(*persons, programme.id, later.id, periods[0].id, units[0].id, office.id)
    seal_all(database)
    return ids


def _shares(entries: int) -> list[int]:
    """Return how many entries the period of each unit has: the first more than a page shows, if there are as many."""
    first = max(entries // _UNITS, min(_PAGE, entries - _UNITS + 1))
    rest, left = divmod(entries - first, _UNITS - 1)
    return [first, *(rest + (number < left) for number in range(_UNITS - 1))]


def _units(session: Session) -> tuple[Unit, list[Unit]]:
    contact = {"phone": "0874-0000000", "address": "文昌街1号", "email": "a@example.com", "hours": "工作日 9:00-17:00"}
    office = Unit(kind=UnitKind.OFFICE, name="市评选表彰工作专班", **contact)
    units = [
        Unit(kind=UnitKind.RECOMMENDER, name=f"第{number}推荐单位", parent=office, **contact)
        for number in range(1, _UNITS + 1)
    ]
    session.add_all([office, *units])
    session.flush()
    return office, units


def _people(session: Session, office: Unit, units: Sequence[Unit], more: int) -> dict[str, User]:
    def person(login: str, role: Role, unit: Unit) -> User:
        return User(login=login, name=f"{login}某", role=role, unit_id=unit.id, password_hash="")

    named = {
        "office": person("office", Role.OFFICE, office),
        "office2": person("office2", Role.OFFICE, office),
        "office3": person("office3", Role.OFFICE, office),
        "auditor": person("auditor", Role.AUDITOR, office),
        "head": person("head", Role.HEAD, units[0]),
        "handler": person("handler", Role.HANDLER, units[0]),
    }
    others = [
        person(f"{role.value}{number}", role, unit)
        for number, unit in enumerate(units[1:])
        for role in (Role.HEAD, Role.HANDLER)
    ]
    session.add_all([*named.values(), *others])
    session.add_all(person(f"more{number}", Role.HANDLER, units[2 + number % 10]) for number in range(more))
    session.flush()
    return named


def _second_factors(session: Session, now: dt.datetime) -> None:
    """Give everybody one, without which no page of staff opens. Nobody logs in with it."""
    same = {"sealed_secret": b"-", "confirmed_at": now, "last_step": 0}
    _insert(session, SecondFactor, [same | {"user_id": each} for each in session.scalars(select(User.id))])


def _programme(session: Session, units: Sequence[Unit], entries: int, now: dt.datetime) -> Programme:
    programme = Programme(
        title="提升人民群众获得感幸福感安全感先进集体和先进个人评选表彰",
        collective_honour="先进集体",
        individual_honour="先进个人",
        lapse_clause="第四部分（二）3：在规定时间内无法作出结论的，取消该推荐对象参评资格",
        upheld_clause="第七部分（二）：未按规定程序和要求推荐的，经核实后取消推荐评选资格",
        created_at=now - dt.timedelta(days=60),
    )
    session.add(programme)
    session.flush()
    session.add_all(
        Quota(programme_id=programme.id, unit_id=unit.id, collectives=entries, individuals=entries) for unit in units
    )
    return programme


def _own_units(session: Session, units: Sequence[Unit], count: int) -> list[int]:
    rows = [
        {"kind": UnitKind.OWN, "name": f"第{number}所在单位", "parent_id": units[number % _UNITS].id}
        for number in range(count)
    ]
    _insert(session, Unit, rows)
    return list(session.scalars(select(Unit.id).where(Unit.kind == UnitKind.OWN).order_by(Unit.id)))


def _period(session: Session, programme: Programme, unit: Unit, user: User, now: dt.datetime, size: int) -> Period:
    plan = count_window(nth_workday_before(local_date(now), 2, CALENDAR), 5, CALENDAR)
    period = Period(
        programme_id=programme.id,
        round_number=2,
        organiser_id=unit.id,
        **as_counted(plan, 5),
        collectives=size // 3,
        individuals=size - size // 3,
        recommenders=[unit.name],
        scheduled_by=user.id,
        scheduled_at=plan.window.opens_at - dt.timedelta(days=1),
    )
    session.add(period)
    session.flush()
    return period


def _entries(
    session: Session, programme: Programme, periods: Sequence[Period], own: Sequence[int], shares: Sequence[int]
) -> list[list[int]]:
    """Return the entries of each period."""
    shown = []
    for place, (period, share) in enumerate(zip(periods, shares, strict=True)):
        rows = [
            {
                "position": number,
                "kind": Kind.COLLECTIVE if number % 3 == 0 else Kind.INDIVIDUAL,
                "name": f"推荐对象{place}之{number}",
                "category": "公务员" if number % 2 else "事业单位人员",
                "deeds": "长期在基层一线工作，完成了多项任务，得到群众好评。" * 8,
            }
            for number in range(1, share + 1)
        ]
        same = {"programme_id": programme.id, "recommender_id": period.organiser_id}
        first = (session.scalar(select(func.max(Nominee.id))) or 0) + 1
        _insert(session, Nominee, [row | same | {"unit_id": own[n % len(own)]} for n, row in enumerate(rows)])
        _insert(session, Entry, [row | {"period_id": period.id, "nominee_id": first + n} for n, row in enumerate(rows)])
        shown.append(list(session.scalars(select(Entry.id).where(Entry.period_id == period.id).order_by(Entry.id))))
    return shown


def _reviews(session: Session, user: User, entries: int, now: dt.datetime) -> None:
    ids = session.scalars(select(Nominee.id).order_by(Nominee.id)).all()
    same = {"stage": ReviewStage.PRELIMINARY, "passed": True, "reason": "", "reviewed_by": user.id}
    _insert(session, Review, [same | {"nominee_id": each, "reviewed_at": now} for each in ids])
    proposed = same | {"stage": ReviewStage.FINAL, "reviewed_at": now}  # as many as a city has places
    _insert(session, Review, [proposed | {"nominee_id": each} for each in ids[:_PAGE]])


def _cases(
    session: Session,
    periods: Sequence[Period],
    shown: Sequence[Sequence[int]],
    people: dict[str, User],
    now: dt.datetime,
    count: int,
) -> None:
    first, second = people["head"].id, people["handler"].id
    cases: list[dict[str, Any]] = []
    objections: list[dict[str, Any]] = []
    registrations: list[dict[str, Any]] = []
    of_periods = [cycle(entries) for entries in shown]
    came = now - dt.timedelta(days=2)
    for number, state in enumerate(islice(cycle(_STATES), count)):
        period = periods[number % _HANDLING]
        id_, entry = 200_000_000 + number, next(of_periods[number % _HANDLING])
        cases.append(_case(id_, entry, state, period, came, (first, second), number))
        channel = list(Channel)[number // len(_STATES) % len(Channel)]  # each state has come by each
        objections.append(_objection(id_, entry, number, came))
        if channel is not Channel.WEB:
            registrations.append(
                {
                    "objection_id": id_,
                    "channel": channel,
                    "postmark": local_date(came) if channel is Channel.LETTER else None,
                    "registered_by": second,
                    "registered_at": came,
                }
            )
    _insert(session, Case, cases)
    _insert(session, Objection, objections)
    _insert(session, Registration, registrations)


def _case(
    id_: int, entry: int, state: State, period: Period, came: dt.datetime, people: tuple[int, int], number: int
) -> dict[str, Any]:
    proposed, concluded = state in (State.PROPOSED, State.CONCLUDED), state is State.CONCLUDED
    declined = state is State.DECLINED
    return {
        "id": id_,
        "entry_id": entry,
        "state": state,
        "handler_unit_id": period.organiser_id,
        "assignee_id": people[0] if number % 3 else None,
        "received_at": came,
        "escalates_at": period.conclude_by,
        "decided_at": None if state is State.RECEIVED else came,
        "touched_at": None if state is State.RECEIVED else came + dt.timedelta(days=1),
        "decline_ground": DeclineGround.NO_FACTS if declined else None,
        "decline_reason": "没有具体事实" if declined else None,
        "proposed_by": people[0] if proposed else None,
        "proposed_at": came if proposed else None,
        "proposal_version": 1 if proposed else None,
        "findings": "经走访核实" if proposed else None,
        "grounds": "评选通知第三部分" if proposed else None,
        "proposed_conclusion": Conclusion.DISMISSED if proposed else None,
        "conclusion": _CONCLUSIONS[number % 2] if concluded else None,
        "confirmed_by": people[1] if concluded else None,
        "confirmed_at": came if concluded else None,
    }


def _objection(id_: int, entry: int, number: int, came: dt.datetime) -> dict[str, Any]:
    mark = hashlib.sha256(str(number).encode()).hexdigest()
    words = "".join(chr(0x4E00 + int(mark[place : place + 3], 16)) for place in range(0, 60, 3))
    return {
        "id": id_,
        "entry_id": entry,
        "case_id": id_,
        "objector_kind": ObjectorKind.PERSON,
        "category": list(Category)[number % len(Category)],
        "facts": f"{words}，申报的事迹与实际情况不符，请予核查。{words[::-1]}",
        "against_handler": False,
        "form_hash": mark,
        "content_hash": mark,
        "receipt_hash": mark[::-1],
        "filed_at": came,
        "contact_hash": mark,
        "text_hash": mark,
    }


def _records(
    session: Session,
    programme: Programme,
    periods: Sequence[Period],
    people: dict[str, User],
    now: dt.datetime,
    count: int,
) -> None:
    """Insert letters, messages, imports, requests of people and the record's rows, each in a share of the cases."""
    ended = session.execute(
        select(Case.id, Case.state, Case.handler_unit_id).where(Case.state.in_((State.CONCLUDED, State.DECLINED)))
    ).all()
    _insert(
        session,
        Letter,
        [
            {
                "id": 300_000_000 + number,
                "programme_id": programme.id,
                "series": "异议",
                "year": 2026,
                "number": number + 1,
                "kind": LetterKind.ANSWER if state is State.CONCLUDED else LetterKind.DECLINE,
                "reader": Reader.OBJECTOR,
                "turn": Turn.CONCLUDED if state is State.CONCLUDED else Turn.DECLINED,
                "case_id": case_id,
                "objection_id": case_id,
                "signed_by_id": unit_id,
                "office_only": False,
                "words": {},
                "made_at": now - dt.timedelta(days=1),
                "issued_at": now if number % 2 else None,
                "issued_by": people["head"].id if number % 2 else None,
            }
            for number, (case_id, state, unit_id) in enumerate(ended)
        ],
    )
    every = session.execute(select(Case.id, Case.handler_unit_id)).all()
    made = now - dt.timedelta(hours=20)
    _insert(
        session,
        OutboxRow,
        [
            {
                "case_id": case_id,
                "unit_id": unit_id,
                "reminder": Reminder.ARRIVAL,
                "deadline": periods[0].conclude_by,
                "created_at": made,
                "planned_at": made,
                "sent_at": made,
            }
            for case_id, unit_id in every
        ],
    )
    reach = Reach(
        unit_id=periods[0].organiser_id,
        channel=OutgoingChannel.MAIL,
        sealed=b"-",
        times=Times.ANY if hasattr(Times, "ANY") else next(iter(Times)),
        made_at=made,
        code_at=made,
        confirmed_at=made,
    )
    session.add(reach)
    session.flush()
    _insert(
        session,
        Dispatch,
        [
            {
                "notice": NoticeKind.WARNING,
                "outbox_id": outbox_id,
                "told_at": made,
                "reach_id": reach.id,
                "channel": OutgoingChannel.MAIL,
                "digest": False,
                "token": hashlib.sha256(b"%d" % outbox_id).hexdigest()[:32],
                "fate": Delivery.SENT if number % 10 else Delivery.FAILED,
                "due_at": made,
                "tries": 1,
                "words": "",
                "ended_at": made,
            }
            for number, outbox_id in enumerate(session.scalars(select(OutboxRow.id)))
        ],
    )
    _insert(
        session,
        Import,
        [
            {
                "programme_id": programme.id,
                "unit_id": periods[number % _UNITS].organiser_id,
                "form": ImportForm.INDIVIDUALS,
                "state": ImportState.DROPPED,
                "rows_total": 3,
                "created_by": people["office"].id,
                "created_at": made,
            }
            for number in range(max(_FULL, count // 10))
        ],
    )
    _insert(
        session,
        DataRequest,
        [
            {
                "kind": list(DataRequestKind)[number % len(DataRequestKind)],
                "requester": list(Requester)[number % len(Requester)],
                "channel": Channel.VISIT,
                "received_on": local_date(made),
                "due_on": local_date(made) + dt.timedelta(days=15),
                "registered_by": people["office"].id,
                "registered_at": made,
                "outcome": DataOutcome.DONE,
                "answered_by": people["office"].id,
                "answered_at": made,
            }
            for number in range(max(_PAGE, count // 10))
        ],
    )
    _insert(
        session,
        IdentityRequest,
        [
            {
                "objection_id": case_id,
                "reason": "核实是否本人提出",
                "asked_by": people["office2"].id,
                "asked_at": made,
                "decided_by": people["office3"].id if number % 10 else None,
                "decided_at": made if number % 10 else None,
                "granted": number % 2 == 0 if number % 10 else None,
            }
            for number, (case_id, _) in enumerate(every)
            if number % 4 == 0
        ],
    )
    chain.record(session, made, [Act("clock", "case.received", chain.on_case(case_id)) for case_id, _ in every])


def _insert(session: Session, table: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        session.execute(insert(table), rows[start : start + _AT_ONCE])
