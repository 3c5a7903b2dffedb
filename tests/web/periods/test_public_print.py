"""The whole list with all deeds on one page, to be printed: inside the window only, with its source and moment."""

from __future__ import annotations

import pytest

from tests.web.browsing import Browser, MovingClock
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_it_holds_every_entry_with_its_deeds_and_where_it_is_from(
    world: World, client: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    clock.to("2026-09-18 Fri 09:30")
    page = client.get(f"/periods/{period}/print")
    assert page.status == 200
    for position in range(1, len(world.nominees) + 1):
        assert page.source.count(f"第{position}位对象") == 4  # all four sentences of its deeds
    for said in ("打印时间：2026年9月18日 09:30", "以网站为准", f"/periods/{period}", "来源："):
        assert said in page.text, said
    assert "<form" not in page.source.partition("<main")[2].partition("</main>")[0]  # no filters
    assert "noindex" in page.headers["X-Robots-Tag"]


def test_outside_the_window_it_names_nobody(world: World, client: Browser, clock: MovingClock) -> None:
    address = f"/periods/{world.round_two()}/print"
    named = []
    # In the last second the page is kept in memory.
    last_second = "2026-09-23 Wed 23:59:59"
    for moment in ("2026-09-17 Thu 23:59:59", "2026-09-18 Fri 00:00", last_second, "2026-09-24 Thu 00:00"):
        clock.to(moment)
        page = client.get(address)
        assert page.status == 200
        named.append("麒小" in page.source or "实事" in page.source)
    assert named == [False, True, True, False]


def test_the_list_leads_to_it(world: World, client: Browser, clock: MovingClock) -> None:
    period = world.round_two()
    clock.to("2026-09-18 Fri 09:30")
    assert f'<a href="/periods/{period}/print">打印全部名单和事迹</a>' in client.get(f"/periods/{period}").source
