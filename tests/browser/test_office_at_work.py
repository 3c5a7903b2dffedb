"""The office schedules and closes; the deadline passes, and nominees without a conclusion are disqualified."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from app.domain.cases.states import State
from app.services.cases import settlement
from tests.browser.portal import Portal, check_page, never_says, press, says, unfold
from tests.world import at

pytestmark = pytest.mark.browser

LAPSED, DISMISSED = "麒小3", "麒小4"


@pytest.mark.soak
def test_schedules_extends_lapses_closes_and_prints(portal: Portal, width: str) -> None:
    world = portal.world
    world.past_round_one(world.nominees)
    portal.time_is("2026-09-17 Thu 10:00")
    office = portal.staff(width, "office")
    says(office, "现在没有进行中的公示")

    # Schedules: previews the window day by day, then saves.
    office.get_by_role("link", name="安排公示", exact=True).click()
    office.get_by_label("轮次").select_option(label="第2轮 推荐单位公示")
    press(office, "显示单位")
    office.get_by_role("link", name="麒麟区", exact=True).click()
    expect(office.get_by_label("公示第一天")).to_have_value("2026-09-18")
    expect(office.get_by_role("checkbox", checked=True)).to_have_count(5)
    office.get_by_label("公示第一天").fill("2026-09-19")
    press(office, "计算公示时间")
    expect(office.get_by_role("alert")).to_contain_text("2026-09-19是周末，不是工作日")
    expect(office.get_by_role("alert")).to_be_focused()
    office.get_by_label("公示第一天").fill("2026-09-18")
    press(office, "计算公示时间")
    says(office, "请逐日核对", "2026年9月23日 24:00", "2026年9月29日 24:00")
    strip = office.get_by_role("list", name="逐日说明")
    for day in ("9/18", "9/19 星期六 周末", "9/20 星期日 第2个工作日（调休上班）", "9/25 星期五 中秋节"):
        expect(strip).to_contain_text(re.compile(r"\s*".join(day.split())))
    press(office, "确认安排")
    says(office, "公示已经安排好", "未开始")
    check_page(office)
    period = int(office.url.rsplit("/", 1)[1])

    # While it runs: two objections, one of them concluded.
    open_case, code = world.file(period, world.nominees[2], "2026-09-18 Fri 09:00")
    closed_case, _ = world.file(period, world.nominees[3], "2026-09-18 Fri 09:30")
    world.bring(closed_case, State.CONCLUDED, "2026-09-21 Mon 10:00")
    portal.time_is("2026-09-24 Thu 09:00")
    office.goto("/office/")
    says(office, "接办或者受理已转市级专班的案件", LAPSED)

    # Extends before the deadline, on the record and on the public page.
    office.goto(f"/office/periods/{period}")
    unfold(office, "延长办结期限")
    office.get_by_label("新的截止日").fill("2026-09-29")
    office.get_by_label("延长的理由").fill("档案调取需要时间。")
    press(office, "延长")
    expect(office.get_by_role("alert")).to_contain_text("2026-09-29之后的工作日")
    expect(office.get_by_label("延长的理由")).to_have_value("档案调取需要时间。")
    office.get_by_label("新的截止日").fill("2026-09-30")
    press(office, "延长")
    says(office, "办结期限已经延长", "2026年9月30日 24:00", "档案调取需要时间。")
    citizen = portal.visit(width)
    citizen.goto(f"/periods/{period}")
    says(citizen, "2026年9月29日 24:00延长到2026年9月30日 24:00", "档案调取需要时间。")
    never_says(citizen, LAPSED)
    check_page(citizen)

    # The office may not close while a case is open.
    office.get_by_role("link", name="办结这次公示").click()
    press(office, "确认办结")
    expect(office.get_by_role("alert")).to_contain_text("2026-0001")

    # The deadline passes. Every page shows it at once, before anything has run.
    portal.time_is("2026-10-01 Thu 00:00")
    office.goto("/office/cases")
    says(office, "逾期未结论")
    office.goto(f"/desk/cases/{open_case}")
    says(office, "办结期限已过，没有结论", "参评资格已经取消", "案件已经结束")
    office.goto(f"/nominees/{world.nominees[2]}")
    says(office, "已取消参评资格", "逾期未结论")
    citizen.goto("/receipt")
    citizen.get_by_label("查询码").fill(code)
    press(citizen, "查询")
    says(citizen, "办结期限内没有结论", "该对象参评资格已取消")
    assert world.case(open_case).state is State.RECEIVED
    portal.time_is("2026-10-01 Thu 00:20")
    assert sum(done.disqualified for done in world.run(settlement.settle_due, now=at("2026-10-01 Thu 00:20"))) == 1
    office.reload()
    says(
        office,
        "已取消参评资格",
        "2026年9月30日 24:00",
        "2026年10月1日 00:20",
        "取消该推荐对象参评资格",
    )
    office.goto(f"/nominees/{world.nominees[3]}")
    says(office, "没有取消过参评资格", "异议不成立")

    # Closes, and prints the report.
    portal.time_is("2026-10-08 Thu 09:00")
    office.goto("/office/")
    office.get_by_role("link", name=re.compile("^办结公示：麒麟区")).click()
    says(office, "请核对下面的情况", LAPSED)
    press(office, "确认办结")
    says(office, "公示已经办结", "取消参评资格（1）", LAPSED, "逾期未结论", "继续参评（4）", DISMISSED, "第5个工作日")
    navigation, button = office.get_by_role("navigation", name="主要栏目"), office.get_by_role("button", name="打印")
    expect(navigation).to_be_visible()
    expect(button).to_be_visible()
    office.emulate_media(media="print")
    for hidden in (navigation, button, office.get_by_role("link", name="跳到正文"), office.get_by_role("contentinfo")):
        expect(hidden).to_be_hidden()
    says(office, "继续参评（4）")
    office.emulate_media(media="screen")
    citizen.goto(f"/periods/{period}")
    says(citizen, "办结情况")
    never_says(citizen, LAPSED, DISMISSED)


def test_the_auditor_reads_the_record_and_nothing_else(portal: Portal, width: str) -> None:
    world = portal.world
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], "2026-09-18 Fri 09:00", name="赵小禾", contact="13000000001")
    world.bring(case, State.CONCLUDED, "2026-09-21 Mon 10:00")
    portal.time_is("2026-09-22 Tue 09:00")
    auditor = portal.staff(width, "auditor")
    expect(auditor.get_by_role("heading", level=1)).to_have_text("记录")
    says(auditor, "麒麟区head")
    auditor.get_by_label("事项", exact=True).fill(world.case(case).number)
    press(auditor, "查找")
    says(auditor, "确认处理意见", "2026年9月21日 10:00")
    never_says(auditor, "赵小禾", "13000000001")
    auditor.get_by_role("button", name="校验全部记录").click()
    says(auditor, "校验通过")
    for path in ("/office/", "/office/periods", "/desk/", f"/desk/cases/{case}"):
        auditor.goto(path)
        says(auditor, "没有找到这个页面")
