"""A clerk registers a visit and prints the slip, on a phone and on a desktop (R33)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.portal import Portal, check_page, keep_shot, never_says, press, says
from tests.world import FACTS

pytestmark = pytest.mark.browser

NAME, PHONE = "赵小禾", "13000000001"


@pytest.mark.soak
def test_a_clerk_registers_a_visit_and_prints_the_slip(portal: Portal, width: str) -> None:
    world = portal.world
    world.round_two()
    portal.time_is("2026-09-18 Fri 10:00")
    clerk = portal.staff(width, "handler")
    clerk.get_by_role("link", name="登记异议").click()
    check_page(clerk)
    clerk.get_by_role("link", name=re.compile("麒麟区")).first.click()
    check_page(clerk)
    clerk.get_by_role("link", name="麒小3", exact=True).click()
    says(clerk, "登记对“麒小3”的异议")
    postmark = clerk.get_by_label("邮戳日期（来信填写）", exact=True)
    expect(postmark).to_be_hidden()
    clerk.get_by_label("来信", exact=True).check()
    expect(postmark).to_be_visible()
    clerk.get_by_label("来访", exact=True).check()
    expect(postmark).to_be_hidden()
    few_cases = clerk.locator("details.fold")  # what few cases need
    expect(few_cases).not_to_have_attribute("open", "")
    assert (few_cases.bounding_box() or {"height": 999})["height"] < 80
    keep_shot(clerk, f"register-form-{width}")
    few_cases.locator("summary").click()
    expect(clerk.get_by_label("个人", exact=True)).to_be_checked()
    keep_shot(clerk, f"register-form-open-{width}")
    few_cases.locator("summary").click()
    check_page(clerk)  # which opens what is folded

    clerk.get_by_label("收到时间", exact=True).fill("2026-09-18T09:30")
    clerk.get_by_label("姓名（单位填全称）", exact=True).fill(NAME)
    clerk.get_by_label("联系方式", exact=True).fill(PHONE)
    press(clerk, "登记")  # the facts are missing
    expect(clerk.get_by_role("alert")).to_be_visible()
    check_page(clerk)
    expect(clerk.get_by_label("来访", exact=True)).to_be_checked()
    expect(clerk.get_by_label("收到时间", exact=True)).to_have_value("2026-09-18T09:30")
    expect(clerk.get_by_label("姓名（单位填全称）", exact=True)).to_have_value(NAME)
    clerk.get_by_label("事实和依据", exact=True).fill(FACTS)
    press(clerk, "登记")

    says(clerk, "异议登记回执", "来访", "受理编号")
    never_says(clerk, NAME, PHONE)
    check_page(clerk)
    code = clerk.locator("#code").inner_text()
    assert re.fullmatch(r"([0-9A-Z]{4}-){5}[0-9A-Z]{4}", code)
    clerk.evaluate("window.print = () => { window.printed = true }")
    clerk.get_by_role("button", name="打印").click()
    assert clerk.evaluate("window.printed")
    clerk.emulate_media(media="print")
    expect(clerk.locator("#code")).to_be_visible()
    expect(clerk.get_by_role("button", name="已经交给异议人")).to_be_hidden()
    expect(clerk.get_by_role("navigation", name="主要栏目")).to_be_hidden()
    keep_shot(clerk, f"register-slip-{width}")
    clerk.emulate_media(media="screen")
    press(clerk, "已经交给异议人")
    says(clerk, "已经登记。查询码不再显示", "来访")
    check_page(clerk)
    never_says(clerk, code)

    objector = portal.visit(width)
    objector.goto("/receipt")
    objector.get_by_label("查询码").fill(code)
    press(objector, "查询")
    says(objector, "待受理", "麒小3")
