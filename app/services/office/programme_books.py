"""A programme from one file: looked at against what there is already, then saved whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.cases.states import Role
from app.domain.programmes.annex_one import BookPlaces
from app.domain.programmes.book_rows import ABOUT, CONTACTS, HEADS, PEOPLE, QUOTAS, Rows, SheetFault
from app.domain.programmes.plan import ProgrammePlan, StageDays
from app.domain.programmes.programme_book import Book, BookContact, BookPerson, read
from app.domain.refusals import BookRefused
from app.models import Programme, Unit, UnitKind, User
from app.notices.offered import notice_of
from app.services.accounts import making, passwords, units
from app.services.accounts.staffing import Slip, slip_of
from app.services.programmes import quotas, setting_up
from app.services.shared.work import Work, use_case


@dataclass(frozen=True, slots=True)
class Preview:
    """What loading a book would do: the units and people it would add, and those that are there already."""

    book: Book
    wrong: Sequence[SheetFault]
    new_units: Sequence[str]
    known_units: Sequence[str]
    new_people: Sequence[BookPerson]
    known_people: Sequence[BookPerson]

    @property
    def collectives(self) -> int:
        return sum(line.collectives for line in self.book.places)

    @property
    def individuals(self) -> int:
        return sum(line.individuals for line in self.book.places)


@dataclass(frozen=True, slots=True)
class LoadedBook:
    programme: Programme
    slips: Sequence[Slip]


def preview(session: Session, sheets: Mapping[str, Rows], notice: str = "") -> Preview:
    """Check the sheets, by themselves and against what is in the database. Nothing is saved.

    `notice` is the key of the one that the programme is to follow, "" for the built-in one. Raises NoticeMissing.
    """
    book, wrong = read(sheets, notice_of(notice))
    existing = _Existing.of(session)
    named = [line.unit for line in book.places]
    wrong = [*wrong, *_against_what_there_is(session, book, existing)]
    wrong.sort(key=lambda each: (list(HEADS).index(each.sheet), each.row))
    return Preview(
        book,
        wrong,
        new_units=[name for name in named if name not in existing.recommenders],
        known_units=[name for name in named if name in existing.recommenders],
        new_people=[person for person in book.people if person.login not in existing.people],
        known_people=[person for person in book.people if person.login in existing.people],
    )


@use_case
def load(work: Work, sheets: Mapping[str, Rows], notice: str = "") -> LoadedBook:
    """Load the programme with its units, places, timetable, contact blocks and people, in one transaction.

    Each person gets a made-up password, on a slip that is shown once. `notice`: as in `preview`.
    Raises BookRefused, NotAllowed, NoticeMissing.
    """
    seen = preview(work.session, sheets, notice)
    if seen.wrong:
        raise BookRefused(seen.wrong)
    work.session.rollback()  # hashing takes its time: nobody waits for it
    made = {person.login: passwords.made_up() for person in seen.new_people}
    hashes = {login: passwords.hashed(password) for login, password in made.items()}
    seen = preview(work.session, sheets, notice)  # somebody may have changed something meanwhile
    if seen.wrong or not {person.login for person in seen.new_people} <= hashes.keys():
        raise BookRefused(seen.wrong)
    book = seen.book
    by_name = _units(work, book)
    plan = replace(book.plan, notice=notice, places=[line.places(by_name[line.unit].id) for line in book.places])
    programme = setting_up.create(work, plan)
    _contacts(work, book.contacts, by_name)
    slips = []
    for person in seen.new_people:
        unit = by_name[person.unit] if person.unit else next(iter(by_name.values()))
        user = making.add_given_out(work, person.login, person.name, person.role, unit, hashes[person.login])
        slips.append(slip_of(user, made[person.login]))
    return LoadedBook(programme, slips)


def export(session: Session, programme_id: int) -> Book:
    """Export a programme as a book that `load` would take elsewhere.

    Secret numbers stay here (R11).
    """
    programme = session.get_one(Programme, programme_id)
    office = units.office_of(session)
    lines = quotas.of_programme(session, programme_id)
    existing = [*([office] if office else []), *(line.unit for line in lines)]
    people = session.scalars(
        select(User)
        .where(User.unit_id.in_([unit.id for unit in existing]), User.disabled_at.is_(None))
        .order_by(User.unit_id, User.id)
    )
    contacts = [BookContact(0, unit.name, units.contact_of(unit)) for unit in existing]
    return Book(
        _plan_of(programme),
        office.name if office else "",
        [
            BookPlaces(0, line.unit.name, line.collectives, line.individuals, line.field, line.heading, line.note)
            for line in lines
            if line.collectives or line.individuals
        ],
        [each for each in contacts if not each.contact.is_empty],
        [BookPerson(0, user.login, user.name, user.role, user.unit.name) for user in people],
    )


@dataclass(frozen=True, slots=True)
class _Existing:
    """What is in the database already, by name."""

    office: Unit | None
    recommenders: Mapping[str, Unit]
    people: Mapping[str, User]

    @classmethod
    def of(cls, session: Session) -> _Existing:
        found = session.scalars(select(Unit).where(Unit.kind == UnitKind.RECOMMENDER))
        people = {user.login: user for user in session.scalars(select(User))}
        return cls(units.office_of(session), {unit.name: unit for unit in found}, people)


def _against_what_there_is(session: Session, book: Book, existing: _Existing) -> list[SheetFault]:
    wrong = []
    same = select(func.count()).select_from(Programme).where(Programme.title == book.plan.title)
    if session.scalar(same):
        wrong.append(SheetFault(ABOUT, 1, "B", "已经有同名的活动，请在活动名称里写上年份或者届次，和它区别开。"))
    office = existing.office.name if existing.office else book.office
    if not office:
        wrong.append(SheetFault(ABOUT, 1, "B", "请填写市级专班的名称，系统里还没有它。"))
    elif book.office and book.office != office:
        wrong.append(SheetFault(ABOUT, 1, "B", f"市级专班应为“{office}”，或者空着。"))
    for line in book.places:
        unit = existing.recommenders.get(line.unit)
        if unit is not None and unit.retired_at is not None:
            wrong.append(SheetFault(QUOTAS, line.row, "C", f"“{line.unit}”已经停用，请先启用它，或者删去这一行。"))
        if line.unit == office:
            wrong.append(SheetFault(QUOTAS, line.row, "C", "市级专班不是推荐单位，请写推荐单位。"))
    known = {office, *existing.recommenders, *(line.unit for line in book.places)}
    wrong += [
        SheetFault(CONTACTS, each.row, "A", f"没有名为“{each.unit}”的单位，请写“{QUOTAS}”里的推荐单位，或者市级专班。")
        for each in book.contacts
        if each.unit not in known
    ]
    for person in book.people:
        wrong += [
            SheetFault(PEOPLE, person.row, column, words) for column, words in _about(person, office, known, existing)
        ]
    return wrong


def _about(person: BookPerson, office: str, known: set[str], existing: _Existing) -> list[tuple[str, str]]:
    unit = person.unit or office
    if unit not in known:
        return [("D", f"没有名为“{unit}”的单位，请写“{QUOTAS}”里的推荐单位，或者市级专班。")]
    if person.role in (Role.HEAD, Role.HANDLER) and unit == office:
        return [("D", "单位负责人和经办人须属于一个推荐单位，不能属于市级专班。")]
    if person.role is Role.OFFICE and unit != office:
        return [("D", f"市级专班的人只能属于市级专班，请写“{office}”，或者空着。")]
    user = existing.people.get(person.login)
    if user is not None and (user.name, user.role, user.unit.name) != (person.name, person.role, unit):
        return [("A", f"登录名 {person.login} 已经有人用了，请换一个。")]
    return []


def _units(work: Work, book: Book) -> dict[str, Unit]:
    """Return every unit by its name, the office first.

    Units that are not there yet are added under the office.
    """
    existing = _Existing.of(work.session)
    office = existing.office or units.found_office(work, book.office)
    by_name = {office.name: office, **existing.recommenders}
    for line in book.places:
        if line.unit not in by_name:
            by_name[line.unit] = units.add(work, office.id, line.unit)
    return by_name


def _contacts(work: Work, contacts: Sequence[BookContact], by_name: Mapping[str, Unit]) -> None:
    """Write the contact blocks of a book. A line left empty in it keeps what is there: a page may name it (R13)."""
    for each in contacts:
        unit = by_name[each.unit]
        existing = {
            line: text for line, text in asdict(units.contact_of(unit)).items() if not getattr(each.contact, line)
        }
        if changed := units.put_contact(unit, replace(each.contact, **existing)):
            work.did("unit.contact_changed", unit, fields=changed)


def _plan_of(programme: Programme) -> ProgrammePlan:
    return ProgrammePlan(
        title=programme.title,
        notice_number=programme.notice_number,
        collective_honour=programme.collective_honour,
        individual_honour=programme.individual_honour,
        lapse_clause=programme.lapse_clause,
        upheld_clause=programme.upheld_clause,
        revocation_clause=programme.revocation_clause,
        signatory=programme.signatory,
        letter_mark=programme.letter_mark,
        county_share=programme.county_share,
        stages=[StageDays(stage.number, stage.starts_on, stage.ends_on) for stage in programme.stages],
    )
