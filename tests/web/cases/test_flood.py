"""The pages of a flood: linked only while there is one, no identity on them, nothing typed lost (R19)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.domain.cases.states import State
from app.models import Objection
from app.services.cases import investigation
from tests.web.browsing import Browser
from tests.world import FACTS, World

FRIDAY = "2026-09-18 Fri 08:00"
REASON = "与最早一件重复，合并核查"
CONTACT = "13912345678"
Staff = Callable[[str], Browser]
pytestmark = [pytest.mark.parametrize("database", ["sqlite"], indirect=True), pytest.mark.usefixtures("next_morning")]


@pytest.fixture
def period(world: World) -> int:
    return world.round_two()


@pytest.fixture
def flood(world: World, period: int) -> None:
    """Cases 1 to 4 with one text: three of one contact, the last of another and against the handling unit."""
    for number in range(4):
        contact = CONTACT if number < 3 else "13987654321"
        world.file(period, world.nominees[2], FRIDAY, name="钱植名", contact=contact, against_handler=number == 3)


@pytest.mark.parametrize(
    ("login", "first", "page"), [("head", "/desk/", "/desk/flood"), ("office", "/office/", "/office/flood")]
)
def test_it_is_linked_only_while_there_is_one(
    world: World, staff: Staff, period: int, login: str, first: str, page: str
) -> None:
    browser = staff(login)
    assert page not in browser.get(first).links
    assert "现在没有这样的异议" in browser.get(page).text
    for _ in range(3):
        world.file(period, world.nominees[2], FRIDAY)
    assert page in browser.get(first).links
    listed = browser.get(page)
    assert "内容相同或者相近 3 麒麟区拟推荐对象公示" in listed.text
    assert ("来源相同 3 麒麟区拟推荐对象公示" in listed.text) is (login == "office")
    assert "2026年9月18日" in listed.text
    assert "08:00" not in listed.text  # a unit is told the day, not the minute
    assert f"{page}/text/1" in listed.links
    assert (f"{page}/source/1" in listed.links) is (login == "office")
    handler = staff("handler")  # who decides alone sees the cases one by one
    assert "/desk/flood" not in handler.get("/desk/").links


def test_no_page_of_it_says_who_filed(world: World, staff: Staff, flood: None) -> None:
    with world.database.reader() as session:
        hashes = [
            value for row in session.execute(select(Objection.contact_hash, Objection.text_hash)) for value in row
        ]
    for login, home in (("head", "/desk"), ("office", "/office")):
        for path in ("/flood", "/flood/text/1", "/flood/source/1"):
            page = staff(login).get(f"{home}{path}")
            assert page.status == (404 if (login, path) == ("head", "/flood/source/1") else 200)
            assert not any(mark in page.source for mark in ("钱植名", CONTACT, "13987654321", *hashes))
    page = staff("office").get("/office/flood/text/1")
    assert "来源A" in page.text
    assert "来源B" in page.text
    assert "不能选：" in page.text


def test_two_people_decline_the_proposed_ones_and_the_earliest_stays(world: World, staff: Staff, flood: None) -> None:
    head = staff("head")
    page = head.get("/desk/flood/text/1")
    assert [
        f'value="{case}"{checked}>' in page.source for case, checked in ((1, ""), (2, " checked"), (3, " checked"))
    ] == [True] * 3
    done = head.post("/desk/flood/text/1", {"chosen": ["2", "3"], "text": REASON, "step": "decline"})
    assert (done.status, done.headers["Location"]) == (303, "/desk/flood")
    assert "请另一人确认" in head.follow(done).text
    assert [world.case(case).state for case in (2, 3)] == [State.RECEIVED, State.RECEIVED]
    assert "这是您提出的，请另一人确认" in head.get("/desk/flood/acts/1").text
    handler = staff("handler")
    assert "/desk/flood/acts/1" in handler.get("/desk/").links
    shown = handler.get("/desk/flood/acts/1")
    assert REASON in shown.text
    confirmed = handler.send(shown.form("/acts/1/confirm"))
    assert "2件已经办结" in handler.follow(confirmed).text
    assert [world.case(case).state for case in (1, 2, 3)] == [State.RECEIVED, State.DECLINED, State.DECLINED]


def test_what_is_refused_keeps_the_reason_and_the_choice(world: World, staff: Staff, flood: None) -> None:
    head = staff("head")
    before = world.everything()
    for chosen, text, status, field in (
        ([], REASON, 422, "chosen"),
        (["3"], "短", 422, "text"),
        (["3", "4"], REASON, 422, "chosen"),  # the last one is the office's
    ):
        page = head.post("/desk/flood/text/1", {"chosen": chosen, "text": text})
        assert page.status == status, chosen
        assert page.error_of(field), chosen
        assert page.form("/flood/text/1").fields["text"] == text
        assert ('value="3" checked' in page.source) is ("3" in chosen)
        assert 'value="2" checked' not in page.source
    for forged in ("x", "99999999999999", "-1", ""):
        page = head.post("/desk/flood/text/1", {"chosen": ["3", forged], "text": REASON})
        assert page.status in (409, 422), forged
    for path in ("/desk/flood/colour/1", "/desk/flood/text/999", "/desk/flood/text/0"):
        assert head.post(path, {"chosen": ["3"], "text": REASON}).status == 404
    assert world.everything() == before


def test_a_group_somebody_else_dealt_with_meanwhile_is_still_a_page(world: World, staff: Staff, flood: None) -> None:
    head = staff("head")
    for case in (1, 2, 3):
        world.act(investigation.accept, case, "handler", now=FRIDAY)
    page = head.get("/desk/flood/text/1")
    assert page.status == 200
    assert "这一组的案件都已经受理或者办完" in page.text
    kept = head.post("/desk/flood/text/1", {"chosen": ["2"], "text": REASON})
    assert kept.status == 422


def test_a_group_is_joined_or_concluded_and_returned_on_the_pages(world: World, staff: Staff, flood: None) -> None:
    head, handler = staff("head"), staff("handler")
    texts = {"conclusion": "dismissed", "findings": "逐件看过", "grounds": "通知第三部分", "answer": "不属实，谢谢监督"}
    wanted = {"chosen": ["1", "2", "3"], **texts, "step": "conclude"}
    missing = head.post("/desk/flood/text/1", wanted | {"answer": ""})
    assert (missing.status, missing.error_of("answer") != "") == (422, True)
    assert head.post("/desk/flood/text/1", wanted).status == 303
    returned = handler.get("/desk/flood/acts/1").form("/acts/1/return")
    assert handler.send(returned, text="").status == 422
    assert handler.send(returned, text="先并案").status == 303
    assert "已经退回" in handler.get("/desk/flood/acts/1").text
    assert {world.case(case).state for case in (1, 2, 3)} == {State.INVESTIGATING}
    for path in ("/desk/flood/acts/1", "/desk/flood/acts/1/confirm"):
        assert staff("stranger").get(path).status in (404, 405)


def test_a_text_is_shown_as_text(world: World, staff: Staff, period: int) -> None:
    for _ in range(3):
        world.file(period, world.nominees[2], FRIDAY, facts=f"<script>alert(1)</script>{FACTS}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in staff("head").get("/desk/flood/text/1").source
