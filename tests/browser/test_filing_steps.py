"""The objection form step by step: on a phone without scripts, by axe, as a screen reader tells it (R14-R18)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.domain.cases.states import State
from tests.browser.portal import Portal, check_page, keep_shot, press, says
from tests.browser.test_citizen import CONTACT, FACTS, NOMINEE, OPEN, filed, follow, receipt_code

pytestmark = pytest.mark.browser
TOLD = Path(__file__).with_name("filing.txt")
_DIFFERS = re.compile(
    r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){5}|[0-9a-f]{16}( [0-9a-f]{16}){3}|2026-\d{4,}|127\.0\.0\.1:\d+"
    r"|还剩\d+天\d+小时"  # a minute later it is an hour less: the test begins at the full hour
)


# What the tree above leaves out: the step one is at, and what a field says beside its name.
_STATES = """() => [...document.querySelectorAll('main [aria-current], main [required], main [aria-describedby]')].map(
  element => [
    element.getAttribute('aria-current') ? `current: ${element.firstChild.textContent.trim()}` : `field: ${element.id}`,
    element.required ? 'required' : '',
    ...(element.getAttribute('aria-describedby') || '').split(' ').filter(Boolean)
      .map(id => document.getElementById(id).textContent.trim().replace(/\\s+/g, ' ')),
  ].filter(Boolean).join(' | '))"""


def come(portal: Portal, page: Page) -> None:
    page.goto(f"/periods/6/nominees/{portal.world.nominees[2]}/objection")


def test_four_steps_to_the_receipt_on_a_phone_without_scripts(portal: Portal) -> None:
    portal.world.round_two()
    portal.time_is(OPEN)
    page = portal.visit("phone", java_script_enabled=False)
    come(portal, page)
    for number, (field, typed) in enumerate(
        (("真实姓名", "赵小禾"), ("手机号码或者电子邮箱", "０８７４－３１２３４５６转８００１"), ("事实和依据", FACTS)),
        start=1,
    ):
        expect(page).to_have_title(re.compile(f"^第{number}步，共4步："))
        press(page, "下一步")
        expect(page).to_have_title(re.compile(f"^有错误：第{number}步，共4步："))
        page.get_by_label(field).fill(typed)
        if number == 3:
            page.get_by_label("事迹不真实").check()
        press(page, "下一步")
    expect(page).to_have_title(re.compile("^第4步，共4步：核对"))
    says(page, "0874-3123456转8001", FACTS, "真实性承诺")
    press(page, "修改联系方式")
    page.get_by_label("手机号码或者电子邮箱").fill(CONTACT)
    press(page, "保存，回到核对")
    says(page, CONTACT, FACTS)
    page.go_back()
    page.go_back()
    page.go_forward()
    page.go_forward()
    says(page, CONTACT, FACTS)
    press(page, "上一步")
    expect(page.get_by_label("事实和依据")).to_have_value(FACTS)
    press(page, "保存，回到核对")
    press(page, "确认提交")
    receipt_code(page)
    assert filed(portal) == 1


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["person", "unit"])
def test_every_step_empty_full_and_in_error(portal: Portal, page: Page, width: str, kind: str) -> None:
    portal.world.round_two()
    portal.time_is(OPEN)
    come(portal, page)
    look(page, f"{kind}-1-empty-{width}")
    if kind == "unit":
        page.get_by_label("单位", exact=True).check()
    press(page, "下一步")
    look(page, f"{kind}-1-error-{width}")
    page.get_by_label("真实姓名").fill("赵小禾" if kind == "person" else "曲靖市小河科技有限公司")
    look(page, f"{kind}-1-full-{width}")
    press(page, "下一步")
    look(page, f"{kind}-2-empty-{width}")
    page.get_by_label("手机号码或者电子邮箱").fill("13000000001、3123456")
    press(page, "下一步")
    look(page, f"{kind}-2-error-{width}")
    page.get_by_label("手机号码或者电子邮箱").fill("0874-3123456-8001")
    if kind == "unit":
        page.get_by_label("联系人姓名").fill("钱小溪")
    press(page, "下一步")
    look(page, f"{kind}-3-empty-{width}")
    page.get_by_label("事实和依据").fill("太短")
    press(page, "下一步")
    look(page, f"{kind}-3-error-{width}")
    page.get_by_label("事迹不真实").check()
    page.get_by_label("事实和依据").fill(FACTS + "可以向赵小禾核实。")
    if kind == "unit":
        letter = {"name": "公函.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
        recording = {"name": "谈话.m4a", "mimeType": "audio/mp4", "buffer": b"\0\0\0\x18ftypM4A " + bytes(99)}
        page.get_by_label("盖章的书面材料").set_input_files([letter])
        page.get_by_label("证据材料").set_input_files([recording])
        says(page, "录音、录像不能在网上传。请存到U盘或者光盘里")
        look(page, f"{kind}-3-recording-{width}")
        return
    press(page, "下一步")
    look(page, f"{kind}-4-{width}")


def look(page: Page, name: str) -> None:
    keep_shot(page, f"steps-{name}")
    check_page(page)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = false })")


def test_the_progress_from_arrival_to_the_answer(portal: Portal, page: Page, width: str) -> None:
    case, code = portal.world.file(portal.world.round_two(), portal.world.nominees[2], OPEN)
    portal.time_is("2026-09-21 Mon 09:00")
    follow(page, code)
    look(page, f"progress-received-{width}")
    portal.world.bring(case, State.CONCLUDED, "2026-09-21 Mon 09:10")
    portal.time_is("2026-09-21 Mon 09:20")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("异议不成立")
    look(page, f"progress-concluded-{width}")


def test_the_whole_filing_as_a_screen_reader_tells_it(portal: Portal) -> None:
    """Names, roles and states of every page, compared with `filing.txt`."""
    portal.world.round_two()
    portal.time_is(OPEN)
    page = portal.visit("phone")
    come(portal, page)
    told = [tell(page)]
    press(page, "下一步")
    told.append(tell(page))
    page.get_by_label("真实姓名").fill("赵小禾")
    press(page, "下一步")
    told.append(tell(page))
    page.get_by_label("手机号码或者电子邮箱").fill(CONTACT)
    press(page, "下一步")
    told.append(tell(page))
    page.get_by_label("事迹不真实").check()
    page.get_by_label("事实和依据").fill(FACTS)
    press(page, "下一步")
    told.append(tell(page))
    press(page, "确认提交")
    receipt_code(page)
    told.append(tell(page))
    text = "\n".join(told)
    assert NOMINEE in text
    assert text == TOLD.read_text(encoding="utf-8")


def tell(page: Page) -> str:
    """Return the title, the accessibility tree of the main part with its folds closed, and the states of its fields."""
    tree = page.get_by_role("main").aria_snapshot()
    states = "\n".join(page.evaluate(_STATES))
    return _DIFFERS.sub("…", f"# {page.title()}\n{tree}\n{states}\n")
