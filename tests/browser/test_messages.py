"""A citizen ticks the box, reads code and news in the demonstration's mailbox, and ends them (R14, R36)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.database import Database
from app.domain.cases.states import State
from app.domain.messages.fate import Outcome
from app.models import Case
from app.services.messages import dispatching
from app.services.messages.dispatching import Claimed
from tests.browser.portal import Portal, check_page, keep_shot, never_says, press, says, serving
from tests.world import FACTS

pytestmark = pytest.mark.browser

OPEN = "2026-09-18 Fri 09:00"
CONTACT = "13000000009"


@pytest.fixture
def demonstration(chromium: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[Portal]:
    """A portal all of whose channels end in a folder."""
    shutil.copy(sqlite_template, tmp_path / "gongshi.sqlite")
    database = Database(f"sqlite:///{tmp_path / 'gongshi.sqlite'}")
    with serving(database, chromium, tmp_path / "evidence", demonstration=True, instance_dir=tmp_path) as portal:
        yield portal
    database.dispose()


def send(portal: Portal) -> None:
    """Do what a sender does, by the portal's clock."""
    gateways, url = portal.app.extensions["portal"].gateways, portal.url
    ended: tuple[Claimed, Outcome] | None = None
    while claimed := portal.world.run(dispatching.settle_and_claim, ended, url, now=portal.clock()):
        ended = (claimed, gateways.send(claimed.channel, claimed.address, claimed.message, claimed.token))


def in_the_mailbox(office: Page) -> str:
    """The newest message that the office reads there."""
    office.goto("/office/messages/mailbox")
    check_page(office)
    return office.get_by_role("main").locator("section").first.inner_text()


def file(portal: Portal, citizen: Page, period: int) -> None:
    """An objection with the box ticked, which nobody had ticked before."""
    citizen.goto(f"/periods/{period}/nominees/{portal.world.nominees[2]}/objection")
    citizen.get_by_label("真实姓名").fill("赵小禾")
    press(citizen, "下一步")
    box = citizen.get_by_label("有新进展时告诉我", exact=False)
    expect(box).not_to_be_checked()
    citizen.get_by_label("手机号码或者电子邮箱").fill(CONTACT)
    box.check()
    check_page(citizen)
    press(citizen, "下一步")
    citizen.get_by_label("事迹不真实").check()
    citizen.get_by_label("事实和依据").fill(FACTS)
    press(citizen, "下一步")
    press(citizen, "确认提交")


@pytest.mark.soak
def test_a_citizen_ticks_the_box_reads_the_messages_and_ends_them(demonstration: Portal, width: str) -> None:
    portal, world = demonstration, demonstration.world
    period = world.round_two()
    portal.time_is(OPEN)
    citizen, office = portal.visit(width), portal.staff(width, "office")
    file(portal, citizen, period)
    send(portal)
    told = in_the_mailbox(office)
    assert CONTACT in told
    code = re.search(r"确认码 (\d{6})", told)
    assert code is not None

    citizen.goto("/receipt/messages")
    says(citizen, "130****0009", "我们往这里发了一个6位确认码")
    never_says(citizen, CONTACT)
    check_page(citizen)
    citizen.get_by_label("收到的6位确认码").fill("000000" if code[1] != "000000" else "111111")
    press(citizen, "确认联系方式")
    expect(citizen.get_by_role("alert")).to_be_visible()
    check_page(citizen)
    citizen.get_by_label("收到的6位确认码").fill(code[1])
    press(citizen, "确认联系方式")
    says(citizen, "联系方式已经确认。", "有新进展时，会发一条消息到这里")
    check_page(citizen)

    with world.database.reader() as session:
        case = session.scalars(select(Case.id)).one()
    world.bring(case, State.CONCLUDED, OPEN)
    send(portal)
    news = in_the_mailbox(office)
    keep_shot(office, f"mailbox-{width}")
    assert "您关注的事项有新进展，请凭查询码查看。" in news
    assert FACTS not in news
    link = re.search(r"/stop/[\w-]+", news)
    assert link is not None
    stranger = portal.visit(width)  # the link needs nothing but itself
    stranger.goto(link[0])
    check_page(stranger)
    press(stranger, "退订")
    says(stranger, "已经退订")
    check_page(stranger)
    citizen.goto("/receipt/messages")
    says(citizen, "现在有新进展不会发消息")
