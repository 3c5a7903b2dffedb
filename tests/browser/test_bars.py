"""The bar of an act on many stays at the foot of the screen with its list, and covers no row at the end."""

from __future__ import annotations

import pytest

from tests.browser.portal import Portal

pytestmark = pytest.mark.browser

NOW = "2026-09-17 Thu 10:00"
_PLACES = """() => {
  const place = (what) => { const box = what.getBoundingClientRect(); return [box.top, box.bottom]; };
  const rows = document.querySelectorAll("table.list tbody tr");
  return { bar: place(document.querySelector(".bulk")), last: place(rows[rows.length - 1]), screen: innerHeight };
}"""


@pytest.mark.parametrize("media", ["none", pytest.param("active", marks=pytest.mark.soak)], ids=["", "forced colours"])
@pytest.mark.parametrize("width", ["phone", pytest.param("desktop", marks=pytest.mark.soak)])
def test_the_bar_is_in_sight_with_the_list_and_covers_no_row_at_its_end(portal: Portal, width: str, media: str) -> None:
    portal.time_is(NOW)
    page = portal.staff(width, "office")
    page.emulate_media(forced_colors=media)
    page.goto("/nominees/")
    page.locator("table.list tbody tr").first.scroll_into_view_if_needed()
    page.evaluate("document.querySelector('table.list').scrollIntoView()")
    seen = page.evaluate(_PLACES)
    assert seen["bar"][1] <= seen["screen"] + 1
    assert seen["bar"][0] >= seen["screen"] * 0.55, "it leaves room for the list"
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    end = page.evaluate(_PLACES)
    assert end["last"][1] <= end["bar"][0] + 1
    # What has the focus is not below the bar.
    page.evaluate("document.querySelector('table.list').scrollIntoView()")
    for box in page.locator("table.list .tick input").all()[:6]:
        box.focus()
        at_box, bar = box.bounding_box(), page.locator(".bulk").bounding_box()
        assert at_box is not None
        assert bar is not None
        assert at_box["y"] + at_box["height"] <= bar["y"] + 1
