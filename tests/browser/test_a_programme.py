"""A small programme from one workbook to the public decision, each step done on the pages by the person responsible."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.domain.periods.rounds import Kind
from app.domain.programmes.annex_one import BookPlaces
from app.domain.programmes.plan import ProgrammePlan
from app.domain.programmes.programme_book import Book
from tests import lists
from tests.browser.portal import Portal, never_says, press, says, unfold
from tests.files import pdf
from tests.qujing import proposed_stages, write_summary, written

pytestmark = [pytest.mark.browser, pytest.mark.soak]

TITLE = "新一年先进个人评选表彰"
NAMES = ("赵小一", "钱小一")


def test_from_one_file_to_the_award(portal: Portal, tmp_path: Path) -> None:
    office, unit = portal.staff("desktop", "office"), portal.staff("desktop", "handler")
    scan = tmp_path / "盖章扫描件.pdf"
    scan.write_bytes(pdf())
    programme = set_up(office, tmp_path / "programme.xlsx")
    hand_in(unit, programme, tmp_path / "附件3.xlsx")

    portal.time_is("2026-09-04 Fri 09:00")
    arrange(office, programme, 1, "2026-09-07")
    portal.time_is("2026-09-14 Mon 09:00")
    close(office)
    review(office, programme, "初审", conditions=True)
    opinions(unit, programme, scan)

    arrange(office, programme, 2, "2026-09-15")  # Sunday the 20th is a working day, so the window ends on the 20th
    citizen = portal.visit("phone")
    citizen.goto("/")
    never_says(citizen, *NAMES)
    portal.time_is("2026-09-15 Tue 09:00")
    citizen.goto("/")
    citizen.get_by_role("link", name="麒麟区拟推荐对象公示").click()
    says(citizen, *NAMES)
    portal.time_is("2026-09-21 Mon 09:00")
    citizen.reload()
    never_says(citizen, *NAMES)
    close(office)
    review(office, programme, "复审")

    the_city_round(office, programme)
    portal.time_is("2026-09-30 Wed 09:00")
    close(office)
    approve(office, programme, scan)
    decide(office, programme, scan)
    citizen.goto("/")
    citizen.get_by_role("link", name="关于表彰先进个人的决定").click()
    says(citizen, "曲发〔2026〕8号", *NAMES)


def set_up(office: Page, file: Path) -> int:
    """Preview and save one workbook. Returns the programme's id."""
    stages = proposed_stages(dt.date(2026, 9, 1))
    plan = ProgrammePlan(TITLE, "先进集体", "先进个人", "第四部分（二）3", "第七部分（二）", stages=stages)
    file.write_bytes(written(Book(plan, places=[BookPlaces(0, "麒麟区", 1, 2)])))
    office.goto("/programmes/book")
    office.get_by_label("表格文件").set_input_files(file)
    press(office, "检查表格")
    press(office, "全部保存")
    office.goto("/programmes/")
    office.get_by_role("link", name=TITLE).click()
    return int(office.url.rsplit("/", 1)[-1])


def hand_in(unit: Page, programme: int, file: Path) -> None:
    """Upload annex 3, first with a fault that the preview names, then without."""
    people = [lists.person(0), lists.person(1)]
    for rows, fault in (([people[0], people[1] | {"penalties": ""}], True), (people, False)):
        file.write_bytes(write_summary(Kind.INDIVIDUAL, lists.TITLE, "麒麟区", None, rows, extended=True))
        unit.goto(f"/imports/?programme={programme}")
        unit.get_by_label("文件", exact=False).first.set_input_files(file)
        press(unit, "上传并核对")
        if fault:
            says(unit, "有问题1行", "何时何地受过何种处分", "无")
            expect(unit.get_by_role("button", name="确认导入")).to_have_count(0)
            press(unit, "放弃这次导入")
    press(unit, "确认导入")
    says(unit, "已导入：新增2个推荐对象")


def arrange(office: Page, programme: int, round_number: int, opening: str) -> None:
    """Schedule one opening day for every unit that has nominees."""
    office.goto(f"/office/periods/new-many?programme={programme}&round={round_number}")
    office.get_by_label("公示第一天").fill(opening)
    office.get_by_label("公示结束后几个工作日内作出结论").fill("3")
    press(office, "计算公示时间")
    with office.expect_navigation():
        office.get_by_role("button", name="确认安排").click()
    says(office, "公示已经安排好")


def close(office: Page) -> None:
    """Close the period whose window is over."""
    office.goto("/office/periods")
    for box in office.get_by_role("checkbox", name="选择").all():
        if box.is_enabled():
            box.check()
    press(office, "办结所选的公示")
    press(office, "确认办结 1 次")
    says(office, "办结")


def ticked(page: Page, programme: int, button: str) -> None:
    page.goto(f"/nominees/?programme={programme}")
    page.get_by_label("全选本页").check()
    press(page, button)


def review(office: Page, programme: int, name: str, *, conditions: bool = False) -> None:
    if conditions:
        ticked(office, programme, "确认条件")
        office.get_by_label("行政级别还没有确认的").select_option(label="乡科级及以下")
        press(office, "确认评选条件")
    ticked(office, programme, name)
    office.get_by_label("通过", exact=True).check()
    press(office, f"记下{name}结果")


def opinions(unit: Page, programme: int, scan: Path) -> None:
    """Record one answer of each authority for both nominees."""
    for authority in ("纪检监察机关", "组织人事部门", "公安部门", "审计部门"):
        ticked(unit, programme, "录入征求意见")
        unit.get_by_label("征求意见的机关").select_option(label=authority)
        unit.get_by_label("无不同意见").check()
        unit.get_by_label("落款日期").fill("2026-09-14")
        unit.get_by_label("盖章原件的扫描件").set_input_files(scan)
        press(unit, "录入意见")


def the_city_round(office: Page, programme: int) -> None:
    office.goto(f"/office/periods/new?programme={programme}&round=3")
    office.get_by_role("link", name="市评选工作组办公室", exact=True).click()
    office.get_by_label("公示第一天").fill("2026-09-22")
    office.get_by_label("公示结束后几个工作日内作出结论").fill("3")
    press(office, "计算公示时间")
    says(office, "2026年9月29日 24:00")
    press(office, "确认安排")
    says(office, "公示已经安排好")


def approve(office: Page, programme: int, scan: Path) -> None:
    for issuer in ("市委", "市政府"):
        office.goto(f"/programmes/{programme}/award/papers")
        if not office.get_by_role("radio", name="批复").is_visible():
            unfold(office, "登记一份文件")
        office.get_by_role("radio", name="批复").check()
        paper(office, issuer, "关于同意表彰的批复", "曲复〔2026〕3号", scan, "发文机关", "文件日期")
        office.get_by_role("radio", name="同意", exact=True).check()
        press(office, "登记")


def decide(office: Page, programme: int, scan: Path) -> None:
    office.goto(f"/programmes/{programme}/award/decision")
    says(office, *NAMES)
    paper(office, "市委、市政府", "关于表彰先进个人的决定", "曲发〔2026〕8号", scan, "作出决定的机关", "决定日期")
    office.get_by_label("决定正文").fill("市委、市政府决定，对下列个人予以表彰。")
    office.get_by_label("我已经逐一核对").check()
    press(office, "登记并公布")


def paper(office: Page, issuer: str, title: str, number: str, scan: Path, by: str, day: str) -> None:
    office.get_by_label(by).fill(issuer)
    office.get_by_label("文号").fill(number)
    office.get_by_label("标题").fill(title)
    office.get_by_label(day).fill("2026-09-30")
    office.get_by_label("扫描件").set_input_files(scan)
