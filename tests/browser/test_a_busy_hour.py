"""The challenge in a real browser under the shipped Content-Security-Policy: it is solved, or waited for (R17)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.portal import Portal, check_page, press, says
from tests.browser.test_citizen import FACTS, OPEN, filed, fill_in, receipt_code

pytestmark = [pytest.mark.browser, pytest.mark.soak]
WITHOUT_CRYPTO = "Object.defineProperty(window.crypto, 'subtle', {value: undefined})"  # as where there is no TLS


@pytest.fixture
def busy(portal: Portal) -> Portal:
    """A portal that requires a challenge in every bucket."""
    portal.world.round_two()
    portal.time_is(OPEN)
    this = portal.app.extensions["portal"]
    portal.app.extensions["portal"] = replace(this, settings=replace(this.settings, challenge_at=0))
    return portal


def come_to_the_check(busy: Portal, width: str = "phone", script: str = "", **options: Any) -> Page:
    page = busy.visit(width, **options)
    if script:
        page.add_init_script(script)
    page.goto(f"/periods/6/nominees/{busy.world.nominees[2]}/objection")
    fill_in(page)
    press(page, "下一步")
    return page


def test_security_31_it_solves_itself_and_is_read_out(busy: Portal, width: str) -> None:
    page = come_to_the_check(busy, width)
    status = page.get_by_role("status")
    expect(status).to_have_attribute("aria-live", "polite")
    expect(status).to_have_text("安全检查做完了，请点“确认提交”。", timeout=30_000)
    check_page(page)
    page.get_by_role("button", name="确认提交").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    receipt_code(page)
    assert filed(busy) == 1


def test_security_31_until_it_is_solved_the_button_waits(busy: Portal) -> None:
    # A worker that never answers keeps the page in the state before the solution.
    page = come_to_the_check(busy, script="window.Worker = class { postMessage() {} terminate() {} }")
    expect(page.get_by_role("status")).to_have_text("正在做安全检查，几秒钟就好……")
    expect(page.get_by_role("button", name="确认提交")).to_be_disabled()
    expect(page.get_by_role("button", name="上一步")).to_be_enabled()
    check_page(page)


@pytest.mark.parametrize("how", ["no script", pytest.param("no crypto", marks=pytest.mark.soak)])
def test_security_31_who_cannot_run_it_gets_through_by_waiting(busy: Portal, how: str) -> None:
    if how == "no script":
        page = come_to_the_check(busy, java_script_enabled=False)
    else:
        page = come_to_the_check(busy, script=WITHOUT_CRYPTO)
        expect(page.get_by_role("status")).to_contain_text("这台设备做不了安全检查")
    says(page, "请过3分钟再点“确认提交”，不用重新填写")
    press(page, "确认提交")
    expect(page.get_by_role("alert")).to_contain_text("异议还没有提交，您写的内容都在")
    says(page, FACTS)
    assert filed(busy) == 0
    busy.clock.forward(minutes=3)
    press(page, "确认提交")
    receipt_code(page)
    assert filed(busy) == 1
