"""A holiday notice loaded later, on the pages: said at once, first on the office's page, moved in one act (R3)."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from app.services.calendar import calendars
from app.services.cases import settlement
from tests.data import STATE_COUNCIL, STATUTORY_2027
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

OPEN = "2026-09-21 Mon 09:00"
WHY = "国务院办公厅调整了9月的放假安排。"


def load(world: World, off: str, now: str) -> None:
    body = json.loads(STATE_COUNCIL.read_text("utf-8"))["2026"] | {"notice": "国办发明电〔2026〕9号"}
    body["off"] = sorted({*body["off"], *(f"2026-09-{day}" for day in off.split())})
    text = json.dumps({"2026": body}, ensure_ascii=False)
    world.run(calendars.load_notices, text, by=world.actor("office"), now=at(now))


@pytest.fixture
def office(world: World, client: Browser) -> Browser:
    return client.sign_in(world.people["office"])


def test_the_page_says_four_and_not_five_and_after_the_act_five_again(
    world: World, office: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    clock.to(OPEN)
    load(world, "22", OPEN)
    short = "到2026年9月23日 24:00只有4个工作日，市级专班将延长公示，补足所缺的1个工作日。"
    for path in ("/", f"/periods/{period}", f"/periods/{period}/nominees/{world.nominees[0]}"):
        text = office.get(path).text
        assert short in text, path
        assert "5个工作日" not in text, path
    assert "共4个工作日" in office.get(f"/periods/{period}").text

    first = office.get("/office/").text.partition("今天要办的")[2]
    assert first.index("按新的放假安排调整公示：1次公示") < first.index("正在进行的公示")
    page = office.get("/office/calendar")
    assert "公示现在只有4个工作日，延长到2026年9月24日 24:00" in page.text
    assert "办结期限由2026年9月29日 24:00顺延到2026年9月30日 24:00" in page.text
    form = page.form("/calendar/replan")
    assert office.post("/office/calendar/replan", form.fields | {"reason": ""}).status == 422
    done = office.follow(office.post("/office/calendar/replan", form.fields | {"reason": WHY}))
    assert "1次公示已经调整" in done.text
    assert "要调整的公示" not in done.text
    assert "按新的放假安排调整公示" not in office.get("/office/").text

    clock.forward(seconds=10)  # a page is made anew every ten seconds
    text = office.get(f"/periods/{period}").text
    assert (
        "公示由2026年9月23日 24:00延长到2026年9月24日 24:00，办结期限由2026年9月29日 24:00顺延到2026年9月30日 24:00。"
        in text
    )
    assert WHY.rstrip("。") in text
    assert "共5个工作日" in text
    assert office.post("/office/calendar/replan", form.fields | {"reason": WHY}).status == 409  # sent twice


def test_a_deadline_on_a_day_off_is_said_to_wait_and_until_when(
    world: World, client: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    world.run(settlement.settle_due, now=at("2026-09-18 Fri 08:00"))
    _, code = world.file(period, world.nominees[0], "2026-09-18 Fri 09:00")
    load(world, "29", "2026-09-25 Fri 09:00")
    waits = "办结期限原定2026年9月29日 24:00，这一天改为放假，依照民法典第二百零三条"
    waits += "顺延到下一个工作日2026年9月30日 24:00，不再往后。"
    for moment, state in (
        ("2026-09-29 Tue 23:59", "已收到，等待受理"),
        ("2026-09-30 Wed 00:00", "已收到，等待受理"),
        ("2026-09-30 Wed 23:59:59", "已收到，等待受理"),
        ("2026-10-01 Thu 00:00", "该对象参评资格已取消"),
    ):
        clock.to(moment)
        assert waits in client.get(f"/periods/{period}").text
        page = client.get("/receipt")
        found = client.follow(client.post("/receipt", page.form("/receipt").fields | {"code": code}))
        assert state in found.text, moment
        client.post("/receipt/leave", {})


def test_a_notice_that_cannot_be_right_is_asked_back_beside_its_field(
    world: World, office: Browser, clock: MovingClock
) -> None:
    clock.to("2026-11-05 Thu 09:00")
    sound = {
        "year": "2027",
        "number": "国办发明电〔2026〕1号",
        "published": "2026-11-04",
        "source": "",
        "work": "",
        "off": "\n".join(STATUTORY_2027),
        "checked": "y",
    }
    long = "\n".join(str(dt.date(2027, 10, 4) + dt.timedelta(days=number)) for number in range(9))
    before = world.everything()
    for changes, said in (
        ({"published": "2026-11-06"}, "发布日期2026-11-06还没有到，今天是2026-11-05"),
        ({"off": sound["off"].replace("2027-09-15", "2027-09-25")}, "缺少中秋节的法定节假日2027-09-15"),
        ({"off": f"{sound['off']}\n{long}"}, "2027年有一个假期连续12天，超过10天"),
    ):
        page = office.post("/office/calendar", sound | changes)
        assert (page.status in (409, 422), said in page.text) == (True, True), (changes, page.text[:400])
    assert world.everything() == before
    looked = sound | {"off": f"{sound['off']}\n{long}", "looked_twice": "y"}
    assert "放假通知已经载入" in office.follow(office.post("/office/calendar", looked)).text
