"""Hostile deeds in a real browser, without a Content-Security-Policy to stop them (SECURITY 35)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Page, Request, Route

from app.richtext import render
from tests.test_richtext import ALLOWED
from tests.xss import ALL

pytestmark = pytest.mark.browser
HERE = "http://gongshi.test/"
TRAP = """
window.ran = [];
for (const name of ["hit", "alert", "msgbox"]) window[name] = (...what) => ran.push(`${name} ${what}`);
"""
# Every element inside of a `.deeds`, with its attributes; then the same once more from its own source.
FOUND = """() => [...document.querySelectorAll(".deeds")].flatMap(deeds => {
  const again = document.createElement("div");
  again.innerHTML = deeds.innerHTML;
  document.body.append(again);
  return [...deeds.querySelectorAll("*"), ...again.querySelectorAll("*")].map(element =>
    [element.tagName.toLowerCase(), ...element.getAttributeNames()].join(" "));
})"""


class Trap:
    """A page without any policy, in a browser that records scripts that run and addresses it requests."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        page.add_init_script(TRAP)
        page.route("**/*", self._answer)
        page.on("request", self._note)

    def open(self, deeds: Sequence[str]) -> None:
        body = "\n".join(f'<div class="deeds">{text}</div>' for text in deeds)
        self.body = f"<!DOCTYPE html><html><head><title>x</title></head><body>{body}<p id=end></p></body></html>"
        self.page.goto(HERE)
        self.page.wait_for_load_state("networkidle")

    def poke(self) -> None:
        """Hover over, click and focus every element."""
        self.page.evaluate(
            """() => document.querySelectorAll(".deeds *").forEach(element =>
              ["mouseover", "click", "focus"].forEach(type => element.dispatchEvent(new Event(type))))"""
        )

    def _note(self, request: Request) -> None:
        if request.url != HERE:
            self.asked.append(request.url)

    def _answer(self, route: Route) -> None:
        if route.request.url == HERE:
            route.fulfill(body=self.body, content_type="text/html; charset=utf-8")
        else:
            route.abort()


@pytest.fixture
def trap(chromium: Browser) -> Iterator[Trap]:
    context = chromium.new_context()
    yield Trap(context.new_page())
    context.close()


def test_the_trap_snaps(trap: Trap) -> None:
    """The counter-test: unsanitised deeds do run and load here."""
    trap.open(["<img src=x onerror=hit(1)>", "<p onmouseover=hit(2)>文</p>", "<img src=//evil.test/x.png>"])
    trap.poke()
    assert sorted(trap.page.evaluate("ran")) == ["hit 1", "hit 2"]
    assert sorted(trap.asked) == ["http://evil.test/x.png", f"{HERE}x"]


def test_security_35_nothing_runs_and_nothing_is_loaded_in_a_real_browser_without_any_policy(trap: Trap) -> None:
    cleaned = [str(render(vector)) for _, vector in ALL]
    trap.open([*cleaned, *(str(render(f"> 前\n\n{vector}\n后")) for _, vector in ALL)])
    found = set(trap.page.evaluate(FOUND))
    trap.poke()
    trap.page.wait_for_load_state("networkidle")
    assert found - ALLOWED == set()  # without attributes
    assert found >= {"p", "blockquote", "strong", "ul", "ol", "li", "h3", "br"}
    assert trap.page.evaluate("ran") == []
    assert trap.asked == []
    assert trap.page.locator(".deeds").count() == 2 * len(ALL)  # none ended its box and none opened another
    assert trap.page.locator("body > #end").count() == 1
