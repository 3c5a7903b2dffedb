"""What citizens print: the whole list as a notice, the receipt on one page, the progress with its answer."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.portal import Portal, press
from tests.browser.test_citizen import fill_in, follow, open_form
from tests.busy import OPEN, cases_in_every_state

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed"),
]


def printed(page: Page, folder: Path, name: str) -> list[str]:
    """Print the page on A4 and return the text of each sheet, without gaps."""
    kept = Path(os.environ.get("GONGSHI_SHOTS") or folder)
    page.pdf(path=kept / f"{name}.pdf", format="A4", prefer_css_page_size=True)
    done = subprocess.run(
        ["pdftotext", "-layout", kept / f"{name}.pdf", "-"], capture_output=True, text=True, check=True
    )
    return ["".join(sheet.split()) for sheet in done.stdout.split("\f")[:-1]]


def test_the_list_prints_with_all_deeds_its_source_and_the_moment(portal: Portal, page: Page, tmp_path: Path) -> None:
    period = portal.world.round_two()
    portal.time_is(OPEN)
    page.goto(f"/periods/{period}/print")
    text = "".join(printed(page, tmp_path, "list"))
    for said in ("麒麟区拟推荐对象公示", "麒小3", "第3位对象三年来办成实事十二件", "以网站为准", "打印时间：2026年"):
        assert said in text, said
    assert f"/periods/{period}" in text
    for gone in ("查找", "正在公示查询进度", "工作人员登录", "打印全部"):
        assert gone not in text, gone


def test_the_receipt_prints_on_one_sheet(portal: Portal, page: Page, tmp_path: Path) -> None:
    portal.world.round_two()
    portal.time_is(OPEN)
    open_form(page)
    fill_in(page)
    press(page, "下一步")
    press(page, "确认提交")
    [sheet] = printed(page, tmp_path, "receipt")
    for said in ("市评选工作组办公室", "异议回执", "您的查询码", "受理编号", "最迟2026年", "麒麟区拟推荐对象公示"):
        assert said in sheet, said
    assert "异议已经提交" not in sheet


def test_the_progress_prints_with_its_answer(portal: Portal, page: Page, tmp_path: Path) -> None:
    world = portal.world
    cases = cases_in_every_state(world, world.round_two())
    portal.time_is(OPEN)
    follow(page, cases["dismissed"][1])
    progress = "".join(printed(page, tmp_path, "progress"))
    for said in ("异议不成立", "受理编号", "市评选工作组办公室", "答复", "受理"):
        assert said in progress, said
    assert "申请复核的理由" not in progress  # no field to fill in
