"""The office works off its list: how many actions it takes to close six periods, and to schedule one (R4, R30)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Dialog, Page, expect

from app.models import Nominee
from tests.browser.portal import Portal, check_page, never_says, says
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.soak]


@dataclass
class Counted:
    """A page on which everything that a person does is counted: each press, and each dialog that is answered."""

    page: Page
    actions: int = 0

    def follow(self, name: str) -> None:
        self._press(self.page.get_by_role("link", name=re.compile(name)))

    def press(self, name: str) -> None:
        self._press(self.page.get_by_role("button", name=name, exact=True))

    def count_dialogs(self) -> None:
        self.page.on("dialog", self._answered)

    def _answered(self, _: Dialog) -> None:
        self.actions += 1

    def _press(self, what) -> None:  # type: ignore[no-untyped-def] # a Locator
        with self.page.expect_navigation():
            what.click()
        self.actions += 1


def six_periods(world: World) -> None:
    """Round 1 of six units, over by 2026-09-15."""
    six = [*world.nominees, world.others[0]]
    with world.database.reader() as session:
        homes = [session.get_one(Nominee, nominee).unit_id for nominee in six]
    for nominee, unit in zip(six, homes, strict=True):
        world.schedule(1, unit, [nominee], "2026-09-08", 3, "2026-09-07 Mon 09:00")


def test_six_periods_are_closed_in_three_actions(portal: Portal, width: str) -> None:
    six_periods(portal.world)
    portal.time_is("2026-09-15 Tue 09:00")
    office = portal.staff(width, "office")
    counted = Counted(office)
    counted.count_dialogs()
    check_page(office)
    counted.follow("^办结公示：.*等6次")
    says(office, "请逐次核对", "办结后不能撤销")
    check_page(office)
    counted.press("确认办结 6 次")
    says(office, "6次公示已经办结")
    assert counted.actions == 3  # the row, the button, the one dialog: a closing is final
    office.goto("/office/")
    never_says(office, "办结公示：")
    office.goto("/office/periods/close-many")
    says(office, "现在没有可以办结的公示")
    check_page(office)


def test_one_period_is_scheduled_in_three_actions(portal: Portal, width: str) -> None:
    world = portal.world
    world.past_round_one(world.nominees)
    six = world.others  # of Luoping, all in their own round by now
    with world.database.reader() as session:
        homes = [session.get_one(Nominee, nominee).unit_id for nominee in six]
    for nominee, unit in zip(six, homes, strict=True):
        world.schedule(1, unit, [nominee], "2026-09-18", 3, "2026-09-17 Thu 09:00")
    portal.time_is("2026-09-17 Thu 10:00")
    office = portal.staff(width, "office")
    counted = Counted(office)
    counted.count_dialogs()
    counted.follow("^安排公示：.*麒麟区，5个对象")
    expect(office.get_by_role("checkbox", checked=True)).to_have_count(5)
    expect(office.get_by_label("公示第一天")).to_have_value("2026-09-18")
    counted.press("计算公示时间")
    counted.press("确认安排")
    says(office, "公示已经安排好")
    assert counted.actions == 3
