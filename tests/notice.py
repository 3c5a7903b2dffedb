"""The city of the notice as a world for tests: an office, fourteen recommending units, their people and their lists."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from app.database import Database
from app.demo import annexes, people
from app.domain.cases.states import Role
from app.domain.periods.rounds import Kind
from app.domain.programmes.plan import Places, ProgrammePlan, StageDays
from app.models import Document, ImportState, Nominee, Programme, Purpose, ReviewStage, Unit, UnitKind, User
from app.services.calendar.calendars import calendar_of
from app.services.imports import confirming, reading, receiving
from app.services.nominees import opinions, reviews
from app.services.periods import bulk_scheduling, closing
from app.services.periods.bulk_scheduling import Order
from app.services.programmes import setting_up
from app.services.shared import documents
from app.services.shared.work import Work
from tests.files import pdf, vault_in
from tests.qujing import Authority, write_summary
from tests.standing import answer, scan
from tests.world import PASSWORD_HASH, World, at, contact

TITLE = "曲靖市提升人民群众获得感幸福感安全感先进集体和先进个人评选表彰"
SEED = 20251016
BEGUN = "2025-10-16 Thu 09:00"
STAGES = (  # part 六 of the notice
    StageDays(1, dt.date(2025, 10, 16), dt.date(2025, 11, 1)),
    StageDays(2, dt.date(2025, 11, 2), dt.date(2025, 11, 14)),
    StageDays(3, dt.date(2025, 11, 15), dt.date(2025, 11, 30)),
    StageDays(4, dt.date(2025, 12, 1), dt.date(2025, 12, 31)),
)


@dataclass
class City(World):
    """The fourteen units of the notice. `qilin` and `luoping` are two of them, with nominees in their order."""

    folder: Path = Path()

    @classmethod
    def founded(cls, database: Database, key: bytes, folder: Path) -> City:
        """The programme of the notice on its first day: units, two people in each, quotas, and no nominee yet."""
        now = at(BEGUN)
        with database.writer() as session:
            office = Unit(kind=UnitKind.OFFICE, name="市评选工作组办公室", **contact(0))
            units = [
                Unit(kind=UnitKind.RECOMMENDER, name=quota.recommender, parent=office, **contact(1))
                for quota in people.quotas()
            ]
            session.add_all([office, *units])
            session.flush()
            staff = [_person(login, Role.OFFICE, office) for login in ("office", "office2")]
            for unit in units:
                staff += [_person(f"handler{unit.id}", Role.HANDLER, unit), _person(f"head{unit.id}", Role.HEAD, unit)]
            session.add_all(staff)
            session.flush()
            places = [
                Places(unit.id, quota.collectives, quota.individuals, quota.field, quota.group)
                for unit, quota in zip(units, people.quotas(), strict=True)
            ]
            plan = ProgrammePlan(
                title=TITLE,
                notice_number="〔2025〕239号",
                collective_honour="曲靖市提升人民群众获得感幸福感安全感先进集体",
                individual_honour="曲靖市提升人民群众获得感幸福感安全感先进个人",
                lapse_clause="通知第四部分（二）3：在规定时间内无法作出结论的，取消该推荐对象参评资格",
                upheld_clause="通知第七部分（二）：未按规定程序和要求推荐的，经核实后取消推荐评选资格",
                revocation_clause="通知第七部分（二）：按照有关规定撤销其所获表彰奖励，收回奖牌、证书",
                stages=STAGES,
                places=places,
            )
            programme = setting_up.create(Work(session, now, staff[0].actor), plan)
            by_name = {unit.name: unit.id for unit in units}
            by_login = {user.login: user.id for user in staff}
            for role in ("handler", "head"):
                by_login[role] = by_login[f"{role}{by_name['麒麟区']}"]
            return cls(
                database=database,
                key=key,
                programme=programme.id,
                office=office.id,
                qilin=by_name["麒麟区"],
                luoping=by_name["罗平县"],
                people=by_login,
                nominees=[],
                others=[],
                folder=folder,
            )

    @property
    def units(self) -> dict[int, people.DemoQuota]:
        """The recommending units with their rows of annex 1."""
        with self.database.reader() as session:
            rows = session.scalars(select(Unit).where(Unit.kind == UnitKind.RECOMMENDER).order_by(Unit.id))
            return {unit.id: quota for unit, quota in zip(rows, people.quotas(), strict=True)}

    def hand_in(self, unit_id: int, kind: Kind, now: str) -> None:
        """Annex 2 or 3 of a unit, from its file to its nominees: handed in, read, found without a fault, confirmed."""
        quota, handler, vault = self.units[unit_id], self.actor(f"handler{unit_id}"), vault_in(self.folder, self.key)
        rows = annexes.unit_rows(quota, SEED)[kind]
        sheet = write_summary(kind, f"{TITLE}汇总表", quota.recommender, at(now).date(), rows, extended=True)
        uploads = [(f"{quota.recommender}.xlsx", io.BytesIO(sheet))]
        import_id = self.run(receiving.receive_all, vault, self.programme, unit_id, uploads, by=handler, now=at(now))[0]
        assert self.run(reading.read, vault, import_id, now=at(now))
        with self.database.reader() as session:
            assert receiving.visible(session, import_id, handler).state is ImportState.CHECKED
        counts = self.run(confirming.confirm, import_id, by=handler, now=at(now))
        assert counts["new"] == len(rows)

    @property
    def everybody(self) -> list[int]:
        with self.database.reader() as session:
            return list(session.scalars(select(Nominee.id).order_by(Nominee.id)))

    def of(self, unit_id: int) -> list[int]:
        with self.database.reader() as session:
            of_unit = select(Nominee.id).where(Nominee.recommender_id == unit_id)
            return list(session.scalars(of_unit.order_by(Nominee.kind, Nominee.position, Nominee.id)))

    def name(self, nominee_id: int) -> str:
        with self.database.reader() as session:
            return session.get_one(Nominee, nominee_id).name

    def by_unit(self, nominees: Iterable[int]) -> dict[int, list[int]]:
        with self.database.reader() as session:
            rows = session.scalars(select(Nominee).where(Nominee.id.in_(nominees)).order_by(Nominee.id))
            found: dict[int, list[int]] = {}
            for nominee in rows:
                found.setdefault(nominee.recommender_id, []).append(nominee.id)
            return found

    def arrange(self, round_number: int, nominees: Sequence[int], opening: str, conclude: int, now: str) -> list[int]:
        """A period for every unit with one of these nominees, all on one day. Returns their ids."""
        with self.database.writer() as session:
            programme = session.get_one(Programme, self.programme)
            chosen, day = frozenset(nominees), dt.date.fromisoformat(opening)
            choices = bulk_scheduling.list_choices(session, self.keyring, programme, round_number, at(now))
            units = frozenset(c.organiser.id for c in choices if chosen & {x.nominee.id for x in c.candidates})
            order = Order(programme, round_number, units, chosen, day, conclude)
            calendar, office = calendar_of(session), self.actor("office")
            periods = bulk_scheduling.schedule_many(
                Work(session, at(now), office, keyring=self.keyring), order, calendar
            )
            return [period.id for period in periods]

    def close(self, periods: Sequence[int], now: str) -> None:
        outcome = self.run(closing.close_each, periods, by=self.actor("office"), now=at(now))
        assert (len(outcome.done), outcome.refused) == (len(periods), {})

    def review(self, nominees: Sequence[int], stage: ReviewStage, now: str) -> None:
        self.run(reviews.review, nominees, stage, True, "", by=self.actor("office"), now=at(now))

    def ask_authorities(self, nominees: Sequence[int], now: str) -> None:
        """One letter from each authority a unit, about those of its nominees whose opinion it has to give."""
        vault = vault_in(self.folder, self.key)
        for unit_id, theirs in self.by_unit(nominees).items():
            with self.database.reader() as session:
                rows = session.scalars(select(Nominee).where(Nominee.id.in_(theirs))).all()
                needed = opinions.find_needed_authorities(session, self.keyring, rows)
            for authority in Authority:
                if asked := [nominee for nominee in theirs if authority in needed[nominee]]:
                    handler = self.actor(f"handler{unit_id}")
                    said = answer(authority, now)
                    self.run(opinions.record_opinion, vault, asked, said, scan(), by=handler, now=at(now))

    def paper(self) -> Document:
        """A scan of a paper, stored."""
        vault = vault_in(self.folder, self.key)
        upload = documents.Upload("扫描件.pdf", io.BytesIO(pdf()))
        now = at("2025-11-18 Tue 09:00")
        return documents.store_document(vault, Purpose.PROCEEDING, self.programme, upload, self.actor("office"), now)


def _person(login: str, role: Role, unit: Unit) -> User:
    return User(login=login, name=f"{unit.name}{login}", role=role, unit=unit, password_hash=PASSWORD_HASH)
