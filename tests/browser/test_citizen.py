"""A citizen reads the list, files an objection and follows it: by mouse, by keyboard alone, without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.domain.cases.states import State
from app.models import Case, Objection
from app.services.cases import investigation
from tests.browser.portal import Portal, check_page, never_says, press, says, unfold

pytestmark = pytest.mark.browser

OPEN = "2026-09-18 Fri 09:00"
PERIOD = "麒麟区拟推荐对象公示"
NOMINEE = "麒小3"
OTHER = "麒麟区第1中队"
FACTS = "该对象申报的第三项实事由邻近单位完成，2025年6月的施工记录可以核实，请予核查。"
CONTACT = "13000000009"


def filed(portal: Portal) -> int:
    with portal.world.database.reader() as session:
        return session.scalar(select(func.count(Objection.id))) or 0


def open_form(page: Page) -> None:
    """Go from the first page to the form of one nominee."""
    page.goto("/")
    page.get_by_role("link", name=PERIOD).click()
    page.get_by_role("link", name=NOMINEE).click()
    page.get_by_role("link", name="对该对象提出异议").click()


def fill_in(page: Page) -> None:
    """Fill in the steps before the check page, from the first on, and stay on the page of the facts."""
    page.get_by_label("真实姓名").fill("赵小禾")
    press(page, "下一步")
    page.get_by_label("手机号码或者电子邮箱").fill(CONTACT)
    press(page, "下一步")
    page.get_by_label("事迹不真实").check()
    page.get_by_label("事实和依据").fill(FACTS)


def receipt_code(page: Page) -> str:
    expect(page.locator("#code")).to_have_text(re.compile(r"^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$"))
    return page.locator("#code").inner_text()


def follow(page: Page, code: str) -> None:
    page.goto("/receipt")
    if page.get_by_role("button", name="我已经记好了").count():
        press(page, "我已经记好了")
    page.get_by_label("查询码").fill(code)
    press(page, "查询")
    says(page, "异议进度", "受理编号")


@pytest.mark.soak
def test_reads_files_follows_supplements_and_withdraws(portal: Portal, page: Page) -> None:
    portal.world.round_two()
    portal.time_is(OPEN)
    page.on("dialog", lambda dialog: dialog.accept())

    page.goto("/")
    says(page, "正在公示", "还有5个工作日")
    page.get_by_role("link", name=PERIOD).click()
    says(page, "第1个工作日", "周末", "调休上班", "共5个", "怎样联系", "真实姓名")
    page.get_by_role("link", name="先进个人3名").click()
    says(page, "找到3个", NOMINEE)
    expect(page.get_by_role("main")).not_to_contain_text(OTHER)
    page.get_by_label("名称或姓名").fill("小3")
    press(page, "查找")
    says(page, "找到1个")
    page.get_by_label("名称或姓名").fill("没有这个人")
    press(page, "查找")
    says(page, "没有符合条件的推荐对象")
    page.get_by_role("link", name="看全部名单").click()
    page.get_by_role("link", name=NOMINEE).click()
    says(page, "简要事迹", "实事", "公示时间")

    page.get_by_role("link", name="对该对象提出异议").click()
    problems = page.get_by_role("alert")
    wrongly = (("真实姓名", "匿名群众"), ("手机号码或者电子邮箱", "12345"), ("事实和依据", "太短"))
    rightly = (("真实姓名", "赵小禾"), ("手机号码或者电子邮箱", CONTACT), ("事实和依据", FACTS))
    for (label, text), (_, right) in zip(wrongly, rightly, strict=True):
        wrong = page.get_by_label(label)
        wrong.fill(text)
        press(page, "下一步")
        expect(problems).to_be_focused()
        expect(page).to_have_title(re.compile("^有错误：第.步，共4步"))
        expect(wrong).to_have_attribute("aria-invalid", "true")
        error = page.locator(f"#{wrong.get_attribute('id')}-error")
        expect(error).to_be_visible()
        assert f"{wrong.get_attribute('id')}-error" in (wrong.get_attribute("aria-describedby") or "")
        expect(wrong).to_have_value(text)
        problems.get_by_role("link").last.click()
        expect(wrong).to_be_focused()
        wrong.fill(right)
        if label == "事实和依据":
            page.get_by_label("事迹不真实").check()
        press(page, "下一步")

    says(page, "还没有提交", FACTS, CONTACT, "麒麟区")
    assert filed(portal) == 0
    press(page, "修改事实和依据")
    expect(page.get_by_label("事实和依据")).to_have_value(FACTS)
    press(page, "保存，回到核对")
    press(page, "确认提交")

    code = receipt_code(page)
    assert (filed(portal), page.url) == (1, f"{portal.url}/receipt")
    page.get_by_role("button", name="复制查询码").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == code
    page.reload()
    says(page, code)  # after a reload, another page and Back, the code is shown until the button says that it is kept
    press(page, "我已经记好了")
    never_says(page, code)
    page.go_back()
    never_says(page, code)

    case = case_of(portal)
    portal.world.act(investigation.accept, case, "handler", now="2026-09-18 Fri 10:00")
    portal.world.act(
        investigation.ask_supplement, case, "handler", "请说明施工记录在哪里。", now="2026-09-18 Fri 10:05"
    )
    portal.time_is("2026-09-21 Mon 09:00")
    follow(page, code.lower().replace("-", " "))
    says(page, "请您补充情况", "请说明施工记录在哪里。", NOMINEE)
    assert code not in page.url
    press(page, "提交补充")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("补充内容").fill("在镇政府档案室，第12卷。")
    press(page, "提交补充")
    says(page, "补充内容已经收到", "已受理", "在镇政府档案室，第12卷。")
    check_page(page)
    assert portal.world.case(case).state is State.ACCEPTED
    unfold(page, "撤回异议")
    page.get_by_label("撤回原因").fill("已经当面说清楚。")
    press(page, "撤回异议")
    says(page, "确定撤回这件异议吗？", "还没有撤回")
    press(page, "确定撤回")
    says(page, "撤回已经记录")
    expect(page.get_by_role("heading", level=1)).to_have_text("已撤回")
    expect(page.get_by_role("button", name="撤回异议")).to_have_count(0)
    press(page, "查完了，退出")
    says(page, "已经退出查询")
    never_says(page, NOMINEE)


def case_of(portal: Portal) -> int:
    with portal.world.database.reader() as session:
        return session.scalars(select(Case.id)).one()


def test_by_keys_alone(portal: Portal) -> None:
    """Go from the first page to the receipt by Tab, Enter, Space and letters. Every focused element is visible."""
    portal.world.round_two()
    portal.time_is(OPEN)
    page = portal.visit("desktop")
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()

    tab_to(page, PERIOD, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(PERIOD)
    tab_to(page, NOMINEE, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(NOMINEE)
    tab_to(page, "对该对象提出异议", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("您是谁？")
    tab_to(page, "下一步", "Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("真实姓名")).to_be_focused()
    page.keyboard.type("赵小禾")
    page.keyboard.press("Enter")  # a person is asked for nothing that only a unit fills in
    expect(page.get_by_role("heading", level=1)).to_have_text("怎样联系您？")
    tab_to_field(page, "contact")
    page.keyboard.type(CONTACT)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("您要反映什么事实？")
    tab_to_field(page, "category-0")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(FACTS)
    tab_to(page, "下一步", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("请核对，再提交")
    tab_to(page, "确认提交", "Space")
    receipt_code(page)
    assert filed(portal) == 1
    tab_to(page, "复制查询码", "Enter")
    expect(page.get_by_role("button", name="已复制")).to_be_focused()


def tab_to_field(page: Page, field: str) -> None:
    """Press Tab until the field of this id has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == field:
            return
    raise AssertionError(f"no way to {field} by Tab")


def tab_to(page: Page, name: str, key: str) -> None:
    """Press Tab until the focused element has this name, then press the key."""
    for _ in range(40):
        page.keyboard.press("Tab")
        text, outlined = page.evaluate(
            "[document.activeElement.textContent.trim(), getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert outlined != "none", f"the focus cannot be seen on {text[:40]}"
        if name in text and len(text) < len(name) + 40:
            page.keyboard.press(key)
            return
    raise AssertionError(f"no way to {name} by Tab")


def test_without_javascript(portal: Portal) -> None:
    portal.world.round_two()
    portal.time_is(OPEN)
    page = portal.visit("phone", java_script_enabled=False)
    open_form(page)
    press(page, "下一步")
    expect(page.get_by_role("alert")).to_contain_text("还有1处需要改")
    fill_in(page)
    press(page, "下一步")
    press(page, "确认提交")
    code = receipt_code(page)
    # Buttons that need a script are not offered where none runs.
    expect(page.get_by_role("button", name="复制查询码")).to_be_hidden()
    follow(page, code)
    says(page, "已收到，等待受理")
    page.get_by_label("补充内容").fill("在镇政府档案室，第12卷。")
    press(page, "提交补充")
    says(page, "补充内容已经收到")
    unfold(page, "撤回异议")
    page.get_by_label("撤回原因").fill("已经当面说清楚。")
    press(page, "撤回异议")
    press(page, "确定撤回")
    says(page, "撤回已经记录")


@pytest.mark.parametrize("step", ["下一步", "确认提交"])
def test_too_late_is_refused_with_the_text_kept_and_the_names_gone(portal: Portal, page: Page, step: str) -> None:
    portal.world.round_two()
    portal.time_is("2026-09-23 Wed 23:59")
    open_form(page)
    says(page, NOMINEE)
    fill_in(page)
    if step == "确认提交":
        press(page, "下一步")
    portal.time_is("2026-09-24 Thu 00:00")
    press(page, step)
    problems = page.get_by_role("alert")
    expect(problems).to_be_focused()
    expect(problems).to_contain_text("已经结束，异议没有提交")
    for label, typed in (("真实姓名", "赵小禾"), ("手机号码或者电子邮箱", CONTACT), ("事实和依据", FACTS)):
        expect(page.get_by_label(label)).to_have_value(typed)
    expect(page.get_by_role("main").locator("form")).to_have_count(0)
    page.get_by_role("button", name="复制事实和依据").click()
    assert page.evaluate("navigator.clipboard.readText()") == FACTS
    says(page, "2026年9月23日 24:00", "公示已经结束", "怎样联系", "0874-0000001")
    never_says(page, NOMINEE)
    check_page(page)
    assert filed(portal) == 0
    for path in ("/", "/periods/6", f"/periods/6/nominees/{portal.world.nominees[2]}", "/periods/6?name=小3"):
        page.goto(path)
        never_says(page, NOMINEE, OTHER)
    says(page, "已经结束，名单不再显示")


def test_the_countdown_runs_on_the_servers_time_and_not_the_phones(portal: Portal, page: Page) -> None:
    portal.world.round_two()  # until Wednesday the 23rd, 24:00
    portal.time_is("2026-09-23 Wed 21:30")
    page.clock.install(time="2026-09-25T03:00:00+08:00")  # this phone is a day and more ahead
    page.goto("/")
    left = page.locator("[data-closes]")
    expect(left).to_contain_text("今天 24:00 截止（还剩2小时")
    page.clock.run_for(60 * 60 * 1000)
    expect(left).to_contain_text("（还剩1小时")


def test_a_countdown_that_is_told_no_time_says_no_hours(portal: Portal, page: Page) -> None:
    portal.world.round_two()
    portal.time_is("2026-09-23 Wed 21:30")
    page.route("**/", lambda route: route.fulfill(body="") if route.request.method == "HEAD" else route.fallback())
    with page.expect_response(lambda response: response.request.method == "HEAD"):
        page.goto("/")
    expect(page.locator("[data-closes]")).to_have_text("今天 24:00 截止")
