"""Confirming a list: once, within the places, against who stands by then."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.domain.nominees.annexes import Rank
from app.domain.refusals import (
    ImportHasProblems,
    ImportHasQuestions,
)
from app.models import Nominee, Quota
from app.services.imports import receiving
from app.services.nominees import eligibility
from tests.lists import NOW, checked, form, id_number, person, read, room_for, sheet, told
from tests.services.imports.confirmed import confirm, imported, last_nominee
from tests.world import World, at, at_once

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what is decided apart from SQL


def test_two_confirms_at_once_make_one_import(roomy: World, folder: Path) -> None:
    since = last_nominee(roomy)
    import_id = checked(roomy, folder, {"a.xlsx": sheet([person(0), person(1)])})
    done = at_once([lambda: confirm(roomy, import_id), lambda: confirm(roomy, import_id, "office")])
    assert sorted(type(each).__name__ for each in done) == ["ImportNotReady", "dict"]
    assert len(imported(roomy, since)) == 2


def test_two_lists_confirmed_at_once_do_not_pass_the_quota_together(world: World, folder: Path) -> None:
    with world.database.writer() as session:
        session.execute(update(Quota).where(Quota.unit_id == world.qilin).values(individuals=5))
        session.commit()
    since = last_nominee(world)
    both = [checked(world, folder, {"a.xlsx": sheet([person(n), person(n + 1)])}) for n in (0, 2)]
    assert [told(world, each) for each in both] == [[], []]
    done = at_once([lambda: confirm(world, both[0]), lambda: confirm(world, both[1])])
    assert sorted(type(each).__name__ for each in done) == ["ImportHasProblems", "dict"]
    assert len(imported(world, since)) == 2
    refused = both[[isinstance(each, ImportHasProblems) for each in done].index(True)]
    assert [(row, column) for row, column, _ in told(world, refused)] == [(0, "名额")]


@sqlite
def test_what_is_wrong_may_come_right_by_itself_and_is_looked_at_again(world: World, folder: Path) -> None:
    import_id = checked(world, folder, {"a.xlsx": sheet([person(0)])})
    assert [column for _, column, _ in told(world, import_id)] == ["名额"]
    room_for(world)
    world.run(receiving.read_again, import_id, by=world.actor("handler"), now=at(NOW))
    assert read(world, folder, import_id)
    assert told(world, import_id) == []


@sqlite
def test_a_form_does_not_lower_the_rank_that_the_office_confirmed(roomy: World, folder: Path) -> None:
    confirm(roomy, checked(roomy, folder, {"a.xlsx": sheet([person(0), person(1)])}))
    with roomy.database.reader() as session:
        one, other = session.scalars(select(Nominee.id).where(Nominee.id > max(roomy.others)).order_by(Nominee.id))
    for nominee, rank in ((one, Rank.ABOVE), (other, Rank.BELOW)):
        roomy.run(eligibility.set_rank, nominee, rank, by=roomy.actor("office"), now=at(NOW))
    files = {
        "一.docx": form(post="副科长"),
        "二.docx": form(name=person(1)["name"], id_number=id_number(1), post="副处长"),
    }
    assert confirm(roomy, checked(roomy, folder, files))["filled"] == 2
    with roomy.database.reader() as session:
        ranks = [session.get_one(Nominee, each).rank for each in (one, other)]
    assert ranks == [Rank.ABOVE, Rank.COUNTY], "a form says more, and never less"


@sqlite
def test_namesakes_come_in_once_whoever_confirms_has_answered_for_them(roomy: World, folder: Path) -> None:
    since = last_nominee(roomy)
    both = [person(0), person(0, id_number=id_number(7), unit="麒麟区别的单位")]
    import_id = checked(roomy, folder, {"a.xlsx": sheet(both)})
    assert told(roomy, import_id) == [(6, "姓名", "与第5行同名")]
    for answered in (0, 2):  # not answered; answered on a page that showed other questions
        with pytest.raises(ImportHasQuestions):
            confirm(roomy, import_id, answered=answered)
    assert imported(roomy, since) == []
    assert confirm(roomy, import_id, answered=1)["new"] == 2


@sqlite
def test_two_of_one_name_and_unit_without_both_numbers_are_one(roomy: World, folder: Path) -> None:
    import_id = checked(roomy, folder, {"a.xlsx": sheet([person(0), person(0, id_number="")])})
    assert (6, "姓名", "与第5行重复") in told(roomy, import_id)
    with pytest.raises(ImportHasProblems):
        confirm(roomy, import_id, answered=1)
