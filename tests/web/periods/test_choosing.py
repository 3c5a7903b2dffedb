"""Choosing among more nominees than a page shows: everybody, all but some, or some alone (R8)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.models import Entry, Period
from app.web.periods import choosing
from tests.web.browsing import Browser, Page
from tests.world import World

Staff = Callable[[str], Browser]


@pytest.fixture
def office(staff: Staff, world: World, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setattr(choosing, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(choosing, "ROWS_PER_PAGE", 2)
    world.past_round_one(world.nominees)
    return staff("office")


def first(office: Browser, world: World) -> Page:
    page = office.get(path(world))
    assert f"可以列入{len(world.nominees)}个，现在选了{len(world.nominees)}个" in page.text
    return page


def path(world: World) -> str:
    return f"/office/periods/new/{world.programme}/2/{world.qilin}"


def press(office: Browser, world: World, page: Page, **changes: object) -> Page:
    return office.send(page.form(path(world)), "", **{"opening": "2026-09-21", "conclude": "3"} | changes)


def boxes(page: Page, world: World) -> list[str]:
    return page.form(path(world)).fields["boxes"].split("-")


def shown(world: World) -> set[int]:
    with world.database.reader() as session:
        latest = select(Period.id).order_by(Period.id.desc()).limit(1)
        return set(session.scalars(select(Entry.nominee_id).where(Entry.period_id.in_(latest))))


def save(office: Browser, world: World, page: Page) -> set[int]:
    looked = office.send(page.form(path(world)), "preview", opening="2026-09-21", conclude="3")
    assert office.send(looked.form(path(world)), "save").status == 303
    return shown(world)


def test_everybody_is_chosen_from_any_page(world: World, office: Browser) -> None:
    page = press(office, world, first(office, world), turn="2")
    assert "第 2 页，共 3 页" in page.text
    assert save(office, world, page) == set(world.nominees)


def test_who_was_left_out_on_one_page_stays_out_on_another(world: World, office: Browser) -> None:
    page = first(office, world)
    out, *kept = boxes(page, world)
    page = press(office, world, page, nominee=kept, turn="2")
    assert f"现在选了{len(world.nominees) - 1}个" in page.text
    page = press(office, world, page, turn="1")
    assert save(office, world, page) == set(world.nominees) - {int(out)}


def test_some_alone_are_chosen_over_several_pages(world: World, office: Browser) -> None:
    page = press(office, world, first(office, world), every="none")
    assert "现在选了0个" in page.text
    one = boxes(page, world)[0]
    page = press(office, world, page, nominee=[one], turn="2")
    other = boxes(page, world)[0]
    page = press(office, world, page, nominee=[other], turn="1")
    assert save(office, world, page) == {int(one), int(other)}


def test_everybody_is_chosen_again_after_nobody_was(world: World, office: Browser) -> None:
    page = press(office, world, first(office, world), every="none")
    assert save(office, world, press(office, world, page, every="all")) == set(world.nominees)


def test_a_search_keeps_the_choice_and_shows_whom_it_finds(world: World, office: Browser) -> None:
    page = first(office, world)
    out, *kept = boxes(page, world)
    found = press(office, world, page, nominee=kept, word="没有这个人", find="1")
    assert "没有找到" in found.text
    assert f"现在选了{len(world.nominees) - 1}个" in found.text
    assert save(office, world, found) == set(world.nominees) - {int(out)}


@pytest.mark.parametrize("number", ["", "0", "-1", "99", "x", "9" * 30])
def test_an_address_by_hand_leads_to_some_page(world: World, office: Browser, number: str) -> None:
    assert press(office, world, first(office, world), turn=number).status == 200
