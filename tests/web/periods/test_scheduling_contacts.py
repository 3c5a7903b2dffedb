"""Who can be reached, and who gets the cases, is said before a period is saved (R13, R21)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from app.models import Nominee, Unit
from tests.services.office.test_planning import with_stages
from tests.web.browsing import Browser, Page
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the services are tested on both


@pytest.fixture
def office(staff: Callable[[str], Browser]) -> Browser:
    return staff("office")


def empty(world: World, unit_id: int, *lines: str) -> None:
    with world.database.writer() as session:
        session.execute(update(Unit).where(Unit.id == unit_id).values(dict.fromkeys(lines, "")))
        session.commit()


def own_unit(world: World) -> int:
    with world.database.reader() as session:
        return session.get_one(Nominee, world.nominees[0]).unit_id


def plan(office: Browser, world: World, round_number: int, organiser: int, step: str) -> Page:
    nominees = world.nominees if round_number == 2 else world.nominees[:1]
    sent = {"opening": "2026-09-21", "conclude": "3", "nominee": [str(one) for one in nominees], "step": step}
    return office.post(f"/office/periods/new/{world.programme}/{round_number}/{organiser}", sent)


def test_what_stops_a_period_is_said_beside_the_unit_with_what_to_do(world: World, office: Browser) -> None:
    world.past_round_one(world.nominees)
    empty(world, world.qilin, "address", "hours")
    before = world.everything()
    page = plan(office, world, 2, world.qilin, "preview")
    assert (page.status, "现在不能安排公示" in page.text) == (200, True)
    assert "现在还缺 地址、受理时间 。请打开 麒麟区 ，展开“修改联系方式”填好，再来安排。" in page.text
    assert f"/units/{world.qilin}" in page.links
    assert "save" not in [button for form in page.forms for button in form.buttons]  # nothing to press in vain
    forced = plan(office, world, 2, world.qilin, "save")
    assert forced.status == 409
    assert "麒麟区负责受理异议，联系方式里还缺地址、受理时间，不能安排公示。" in forced.text
    assert world.everything() == before


def test_of_a_unit_without_accounts_the_preview_says_who_gets_its_cases(world: World, office: Browser) -> None:
    page = plan(office, world, 1, own_unit(world), "preview")
    assert "麒麟区第1单位还缺：可以登录的账号（现在没有，至少2个）、电话、地址、邮箱、受理时间。" in page.text
    assert "收到的异议将由麒麟区办理。" in page.text
    assert plan(office, world, 1, own_unit(world), "save").status == 303  # who receives can be reached


def test_the_public_page_of_such_a_period_names_who_receives(world: World, client: Browser, office: Browser) -> None:
    saved = plan(office, world, 1, own_unit(world), "save")
    period = saved.headers["Location"].rpartition("/")[2]
    office.app.extensions["portal"].clock.to("2026-09-21 Mon 09:00")
    text = client.get(f"/periods/{period}").text
    for said in (
        "麒麟区第1单位",
        "0874-0000001",
        "政务中心1楼",
        "unit1@example.com",
        "工作日 9:00-17:00",
        "0874-0000000",
    ):
        assert said in text, said


def test_of_many_units_each_that_cannot_is_named_with_what_it_lacks(world: World, office: Browser) -> None:
    world.past_round_one([*world.nominees, *world.others])
    empty(world, world.qilin, "email")
    sent = {
        "opening": "2026-09-21",
        "conclude": "3",
        "chosen": [str(world.qilin), str(world.luoping)],
        "nominee": [str(each) for each in (*world.nominees, *world.others)],
        "step": "preview",
    }
    path = f"/office/periods/new-many/{world.programme}/2"
    page = office.post(path, sent)
    assert page.status == 200
    assert "有 1 家现在不能安排。" in page.text
    assert "麒麟区负责受理异议，联系方式里还缺邮箱，不能安排公示。" in page.text
    assert "缺可以登录的账号（现有1个，至少2个） 异议将由市评选工作组办公室办理" in page.text
    before = world.everything()
    assert office.post(path, sent | {"step": "save"}).status == 409
    assert world.everything() == before


def test_the_plan_backwards_says_where_the_cases_of_own_units_will_go(world: World, office: Browser) -> None:
    with_stages(world)
    text = office.get(f"/programmes/{world.programme}/plan").text
    assert "5家所在单位没有两个可以登录的账号，异议由麒麟区办理" in text
    assert "3家所在单位没有两个可以登录的账号，异议由市评选工作组办公室办理" in text
    assert "缺可以登录的账号（现有1个，至少2个）；异议将由市评选工作组办公室办理" in text  # round 2 of the other unit
