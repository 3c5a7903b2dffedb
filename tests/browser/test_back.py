"""Back, forward and reload in a real browser lose no text and show no error page (R17, R18)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.portal import Portal, check_page, press, says
from tests.browser.test_citizen import FACTS, OPEN, filed, fill_in, open_form, receipt_code
from tests.files import pdf

pytestmark = [pytest.mark.browser, pytest.mark.soak]


@pytest.mark.soak
def test_back_after_the_check_and_from_the_receipt(portal: Portal, page: Page) -> None:
    portal.world.round_two()
    portal.time_is(OPEN)
    open_form(page)
    fill_in(page)
    page.get_by_label("证据材料").set_input_files([{"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdf()}])
    says(page, "已收到")
    press(page, "下一步")
    says(page, "还没有提交")
    page.go_back()
    expect(page.get_by_label("事实和依据")).to_have_value(FACTS)
    expect(page.get_by_label("事迹不真实")).to_be_checked()
    says(page, "a.pdf")
    page.reload()
    expect(page.get_by_label("事实和依据")).to_have_value(FACTS)
    page.go_forward()
    says(page, "还没有提交")
    press(page, "确认提交")
    code = receipt_code(page)
    check_page(page)
    page.reload()
    assert receipt_code(page) == code
    page.go_back()
    says(page, "还没有提交")  # sending it again gives the same receipt
    press(page, "确认提交")
    assert receipt_code(page) == code
    page.goto("/")
    page.get_by_role("link", name="查询进度").first.click()
    assert receipt_code(page) == code
    press(page, "我已经记好了")
    says(page, "查询码不再显示")
    assert filed(portal) == 1


def test_the_counter_counts_as_the_server_does_and_says_it_aloud(portal: Portal, page: Page) -> None:
    portal.world.round_two()
    portal.time_is(OPEN)
    open_form(page)
    fill_in(page)
    text = "  " + "字" * 2999 + "\u200b😀多  "
    page.get_by_label("事实和依据").fill(text)
    says(page, "已写 3001 字，最多 3000 字，请删去 1 字")
    expect(page.locator("[aria-live=polite].sr", has_text="请删去 1 字")).to_be_attached()
    press(page, "下一步")
    says(page, "现在是3001个字")
    expect(page.get_by_label("事实和依据")).to_have_value(text.strip().replace("\u200b", ""))
