"""Evidence in a browser: files are dropped on the page, one is removed, the handler gets the same bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from app.evidence.pdf_copy import copy_of_pdf
from tests.browser.portal import Portal, check_page, keep_shot, press, says
from tests.browser.test_citizen import OPEN, fill_in, open_form
from tests.files import pdf, png

pytestmark = pytest.mark.browser

# A script cannot read files from the disk, so the dropped files are created on the page.
_DROP = """(area, files) => {
  const transfer = new DataTransfer();
  for (const [name, content] of files) transfer.items.add(new File([Uint8Array.from(content)], name));
  for (const kind of ['dragenter', 'dragover', 'drop'])
    area.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""


def drop(page: Page, files: dict[str, bytes]) -> None:
    page.locator(".drop").last.evaluate(_DROP, [[name, list(content)] for name, content in files.items()])


def item(page: Page, title: str) -> Locator:
    return page.locator(".files li").filter(has_text=title)


def the_form(portal: Portal, page: Page) -> None:
    portal.world.round_two()
    portal.time_is(OPEN)
    open_form(page)
    fill_in(page)


@pytest.mark.soak
def test_two_files_are_dropped_one_is_taken_back_and_the_handler_gets_the_other(
    portal: Portal, page: Page, width: str, tmp_path: Path
) -> None:
    the_form(portal, page)
    content = pdf("施工记录", padding=300_000)
    held: list[Route] = []
    # The first upload is delayed until the test has looked at it.
    page.route("**/evidence", lambda route: held.append(route), times=1)
    drop(page, {"施工记录.pdf": content, "照片.png": png()})
    bar = item(page, "施工记录.pdf").get_by_role("progressbar", name="施工记录.pdf上传进度")
    expect(bar).to_be_visible()
    expect(item(page, "照片.png")).to_contain_text("等待上传")
    check_page(page)
    keep_shot(page, f"evidence-under-way-{width}")
    page.get_by_role("button", name="下一步").click()  # held back: the files are not there yet
    expect(page.get_by_text("还有文件正在上传，请等它传完再点。")).to_be_visible()
    held[0].continue_()
    for title in ("施工记录.pdf", "照片.png"):
        expect(item(page, title)).to_contain_text("已收到")
    expect(page.get_by_role("status").last).to_contain_text("共2个文件")
    check_page(page)
    keep_shot(page, f"evidence-received-{width}")

    item(page, "照片.png").get_by_role("button", name="移除").click()
    expect(item(page, "照片.png")).to_have_count(0)
    press(page, "下一步")
    says(page, "施工记录.pdf", hashlib.sha256(content).hexdigest()[:16])
    expect(page.get_by_role("main")).not_to_contain_text("照片.png")
    check_page(page)
    keep_shot(page, f"evidence-check-{width}")
    press(page, "确认提交")
    says(page, "施工记录.pdf", hashlib.sha256(content).hexdigest())
    check_page(page)
    keep_shot(page, f"evidence-receipt-{width}")

    portal.time_is("2026-09-19 Sat 10:00")  # a unit sees a case only after the day of its filing
    desk = portal.staff(width, "handler")
    desk.goto("/desk/cases/1")
    says(desk, "证据1.pdf")
    check_page(desk)
    keep_shot(desk, f"evidence-desk-{width}")
    with desk.expect_download() as download:
        desk.get_by_role("link", name="证据1.pdf").click()
    assert download.value.suggested_filename == "证据1.pdf"
    assert download.value.path().read_bytes() == copy_of_pdf(content)  # without the marks of its author (SECURITY 45)
    desk.reload()
    says(desk, "下载证据材料")


def test_what_is_refused_or_broken_off_says_so_beside_the_file_and_can_be_tried_again(
    portal: Portal, page: Page, width: str
) -> None:
    the_form(portal, page)
    page.route("**/evidence", lambda route: route.abort("connectionfailed"), times=1)
    portal.visits[-1].complaints.clear()
    page.get_by_label("证据材料").set_input_files(
        [{"name": "合同.pdf", "mimeType": "application/pdf", "buffer": pdf()}]
    )
    expect(item(page, "合同.pdf")).to_contain_text("网络断了")
    # The browser logs the broken connection itself; the page must log no error.
    portal.visits[-1].complaints[:] = [line for line in portal.visits[-1].complaints if "ERR_CONNECTION" not in line]
    item(page, "合同.pdf").get_by_role("button", name="再传一次").click()
    expect(item(page, "合同.pdf")).to_contain_text("已收到")
    drop(page, {"空的.pdf": b"", "网页.pdf": b"<html>", "合同又一份.pdf": pdf()})
    expect(item(page, "空的.pdf")).to_contain_text("空文件")
    expect(item(page, "网页.pdf")).to_contain_text("只能上传")
    expect(item(page, "合同又一份.pdf")).to_have_count(0)  # the same file: it is on the list
    check_page(page)
    keep_shot(page, f"evidence-refused-{width}")
    item(page, "网页.pdf").get_by_role("button", name="不传了").click()
    press(page, "下一步")
    says(page, "合同.pdf")
    press(page, "修改事实和依据")
    expect(item(page, "合同.pdf").get_by_role("button", name="移除")).to_be_visible()
    expect(page.get_by_label("事实和依据")).not_to_be_empty()


def test_without_scripts_the_files_go_along_with_the_form(portal: Portal) -> None:
    page = portal.visit("phone", java_script_enabled=False)
    the_form(portal, page)
    chosen = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        for name, content in (("合同.pdf", pdf()), ("照片.png", png()))
    ]
    page.get_by_label("证据材料").set_input_files(chosen)
    press(page, "下一步")
    says(page, "合同.pdf", "照片.png")
    item(page, "合同.pdf").get_by_role("button", name="移除").click()
    expect(page.get_by_role("main")).not_to_contain_text("合同.pdf")
    press(page, "确认提交")
    says(page, "照片.png", hashlib.sha256(png()).hexdigest())
