"""The search page: plain GET, hits with their list and last day, nothing of what is not public now (R5)."""

from __future__ import annotations

import pytest

from tests.web.browsing import Browser, MovingClock
from tests.world import World

OPEN = "2026-09-18 Fri 09:00"


def test_the_home_page_leads_to_a_person_while_a_list_is_open(
    world: World, client: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    clock.to("2026-09-17 Thu 09:00")
    assert not [form for form in client.get("/").forms if form.action == "/search"]
    clock.to(OPEN)
    box = next(form for form in client.get("/").forms if form.action == "/search")
    assert list(box.fields) == ["q"]
    page = client.get("/search?q=麒 小3")
    assert "找到1个" in page.text
    assert f"/periods/{period}/nominees/{world.nominees[2]}" in page.links
    assert "麒麟区拟推荐对象公示，2026年9月23日 24:00截止" in page.text
    assert "no-store" not in page.headers["Cache-Control"]


def test_nothing_found_says_what_to_try_and_keeps_what_was_typed(
    world: World, client: Browser, clock: MovingClock
) -> None:
    world.round_two()
    clock.to(OPEN)
    page = client.get("/search?q=查无此人")
    assert (page.status, "没有找到“查无此人”" in page.text) == (200, True)
    assert 'value="查无此人"' in page.source
    assert "没有找到" not in client.get("/search").text
    assert "没有找到" not in client.get("/search?q=%20%20").text


@pytest.mark.parametrize("typed", ["%25", "%00", "%FF", "%3Cscript%3E", "_", "'", "敏" * 5000, "%E2%80%AE", "a" * 3000])
def test_whatever_is_typed_is_answered(world: World, client: Browser, clock: MovingClock, typed: str) -> None:
    world.round_two()
    clock.to(OPEN)
    page = client.get(f"/search?q={typed}")
    assert page.status == 200
    assert "<script>" not in page.source
    assert "找到5个" not in page.text
