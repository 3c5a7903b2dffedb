"""A handler at work: how many actions it takes from accepting a case to a proposal, and texts to use again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Dialog, Page, expect

from app.domain.cases.phrases import PhraseKind
from app.domain.cases.states import Conclusion, State
from app.services.cases import phrases
from tests.browser.portal import Portal, check_page, press, says
from tests.world import at

pytestmark = pytest.mark.browser

FILED, DAY = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00"
TEXTS = {
    "findings": "查阅档案三卷，走访群众五名，事迹属实。",
    "grounds": "评选通知第三部分",
    "answer": "经核实，所列实事由该对象牵头完成，异议不成立，感谢监督。",
}
MOST = 6  # actions from accepting a case to the proposal


class Hands:
    """Counts what a person does on a page: a press, a choice, a field filled in, a dialog answered."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0
        page.on("dialog", self._dialog)

    def _dialog(self, _: Dialog) -> None:
        self.actions += 1

    def press(self, name: str) -> None:
        self.actions += 1
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()

    def put_in(self, field: str) -> None:
        self.actions += 1
        self.page.locator(f'button[data-into="propose-{field}"]').first.click()

    def choose(self, name: str) -> None:
        self.actions += 1
        self.page.get_by_label(name).check()

    def fill(self, field: str, text: str) -> None:
        self.actions += 1
        self.page.locator(f"#propose-{field}").fill(text)


def test_from_accepting_a_case_to_the_proposal_in_six_actions(portal: Portal, width: str) -> None:
    world = portal.world
    case, _ = world.file(world.round_two(), world.nominees[2], FILED)
    portal.time_is(DAY)
    handler = portal.staff(width, "handler")
    handler.goto(f"/desk/cases/{case}")
    hands = Hands(handler)
    hands.press("受理并开始核查")
    hands.choose("异议不成立")
    for field, text in TEXTS.items():
        hands.fill(field, text)
    hands.press("提出处理意见")
    says(handler, "提出处理意见：已办好", "待确认")
    assert hands.actions <= MOST, hands.actions
    found = world.case(case)
    assert (found.state, found.proposed_conclusion) == (State.PROPOSED, Conclusion.DISMISSED)
    assert {name: getattr(found, name) for name in TEXTS} == TEXTS


def test_texts_to_use_again_are_put_in_by_one_press_each_and_counted(portal: Portal, width: str) -> None:
    world = portal.world
    case, _ = world.file(world.round_two(), world.nominees[2], FILED)
    for name, text in TEXTS.items():
        world.run(phrases.add, PhraseKind(name), text, by=world.actor("office"), now=at(FILED))
    portal.time_is(DAY)
    handler = portal.staff(width, "handler")
    handler.goto(f"/desk/cases/{case}")
    hands = Hands(handler)
    hands.press("受理并开始核查")
    hands.choose("异议不成立")
    for name in TEXTS:
        hands.put_in(name)
    expect(handler.locator("#propose-answer")).to_be_focused()
    check_page(handler)
    hands.press("提出处理意见")
    says(handler, "待确认")
    assert hands.actions <= MOST, hands.actions
    assert {name: getattr(world.case(case), name) for name in TEXTS} == TEXTS
    handler.goto("/desk/phrases")
    expect(handler.get_by_text("市级专班的，用过1次")).to_have_count(3)


@pytest.mark.soak
def test_a_text_goes_below_what_was_typed_with_a_script_and_without(portal: Portal) -> None:
    world = portal.world
    case, _ = world.file(world.round_two(), world.nominees[2], FILED)
    world.bring(case, State.INVESTIGATING, DAY)
    world.run(phrases.add, PhraseKind.FINDINGS, "可以再用的\n一段话。", by=world.actor("head"), now=at(FILED))
    portal.time_is(DAY)
    handler = portal.staff("desktop", "handler")
    handler.goto(f"/desk/cases/{case}")
    handler.locator("#propose-findings").fill("写了一半")
    handler.locator('button[data-into="propose-findings"]').click()
    expect(handler.locator("#propose-findings")).to_have_value("写了一半\n可以再用的\n一段话。")
    says(handler, "已写 15 字")

    plain = portal.visit("desktop", java_script_enabled=False)
    plain.context.add_cookies(handler.context.cookies())
    plain.goto(f"/desk/cases/{case}")
    plain.get_by_label("异议不成立").check()
    plain.locator("#propose-findings").fill("写了一半")
    plain.locator("#propose-answer").fill("答复也写了一半")
    press(plain, "填入")
    expect(plain.locator("#propose-findings")).to_have_value("写了一半\n可以再用的\n一段话。")
    expect(plain.locator("#propose-answer")).to_have_value("答复也写了一半")
    expect(plain.get_by_label("异议不成立")).to_be_checked()
    plain.locator("#propose-grounds").fill("评选通知第三部分")
    press(plain, "提出处理意见")
    assert world.case(case).findings == "写了一半\n可以再用的\n一段话。"
