"""Accounts that somebody else made or reset, on the pages: who is told, who agrees, and what goes until then (R22)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.domain.cases.states import Conclusion, State
from app.models import User
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import World, at, enrol

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the services are tested on both

Staff = Callable[[str], Browser]
FILED, DAY = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00"
PROPOSAL = {"conclusion": "upheld", "findings": "走访核实", "grounds": "通知第三部分", "answer": "已核实"}


@pytest.fixture
def case(world: World, clock: MovingClock) -> int:
    case_id, _ = world.file(world.round_two(), world.nominees[2], FILED)
    world.bring(case_id, State.INVESTIGATING, FILED)
    clock.to(DAY)
    return case_id


def take_up(world: World, user_id: int) -> None:
    """The owner, or whoever has the slip, came in and chose a password."""
    with world.database.writer() as session:
        user = session.get_one(User, user_id)
        user.must_change_password, user.password_expires_at = False, None
        session.commit()


def reset(world: World, staff: Staff, login: str, by: str) -> None:
    browser = staff(by)
    page = browser.get(f"/people/{world.people[login]}")
    assert browser.send(page.form("/people/invite")).status == 200
    take_up(world, world.people[login])


def invent(world: World, staff: Staff, login: str, by: str, **fields: str) -> None:
    browser = staff(by)
    form = browser.get("/people/new").form("/people/new")
    assert browser.send(form, login=login, name="新同事", **fields).status == 200
    with world.database.reader() as session:
        world.people[login] = session.scalars(select(User.id).where(User.login == login)).one()
    with world.database.writer() as session:
        # The maker sets up the second factor as well.
        enrol(session, world.keyring, [session.get_one(User, world.people[login])], at(FILED))
        session.commit()
    take_up(world, world.people[login])


def tick(browser: Browser, *accounts: int) -> Page:
    return browser.post("/people/agreements", {"chosen": [str(each) for each in accounts]})


def test_security_50_a_head_is_not_both_people_by_any_button(world: World, staff: Staff, case: int) -> None:
    """Reset the handler, come in as the handler, propose; invent a colleague, come in as that one, confirm."""
    reset(world, staff, "handler", by="head")
    handler = staff("handler")
    page = handler.post(f"/desk/cases/{case}/propose", PROPOSAL)
    assert page.status == 409
    assert "您的账号是由麒麟区head开设或者重置的，同意启用以前，不能提出意见，也不能确认意见。" in page.text
    assert page.form("/propose").fields["findings"] == "走访核实"  # what was written is still there
    invent(world, staff, "invented", by="head", role="handler", unit=str(world.qilin))
    assert staff("head").post(f"/desk/cases/{case}/propose", PROPOSAL).status == 303
    for login in ("invented", "handler"):
        assert staff(login).post(f"/desk/cases/{case}/confirm", {"version": "1"}).status == 409
    assert world.case(case).state is State.PROPOSED
    accounts = world.people["invented"], world.people["handler"]
    assert tick(staff("head"), *accounts).status == 409
    assert tick(staff("stranger"), *accounts).status == 404
    assert tick(staff("handler"), *accounts).status == 404
    done = staff("office")
    assert "请您同意（2）" in done.get("/people/agreements").text
    assert done.follow(tick(done, *accounts)).text.count("已经同意启用2个账号") == 1
    assert staff("handler").post(f"/desk/cases/{case}/confirm", {"version": "1"}).status == 303
    assert world.case(case).conclusion is Conclusion.UPHELD


def test_security_50_in_the_office_the_auditor_or_a_third_account_agrees(world: World, staff: Staff) -> None:
    invent(world, staff, "third", by="office", role="office", unit=str(world.office))
    third = world.people["third"]
    assert tick(staff("office"), third).status == 409
    assert tick(staff("third"), third).status == 409
    assert tick(staff("head"), third).status == 404
    page = staff("auditor").get("/people/agreements")
    assert "/people/agreements" in staff("auditor").get("/office/record").links
    assert "请您同意（1）" in page.text
    assert tick(staff("auditor"), third).status == 303
    assert "没有等您同意的账号。" in staff("office2").get("/people/agreements").text


def test_the_owner_sees_that_it_waits_and_for_whom(world: World, staff: Staff) -> None:
    reset(world, staff, "handler", by="head")
    handler = staff("handler")
    assert "您的账号被别人重置过" in handler.get("/desk/").text
    page = handler.get("/account")
    assert "账号待上一级同意。" in page.text
    assert "您的密码由麒麟区head于2026年9月18日" in page.text
    assert "可以同意的：市评选工作组办公室的市评选工作组办公室office、市评选工作组办公室office2" in page.text
    assert handler.follow(handler.send(page.form("/resets/known"))).status == 200
    assert "您的账号被别人重置过" not in handler.get("/desk/").text
    assert "您已经知道" in handler.get("/account").text
    for login, said in (("head", "等别人同意（1）"), ("office", "请您同意（1）")):
        assert said in staff(login).get("/people/agreements").text
    assert "待上一级同意" in staff("head").get("/people/").text
    assert "可以同意的：市评选工作组办公室的" in staff("head").get(f"/people/{world.people['handler']}").text


def test_the_office_sees_each_reset_until_somebody_else_of_it_has_read_it(world: World, staff: Staff) -> None:
    reset(world, staff, "handler", by="head")
    reset(world, staff, "handler2", by="office")
    assert staff("office").get("/office/").text.count("账号重置：") == 1
    office2 = staff("office2")
    page = office2.get("/office/")
    assert page.text.count("账号重置：") == 2
    assert "麒麟区 麒麟区handler，2026年9月18日 09:00由麒麟区head重新发放密码" in page.text
    assert "同意账号：2个账号" in page.text
    chosen = re.findall(r'name="chosen" value="(\d+)"', page.source)
    done = office2.follow(office2.post("/people/resets/seen", {"chosen": chosen}))
    assert ("2次账号重置已经看过。" in done.text, "账号重置：" in done.text) == (True, False)
    assert "账号重置：" not in staff("office").get("/office/").text


def test_nothing_ticked_is_said(staff: Staff) -> None:
    page = staff("office").post("/people/agreements", {})
    assert (page.status, "请至少选一个账号。" in page.text) == (422, True)
