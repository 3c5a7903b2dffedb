"""A recommending unit investigates with two people: one proposes, another confirms, the objector reads the answer."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app.domain.cases.states import Conclusion, State
from tests.browser.portal import Portal, check_page, never_says, press, says, unfold

pytestmark = pytest.mark.browser

FILED = "2026-09-18 Fri 09:00"
NAME, CONTACT = "赵小禾", "13000000001"
ANSWER = "经核实，所列实事由该对象牵头完成，异议不成立，感谢监督。"


@pytest.mark.soak
def test_two_people_conclude_and_the_objector_reads_the_answer(portal: Portal, width: str) -> None:
    world = portal.world
    period = world.round_two()
    case, code = world.file(period, world.nominees[2], FILED, name=NAME, contact=CONTACT)
    portal.time_is("2026-09-19 Sat 10:00")  # a unit is shown a case when its day is over

    handler = portal.staff(width, "handler")
    says(handler, "麒麟区的案件", "待受理", "麒小3")
    handler.get_by_role("link", name="2026-0001", exact=True).click()
    says(handler, "异议内容", "所列项目并非其完成", "未指定")
    never_says(handler, NAME, CONTACT)
    press(handler, "受理并开始核查")
    says(handler, "受理并开始核查：已办好", "核查中")
    unfold(handler, "记录当事人陈述")
    handler.get_by_label("内容").and_(handler.locator("#hear-text")).fill("当事人说明了施工经过，提供了照片。")
    press(handler, "记录当事人陈述")
    says(handler, "当事人说明了施工经过")

    handler.get_by_label("异议不成立").check()
    handler.get_by_label("核查情况").fill("查阅档案三卷，走访群众五名，事迹属实。")
    press(handler, "提出处理意见")
    expect(handler.get_by_role("alert")).to_be_focused()
    expect(handler.get_by_label("核查情况")).to_have_value("查阅档案三卷，走访群众五名，事迹属实。")
    assert world.case(case).state is State.INVESTIGATING
    handler.locator("#propose-grounds").fill("评选通知第三部分")
    handler.get_by_label("给异议人的答复").fill(ANSWER)
    press(handler, "提出处理意见")
    says(handler, "待确认", "处理意见")
    expect(handler.get_by_role("button", name="确认，结论生效")).to_have_count(0)

    objector = portal.visit(width)
    objector.goto("/receipt")
    objector.get_by_label("查询码").fill(code)
    press(objector, "查询")
    says(objector, "正在核查")
    never_says(objector, ANSWER)

    portal.time_is("2026-09-21 Mon 10:00")
    head = portal.staff(width, "head")
    says(head, "待我确认（1）")
    head.get_by_role("link", name="2026-0001", exact=True).first.click()
    says(head, ANSWER)
    press(head, "退回重新核查")
    expect(head.get_by_role("alert")).to_be_focused()
    head.get_by_label("理由").and_(head.locator("#return-text")).fill("请补充走访笔录的日期。")
    press(head, "退回重新核查")
    says(head, "核查中", "请补充走访笔录的日期。")
    check_page(head)

    handler.reload()  # the form stands open with what was returned
    expect(handler.get_by_label("异议不成立")).to_be_checked()
    handler.get_by_label("核查情况").fill("9月19日查阅档案三卷，走访群众五名，事迹属实。")
    expect(handler.get_by_label("给异议人的答复")).to_have_value(ANSWER)
    press(handler, "提出处理意见")
    says(handler, "待确认")

    head.reload()
    press(head, "确认，结论生效")
    says(head, "已有结论", "案件已经结束")
    assert (world.case(case).state, world.case(case).conclusion) == (State.CONCLUDED, Conclusion.DISMISSED)

    objector.goto("/receipt")
    says(objector, "查询异议的进度")  # three days later the page asks for the code again
    objector.get_by_label("查询码").fill(code)
    press(objector, "查询")
    says(objector, "异议不成立", ANSWER)


def test_a_refusal_keeps_the_text(portal: Portal) -> None:
    """A refused form keeps its text: somebody else was quicker, or the deadline passed meanwhile."""
    world = portal.world
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], FILED)
    world.bring(case, State.INVESTIGATING, "2026-09-21 Mon 10:00")
    portal.time_is("2026-09-29 Tue 23:59")
    handler = portal.staff("desktop", "handler")
    handler.goto(f"/desk/cases/{case}")
    handler.get_by_label("异议不成立").check()
    handler.get_by_label("核查情况").fill("查阅档案三卷，走访群众五名，事迹属实。")
    handler.locator("#propose-grounds").fill("评选通知第三部分")
    handler.get_by_label("给异议人的答复").fill(ANSWER)
    portal.time_is("2026-09-30 Wed 00:00")
    press(handler, "提出处理意见")
    refusal = handler.get_by_role("alert")
    expect(refusal).to_contain_text("不能再作出结论")
    expect(refusal).to_be_focused()
    says(handler, "逾期未结论", "办结期限已过，没有结论")
    expect(handler.get_by_label("给异议人的答复")).to_have_value(ANSWER)
    check_page(handler)
    assert world.case(case).state is State.INVESTIGATING  # nothing was written: settlement has not run yet


def test_whoever_is_recused_opens_the_case_no_more(portal: Portal, width: str) -> None:
    world = portal.world
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], FILED)
    portal.time_is("2026-09-19 Sat 10:00")  # a unit is shown a case when its day is over
    handler = portal.staff(width, "handler")
    handler.get_by_role("link", name="2026-0001", exact=True).click()
    unfold(handler, "回避")
    handler.locator("#recuse-chosen").select_option(label="我本人")
    handler.locator("#recuse-text").fill("与推荐对象是亲属。")
    press(handler, "登记回避")
    expect(handler.get_by_role("heading", level=1)).to_have_text("麒麟区的案件")
    expect(handler.get_by_role("link", name="2026-0001", exact=True)).to_have_count(0)
    handler.goto(f"/desk/cases/{case}")
    says(handler, "没有找到这个页面")
    colleague = portal.staff(width, "handler2")
    colleague.get_by_role("link", name="2026-0001", exact=True).click()
    press(colleague, "只受理")
    says(colleague, "已受理", "与推荐对象是亲属。")
