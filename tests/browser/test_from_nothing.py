"""From an empty machine to the first period by docs/operations.md and the pages alone."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
import time_machine
from click.testing import CliRunner
from playwright.sync_api import Browser, Page

from app.cli import gongshi
from app.database import Database
from app.domain.periods.rounds import Kind
from app.web.factory import create_app
from config import Settings
from tests import lists
from tests.browser.portal import KEY, START, Visit, check_page, listening, never_says, press, says
from tests.qujing import write_summary, written
from tests.services.office.test_programme_books import BOOK
from tests.test_operations import commands, section
from tests.web.browsing import MovingClock
from tests.world import at

pytestmark = [pytest.mark.browser, pytest.mark.soak]
OFFICE = "市评选表彰工作专班"
OWN = "a heron over seven rice fields"


class Machine:
    """A migrated database with nothing in it, the console, and a portal whose clock is moved."""

    def __init__(self, home: Path, chromium: Browser) -> None:
        self.home, self.chromium, self.clock = home, chromium, MovingClock(at(START))
        self.settings = Settings(
            database_url=f"sqlite:///{home / 'gongshi.sqlite'}",
            identity_key=KEY,
            secret_key=KEY,
            evidence_dir=home / "evidence",
        )
        self.visits: list[Visit] = []

    def console(self, command: str) -> str:
        """Run one line of the document. Returns what it prints."""
        given = {
            "GONGSHI_DATABASE_URL": self.settings.database_url,
            "GONGSHI_IDENTITY_KEY": KEY,
            "GONGSHI_SECRET_KEY": KEY,
            "GONGSHI_INSTANCE_DIR": str(self.home),
        }
        arguments = [each.replace("/var/lib/gongshi", str(self.home)) for each in shlex.split(command)[1:]]
        with time_machine.travel(at(START), tick=False):
            done = CliRunner().invoke(gongshi, arguments, env=given)
        assert done.exit_code == 0, (command, done.output)
        return done.output

    def visit(self, width: int, height: int) -> Page:
        context = self.chromium.new_context(
            base_url=self.url, viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        context.set_default_timeout(10_000)
        context.clock.set_fixed_time(self.clock.now)
        self.visits.append(Visit(context, self.url))
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    def time_is(self, text: str) -> None:
        self.clock.to(text)
        for visit in self.visits:
            visit.time_is(self.clock.now)


@pytest.fixture
def machine(chromium: Browser, tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path, chromium)
    Database(made.settings.database_url).migrate()
    with listening(create_app(made.settings, made.clock)) as made.url:
        yield made
        for visit in made.visits:
            visit.context.close()
    assert [problem for visit in made.visits for problem in visit.problems()] == []


def test_from_an_empty_machine_to_the_first_period(machine: Machine, tmp_path: Path) -> None:
    password = ""
    for command in commands(section("Set up")):
        if command.startswith("gongshi programme load"):
            people = [replace(BOOK.people[0], unit="麒麟区")]
            blank = Path(command.split()[-1].replace("/var/lib/gongshi", str(machine.home)))
            blank.write_bytes(written(replace(BOOK, office=OFFICE, people=people)))
        said = machine.console(command)
        if command.startswith("gongshi user add wang "):
            password = re.findall(r"密码（只显示这一次）：(\S+)", said)[0]

    office = machine.visit(1280, 800)
    come_in(office, machine, "wang", password)
    says(office, "今天要办的")
    check_page(office)
    hand_in(office, tmp_path / "附件3.xlsx")
    fill_in_the_contact_block(office, OFFICE)
    schedule(office)

    citizen = machine.visit(360, 740)
    citizen.goto("/")
    never_says(citizen, "赵小一")
    machine.time_is("2026-09-04 Fri 00:00")
    citizen.goto("/")
    check_page(citizen)
    citizen.get_by_role("link", name=re.compile("麒麟区")).first.click()
    says(citizen, "赵小一")
    check_page(citizen)


def come_in(page: Page, machine: Machine, login: str, password: str) -> None:
    """The first login: another password, and a second factor."""
    page.goto("/login")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(password)
    press(page, "登录")
    page.get_by_label("现在的密码").fill(password)
    page.get_by_label("新密码", exact=True).fill(OWN)
    page.get_by_label("新密码，再输一次").fill(OWN)
    press(page, "保存新密码")
    page.get_by_label("现在的密码").fill(OWN)
    press(page, "开始设置")
    secret = re.sub(r"\s", "", page.locator("#secret").inner_text())
    page.get_by_label("验证码").fill(pyotp.TOTP(secret).at(machine.clock()))
    press(page, "确认并启用")
    page.goto("/office/")


def fill_in_the_contact_block(office: Page, unit: str) -> None:
    """The list of today leads there (R13)."""
    office.goto("/office/")
    office.get_by_role("link", name=re.compile(f"填写联系方式.*{unit}")).first.click()
    for label, value in (("电话", "0874-3120001"), ("地址", "文昌街1号"), ("邮箱", "gs@example.gov.cn")):
        office.get_by_label(label, exact=True).fill(value)
    office.get_by_label("受理时间", exact=True).fill("工作日 8:30-12:00，14:30-18:00")
    press(office, "保存联系方式")


def hand_in(office: Page, file: Path) -> None:
    file.write_bytes(write_summary(Kind.INDIVIDUAL, lists.TITLE, "麒麟区", None, [lists.person(0)], extended=True))
    office.get_by_role("link", name=re.compile("^上传推荐对象的名单")).click()
    office.get_by_label("文件", exact=False).first.set_input_files(file)
    office.get_by_label("推荐单位").select_option(label="麒麟区")
    press(office, "上传并核对")
    press(office, "确认导入")
    says(office, "已导入：新增1个推荐对象")


def schedule(office: Page) -> None:
    office.goto("/office/")
    office.get_by_role("link", name=re.compile("^安排公示")).first.click()
    office.get_by_label("公示第一天").fill("2026-09-04")
    press(office, "计算公示时间")
    press(office, "确认安排")
    says(office, "公示已经安排好")
