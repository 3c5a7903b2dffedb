"""A programme is loaded from one file: checked against the database, saved whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import select

from app.database import Database
from app.domain.cases.states import Role
from app.domain.programmes.annex_one import BookPlaces
from app.domain.programmes.contacts import Contact
from app.domain.programmes.plan import Places, ProgrammePlan
from app.domain.programmes.programme_book import Book, BookContact, BookPerson
from app.domain.refusals import BookRefused, NotAllowed
from app.models import Programme, Unit, User
from app.papers.programme_book import Sheets, read_sheets
from app.sealing import Keyring
from app.services.accounts import logins
from app.services.office import programme_books
from app.services.programmes import quotas
from app.services.record.verifying import verify
from app.services.shared.work import Work
from tests.qujing import proposed_stages, read, written
from tests.world import World, at, at_once

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here hangs on the kind of database
NOW = at("2026-09-18 Fri 09:00")
PLAN = ProgrammePlan(
    "曲靖市2026年评选表彰",
    "先进集体",
    "先进个人",
    "第四部分（二）3",
    "第七部分（二）",
    stages=tuple(proposed_stages(dt.date(2026, 9, 1))),
)
PLACES = (
    BookPlaces(0, "市委政法委", 3, 6, "群众安全感满意度", "市级机关企事业单位", "由市委政法委牵头推荐"),
    BookPlaces(0, "麒麟区", 5, 9, "", "县（市、区）"),
)
CONTACTS = (BookContact(0, "麒麟区", Contact("0874-3120000", "文昌街78号", "", "工作日 8:30-12:00")),)
PEOPLE = (
    BookPerson(0, "zfw01", "李经办", Role.HANDLER, "市委政法委"),
    BookPerson(0, "ban03", "王工", Role.OFFICE, "市评选工作组办公室"),
)
BOOK = Book(PLAN, "市评选工作组办公室", PLACES, CONTACTS, PEOPLE)


def sheets(book: Book = BOOK) -> Sheets:
    return read_sheets(BytesIO(written(book)))


def load(world: World, book: Book = BOOK, login: str = "office") -> programme_books.LoadedBook:
    return world.run(programme_books.load, sheets(book), by=world.actor(login), now=NOW)


def export(database: Database, programme: int) -> Book:
    with database.reader() as session:
        return programme_books.export(session, programme)


def programmes_of(database: Database) -> Sequence[int]:
    with database.reader() as session:
        return session.scalars(select(Programme.id).order_by(Programme.id)).all()


def test_a_book_sets_up_an_empty_portal_and_a_programme_is_a_book_again(database: Database) -> None:
    """No office, no unit, nobody: what `gongshi programme load` finds on the first day."""
    with database.writer() as session:
        loaded = programme_books.load(Work(session, NOW), sheets())
    (programme,) = programmes_of(database)
    assert {(slip.login, slip.unit) for slip in loaded.slips} == {
        ("zfw01", "市委政法委"),
        ("ban03", "市评选工作组办公室"),
    }
    out = export(database, programme)
    got, wrong = read(read_sheets(BytesIO(written(out))))
    assert wrong == []
    assert (got.plan, got.office, list(got.places), list(got.contacts)) == (
        PLAN_AS_READ,
        BOOK.office,
        [*PLACES],
        [*CONTACTS],
    )
    assert sorted(got.people, key=lambda person: person.login) == sorted(PEOPLE, key=lambda person: person.login)
    with database.writer() as session:
        assert verify(session).holds
        for slip in loaded.slips:
            logins.check_password(
                Work(session, NOW, keyring=Keyring("a key for tests, thirty-two bytes")),
                slip.login,
                slip.password,
                None,
            )


PLAN_AS_READ = replace(PLAN, stages=list(PLAN.stages))


@sqlite
def test_units_and_people_that_are_there_are_used(world: World) -> None:
    known = BookPerson(0, "head", "麒麟区head", Role.HEAD, "麒麟区")
    loaded = load(world, replace(BOOK, people=(*PEOPLE, known)))
    assert [slip.login for slip in loaded.slips] == ["zfw01", "ban03"]
    with world.database.reader() as session:
        qilin = session.get_one(Unit, world.qilin)
        assert (qilin.phone, qilin.address) == ("0874-3120000", "文昌街78号")
        units = session.scalars(select(Unit.name).where(Unit.parent_id == world.office)).all()
        assert sorted(units) == sorted(["麒麟区", "罗平县", "市委政法委"])
        lines = quotas.of_programme(session, programmes_of(world.database)[-1])
        assert [(line.unit.name, line.collectives, line.field) for line in lines] == [
            ("市委政法委", 3, "群众安全感满意度"),
            ("麒麟区", 5, ""),
        ]


@sqlite
def test_what_does_not_fit_what_is_there_is_named_and_nothing_is_saved(world: World) -> None:
    with world.database.writer() as session:
        title = session.get_one(Programme, world.programme).title
        session.get_one(Unit, world.luoping).retired_at = NOW
        session.commit()
    before = world.everything()
    person, contact = PEOPLE[0], CONTACTS[0]
    for book, sheet, column in (
        (replace(BOOK, plan=replace(PLAN, title=title)), "活动", "B"),
        (replace(BOOK, office="另一个专班"), "活动", "B"),
        (replace(BOOK, places=(*PLACES, BookPlaces(0, "罗平县", 1, 1))), "名额分配", "C"),
        (replace(BOOK, places=(*PLACES, BookPlaces(0, BOOK.office, 1, 1))), "名额分配", "C"),
        (replace(BOOK, contacts=(replace(contact, unit="麒麟"),)), "联系方式", "A"),
        (replace(BOOK, people=(replace(person, unit="政法委"),)), "人员", "D"),
        (replace(BOOK, people=(replace(person, unit=BOOK.office),)), "人员", "D"),
        (replace(BOOK, people=(replace(person, role=Role.OFFICE),)), "人员", "D"),
        (replace(BOOK, people=(replace(person, login="head"),)), "人员", "A"),
        (replace(BOOK, people=(BookPerson(0, "head", "麒麟区head", Role.HANDLER, "麒麟区"),)), "人员", "A"),
    ):
        with pytest.raises(BookRefused) as refused:
            load(world, book)
        assert {(each.sheet, each.column) for each in refused.value.problems} == {(sheet, column)}, book
    with pytest.raises(NotAllowed):
        load(world, login="head")
    assert world.everything() == before


@sqlite
def test_a_preview_saves_nothing_and_says_what_would_come(world: World) -> None:
    before = world.everything()
    with world.database.writer() as session:
        seen = programme_books.preview(session, sheets())
        session.commit()
    assert (list(seen.wrong), list(seen.new_units), list(seen.known_units)) == ([], ["市委政法委"], ["麒麟区"])
    assert [person.login for person in seen.new_people] == ["zfw01", "ban03"]
    assert (seen.collectives, seen.individuals) == (8, 15)
    assert world.everything() == before


@sqlite
def test_the_same_book_twice_at_once_is_one_programme(world: World) -> None:
    results = at_once([lambda: load(world)] * 2)
    assert [type(result) for result in results if isinstance(result, Exception)] == [BookRefused]
    with world.database.reader() as session:
        assert len(session.scalars(select(User).where(User.login == "zfw01")).all()) == 1


@sqlite
def test_secret_numbers_are_in_no_book(world: World) -> None:
    """R11."""
    places = Places(world.qilin, 7, 9, secret_collectives=3, secret_individuals=4)
    world.run(quotas.give_places, world.programme, [places], by=world.actor("office"), now=NOW)
    with world.database.reader() as session:
        content = read_sheets(BytesIO(written(programme_books.export(session, world.programme))))
    (line,) = [cells for _, cells in content["名额分配"] if "麒麟区" in cells]
    assert [cell for cell in line if cell] == ["1", "麒麟区", "16", "7", "9", "麒麟区"]
