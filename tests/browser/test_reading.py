"""大字版, 高对比 and 朗读 in a browser: with a script and without, with a voice and without; forced colours."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.portal import Portal, check_page, press

pytestmark = [pytest.mark.browser, pytest.mark.soak]

_SIZE = "getComputedStyle(document.documentElement).fontSize"
_GROUND = "getComputedStyle(document.body).backgroundColor"
# A voice that keeps what it is told to say, and says the next sentence when the test tells it to.
_VOICE = """
  window.said = [];
  const voices = VOICES;
  Object.defineProperty(window, 'speechSynthesis', {value: voices && {
    getVoices: () => voices, cancel: () => { window.said.push('(silence)'); }, addEventListener: () => {},
    speak: sentence => { window.said.push(sentence.text); window.last = sentence; },
  }});
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
"""
LOCAL = "[{lang: 'en-US', localService: true}, {lang: 'zh-CN', localService: true}]"


def test_a_choice_needs_no_script_and_stays(portal: Portal) -> None:
    period = portal.world.round_two()
    portal.time_is("2026-09-18 Fri 10:00")
    page = portal.visit("phone", java_script_enabled=False)
    page.goto(f"/periods/{period}?kind=individual")
    address = page.url
    assert page.evaluate(_SIZE) == "18px"
    press(page, "大字版")
    assert (page.url, page.evaluate(_SIZE)) == (address, "27px")
    press(page, "高对比")
    page.goto("/")
    assert (page.evaluate(_SIZE), page.evaluate(_GROUND)) == ("27px", "rgb(255, 255, 255)")
    expect(page.get_by_role("button", name="大字版", pressed=True)).to_be_visible()
    expect(page.get_by_role("button", name="朗读")).to_be_hidden()
    press(page, "大字版")
    assert (page.url.removeprefix(portal.url), page.evaluate(_SIZE)) == ("/", "18px")


def test_a_choice_with_a_script_loses_nothing_that_was_typed(portal: Portal) -> None:
    page = portal.visit("phone")
    page.goto("/receipt")
    page.get_by_label("查询码").fill("2222-3333")
    page.get_by_role("button", name="大字版").click()
    expect(page.get_by_role("button", name="大字版", pressed=True)).to_be_visible()
    assert page.evaluate(_SIZE) == "27px"
    expect(page.get_by_label("查询码")).to_have_value("2222-3333")
    check_page(page)
    page.reload()
    assert page.evaluate(_SIZE) == "27px"
    page.get_by_role("button", name="大字版").click()
    expect(page.get_by_role("button", name="大字版", pressed=False)).to_be_visible()
    assert page.evaluate(_SIZE) == "18px"


def with_voices(portal: Portal, voices: str) -> Page:
    page = portal.visit("phone")
    page.add_init_script(_VOICE.replace("VOICES", voices))
    page.goto("/privacy")
    return page


def said(page: Page) -> list[Any]:
    found: list[Any] = page.evaluate("window.said.filter(text => text !== '(silence)')")
    return found


def test_the_page_is_read_out_sentence_by_sentence_until_it_is_stopped(portal: Portal) -> None:
    page = with_voices(portal, LOCAL)
    button = page.locator("[data-reads]")
    expect(button).to_have_text("朗读")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_text("停止朗读")
    assert said(page) == [page.locator("h1").inner_text()]
    assert page.evaluate("window.last.voice.lang") == "zh-CN"
    for _ in range(3):
        page.evaluate("window.last.onend()")
    assert len(said(page)) == 4
    assert all(0 < len(text) <= 100 for text in said(page))
    page.keyboard.press("Escape")
    expect(button).to_have_text("朗读")
    assert page.evaluate("window.said.pop()") == "(silence)"
    page.evaluate("window.last.onend()")  # the engine tells of the sentence that was cut off
    assert len(said(page)) == 4
    button.click()
    while page.evaluate("document.querySelector('[data-reads]').textContent") == "停止朗读":
        page.evaluate("window.last.onend()")
    everything = "".join(said(page)[4:])
    for text in page.locator("main p, main li").all_inner_texts():
        assert "".join(text.split())[:12] in "".join(everything.split())


@pytest.mark.parametrize(
    "voices",
    [
        "undefined",  # no such thing in this browser
        "[]",
        "[{lang: 'en-US', localService: true}]",
        "[{lang: 'zh-CN', localService: false}]",  # it would send the page to whoever makes the browser
    ],
)
def test_without_a_chinese_voice_of_the_device_nothing_is_offered(portal: Portal, voices: str) -> None:
    page = with_voices(portal, voices)
    expect(page.get_by_role("button", name="大字版")).to_be_visible()
    expect(page.locator("[data-reads]")).to_be_hidden()


def test_in_the_readers_own_colours_what_is_current_still_shows(portal: Portal) -> None:
    period = portal.world.round_two()
    portal.time_is("2026-09-18 Fri 10:00")
    page = portal.visit("phone")
    page.emulate_media(forced_colors="active")
    width = "element => parseFloat(getComputedStyle(element).borderBottomWidth)"
    page.goto("/receipt")
    assert page.locator(".top nav [aria-current]").evaluate(width) >= 3
    assert page.locator(".top nav a:not([aria-current])").first.evaluate(width) == 0
    page.goto(f"/periods/{period}/nominees/{portal.world.nominees[0]}/objection")
    current = page.locator(".steps [aria-current]")
    if current.count():
        colour = "element => getComputedStyle(element).borderBottomColor"
        assert current.evaluate(colour) != page.locator(".steps li:not([aria-current])").first.evaluate(colour)
