"""One opening day for many units, where a page can't hold all units and all of their nominees."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.models import Entry, Period
from app.web.periods import bulk_scheduling
from tests.web.browsing import Browser, Page
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what a page shows is one on both
WHEN = {"opening": "2026-09-21", "conclude": "3"}


@pytest.fixture
def office(world: World, staff: Callable[[str], Browser]) -> Browser:
    world.past_round_one([*world.nominees, *world.others])
    return staff("office")


def here(world: World, **query: object) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/office/periods/new-many?programme={world.programme}&round=2&{asked}"


def boxes(page: Page) -> set[str]:
    """The ids of nominees that have a box on the page."""
    return {part.split('"')[0] for part in page.source.split('id="nominee-')[1:]}


def shown(world: World) -> dict[int, set[int]]:
    """The nominees of each organiser's periods."""
    with world.database.reader() as session:
        rows = session.execute(
            select(Period.organiser_id, Entry.nominee_id).join(Entry).where(Period.round_number == 2)
        )
        found: dict[int, set[int]] = {}
        for organiser, nominee in rows:
            found.setdefault(organiser, set()).add(nominee)
        return found


def test_units_too_large_for_boxes_are_ticked_whole_and_opened_one_by_one(
    world: World, office: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_scheduling, "_ONE_BY_ONE", 5)
    page = office.get(here(world))
    form = page.form("/2")
    assert boxes(page) == set()
    assert form.fields["whole"] == f"{world.qilin}-{world.luoping}"
    assert form.fields["chosen"] == [str(world.qilin), str(world.luoping)]
    assert form.buttons == ["preview", str(world.qilin), str(world.luoping), "preview"]  # Enter presses the first
    before = world.everything()
    opened = office.send(form, unfold=str(world.qilin), **WHEN)
    assert boxes(opened) == {str(one) for one in world.nominees}
    form = opened.form("/2")
    assert (form.fields["whole"], form.fields["opening"]) == (str(world.luoping), WHEN["opening"])
    assert form.fields["nominee"] == [str(one) for one in world.nominees]
    # There is no room for the boxes of the other unit: it can be arranged by itself.
    assert f"/office/periods/new/{world.programme}/2/{world.luoping}" in opened.links
    looked = office.send(form, "preview", nominee=[str(one) for one in world.nominees[1:]])
    assert "麒麟区 4 9月21日至9月28日" in looked.text
    assert "罗平县 3 9月21日至9月28日" in looked.text
    assert world.everything() == before
    assert boxes(looked) == boxes(opened)
    office.send(looked.form("/2"), "save")
    assert shown(world) == {world.qilin: {*world.nominees[1:]}, world.luoping: {*world.others}}


def test_of_a_unit_taken_whole_those_enter_who_may_and_the_others_are_counted_by_reason(
    world: World, office: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_scheduling, "_ONE_BY_ONE", 5)
    office.post(
        f"/office/periods/new/{world.programme}/2/{world.qilin}", WHEN | {"nominee": world.nominees[:4], "step": "save"}
    )
    form = office.get(here(world)).form("/2")
    looked = office.send(form, "preview", **WHEN)
    assert "麒麟区 1 9月21日至9月28日" in looked.text
    assert "等4个（已经列入本轮公示" in looked.text


def test_units_of_several_pages_are_arranged_page_by_page_or_all_together(
    world: World, office: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_scheduling, "ROWS_PER_PAGE", 1)
    first, second = office.get(here(world)), office.get(here(world, page=2))
    assert (first.form("/2").fields["chosen"], boxes(first)) == (str(world.qilin), {str(one) for one in world.nominees})
    assert (boxes(second), "第 2 页，共 2 页" in second.text) == ({str(one) for one in world.others}, True)
    of_second = office.send(second.form("/2?page=2"), "preview", **WHEN)
    assert ("确认安排 1 家" in of_second.text, boxes(of_second)) == (True, boxes(second))
    everywhere = office.send(first.form("/2"), "preview", everywhere="1", **WHEN)
    assert "确认安排 2 家" in everywhere.text
    assert "另有 1 家都可以安排，没有逐家列出。" in everywhere.text
    form = everywhere.form("/2")
    assert form.fields["everywhere"] == "1"
    kept = [str(one) for one in world.nominees[2:]]
    assert office.send(form, "save", nominee=kept).status == 303
    assert shown(world) == {world.qilin: {*world.nominees[2:]}, world.luoping: {*world.others}}
