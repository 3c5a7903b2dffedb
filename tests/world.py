"""The small world that tests happen in, built through the services, each step at a moment of its own.

September 2026: Sunday the 20th is a working day, the 25th to 27th are 中秋节, the October week begins on Thursday the
1st, and Saturday the 10th of October is a working day.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database
from app.domain.cases.states import Actor, Conclusion, DeclineGround, Role, State
from app.domain.nominees.annexes import Rank
from app.domain.objections.receipt import new_form_token
from app.domain.periods.rounds import Kind
from app.models import (
    AuditRow,
    Base,
    Case,
    Category,
    Disqualification,
    Entry,
    Identity,
    Nominee,
    Objection,
    ObjectorKind,
    OutboxRow,
    Period,
    Programme,
    Quota,
    ReviewStage,
    SecondFactor,
    Unit,
    UnitKind,
    User,
)
from app.sealing import Keyring
from app.services.calendar.calendars import calendar_of
from app.services.cases import investigation
from app.services.nominees import eligibility, reviews
from app.services.objections import intake
from app.services.objections.identities import Objector, unseal_objector
from app.services.periods import closing, scheduling
from app.services.record.sealer import seal_all
from app.services.shared.work import Work
from tests.days import at
from tests.rows import Rows

PASSWORD_HASH = "not a hash: nobody logs in with it"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of everybody's second factors
T = TypeVar("T")
FACTS = "该对象申报的事迹与实际情况不符，所列项目并非其完成，请予核查。"
_PASSING = frozenset({"staff_sessions", "drafts", "unsealed"})
_BY_ITSELF = frozenset({"seals", "tiles", "checkpoints", "checkpoint_stamps", "cosignatures", "check_runs"})


def contact(number: int) -> dict[str, str]:
    """A complete contact block (R13)."""
    return {
        "phone": f"0874-000000{number}",
        "address": "市政务中心" if not number else f"政务中心{number}楼",
        "email": f"unit{number}@example.com",
        "hours": "工作日 9:00-17:00",
    }


def at_once(jobs: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Every job in a thread of its own, all let go at one moment: what each returned, or raised."""
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T | Exception:
        barrier.wait(timeout=30)
        try:
            return job()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(run, jobs))


@dataclass
class World:
    """Names for a test's objects. They are ids and not rows, since every test opens its own sessions."""

    database: Database
    key: bytes
    programme: int
    office: int
    qilin: int  # a recommending unit
    luoping: int  # another
    people: dict[str, int]  # by login
    nominees: list[int]  # of qilin: two collectives, then three individuals
    others: list[int]  # of luoping: one collective, two individuals
    # Writes round two as it was made before (tests/rehearsing.py); None where it has to be made.
    rehearsed: Callable[[], int | None] = lambda: None
    _rows: Rows = field(default_factory=Rows, init=False)  # of this world alone, whatever it was copied from

    @classmethod
    def build(cls, database: Database, key: bytes, now: dt.datetime) -> World:
        with database.writer() as session:
            office = Unit(kind=UnitKind.OFFICE, name="市评选工作组办公室", **contact(0))
            qilin = Unit(kind=UnitKind.RECOMMENDER, name="麒麟区", parent=office, **contact(1))
            luoping = Unit(kind=UnitKind.RECOMMENDER, name="罗平县", parent=office, **contact(2))
            programme = Programme(
                title="先进集体和先进个人评选表彰",
                collective_honour="先进集体",
                individual_honour="先进个人",
                lapse_clause="第四部分（二）3：在规定时间内无法作出结论的，取消该推荐对象参评资格",
                upheld_clause="第七部分（二）：未按规定程序和要求推荐的，经核实后取消推荐评选资格",
                created_at=now,
            )
            session.add_all([office, qilin, luoping, programme])
            session.flush()
            session.add_all(
                [
                    Quota(programme_id=programme.id, unit_id=qilin.id, collectives=2, individuals=3),
                    Quota(programme_id=programme.id, unit_id=luoping.id, collectives=1, individuals=2),
                ]
            )
            people = _people(session, office, qilin, luoping)
            enrol(session, Keyring(key.decode()), [user for user in people if user.role is not Role.AUDITOR], now)
            nominees = _nominees(session, programme, qilin, 2, 3)
            others = _nominees(session, programme, luoping, 1, 2)
            session.commit()
            return cls(
                database,
                key,
                programme.id,
                office.id,
                qilin.id,
                luoping.id,
                {user.login: user.id for user in people},
                [nominee.id for nominee in nominees],
                [nominee.id for nominee in others],
            )

    @property
    def keyring(self) -> Keyring:
        return Keyring(self.key.decode())

    def actor(self, login: str) -> Actor:
        columns = select(User.id, User.role, User.unit_id).where(User.id == self.people[login])
        with self.database.reader() as session:
            return Actor(*session.execute(columns).one())

    def do(self, use_case: Callable[..., T], *args: Any, **options: Any) -> T:
        """A reading in a session of its own, as a request has it: `do(queue.queue_of, actor, now)`."""
        with self.database.writer() as session:
            return use_case(session, *args, **options)

    def run(
        self,
        use_case: Callable[..., T],
        *args: Any,
        now: dt.datetime,
        by: Actor | None = None,
        keyring: Keyring | None = None,
        **options: Any,
    ) -> T:
        """One use case as a unit of work of its own: `run(investigation.accept, case_id, by=head, now=at("…"))`."""
        with self.database.writer() as session:
            return use_case(Work(session, now, by, keyring or self.keyring), *args, **options)

    def act(self, use_case: Callable[..., T], subject: int, login: str, *texts: Any, now: str) -> T:
        """What a person does to a case: `act(investigation.note, case_id, "handler", "…", now="…")`."""
        return self.run(use_case, subject, *texts, by=self.actor(login), now=at(now))

    def schedule(
        self, round_number: int, organiser: int, nominees: Sequence[int], opening: str, conclude: int, now: str
    ) -> int:
        """A period scheduled by the office: `opening` "2026-09-18", `now` as for `at`. Returns its id."""
        with self.database.writer() as session:
            plan = scheduling.PeriodPlan(
                session.get_one(Programme, self.programme),
                round_number,
                session.get_one(Unit, organiser),
                nominees,
                dt.date.fromisoformat(opening),
                conclude,
            )
            work = Work(session, at(now), self.actor("office"), self.keyring)
            period = scheduling.schedule(work, plan, calendar_of(session))
            return period.id

    def past_round_one(self, nominees: Sequence[int]) -> None:
        """Round 1 of these nominees, over and closed by 2026-09-16 Wed; then 初审 passed."""
        with self.database.reader() as session:
            by_unit: dict[int, list[int]] = {}
            for nominee in session.scalars(select(Nominee).where(Nominee.id.in_(nominees))):
                by_unit.setdefault(nominee.unit_id, []).append(nominee.id)
        for unit_id, ids in by_unit.items():
            period_id = self.schedule(1, unit_id, ids, "2026-09-08", 3, "2026-09-07 Mon 09:00")
            with self.database.writer() as session:
                closing.close_period(Work(session, at("2026-09-16 Wed 09:00"), self.actor("office")), period_id)
        self.reviewed(nominees, ReviewStage.PRELIMINARY, "2026-09-16 Wed 10:00")

    def reviewed(self, nominees: Sequence[int], stage: ReviewStage, now: str) -> None:
        """Every condition confirmed and the review passed."""
        office, instant = self.actor("office"), at(now)
        self.run(eligibility.confirm, nominees, by=office, now=instant)
        self.run(reviews.review, nominees, stage, True, "", by=office, now=instant)

    def round_two(self, opening: str = "2026-09-18", conclude: int = 3) -> int:
        """Qilin's five nominees in round 2: by default 2026-09-18 Fri to 2026-09-23 Wed 24:00,
        conclusions by 2026-09-29 Tue 24:00."""
        if (opening, conclude) == ("2026-09-18", 3) and (period := self.rehearsed()) is not None:
            return period
        self.past_round_one(self.nominees)
        return self.schedule(2, self.qilin, self.nominees, opening, conclude, "2026-09-17 Thu 10:00")

    def entry(self, period_id: int, nominee_id: int) -> int:
        with self.database.reader() as session:
            return session.scalars(
                select(Entry.id).where(Entry.period_id == period_id, Entry.nominee_id == nominee_id)
            ).one()

    def filing(self, **changes: object) -> intake.Filing:
        values: dict[str, object] = {
            "form_token": new_form_token(),
            "objector_kind": ObjectorKind.PERSON,
            "name": "赵小禾",
            "contact_person": "",
            "contact": "13000000001",
            "category": Category.DEEDS,
            "facts": FACTS,
            "against_handler": False,
        }
        return intake.Filing(**(values | changes))  # type: ignore[arg-type] # each test knows what it changes

    def file(self, period_id: int, nominee_id: int, now: str, **changes: object) -> tuple[int, str]:
        """An objection filed. Returns its case's id and the receipt code."""
        entry_id = self.entry(period_id, nominee_id)
        with self.database.writer() as session:
            filed = intake.file_objection(session, self.keyring, entry_id, self.filing(**changes), at(now))
            return session.get_one(Objection, filed.objection_id).case_id, filed.receipt_code

    def bring(self, case_id: int, state: State, now: str, conclusion: Conclusion = Conclusion.DISMISSED) -> None:
        """A received case of qilin brought to accepted, investigating, proposed or concluded."""
        handler, head, instant = self.actor("handler"), self.actor("head"), at(now)
        steps = [
            (State.ACCEPTED, lambda s: investigation.accept(Work(s, instant, handler), case_id)),
            (State.INVESTIGATING, lambda s: investigation.investigate(Work(s, instant, handler), case_id)),
            (
                State.PROPOSED,
                lambda s: investigation.propose(
                    Work(s, instant, handler), case_id, conclusion, "经走访核实", "评选通知第三部分", "已核实，谢谢监督"
                ),
            ),
            (State.CONCLUDED, lambda s: investigation.confirm(Work(s, instant, head), case_id, _version(s, case_id))),
        ]
        for reached, step in steps:
            with self.database.writer() as session:
                step(session)
            if reached is state:
                return
        raise AssertionError(f"no way to {state}")

    def decline(
        self, case_id: int, ground: DeclineGround, reason: str, now: str, by: tuple[str, str] = ("handler", "head")
    ) -> None:
        """A received case declined: proposed by the first of two people, confirmed by the second."""
        first, second = by
        self.act(investigation.decline, case_id, first, ground, reason, now=now)
        self.act(investigation.confirm_decline, case_id, second, self.version(case_id), now=now)

    def version(self, case_id: int) -> int:
        """Which proposal of a case waits to be confirmed."""
        with self.database.reader() as session:
            return _version(session, case_id)

    def case(self, case_id: int) -> Case:
        """A detached copy of a case's own columns."""
        with self.database.reader() as session:
            case = session.get_one(Case, case_id)
            session.expunge(case)
            return case

    def period(self, period_id: int) -> Period:
        with self.database.reader() as session:
            period = session.get_one(Period, period_id)
            session.expunge(period)
            return period

    def seal(self) -> int:
        """Seal what waits, as the server does by itself. Returns how many acts."""
        return seal_all(self.database)

    def everything(self) -> dict[str, list[str]]:
        """Every row of every table but who is logged in, what is being typed and what waits to be sealed: what must
        be the same after a refusal."""
        return self._all_but(_PASSING)

    def everything_asked_for(self) -> dict[str, list[str]]:
        """The same without what a running server writes by itself at any moment: seals, checkpoints, nightly checks."""
        return self._all_but(_PASSING | _BY_ITSELF)

    def _all_but(self, names: Set[str]) -> dict[str, list[str]]:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in names]
        with self.database.reader() as session:
            return self._rows.read(session, tables)

    def acts(self, since: int = 0) -> list[tuple[str, str, str]]:
        """The record as (actor, action, subject), from a row number on."""
        with self.database.reader() as session:
            rows = session.execute(
                select(AuditRow.actor, AuditRow.action, AuditRow.subject)
                .where(AuditRow.id > since)
                .order_by(AuditRow.id)
            )
            return [tuple(row) for row in rows]

    def objectors(self) -> list[Objector]:
        """Who filed, unsealed, in the order of the objections."""
        with self.database.reader() as session:
            rows = session.scalars(select(Identity).order_by(Identity.objection_id))
            return [unseal_objector(self.keyring, row) for row in rows]

    def outbox(self) -> list[tuple[int, str, str]]:
        """The warnings as (case, unit, occasion), sorted."""
        with self.database.reader() as session:
            rows = session.execute(select(OutboxRow.case_id, Unit.name, OutboxRow.reminder).join(Unit))
            return sorted((case_id, unit, reminder.value) for case_id, unit, reminder in rows)

    def disqualifications(self) -> list[tuple[int, int, str, dt.datetime, dt.datetime]]:
        """The disqualifications as (nominee, case, ground, effective_at, carried_out_at), oldest first."""
        row = Disqualification
        with self.database.reader() as session:
            found = session.execute(
                select(row.nominee_id, row.case_id, row.ground, row.effective_at, row.carried_out_at).order_by(row.id)
            )
            return [tuple(out) for out in found]


def _version(session: Session, case_id: int) -> int:
    return session.get_one(Case, case_id).proposal_version or 0


def _people(session: Session, office: Unit, qilin: Unit, luoping: Unit) -> list[User]:
    people = [
        ("office", Role.OFFICE, office),
        ("office2", Role.OFFICE, office),
        ("auditor", Role.AUDITOR, office),
        ("head", Role.HEAD, qilin),
        ("handler", Role.HANDLER, qilin),
        ("handler2", Role.HANDLER, qilin),
        ("stranger", Role.HEAD, luoping),
    ]
    users = [
        User(login=login, name=f"{unit.name}{login}", role=role, unit=unit, password_hash=PASSWORD_HASH)
        for login, role, unit in people
    ]
    session.add_all(users)
    session.flush()
    return users


def enrol(session: Session, keyring: Keyring, users: Sequence[User], now: dt.datetime) -> None:
    """Second factors whose codes come from SECRET."""
    for user in users:
        sealed = keyring.seal(SECRET, f"totp:{user.id}")
        session.add(SecondFactor(user_id=user.id, sealed_secret=sealed, confirmed_at=now, last_step=0))


def _nominees(
    session: Session, programme: Programme, recommender: Unit, collectives: int, individuals: int
) -> list[Nominee]:
    nominees = []
    for position in range(1, collectives + individuals + 1):
        own = Unit(kind=UnitKind.OWN, name=f"{recommender.name}第{position}单位", parent=recommender)
        collective = position <= collectives
        nominees.append(
            Nominee(
                programme_id=programme.id,
                kind=Kind.COLLECTIVE if collective else Kind.INDIVIDUAL,
                name=f"{recommender.name}第{position}中队" if collective else f"{recommender.name[0]}小{position}",
                unit=own,
                recommender=recommender,
                position=position,
                rank=Rank.NONE,
                deeds=f"第{position}位对象三年来办成**实事**十二件，群众满意。" * 4,
            )
        )
    session.add_all([nominee.unit for nominee in nominees] + nominees)
    session.flush()
    return nominees
